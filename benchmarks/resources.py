"""Pools divided among clusters: exactly, by HiGHS, QUBO annealers and assignment solvers, and in shares by demand.

    python benchmarks/resources.py [--seconds 1] [--seeds 3] [--quick] [--json OUT]

Generated pools: clusters with demands that together are about twice the pool, priorities from 1 to 3, worths that fall
from the first unit to the last. HiGHS gets one variable a step, a linear program whose optimum is whole. "Shares by
demand" is what is done by hand. Kernels are compiled and libraries loaded before the clock counts.
"""

from __future__ import annotations

import time
from statistics import mean
from typing import TYPE_CHECKING, Any

import numpy as np
from common import Journal, Progress, arguments, count, markdown, number, percent

if TYPE_CHECKING:
    from scheduler import ResourceOptimizer

SIZES = ((3, 6), (5, 50), (10, 200), (20, 1_000), (50, 5_000))
"""(clusters, steps of the pool)."""
QUICK = SIZES[:3]
RIVALS = ("bits:anneal", "bits:neal", "bits:tabu", "bits:steepest", "chunks:greedy", "chunks:pga", "chunks:qaoa")
CHUNK_STEPS, QAOA_STEPS = 200, 6
"""Most steps for assignment solvers, and for QAOA."""


def market(clusters: int, steps: int, seed: int) -> ResourceOptimizer:
    """A pool and its requests."""
    from scheduler import QuadraticValue, ResourceOptimizer, ResourcePool, ResourceRequest

    rng = np.random.default_rng((seed, clusters, steps))
    requests = [
        ResourceRequest(
            "pool",
            f"cluster {number}",
            demand=float(rng.integers(steps // clusters, 3 * steps // clusters + 1)),
            weight=float(rng.uniform(1.0, 3.0)),
            value=QuadraticValue(1.0, float(rng.uniform(0.0, 0.8))),
        )
        for number in range(clusters)
    ]
    return ResourceOptimizer([ResourcePool("pool", steps)], requests)


def by_highs(optimizer: ResourceOptimizer) -> tuple[float, float]:
    """Value and seconds of the linear program with a variable a step."""
    import highspy

    curves = (
        optimizer.chunks("pool").curves if optimizer.pools[0].steps <= CHUNK_STEPS else optimizer.qubo("pool").curves
    )
    begun = time.perf_counter()
    run = np.repeat(np.arange(len(curves.length)), curves.length)
    place = np.concatenate([np.arange(length) for length in curves.length])
    gain = curves.first[run] - curves.fall[run] * place
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(gain), 1
    model.col_cost_, model.col_lower_, model.col_upper_ = -gain, np.zeros(len(gain)), np.ones(len(gain))
    model.row_lower_, model.row_upper_ = np.array([-np.inf]), np.array([float(curves.room)])
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.array([0, len(gain)], dtype=np.int32)
    model.a_matrix_.index_, model.a_matrix_.value_ = np.arange(len(gain), dtype=np.int32), np.ones(len(gain))
    highs.passModel(model)
    highs.run()
    return -float(highs.getInfo().objective_function_value), time.perf_counter() - begun


def by_demand(optimizer: ResourceOptimizer) -> float:
    """Value of shares in proportion to demands, in whole steps."""
    curves = optimizer.qubo("pool").curves
    demand = np.array([request.demand for request in optimizer.requests])
    share = np.floor(demand * min(1.0, curves.room / demand.sum())).astype(np.int64)
    return curves.gain(curves.taken(share))


def measure(clusters: int, steps: int, method: str, seconds: float, seed: int) -> dict[str, Any]:
    """Value below the exact one, seconds, and whether the division had to be cut back."""
    from scheduler import Budget

    optimizer = market(clusters, steps, seed)
    exact = optimizer.solve().methods[0]
    variables = optimizer.qubo("pool").problem.variables
    if method in ("highs", "by demand", "exact"):
        value, used = exact.value, exact.seconds
        if method == "highs":
            value, used = by_highs(optimizer)
        elif method == "by demand":
            value, used = by_demand(optimizer), 0.0
        below = (exact.value - value) / exact.value
        return {"value": value, "below": below, "seconds_used": used, "cut_back": False, "variables": variables}
    result = optimizer.solve(method, budget=Budget(seconds=seconds), seed=seed).methods[1]
    found = {"value": result.value, "below": result.shortfall, "seconds_used": result.seconds}
    return {**found, "cut_back": bool(result.repaired), "variables": variables}


def plan_of(quick: bool, seeds: int) -> list[tuple[int, int, str, int]]:
    """(clusters, steps, method, seed) of every run."""
    runs = []
    for clusters, steps in QUICK if quick else SIZES:
        chunked = steps <= CHUNK_STEPS
        for method in ("exact", "highs", "by demand", *RIVALS):
            fits = method != "chunks:qaoa" or steps <= QAOA_STEPS
            if fits and (chunked or not method.startswith("chunks:")):
                runs += [(clusters, steps, method, seed) for seed in range(seeds)]
    return runs


def table(rows: list[dict[str, Any]]) -> str:
    """A line for each size and method."""
    groups: dict[tuple[int, int, str], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["clusters"], row["steps"], row["method"]), []).append(row)
    lines = [
        [
            f"{clusters} x {steps:,}",
            method,
            count(round(mean(row["variables"] for row in group))),
            percent(mean(row["below"] for row in group)),
            percent(max(row["below"] for row in group)),
            number(mean(row["seconds_used"] for row in group), 4),
            f"{sum(row['cut_back'] for row in group)} of {len(group)}",
        ]
        for (clusters, steps, method), group in groups.items()
    ]
    head = ["clusters x steps", "method", "QUBO variables", "below exact, mean", "worst", "seconds", "cut back"]
    return markdown(head, lines, (0, 1))


def main() -> None:
    parser = arguments(__doc__, "up to 200 steps, one seed, 0.2 s", plot=False)
    parser.add_argument("--seconds", type=float, help="time limit of each rival (default 1; 0.2 with --quick)")
    parser.add_argument("--seeds", type=int, help="pools of each size (default 3; 1 with --quick)")
    given = parser.parse_args()
    given.seconds = given.seconds or (0.2 if given.quick else 1.0)
    given.seeds = given.seeds or (1 if given.quick else 3)
    journal = Journal("resources", given.json, {"seconds": given.seconds, "seeds": given.seeds}, given.fresh)
    keys = [
        {"clusters": clusters, "steps": steps, "method": method, "seconds": given.seconds, "seed": seed}
        for clusters, steps, method, seed in plan_of(given.quick, given.seeds)
    ]
    todo = [key for key in keys if journal.get(key) is None]
    for method in {key["method"] for key in todo}:
        measure(3, 6, method, 0.05, 0)  # compiles and imports
    progress = Progress(given.seconds * len(todo))
    for key in todo:
        journal.add(key, measure(**key))
        progress.step(given.seconds, f"{key['method']}, {key['clusters']} x {key['steps']}, pool {key['seed']}")
    progress.close()
    print(table(journal.save()["rows"]))


if __name__ == "__main__":
    main()
