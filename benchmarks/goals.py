"""Every goal of the optimisation core: wanted, measured, reached or how far.

    python benchmarks/goals.py [--seeds 3] [--seconds 1] [--jobs 1] [--results FOLDER] [--quick] [--json OUT]

Measures what no other script does: the generated instances of 1,000 x 10,000 in both localities, Yagiura's instances
and Cordeau's at 10 s, the bound beside HiGHS's interior point. The rest is read from the results of the other scripts
in `--results` (default benchmarks/results); so are runs of the same length that `instances.py` has made. `--seconds`
scales every time limit: figures of a scale other than 1 are no measure of a goal and are marked.
"""

from __future__ import annotations

import time
from pathlib import Path
from statistics import mean, median
from typing import Any

from common import Journal, Progress, arguments, data_folder
from common.findings import findings, instance_runs
from common.published import Instance, cordeau_instances, gap_instances
from common.targets import TARGETS, Finding, goals_table
from common.workers import side_by_side
from instances import solve_once

GENERATED = {0: (1.0, 10.0), 1: (10.0, 30.0)}
"""Time limits by pairs."""
PUBLISHED_SECONDS = 10.0
YAGIURA = ("GAP C", "GAP D", "GAP E")
LEAST_TASKS = 400
REPEATS = 5
Job = tuple[str, str, str, float, int]


def measure(part: str, name: str, path: str, seconds: float, seed: int) -> dict[str, Any]:
    """One run of one part."""
    if part == "bound":
        return bound_once(Path(path))
    form = {"generated": "npz", "yagiura": "gap", "cordeau": "cordeau"}[part]
    return solve_once(Instance(part, name, Path(path), form, None), "auto", seconds, seed)


def bound_once(path: Path) -> dict[str, Any]:
    """Our bound and HiGHS's interior point (without crossover) on the same linear relaxation, one after the other."""
    from scheduler import AssignmentProblem, lagrangian_bound
    from scheduler.highs import linear_model, new_highs

    problem = AssignmentProblem.load(path)
    lagrangian_bound(problem, iterations=1)  # what is compiled or allocated once
    begun = time.perf_counter()
    ours = lagrangian_bound(problem).bound
    spent = time.perf_counter() - begun
    model, scale = linear_model(problem)
    highs = new_highs()
    for option, value in (("solver", "ipm"), ("run_crossover", "off")):
        highs.setOptionValue(option, value)
    highs.passModel(model)
    begun = time.perf_counter()
    highs.run()
    peer = time.perf_counter() - begun
    return {
        "bound": ours,
        "seconds_used": spent,
        "highs_bound": highs.getObjectiveValue() * scale.cost,
        "highs_s": peer,
    }


def plan_jobs(data: Path, seeds: int, scale: float, quick: bool) -> list[tuple[Job, float | None]]:
    """Every run that the goals need, with the best known value of its instance."""
    jobs: list[tuple[Job, float | None]] = []
    for pairs, limits in GENERATED.items():
        for local in (0,) if quick else (0, 7):
            path = data / "assignment" / f"1000x10000_pairs{pairs}_local{local}.npz"
            for seconds in limits[:1] if quick else limits:
                jobs += [(("generated", path.stem, str(path), scale * seconds, seed), None) for seed in range(seeds)]
    published = [i for i in gap_instances(data) if i.set in YAGIURA and int(i.name[3:]) >= LEAST_TASKS]
    cordeau = list(cordeau_instances(data))
    for part, chosen in (("yagiura", published), ("cordeau", cordeau)):
        for instance in chosen[::6] if quick else chosen:
            for seed in range(seeds):
                job = (part, instance.name, str(instance.path), scale * PUBLISHED_SECONDS, seed)
                jobs.append((job, instance.best))
    for local in (0,) if quick else (0, 7):
        path = data / "assignment" / f"1000x10000_pairs0_local{local}.npz"
        jobs += [(("bound", path.stem, str(path), 5.0, repeat), None) for repeat in range(1 if quick else REPEATS)]
    return [(job, best) for job, best in jobs if Path(job[2]).exists()]


def measured_here(rows: list[dict[str, Any]]) -> dict[str, Finding]:
    """Findings of the runs of this script."""
    found: dict[str, Finding] = {}
    scale = {row["scale"] for row in rows if row["scale"] is not None}
    mark = "" if scale <= {1.0} else f"time limits times {', '.join(f'{s:g}' for s in sorted(scale))}; "
    for pairs, limits in GENERATED.items():
        for seconds in limits:
            chosen = [r for r in rows if r["part"] == "generated" and f"_pairs{pairs}_" in r["instance"]]
            finding = _generated([r for r in chosen if r["limit"] == seconds], mark)
            if finding:
                found[f"{'pairs' if pairs else 'plain'}-{seconds:g}s"] = finding
    for name in "cde":
        chosen = [row for row in rows if row["part"] == "yagiura" and row["instance"].startswith(name)]
        if chosen:
            found[f"yagiura-{name}"] = _yagiura(chosen, mark)
    cordeau = [row for row in rows if row["part"] == "cordeau"]
    if cordeau:
        missed = [
            f"{r['instance']} seed {r['seed']} ({100 * _gap(r, r['best']):.3f} %)" for r in cordeau if not _hit(r)
        ]
        said = f"{len(cordeau) - len(missed)} of {len(cordeau)} runs" + (
            f"; not {', '.join(missed[:5])}" if missed else ""
        )
        found["cordeau"] = Finding(100.0 * (1 - len(missed) / len(cordeau)), mark + said)
    return found | _bounds([row for row in rows if row["part"] == "bound"])


