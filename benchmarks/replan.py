"""Re-planning after a change: priced insertion, a refinement that moves few tasks, and what others make of it.

    python benchmarks/replan.py [--seconds 10] [--refine 0.5] [--stickiness 3] [--seeds 1] [--quick] [--json OUT]
                                [--plot OUT.svg]

1,000 agents x 10,000 tasks (QAM_DATA, or generated where that is absent), planned once for `--seconds`. Then one of:
1 % of the tasks is redrawn (other agents, costs and demands, the partners of the old task), ten agents are lost, fifty
agents keep half of their capacity. Beside `replan` and `refine` stand a cold plan of the changed problem in
`--seconds` and in the time of the refinement, and, without pairs, HiGHS's branch and bound from the old plan (what no
longer fits left out) for the time of the refinement and for `--seconds`, its model built before the clock counts.
All gaps but that of the plan before are to the best bound of the changed problem. One thread each; kernels are warm.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from common import Journal, Progress, arguments, markdown, number, percent
from common.arguments import DATA_ROOT
from common.figure import PALETTE, canvas, save_svg
from common.targets import Finding

from scheduler import (
    AssignmentProblem,
    Budget,
    Plan,
    Replan,
    agent_lost,
    capacity_changed,
    from_triplets,
    refine,
    replan,
    solve,
    warm_up,
)
from scheduler.arrays import row_of
from simulations.instances import InstanceFamily, draw_instance

INSTANCES = tuple(f"1000x10000_pairs{pairs}_local{local}" for pairs in (0, 1) for local in (0, 7))
CHANGES = ("1 % redrawn", "10 agents lost", "50 agents at half")
REPEATS = 5
"""Times that an operation of milliseconds is run; the quickest counts, the others met other work on the machine."""


def read(name: str) -> AssignmentProblem:
    """An instance of QAM_DATA, or one of its family where the data is absent."""
    path = Path(os.environ.get("QAM_DATA", DATA_ROOT)) / "assignment" / f"{name}.npz"
    if path.exists():
        return AssignmentProblem.load(path)
    locality, density = (0.7 if "local7" in name else 0.0), (1.0 if "pairs1" in name else 0.0)
    return draw_instance(InstanceFamily(10_000, 1_000, locality=locality, pair_density=density))


def redrawn(problem: AssignmentProblem, share: float, seed: int) -> tuple[AssignmentProblem, np.ndarray]:
    """The problem with a share of its tasks replaced by new ones, which come last, and the old number of every task.

    A new task has the row of a random other task with costs up to 20 % off, and the partners of the one it replaces.
    """
    rng = np.random.default_rng(seed)
    gone = np.sort(rng.choice(problem.tasks, round(share * problem.tasks), replace=False))
    model, kept = rng.choice(problem.tasks, len(gone)), np.setdiff1d(np.arange(problem.tasks), gone)
    number_of, rows = np.argsort(np.concatenate([kept, gone])), np.concatenate([kept, model])
    lengths = np.diff(problem.task_ptr)[rows]
    task = np.repeat(np.arange(problem.tasks), lengths)
    entry = problem.task_ptr[rows][task] + np.arange(len(task)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    cost, new = problem.cost[entry].copy(), task >= len(kept)
    cost[new] = np.round(cost[new] * rng.uniform(0.8, 1.2, int(new.sum())))
    owner = row_of(problem.pair_ptr)
    once = owner < problem.pair_task
    columns = (number_of[owner[once]], number_of[problem.pair_task[once]], problem.pair_weight[once])
    changed = from_triplets(
        task, problem.agent[entry], cost, problem.demand[entry], problem.capacity, problem.unassigned_cost[rows],
        pairs=columns if once.any() else None, agent_cluster=problem.agent_cluster,
        cluster_distance=problem.cluster_distance, same_agent_distance=problem.same_agent_distance,
        unassigned_distance=problem.unassigned_distance,
    )  # fmt: skip
    return changed, np.concatenate([kept, np.full(len(gone), -1)])


def operation(problem: AssignmentProblem, plan: Plan, change: str, seed: int) -> Callable[[], Replan]:
    """What makes the re-plan for a change; drawing the redrawn tasks is not a part of it."""
    rng = np.random.default_rng(seed)
    if change == CHANGES[0]:
        changed, origin = redrawn(problem, 0.01, seed)
        return lambda: replan(changed, plan, problem, origin)
    if change == CHANGES[1]:
        lost = rng.choice(problem.agents, 10, replace=False)
        return lambda: agent_lost(problem, plan, lost)
    agents = rng.choice(problem.agents, 50, replace=False)
    return lambda: capacity_changed(problem, plan, agents, 0.5 * problem.capacity[agents])


def highs(problem: AssignmentProblem, start: np.ndarray, limits: list[float]) -> Iterator[float | None]:
    """Objective of HiGHS's branch and bound from an assignment after each of the limits, each run anew."""
    import highspy

    from scheduler.highs import decode, linear_model, new_highs
    from scheduler.recorder import without_violations

    model, _ = linear_model(problem, integer=True)
    valid = without_violations(problem, start)
    values = np.zeros(model.num_col_)
    values[: len(problem.agent)] = problem.agent == valid[row_of(problem.task_ptr)]
    values[len(problem.agent) :] = valid < 0
    for limit in limits:
        solver = new_highs(limit)
        solver.passModel(model)
        given = highspy.HighsSolution()
        given.col_value = values.tolist()
        solver.setSolution(given)
        solver.run()
        found = np.asarray(solver.getSolution().col_value)
        yield problem.objective(decode(problem, found)).total if len(found) else None


