"""Published instances: gap to the best known value, one seed, equal time for every solver.

    python benchmarks/published.py [--seconds 1] [--seed 1] [--quick] [--json OUT]

GAP sets A to E of Beasley and Yagiura by the default solver; Beasley's bqp and Gset max-cut by our annealer and
the three solvers of dwave-samplers beside it (tabu and steepest descent restart until the time is over). Reads
QAM_DATA (default: ../shared/data beside the repository); the instances are not part of this project.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import mean
from typing import Any

from scheduler import AssignmentProblem, Budget, solve, warm_up
from scheduler.binary.problem import QuboProblem
from scheduler.binary.solving import solve_qubo
from scheduler.formats import read_problem

QUBO_SOLVERS = ("anneal", "neal", "tabu", "steepest")


def gap_rows(data: Path, seconds: float, seed: int, quick: bool) -> Iterator[dict[str, Any]]:
    """Yield the default solver on generalized assignment instances."""
    with (data / "gap" / "best_known.csv").open(newline="") as file:
        known = {row["instance"]: float(row["best_known"]) for row in csv.DictReader(file)}
    names = sorted(name for name in known if re.match(r"[a-e]\d", name) and (data / "gap" / name).exists())
    for name in names[::8] if quick else names:
        problem = read_problem(data / "gap" / name, "gap")
        assert isinstance(problem, AssignmentProblem)
        plan = solve(problem, "pga", Budget(seconds=seconds), seed)
        value = plan.objective.total
        yield {"set": f"GAP {name[0].upper()}", "instance": name, "solver": "pga", "value": value, "best": known[name]}


def qubo_rows(data: Path, seconds: float, seed: int, quick: bool) -> Iterator[dict[str, Any]]:
    """Yield every QUBO solver on bqp and Gset instances."""
    known = json.loads((data / "qubo" / "best_known.json").read_text())
    files = sorted([*(data / "qubo" / "beasley").glob("*.sparse"), *(data / "qubo" / "gset").glob("G*")])
    for path in files[::10] if quick else files:
        name = path.stem.replace("-", ".") if path.suffix == ".sparse" else path.stem
        if name not in known:
            continue
        form = "beasley" if path.suffix == ".sparse" else "gset"
        problem = read_problem(path, form)
        assert isinstance(problem, QuboProblem)
        best = -abs(float(known[name]["best"]))
        for solver in QUBO_SOLVERS:
            plan = solve_qubo(problem, solver, Budget(seconds=seconds), seed)
            group = f"bqp{known[name]['n']}" if form == "beasley" else "Gset"
            yield {"set": group, "instance": name, "solver": solver, "value": plan.energy, "best": best}


def summarise(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Mean and worst gap, and how often the best known value was reached, by set and solver."""
    groups: dict[tuple[str, str], list[float]] = defaultdict(list)
    for row in rows:
        groups[row["set"], row["solver"]].append((row["value"] - row["best"]) / max(abs(row["best"]), 1e-9))
    return [
        {
            "set": name,
            "solver": solver,
            "instances": len(gaps),
            "mean_gap": mean(gaps),
            "worst_gap": max(gaps),
            "best_known_reached": sum(gap <= 1e-12 for gap in gaps),
        }
        for (name, solver), gaps in groups.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="every eighth GAP and every tenth QUBO instance")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    data = Path(os.environ.get("QAM_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not data.is_dir():
        parser.error(f"no data at {data}: set QAM_DATA to the folder with gap/ and qubo/")
    warm_up()
    chosen = (data, given.seconds, given.seed, given.quick)
    rows = [*gap_rows(*chosen), *qubo_rows(*chosen)]
    print(f"{'set':8} {'solver':9} {'instances':>9} {'mean gap':>10} {'worst':>9} {'best known':>10}")
    for line in summarise(rows):
        print(
            f"{line['set']:8} {line['solver']:9} {line['instances']:9d} {100 * line['mean_gap']:8.3f} % "
            f"{100 * line['worst_gap']:7.3f} % {line['best_known_reached']:10d}"
        )
    if given.json:
        given.json.write_text(json.dumps({"seconds": given.seconds, "seed": given.seed, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
