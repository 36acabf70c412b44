"""Gap over time of our solver and of those a user could pick instead, each in a process of its own for the same time.

    python benchmarks/gap_over_time.py [--seconds 60] [--threads 1] [--quick] [--json OUT] [--plot OUT.svg]

Generated instances of QAM_DATA/assignment. The gap of every solver is to our certified bound; its own bound stands
beside it. Our seconds hold everything from the problem in memory to the plan; those of the others begin when their
model stands. Every solver has `--threads` threads (ours uses one). HiGHS and CP-SAT get a linearised integer model,
neal and openjij the penalty QUBO, their samples repaired by priced insertion.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from common import Journal, Progress, arguments, data_folder, gap_text, markdown, number
from common.children import listen
from common.figure import canvas, common_legend, percents, plain, save_svg, steps, style, thin
from common.targets import Finding
from peers import PEERS

QUICK = ("100x1000_pairs0_local0", "100x1000_pairs1_local0")
ALL = (*QUICK, "1000x10000_pairs0_local0", "1000x10000_pairs1_local0")
BUILD_LIMIT = 300.0
"""Seconds that a model may take to be built."""
LATE = 1.05
"""A plan that comes up to so many times the limit counts as in time."""


def measure(path: Path, solver: str, given: Any) -> dict[str, Any]:
    """Run one solver on one instance; return its row."""
    limit = BUILD_LIMIT + 2.0 * given.seconds + 30.0
    chosen = [solver, str(path), "npz", str(given.seconds), str(given.seed), str(given.threads), str(given.memory)]
    events, broken = listen("peers", chosen, limit, given.threads)
    built = next((event for event in events if event["event"] == "built"), {})
    end = next((event for event in events if event["event"] == "end"), {})
    plans = [event for event in events if event["event"] == "plan"]
    proven = [event["bound"] for event in plans if event.get("bound") is not None]
    return {
        "build_s": built.get("build_seconds"),
        "variables": built.get("variables", end.get("variables")),
        "trace": thin([[round(e["seconds"], 3), e["objective"], e.get("bound")] for e in plans]),
        "objective": end.get("objective"),
        "own_bound": end.get("own_bound") if end else max(proven, default=None),
        "feasible": end.get("feasible"),
        "unassigned": end.get("unassigned"),
        "seconds_used": end.get("seconds"),
        "note": "; ".join(filter(None, [end.get("note", ""), broken])),
        "failed": broken.startswith("ended with"),
    }


def value_at(row: dict[str, Any], seconds: float) -> float | None:
    """Objective of the best plan that a solver had after so many seconds."""
    seen = [value for at, value, _ in row["trace"] if at <= seconds * LATE and value is not None]
    return min(seen, default=None)


def common_bounds(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Our best certified bound of every instance."""
    bounds: dict[str, float] = {}
    for row in rows:
        if row["solver"] == "pga" and row["own_bound"] is not None:
            bounds[row["instance"]] = max(row["own_bound"], bounds.get(row["instance"], row["own_bound"]))
    return bounds


def tables(results: dict[str, Any]) -> str:
    """One table an instance."""
    rows, bounds = results["rows"], common_bounds(results["rows"])
    parts = []
    for instance in dict.fromkeys(row["instance"] for row in rows):
        mine = sorted((r for r in rows if r["instance"] == instance), key=lambda row: list(PEERS).index(row["solver"]))
        limit = max(row["seconds"] for row in mine)
        marks = [mark for mark in (1.0, 10.0) if mark < limit] + [limit]
        head = ["solver"]
        for mark in marks:
            head += [f"{mark:g} s", "gap"]
        lines = [_line(row, marks, bounds.get(instance)) for row in mine]
        threads = ", ".join(sorted({f"{row['threads']}" for row in mine}))
        said = f"bound {number(bounds.get(instance))}" if instance in bounds else "no bound"
        table = markdown([*head, "own bound", "variables", "note"], lines, (0, -1))
        parts.append(f"**{_title(instance)}** (threads: {threads}; our certified {said})\n\n{table}")
    return "\n\n".join(parts)


def _line(row: dict[str, Any], marks: list[float], bound: float | None) -> list[str]:
    cells = [PEERS[row["solver"]].label]
    for mark in marks:
        value = value_at(row, mark)
        cells += ["none" if value is None else number(value), gap_text(value, bound)]
    late = [at for at, _, _ in row["trace"] if at > marks[-1] * LATE]
    first = f"first plan after {late[0]:.0f} s" if late and len(late) == len(row["trace"]) else ""
    return [*cells, number(row["own_bound"]), number(row["variables"]), "; ".join(filter(None, [first, row["note"]]))]


def _title(instance: str) -> str:
    size, pairs, local = instance.split("_")
    agents, tasks = size.split("x")
    with_pairs = "with pairs" if pairs == "pairs1" else "without pairs"
    return f"{int(agents):,} agents x {int(tasks):,} tasks, {with_pairs}, locality 0.{local.removeprefix('local')}"