def measure(name: str, change: str, seed: int, given: Any, plan: Plan, problem: AssignmentProblem) -> dict[str, Any]:
    """Re-plan once by everybody."""
    make = operation(problem, plan, change, seed)
    after = min((make() for _ in range(REPEATS)), key=lambda item: item.seconds["plan"])
    began = time.perf_counter()
    better = refine(after, given.stickiness, Budget(seconds=given.refine), seed)
    taken = time.perf_counter() - began
    cold = solve(after.problem, "pga", Budget(seconds=given.seconds), seed)
    quick = solve(after.problem, "pga", Budget(seconds=given.refine), seed)
    peers = [None, None]
    if "pairs0" in name:
        peers = list(highs(after.problem, after.before, [given.refine, given.seconds]))
    bounds = [value for value in (cold.bound, after.bound) if value is not None and math.isfinite(value)]
    carried = cold.assignment[after.before >= 0] != after.before[after.before >= 0]
    return {
        "before_gap": plan.gap,
        "bound": max(bounds),
        "bound_carried": after.bound,
        "plan_ms": 1e3 * after.seconds["plan"],
        "bound_ms": 1e3 * after.seconds["bound"],
        "inserted": after.objective.total,
        "inserted_moved": len(after.moved) + len(after.dropped),
        "refined": better.objective.total,
        "refined_moved": len(better.moved) + len(better.dropped),
        "refine_seconds": taken,
        "cold": cold.objective.total,
        "cold_moved": int(carried.sum()),
        "quick": quick.objective.total,
        "highs_refine": peers[0],
        "highs_seconds": peers[1],
        "tasks": after.problem.tasks,
    }


def above(row: dict[str, Any], name: str) -> float | None:
    """Gap of one of the plans of a row to its bound."""
    value = row[name]
    return None if value is None else (value - row["bound"]) / max(abs(row["bound"]), 1e-9)


