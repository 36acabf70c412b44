"""Generalized quadratic assignment: gap to the best known value, and how soon it is reached, beside other solvers.

    python benchmarks/gqap.py [--seconds 10] [--seeds 3] [--solvers memetic pga neal exact] [--jobs 1]
                              [--quick] [--json OUT] [--plot OUT.svg]

Every instance of Cordeau et al., Lee and Ma, and Elloumi in QAM_DATA; one set of parameters for all. `neal` anneals
the penalty QUBO and repairs what it finds; `exact` is HiGHS on linearised pairs where they are few. Both end with the
seconds or before. A solve ends as soon as the best known value is reached, or its plan is proven optimal.
"""

from __future__ import annotations

import math
from pathlib import Path
from statistics import median
from typing import Any

from common import Journal, Progress, arguments, data_folder, markdown, number, percent
from common.figure import PALETTE, canvas, percents, save_svg
from common.gaps import REACHED, gather, summarise
from common.published import Instance, cordeau_instances, ctap_instances, lee_ma_instances
from common.workers import side_by_side

SOLVERS = ("memetic", "pga", "neal", "exact")
EXACT_VARIABLES = 5_000
"""Variables up to which HiGHS is asked."""


def work(instance: Instance, solver: str, seconds: float, seed: int) -> dict[str, Any]:
    """One solve, with the seconds after which the best known value was there (None: it was not)."""
    from scheduler import Budget, Improvement, ProblemTooLargeError, QuboProblem, solve

    problem, reached = instance.read(), list[float]()
    assert not isinstance(problem, QuboProblem)
    target = -math.inf if instance.best is None else instance.best + REACHED * abs(instance.best)

    def note(found: Improvement) -> None:
        if found.objective <= target and not reached:
            reached.append(found.seconds)

    budget = Budget(seconds=seconds, cancelled=lambda: bool(reached))
    try:
        plan = solve(problem, solver, budget, seed, on_improve=note)
    except ProblemTooLargeError as error:
        return {"value": None, "bound": None, "seconds_used": None, "reached": None, "note": str(error)}
    value = plan.objective.total if math.isfinite(plan.objective.total) else None
    used = plan.seconds["total"]
    return {"value": value, "bound": plan.bound, "seconds_used": used, "reached": reached[0] if reached else None}


def together(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row an instance and solver, as `gather` has it, with the seconds to the best known value of each seed."""
    rows = gather(runs)
    for row in rows:
        mine = [run for run in runs if all(run[k] == row[k] for k in ("set", "instance", "solver", "seconds"))]
        row["reached"] = [run["reached"] for run in mine]
    return rows


def tables(results: dict[str, Any]) -> str:
    """A line for each set and solver, and what was not reached by all seeds of the first solver."""
    rows = results["rows"]
    head = ["set", "gap to", "solver", "instances", "mean of medians", "worst median", "worst run"]
    head += ["runs that reach it", "median s to it", "slowest"]
    body = []
    for line in summarise(rows):
        mine = [r for r in rows if (r["set"], r["solver"]) == (line["set"], line["solver"])]
        listed = line["reference"] == "best known"
        times = [t for r in mine if (r["best"] is not None) == listed for t in r["reached"] if t is not None]
        body.append(
            [
                line["set"],
                line["reference"],
                line["solver"],
                f"{line['solved']} of {line['instances']}",
                *(percent(line[name]) for name in ("mean_of_medians", "worst_median", "worst")),
                percent(line["runs_reached"], 0),
                number(median(times) if times else None, 2),
                number(max(times, default=None), 2),
            ]
        )
    first = rows[0]["solver"] if rows else ""
    missed = [
        f"{r['instance']} ({sum(t is not None for t in r['reached'])} of {len(r['reached'])} seeds)"
        for r in rows
        if r["solver"] == first and r["best"] is not None and None in r["reached"]
    ]
    said = f"{first} reaches the best known value with all seeds" + (
        f" except: {', '.join(missed)}." if missed else "."
    )
    return "\n\n".join([markdown(head, body, (0, 1, 2)), said])


def plot(results: dict[str, Any], out: Path) -> None:
    """Draw the share of runs on listed instances that have reached the best known value by a time, a line a solver."""
    rows = [row for row in results["rows"] if row["best"] is not None]
    figure, axes = canvas(1, 1, 7.5, 4.0)
    axis, told = axes[0, 0], []
    for place, solver in enumerate(dict.fromkeys(row["solver"] for row in rows)):
        times = [t for row in rows if row["solver"] == solver for t in row["reached"]]
        found = sorted(max(t, 1e-3) for t in times if t is not None)
        shares = [100.0 * (k + 1) / len(times) for k in range(len(found))]
        axis.step(found, shares, where="post", color=PALETTE[place], label=solver)
        told.append(f"{solver}: {len(found)} of {len(times)} runs")
    axis.set(xscale="log", xlabel="seconds", ylabel="runs that have reached the best known value", ylim=(0, 102))
    percents(axis.yaxis)
    axis.legend(frameon=False)
    save_svg(figure, out, "Generalized quadratic assignment", f"Best known value reached. {'; '.join(told)}")


def main() -> None:
    parser = arguments(__doc__, "every eighth instance of each set, one seed, a tenth of the time")
    parser.add_argument("--seeds", type=int, help="seeds of each instance (default 3; 1 with --quick)")
    parser.add_argument("--seconds", type=float, help="time limit of a solve (default 10; 1 with --quick)")
    parser.add_argument("--solvers", nargs="+", default=list(SOLVERS), help="names of solvers, ours first")
    parser.add_argument("--jobs", type=int, default=1, help="processes side by side, one thread each")
    given = parser.parse_args()
    given.seeds = given.seeds or (1 if given.quick else 3)
    given.seconds = given.seconds or (1.0 if given.quick else 10.0)
    data = data_folder(parser, "gqap").parent
    step = 8 if given.quick else 1
    chosen = [i for source in (cordeau_instances, lee_ma_instances, ctap_instances) for i in list(source(data))[::step]]
    if not chosen:
        parser.error(f"no instances in {data / 'gqap'}")
    settings = {"seeds": given.seeds, "seconds": given.seconds, "solvers": given.solvers}
    journal = Journal("gqap", given.json, settings, given.fresh)
    run(journal, chosen, given)
    results = journal.save(together)
    print(tables(results))
    if given.plot:
        plot(results, given.plot)


def run(journal: Journal, chosen: list[Instance], given: Any) -> None:
    """Measure what the journal does not hold yet."""
    from scheduler.structure import structure

    jobs = []
    for solver in given.solvers:
        for instance in chosen:
            if solver == "exact" and structure(instance.read()).variables > EXACT_VARIABLES:  # type: ignore[arg-type]
                continue
            for seed in range(given.seeds if solver != "exact" else 1):
                if journal.get(key_of(instance, solver, given.seconds, seed)) is None:
                    jobs.append((instance, solver, given.seconds, seed))
    progress = Progress(len(jobs) * given.seconds / given.jobs)
    for (instance, solver, seconds, seed), row in side_by_side(work, jobs, given.jobs) if jobs else ():
        journal.add(key_of(instance, solver, seconds, seed), {**row, "best": instance.best})
        progress.step(seconds / given.jobs, f"{solver} on {instance.set} {instance.name}, seed {seed}")
    progress.close()


def key_of(instance: Instance, solver: str, seconds: float, seed: int) -> dict[str, Any]:
    """What a row is of."""
    return {"set": instance.set, "instance": instance.name, "solver": solver, "seconds": seconds, "seed": seed}


if __name__ == "__main__":
    main()
