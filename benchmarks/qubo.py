"""QUBOs: our annealer, neal, tabu search, descent and openjij at equal time on Beasley's bqp and Gset's max-cut.

    python benchmarks/qubo.py [--seconds 1] [--seeds 3] [--jobs 2] [--solvers anneal neal tabu] [--quick] [--json OUT]
                              [--plot OUT.svg]

Files of QAM_DATA/qubo. Each solver has one thread and the same seconds; what a sampler returns after 1.05 times the
limit counts with the time it took, told in the last column. A max-cut's energy is minus the cut.
"""

from __future__ import annotations

import math
from pathlib import Path
from statistics import mean, median
from typing import Any

from common import Journal, Progress, arguments, count, data_folder, markdown, number, percent
from common.figure import canvas, legend, percents, save_svg, style
from common.gaps import below_list, gaps_of, gather, summarise
from common.published import Instance, qubo_instances
from common.workers import side_by_side

SOLVERS = {
    "anneal": "ours (anneal)",
    "neal": "neal",
    "tabu": "tabu",
    "steepest": "steepest descent",
    "openjij": "openjij",
}
"""Solvers by name, as tables call them."""


def solve_once(instance: Instance, solver: str, seconds: float, seed: int) -> dict[str, Any]:
    """Solve an instance in this process."""
    from scheduler import Budget, QuboProblem, solve_qubo
    from scheduler.errors import ProblemTooLargeError

    problem = instance.read()
    assert isinstance(problem, QuboProblem)
    try:
        solve_qubo(QuboProblem.from_terms([-1.0, -1.0], [0], [1], [3.0]), solver, Budget(sweeps=2))  # imports
        plan = solve_qubo(problem, solver, Budget(seconds=seconds), seed)
    except ProblemTooLargeError as error:
        return {"value": None, "bound": None, "seconds_used": None, "note": str(error)}
    return {"value": plan.energy, "bound": None, "seconds_used": plan.seconds}


def tables(results: dict[str, Any]) -> str:
    """A line for each set and solver."""
    rows = results["rows"]
    body = []
    for line in summarise(rows):
        mine = [row for row in rows if (row["set"], row["solver"]) == (line["set"], line["solver"])]
        longest = max((row["seconds_used"] for row in mine if row["seconds_used"] is not None), default=None)
        body.append(
            [
                line["set"],
                SOLVERS[line["solver"]],
                count(line["instances"]),
                percent(line["mean_of_medians"]),
                percent(line["worst"]),
                percent(line["runs_reached"], 0),
                f"{line['instances_reached']} of {line['instances']}",
                number(longest, 1),
            ]
        )
    head = ["set", "solver", "instances", "mean of medians", "worst run", "runs that reach it", "instances reached"]
    parts = [markdown([*head, "longest run (s)"], body, (0, 1))]
    below = below_list(rows)
    return "\n\n".join([*parts, "Below the list: " + "; ".join(below) + "."] if below else parts)


def plot(results: dict[str, Any], out: Path) -> None:
    """Draw the mean of median gaps by set, a mark a solver."""
    found: dict[tuple[str, str], list[float]] = {}
    for row in results["rows"]:
        gaps = gaps_of(row)
        if gaps and median(gaps) < math.inf:
            found.setdefault((row["set"], row["solver"]), []).append(100.0 * median(gaps))
    sets = list(dict.fromkeys(group for group, _ in found))
    figure, axes = canvas(1, 1, 9.0, 4.0)
    axis = axes[0, 0]
    for place, (solver, label) in enumerate(SOLVERS.items()):
        points = [(k, mean(found[group, solver])) for k, group in enumerate(sets) if (group, solver) in found]
        if points:
            spread = [k + 0.1 * (place - 2) for k, _ in points]
            looks = {**style(place), "linestyle": "none", "markersize": 7}
            axis.plot(spread, [max(gap, 1e-3) for _, gap in points], label=label, **looks)
    axis.set_xticks(range(len(sets)), sets)
    axis.set(yscale="log", ylabel="mean gap to the best known value\n(at the bottom 0.001 % or less)", xlabel="set")
    percents(axis.yaxis)
    legend(axis, loc="upper left", fontsize=8)
    save_svg(figure, out, "QUBO solvers at equal time", f"Mean gap to the best known value on {', '.join(sets)}")


def main() -> None:
    parser = arguments(__doc__, "every fifteenth instance, one seed, 0.3 s")
    parser.add_argument("--seconds", type=float, help="time limit of each run (default 1; 0.3 with --quick)")
    parser.add_argument("--seeds", type=int, help="seeds of each instance (default 3; 1 with --quick)")
    parser.add_argument("--jobs", type=int, default=2, help="processes side by side, one thread each")
    parser.add_argument("--solvers", nargs="+", choices=SOLVERS, default=list(SOLVERS), help="which solvers")
    given = parser.parse_args()
    given.seconds = given.seconds or (0.3 if given.quick else 1.0)
    given.seeds = given.seeds or (1 if given.quick else 3)
    data = data_folder(parser, "qubo").parent
    chosen = [instance for instance in qubo_instances(data) if instance.best is not None]
    chosen = chosen[::15] if given.quick else chosen
    settings = {"seconds": given.seconds, "seeds": given.seeds, "jobs": given.jobs}
    journal = Journal("qubo", given.json, settings, given.fresh)
    plan = [(i, solver, given.seconds, seed) for i in chosen for solver in given.solvers for seed in range(given.seeds)]
    jobs = [job for job in plan if journal.get(_key(*job)) is None]
    progress = Progress(given.seconds * len(jobs) / given.jobs)
    for job, row in side_by_side(solve_once, jobs, given.jobs) if jobs else ():
        journal.add(_key(*job), {**row, "best": job[0].best})
        progress.step(given.seconds / given.jobs, f"{job[1]} on {job[0].name}, seed {job[3]}")
    progress.close()
    results = journal.save(gather)
    print(tables(results))
    if given.plot:
        plot(results, given.plot)


def _key(instance: Instance, solver: str, seconds: float, seed: int) -> dict[str, Any]:
    return {"set": instance.set, "instance": instance.name, "solver": solver, "seconds": seconds, "seed": seed}


if __name__ == "__main__":
    main()