def _gap(row: dict[str, Any], low: float) -> float:
    return float("inf") if row["value"] is None else (row["value"] - low) / max(abs(low), 1e-9)


def _hit(row: dict[str, Any]) -> bool:
    return _gap(row, row["best"]) <= 1e-9


def _generated(rows: list[dict[str, Any]], mark: str) -> Finding | None:
    by_name: dict[str, list[float]] = {}
    for row in rows:
        by_name.setdefault(row["instance"], []).append(100.0 * _gap(row, row["bound"]))
    said = [
        f"locality 0.{name[-1]}: median {median(gaps):.3f} %, worst {max(gaps):.3f} % of {len(gaps)} seeds"
        for name, gaps in by_name.items()
    ]
    return Finding(max(median(gaps) for gaps in by_name.values()), mark + "; ".join(said)) if by_name else None


def _yagiura(rows: list[dict[str, Any]], mark: str) -> Finding:
    by_name: dict[str, list[float]] = {}
    for row in rows:
        by_name.setdefault(row["instance"], []).append(100.0 * _gap(row, row["best"]))
    medians = {name: median(gaps) for name, gaps in by_name.items()}
    worst = max(medians, key=lambda name: medians[name])
    said = f"{len(medians)} instances, {len(rows)} runs; worst {worst} {medians[worst]:.3f} %"
    return Finding(mean(medians.values()), mark + said)


def _bounds(rows: list[dict[str, Any]]) -> dict[str, Finding]:
    if not rows:
        return {}
    below = [100.0 * (row["highs_bound"] - row["bound"]) / abs(row["highs_bound"]) for row in rows]
    ratio = [row["highs_s"] / row["seconds_used"] for row in rows]
    ours, peer = median(row["seconds_used"] for row in rows), median(row["highs_s"] for row in rows)
    said = f"ours {ours:.2f} s, HiGHS {peer:.2f} s, medians of {len(rows)}; ratios {min(ratio):.1f} to {max(ratio):.1f}"
    return {
        "bound-below": Finding(max(0.0, *below), f"{len(rows)} runs, worst"),
        "bound-speed": Finding(median(ratio), said),
    }


def tables(results: dict[str, Any]) -> str:
    """The table of goals."""
    rows = results["rows"]
    measured = [float("inf") if row["measured"] is None else row["measured"] for row in rows]  # some run had no plan
    return goals_table({row["name"]: Finding(value, row["detail"]) for row, value in zip(rows, measured, strict=True)})


def main() -> None:
    parser = arguments(__doc__, "one seed, a third of the time limits, a few instances", plot=False)
    parser.add_argument("--seeds", type=int, help="seeds of each run (default 3; 1 with --quick)")
    parser.add_argument("--seconds", type=float, help="scale of all time limits (default 1; 0.1 with --quick)")
    parser.add_argument("--jobs", type=int, default=1, help="processes side by side; more than one disturb the times")
    parser.add_argument("--results", type=Path, default=Path(__file__).parent / "results", help="of the other scripts")
    given = parser.parse_args()
    given.seeds, given.seconds = (
        given.seeds or (1 if given.quick else 3),
        given.seconds or (0.1 if given.quick else 1.0),
    )
    data = data_folder(parser, "")
    settings = {"seeds": given.seeds, "seconds": given.seconds, "jobs": given.jobs}
    journal = Journal("goals", given.json, settings, given.fresh)
    run(journal, plan_jobs(data, given.seeds, given.seconds, given.quick), given)

    def gathered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        found = findings(given.results) | measured_here(rows)
        chosen = [(target.name, found[target.name]) for target in TARGETS if target.name in found]
        return [{"name": name, "measured": f.measured, "detail": f.detail} for name, f in chosen]

    print(tables(journal.save(gathered)))


def run(journal: Journal, plan: list[tuple[Job, float | None]], given: Any) -> None:
    """Measure what the journal does not hold yet, taking what `instances.py` has measured alike."""
    known = instance_runs(given.results)
    todo: list[tuple[Job, float | None]] = []
    for job, best in plan:
        part, name, _, seconds, seed = job
        key = _key(job)
        if journal.get(key) is None and (name, seconds, seed) in known and part != "bound":
            journal.add(key, _row({"value": known[name, seconds, seed], "bound": None}, job, best, given.seconds))
        elif journal.get(key) is None:
            todo.append((job, best))
    bests = dict(todo)
    progress = Progress(sum(job[3] for job, _ in todo) / given.jobs)
    for job, row in side_by_side(measure, bests, given.jobs) if todo else ():
        journal.add(_key(job), _row(row, job, bests[job], given.seconds))
        progress.step(job[3] / given.jobs, f"{job[0]}: {job[1]}, {job[3]:g} s, seed {job[4]}")
    progress.close()


def _key(job: Job | tuple[Any, ...]) -> dict[str, Any]:
    return {"part": job[0], "instance": job[1], "seconds": job[3], "seed": job[4]}


def _row(row: dict[str, Any], job: Job | tuple[Any, ...], best: float | None, scale: float) -> dict[str, Any]:
    limit = job[3] if job[0] == "bound" else round(job[3] / scale, 6)
    return {**row, "best": best, "limit": limit, "scale": None if job[0] == "bound" else scale}


if __name__ == "__main__":
    main()