def tables(results: dict[str, Any]) -> str:
    """Times and gaps, then how much moved."""
    settings = results["settings"]
    short, long = f"{settings['refine']:g} s", f"{settings['seconds']:g} s"
    head = ["instance", "change", "plan before", "valid after", "gap", "moved", f"refined {short}", "moved",
            f"cold {long}", "moved", f"cold {short}", f"HiGHS {short}", f"HiGHS {long}"]  # fmt: skip
    lines = []
    for row in results["rows"]:
        cells = [row["instance"], row["change"], percent(row["before_gap"]), f"{number(row['plan_ms'], 1)} ms"]
        for name in ("inserted", "refined", "cold"):
            cells += [percent(above(row, name)), percent(row[f"{name}_moved"] / row["tasks"], 2)]
        lines.append(cells + [percent(above(row, name)) for name in ("quick", "highs_refine", "highs_seconds")])
    return markdown(head, lines, (0, 1))


def findings(results: dict[str, Any]) -> dict[str, Finding]:
    """The worst row of the goals' change, 1 % redrawn."""
    rows = [row for row in results["rows"] if row["change"] == CHANGES[0]]
    if not rows:
        return {}
    worse = max(100.0 * ((above(row, "refined") or 0.0) - (above(row, "cold") or 0.0)) for row in rows)
    behind = f"worst of {len(rows)} redrawn instances"
    return {
        "replan-feasible": Finding(max(row["plan_ms"] for row in rows), behind),
        "replan-gap": Finding(worse, behind),
        "replan-moved": Finding(max(100.0 * row["refined_moved"] / row["tasks"] for row in rows), behind),
    }


def plot(results: dict[str, Any], out: Path) -> None:
    """Draw gap over tasks moved, a symbol a method: what disturbing the plan buys."""
    figure, axes = canvas(1, 1, 7.5, 4.5)
    axis = axes[0, 0]
    for place, (name, label) in enumerate((("inserted", "insertion"), ("refined", "refined"), ("cold", "cold"))):
        moved = [100.0 * row[f"{name}_moved"] / row["tasks"] for row in results["rows"]]
        gaps = [100.0 * (above(row, name) or 0.0) for row in results["rows"]]
        axis.scatter([max(share, 0.01) for share in moved], gaps, s=28, color=PALETTE[place], marker="os^"[place],
                     label=label)  # fmt: skip
    axis.set(xscale="log", xlabel="tasks moved, % of all", ylabel="gap to the bound, %", ylim=(0.0, None))
    axis.legend(frameon=False)
    axis.set_title("Re-plans of 1,000 agents x 10,000 tasks")
    save_svg(figure, out, "Re-planning", "Gap to the bound over the share of tasks moved, for three ways to re-plan.")


def main() -> None:
    parser = arguments(__doc__, "one instance with and one without pairs, 2 s for the cold plans")
    parser.add_argument("--seconds", type=float, help="of the cold plans (default 10; 2 with --quick)")
    parser.add_argument("--refine", type=float, default=0.5, help="seconds of the refinement")
    parser.add_argument("--stickiness", type=float, default=3.0, help="what a move must save to be worth it")
    parser.add_argument("--seeds", type=int, default=1, help="draws of each change")
    given = parser.parse_args()
    given.seconds = given.seconds or (2.0 if given.quick else 10.0)
    warm_up()
    settings = {"seconds": given.seconds, "refine": given.refine, "stickiness": given.stickiness}
    journal = Journal("replan", given.json, settings, given.fresh)
    names = INSTANCES[1::2] if given.quick else INSTANCES
    keys = [{"instance": name, "change": change, "seed": seed, **settings} for name in names for change in CHANGES
            for seed in range(1, given.seeds + 1)]  # fmt: skip
    missing = [key for key in keys if journal.get(key) is None]
    progress = Progress(len(missing) * 2.5 * (given.seconds + given.refine))
    known = cache(lambda name: (read(name), solve(read(name), "pga", Budget(seconds=given.seconds), 0)))
    for key in missing:
        problem, plan = known(key["instance"])
        journal.add(key, measure(key["instance"], key["change"], key["seed"], given, plan, problem))
        progress.step(2.5 * (given.seconds + given.refine), f"{key['instance']}, {key['change']}")
    progress.close()
    results = journal.save()
    print(tables(results))
    if given.plot:
        plot(results, given.plot)


if __name__ == "__main__":
    main()
