"""What each part of `pga` brings: the same sweeps with one part left out, on 100 agents x 1,000 tasks.

    python benchmarks/ablation.py [--sweeps 6000] [--seeds 2] [--quick] [--json OUT]

Generated instances with two resources, with and without pairs. Effort is counted, so plans do not depend on the
machine; seconds do. A gap is that of the plan to the best bound that any of the runs proved of its instance. Without
prices, costs alone choose candidates and start, and no load is charged but overload; bounds are proved as ever.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from statistics import mean
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import numpy as np
from common import Journal, Progress, arguments, markdown, number, percent

if TYPE_CHECKING:
    from scheduler.recorder import Recorder
    from scheduler.relaxation import Relaxation

SWEEPS = 6_000
QUICK_SWEEPS = 200
Patches = dict[str, Any]


def patches() -> dict[str, Patches]:
    """For each variant what is put in place of what."""
    from scheduler import schedule
    from scheduler.search import Search
    from scheduler.solvers import pga
    from scheduler.spaces import finite_unassigned_cost

    course, search_flat = schedule.course, pga.search_flat

    def at_gain_one(*given: Any) -> schedule.Schedule:
        return replace(course(*given), loose=1.0)

    def without_prices(recorder: Recorder, relaxation: Relaxation, seed: int, cold: bool) -> int:
        problem = recorder.problem
        free = replace(relaxation.certificate, prices=np.zeros(problem.capacity.shape))
        plain = replace(
            relaxation, certificate=free, belief=problem.cost, missed_belief=finite_unassigned_cost(problem)
        )
        return search_flat(recorder, plain, seed, cold)

    def nothing(*_: Any) -> None:
        """Stand in for the knapsack bound."""

    def never(_: Any) -> bool:
        return False

    return {
        "as it is": {},
        "no prices in the search": {"scheduler.solvers.pga.search_flat": without_prices},
        "gain 1 throughout": {"scheduler.schedule.course": at_gain_one},
        "no ejection chains": {"scheduler.search.DEPTH": 0},
        "4 candidates": {"scheduler.search.Search": partial(Search, candidates=4)},
        "all candidates": {"scheduler.search.Search": partial(Search, candidates=10_000)},
        "no exact neighbourhoods": {"scheduler.solvers.pga.fits": never},
        "no knapsack bound": {"scheduler.solvers.pga.lift": nothing},
    }


def measure(variant: str, pairs: float, seed: int, sweeps: int) -> dict[str, Any]:
    """Solve an instance with one part left out."""
    from scheduler import Budget, solve, verify
    from simulations.instances import InstanceFamily, draw_instance

    problem = draw_instance(InstanceFamily(tasks=1_000, agents=100, locality=0.7, pair_density=pairs), seed)
    with ExitStack() as stack:
        for target, stand_in in patches()[variant].items():
            stack.enter_context(patch(target, stand_in))
        plan = solve(problem, "pga", Budget(sweeps=sweeps), seed=seed)
    check = verify(problem, plan.assignment, plan.proof)
    return {"objective": plan.objective.total, "bound": plan.bound, "verified": check.holds,
            "seconds_used": plan.seconds["total"]}  # fmt: skip


def summary(results: dict[str, Any]) -> str:
    """A line for each variant."""
    rows = results["rows"]
    best: dict[tuple[float, int], float] = {}
    for row in rows:
        key = (row["pairs"], row["seed"])
        best[key] = max(row["bound"], best.get(key, -np.inf))
    kinds = list(dict.fromkeys(row["pairs"] for row in rows))
    lines = []
    for variant in dict.fromkeys(row["variant"] for row in rows):
        line = [variant]
        for pairs in kinds:
            mine = [row for row in rows if row["variant"] == variant and row["pairs"] == pairs]
            line += [_mean(mine, best, gap) for gap in (_search_gap, _bound_gap)]
            line.append(number(mean(row["seconds_used"] for row in mine), 1) if mine else "")
        lines.append(line)
    head = ["part"]
    for pairs in kinds:
        kind = "with pairs" if pairs else "without pairs"
        head += [f"{kind}: plan over best bound", "own bound below it", "seconds"]
    return markdown(head, lines)


def _mean(
    rows: list[dict[str, Any]], best: dict[tuple[float, int], float], gap: Callable[[dict[str, Any], float], float]
) -> str:
    return percent(mean(gap(row, best[row["pairs"], row["seed"]]) for row in rows)) if rows else ""


def _search_gap(row: dict[str, Any], best: float) -> float:
    return float((row["objective"] - best) / abs(best))


def _bound_gap(row: dict[str, Any], best: float) -> float:
    return float((best - row["bound"]) / abs(best))


def main() -> None:
    parser = arguments(__doc__, f"{QUICK_SWEEPS} sweeps, one instance of each kind", plot=False)
    parser.add_argument("--sweeps", type=int, help=f"sweeps of each run (default {SWEEPS})")
    parser.add_argument("--seeds", type=int, help="instances of each kind (default 2; 1 with --quick)")
    given = parser.parse_args()
    given.sweeps = given.sweeps or (QUICK_SWEEPS if given.quick else SWEEPS)
    given.seeds = given.seeds or (1 if given.quick else 2)
    journal = Journal("ablation", given.json, {"sweeps": given.sweeps, "seeds": given.seeds}, given.fresh)
    keys = [
        {"variant": variant, "pairs": pairs, "seed": seed, "sweeps": given.sweeps}
        for seed in range(given.seeds)
        for pairs in (0.0, 1.0)
        for variant in patches()
    ]
    todo = [key for key in keys if journal.get(key) is None]
    if todo:
        measure("as it is", 1.0, 0, 2)  # compiles
    progress = Progress(float(len(todo)))
    for key in todo:
        journal.add(key, measure(**key))
        progress.step(1.0, f"{key['variant']}, {'with' if key['pairs'] else 'without'} pairs, {key['seed']}")
    progress.close()
    print(summary(journal.save()))


if __name__ == "__main__":
    main()
