"""Objective, bound, gap and seconds on the generated assignment instances, beside HiGHS with the same time.

    python benchmarks/scheduler_first.py [--quick] [--seconds 1 10] [--json OUT]

Reads the instances from QAM_DATA/assignment (default: ../shared/data beside the repository). HiGHS gets the
mixed-integer model of the solver "exact" (pairs linearised) and no start; the time to build it is not counted.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from pathlib import Path
from typing import Any

import scheduler
from scheduler import AssignmentProblem, Budget, Plan, solve
from scheduler.highs import linearised_size, new_highs, pair_model
from scheduler.solvers.exact import VARIABLE_LIMIT

QUICK = ("100x1000_pairs0_local0", "100x1000_pairs1_local7")
ALL = tuple(
    f"{size}_pairs{pairs}_local{local}" for size in ("100x1000", "1000x10000") for pairs in (0, 1) for local in (0, 7)
)


def row(name: str, solver: str, seconds: float, plan: Plan) -> dict[str, Any]:
    """One line of the table, as plain data."""
    facts = plan.to_json()
    return {
        "instance": name,
        "solver": solver,
        "budget": seconds,
        "objective": facts["objective"]["total"],
        "bound": facts["bound"],
        "gap": facts["gap"],
        "seconds": facts["seconds"]["total"],
        "unassigned": facts["unassigned"],
    }


def show(line: dict[str, Any]) -> None:
    """Print one line of the table."""
    numbers = [line["objective"], line["bound"]]
    texts = ["-" if value is None else f"{value:,.0f}" for value in numbers]
    gap = "-" if line["gap"] is None else f"{100 * line['gap']:.3f} %"
    print(
        f"{line['instance']:26} {line['solver']:6} {line['budget']:5.0f} s {texts[0]:>12} {texts[1]:>12} {gap:>10} "
        f"{line['seconds']:7.2f} s" + ("" if line["unassigned"] is None else f" {line['unassigned']:6d} left out")
    )


def highs_row(name: str, problem: AssignmentProblem, seconds: float) -> dict[str, Any] | None:
    """HiGHS by itself for the same time; None where its model has more variables than `exact` takes."""
    if linearised_size(problem) > VARIABLE_LIMIT:
        return None
    model, scale = pair_model(problem)
    highs = new_highs(seconds)
    highs.passModel(model)
    before = time.perf_counter()
    highs.run()
    spent = time.perf_counter() - before
    found = float(highs.getObjectiveValue()) * scale.cost
    objective = found if highs.getInfo().primal_solution_status == 2 else None
    bound = highs.getInfo().mip_dual_bound * scale.cost
    return {
        "instance": name,
        "solver": "HiGHS",
        "budget": seconds,
        "objective": objective,
        "bound": bound if math.isfinite(bound) else None,
        "gap": None if objective is None else (objective - bound) / max(abs(bound), 1e-9),
        "seconds": spent,
        "unassigned": None,
    }


def measure(name: str, path: Path, seconds: float) -> list[dict[str, Any]]:
    """Our solver and HiGHS on one instance for the same time."""
    problem = AssignmentProblem.load(path)
    lines = [row(name, "pga", seconds, solve(problem, "pga", Budget(seconds=seconds)))]
    show(lines[0])
    peer = highs_row(name, problem, seconds)
    if peer is None:
        print(f"{name:26} HiGHS  {seconds:5.0f} s not run: more than {VARIABLE_LIMIT:,} variables")
        return lines
    show(peer)
    return [*lines, peer]


def main() -> None:
    """Run the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="two small instances, one second each")
    parser.add_argument("--seconds", type=float, nargs="+", default=[1.0, 10.0], help="budgets")
    parser.add_argument("--json", type=Path, help="write the table there")
    options = parser.parse_args()
    data = Path(os.environ.get("QAM_DATA", Path(__file__).parents[2] / "shared" / "data")) / "assignment"
    scheduler.warm_up()
    lines = []
    for name in QUICK if options.quick else ALL:
        for seconds in [1.0] if options.quick else options.seconds:
            if not (data / f"{name}.npz").exists():
                parser.error(f"{data / name}.npz is not there: set QAM_DATA to the folder with the benchmark data")
            lines += measure(name, data / f"{name}.npz", seconds)
    if options.json is not None:
        options.json.write_text(json.dumps(lines, indent=2) + "\n")


if __name__ == "__main__":
    main()