def plot(results: dict[str, Any], out: Path) -> None:
    """Draw gap over time, a panel an instance, both axes logarithmic."""
    rows, bounds = results["rows"], common_bounds(results["rows"])
    instances = [name for name in dict.fromkeys(row["instance"] for row in rows) if name in bounds]
    columns = min(2, max(len(instances), 1))
    lines = -(-max(len(instances), 1) // columns)
    figure, axes = canvas(lines, columns, 10.0, 3.6 * lines + 0.6)
    for axis, instance in zip(axes.ravel(), instances, strict=False):
        for place, (solver, peer) in enumerate(PEERS.items()):
            row = next((r for r in rows if (r["instance"], r["solver"]) == (instance, solver)), None)
            points = [] if row is None else _gaps(row, bounds[instance])
            if row is not None and points:
                xs, ys = steps(points, row["seconds"])
                axis.plot(
                    xs, ys, drawstyle="steps-post", markevery=max(1, len(xs) // 8), label=peer.label, **style(place)
                )
        axis.set(xscale="log", yscale="log", title=_title(instance))
        axis.set(xlabel="seconds", ylabel="gap to the certified bound")
        plain(axis.xaxis)
        percents(axis.yaxis)
    for axis in axes.ravel()[len(instances) :]:
        axis.set_visible(False)
    common_legend(figure, axes)
    best = [f"{_title(name)}: {_best_solver(rows, name)} is lowest at the end" for name in instances]
    save_svg(figure, out, "Gap over time", "Gap to the certified bound over seconds. " + ". ".join(best))


def _gaps(row: dict[str, Any], bound: float) -> list[tuple[float, float]]:
    seen = [(at, value) for at, value, _ in row["trace"] if value is not None and at <= LATE * row["seconds"]]
    found = [(max(at, 1e-2), 100.0 * (value - bound) / max(abs(bound), 1e-9)) for at, value in seen]
    return [(at, max(gap, 1e-4)) for at, gap in found]


def findings(results: dict[str, Any]) -> dict[str, Finding]:
    """Our objective against HiGHS's and hinted CP-SAT's, for the goals: 1,000 x 10,000 without pairs at equal time."""
    rows = [row for row in results["rows"] if row["instance"].startswith("1000x10000_pairs0") and row["seconds"] == 60]
    ended = {row["solver"]: value_at(row, row["seconds"]) for row in rows}
    found, ours = {}, ended.get("pga")
    for name, peer in (("vs-highs", "highs"), ("vs-cpsat", "cpsat-hint")):
        theirs = ended.get(peer)
        if ours is not None and theirs:
            found[name] = Finding(ours / theirs, f"ours {ours:,.0f}, {PEERS[peer].label} {theirs:,.0f}")
    return found


def _best_solver(rows: list[dict[str, Any]], instance: str) -> str:
    ended = [(value_at(row, row["seconds"]), row["solver"]) for row in rows if row["instance"] == instance]
    found = [(value, solver) for value, solver in ended if value is not None]
    return PEERS[min(found)[1]].label if found else "no solver"


def main() -> None:
    parser = arguments(__doc__, "the two instances of 1,000 tasks, 5 s each")
    parser.add_argument("--seconds", type=float, help="time limit of each run (default 60; 5 with --quick)")
    parser.add_argument("--threads", type=int, default=1, help="threads of each solver")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--memory", type=float, default=12.0, help="GiB that a process may address")
    parser.add_argument("--solvers", nargs="+", choices=PEERS, default=list(PEERS), help="which solvers")
    parser.add_argument("--instances", nargs="+", metavar="NAME", help="which instances")
    given = parser.parse_args()
    given.seconds = given.seconds or (5.0 if given.quick else 60.0)
    folder = data_folder(parser, "assignment")
    names = given.instances or (QUICK if given.quick else ALL)
    absent = [name for name in names if not (folder / f"{name}.npz").exists()]
    if absent:
        parser.error(
            f"no {absent[0]}.npz in {folder}; there are {', '.join(sorted(p.stem for p in folder.glob('*.npz')))}"
        )
    settings = {"seconds": given.seconds, "threads": given.threads, "seed": given.seed, "memory_gib": given.memory}
    journal = Journal("gap_over_time", given.json, settings, given.fresh)
    progress = Progress(given.seconds * len(names) * len(given.solvers))
    for name in names:
        for solver in given.solvers:
            key = {"instance": name, "solver": solver, "seconds": given.seconds, "threads": given.threads}
            key["seed"] = given.seed
            row = journal.get(key)
            if row is None or row.get("failed"):
                journal.add(key, measure(folder / f"{name}.npz", solver, given))
            progress.step(given.seconds, f"{solver} on {name}")
    progress.close()
    results = journal.save()
    print(tables(results))
    if given.plot:
        plot(results, given.plot)


if __name__ == "__main__":
    main()
