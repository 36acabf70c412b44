"""Published instances: gap to the best known value over seeds, one set of parameters for all.

    python benchmarks/instances.py [--seeds 10] [--seconds 1] [--jobs 2] [--solver auto] [--peers highs cpsat]
                                   [--sets "GAP D" bqp500] [--quick] [--json OUT] [--plot OUT.svg]

All GAP, GQAP, CTAP and QUBO files of QAM_DATA: 1 s each up to 400 tasks or variables, 10 s above, times `--seconds`.
A solve that proves its plan optimal ends earlier. QUBOs go to our annealer. `--peers` runs others on every fifth GAP
and GQAP instance for the same time, in processes of their own. The solver knows nothing of the instances.
"""

from __future__ import annotations

import math
from pathlib import Path
from statistics import mean, median
from typing import Any

from common import Journal, Progress, arguments, count, data_folder, markdown, percent
from common.children import listen
from common.figure import PALETTE, canvas, percents, save_svg
from common.gaps import below_list, gaps_of, gather, summarise
from common.published import Instance, all_instances
from common.workers import side_by_side
from peers import PEERS

RIVALS = ("highs", "cpsat", "cpsat-hint")
"""Peers that take assignment problems as they are."""
SMALL = 400
"""Tasks or variables up to which a solve has `--seconds`; ten times that above."""
PEER_EVERY = 5


def solve_once(instance: Instance, solver: str, seconds: float, seed: int) -> dict[str, Any]:
    """Solve an instance in this process; value None where a task that must be placed is not."""
    from scheduler import Budget, QuboProblem, solve, solve_qubo

    problem = instance.read()
    if isinstance(problem, QuboProblem):
        state = solve_qubo(problem, solver, Budget(seconds=seconds), seed)
        return {"value": state.energy, "bound": None, "seconds_used": state.seconds, "solver_used": state.solver}
    plan = solve(problem, solver, Budget(seconds=seconds), seed)
    value = plan.objective.total if math.isfinite(plan.objective.total) else None
    return {"value": value, "bound": plan.bound, "seconds_used": plan.seconds["total"], "solver_used": plan.solver}


def peer_once(instance: Instance, solver: str, seconds: float, seed: int) -> dict[str, Any]:
    """Run a peer on an instance in a process of its own."""
    chosen = [solver, str(instance.path), instance.form, str(seconds), str(seed), "1", "12"]
    events, broken = listen("peers", chosen, 2.0 * seconds + 120.0)
    seen = [e["objective"] for e in events if e["event"] == "plan" and e["seconds"] <= 1.05 * seconds]
    value = min((value for value in seen if value is not None), default=None)
    end = events[-1] if events and events[-1]["event"] == "end" else {}
    return {"value": value, "bound": end.get("own_bound"), "seconds_used": end.get("seconds"), "note": broken}


def work(instance: Instance, solver: str, seconds: float, seed: int) -> dict[str, Any]:
    """One row, whoever solves."""
    return (peer_once if solver in RIVALS else solve_once)(instance, solver, seconds, seed)


def seconds_for(instance: Instance, sizes: dict[str, int], scale: float) -> float:
    """Time limit of an instance by its size."""
    return scale * (1.0 if sizes[instance.name] <= SMALL else 10.0)


def size_of(instance: Instance) -> int:
    """Tasks or variables."""
    from scheduler import QuboProblem

    problem = instance.read()
    return int(problem.variables if isinstance(problem, QuboProblem) else problem.tasks)


def tables(results: dict[str, Any]) -> str:
    """The table of sets, who was beaten, and the table of peers."""
    rows = results["rows"]
    ours = [row for row in rows if row["solver"] not in RIVALS]
    parts = [_table(summarise(ours), with_solver=False)]
    below = below_list(ours)
    if below:
        parts.append("Below the list: " + "; ".join(below) + ".")
    peers = {row["solver"] for row in rows} & set(RIVALS)
    if peers:
        both = {row["instance"] for row in rows if row["solver"] in peers}
        chosen = [_first_seed(row) for row in rows if row["instance"] in both]
        parts.append(f"Beside peers for the same time, {len(both)} instances, one thread each:")
        parts.append(_table(summarise(chosen), with_solver=True))
    return "\n\n".join(parts)


def _first_seed(row: dict[str, Any]) -> dict[str, Any]:
    place = row["seeds"].index(min(row["seeds"]))
    return {**row, "values": row["values"][place : place + 1]}


def _table(lines: list[dict[str, Any]], with_solver: bool) -> str:
    head = ["set", "gap to"] + ["solver"] * with_solver
    head += ["instances", "mean of medians", "worst median", "worst run", "runs that reach it", "instances reached"]
    body = []
    for line in lines:
        label = PEERS[line["solver"]].label if line["solver"] in RIVALS else f"ours ({line['solver']})"
        unsolved = line["instances"] - line["solved"]
        body.append(
            [
                line["set"],
                line["reference"],
                *([label] if with_solver else []),
                count(line["instances"]) + (f", {unsolved} without a plan" if unsolved else ""),
                percent(line["mean_of_medians"]),
                percent(line["worst_median"]),
                percent(line["worst"]),
                percent(line["runs_reached"], 0),
                f"{line['instances_reached']} of {line['instances']}",
            ]
        )
    return markdown(head, body, (0, 1, 2) if with_solver else (0, 1))


def plot(results: dict[str, Any], out: Path) -> None:
    """Draw the median gap of every instance, a strip a set; those at the best known value stand on the lowest line."""
    found: dict[str, list[float]] = {}
    for row in results["rows"]:
        gaps = gaps_of(row)
        if gaps and row["solver"] not in RIVALS and row["best"] is not None and median(gaps) < math.inf:
            found.setdefault(row["set"], []).append(100.0 * median(gaps))
    figure, axes = canvas(1, 1, 9.0, 0.32 * len(found) + 1.6)
    axis = axes[0, 0]
    floor = 1e-3
    for place, gaps in enumerate(found.values()):
        spread = [place + 0.5 * ((k * 0.618) % 1 - 0.5) for k in range(len(gaps))]
        axis.scatter([max(gap, floor) for gap in gaps], spread, s=14, color=PALETTE[0], alpha=0.7, linewidths=0)
        axis.scatter([max(mean(gaps), floor)], [place], s=60, color=PALETTE[1], marker="|", linewidths=2)
    axis.set_yticks(range(len(found)), list(found))
    axis.invert_yaxis()
    axis.set(xscale="log", xlabel="median gap to the best known value; at the left edge 0.001 % or less")
    percents(axis.xaxis)
    axis.set_title("Dots: instances; bar: mean of the set")
    told = "; ".join(f"{group}: mean {mean(gaps):.3f} %" for group, gaps in found.items())
    save_svg(figure, out, "Published instances", f"Median gap to the best known value by set. {told}")


def main() -> None:
    parser = arguments(__doc__, "every twelfth instance of each set, two seeds, a fifth of the time")
    parser.add_argument("--seeds", type=int, help="seeds of each instance (default 10; 2 with --quick)")
    parser.add_argument("--seconds", type=float, help="scale of the time limits (default 1; 0.2 with --quick)")
    parser.add_argument("--jobs", type=int, default=2, help="processes side by side, one thread each")
    parser.add_argument("--solver", default="auto", help="solver of assignment problems (QUBOs: our annealer)")
    parser.add_argument("--peers", nargs="*", default=[], choices=RIVALS, help="run beside us")
    parser.add_argument("--sets", nargs="+", metavar="SET", help='only these sets, e.g. "GAP D" "GQAP Cordeau" bqp250')
    given = parser.parse_args()
    given.seeds = given.seeds or (2 if given.quick else 10)
    given.seconds = given.seconds or (0.2 if given.quick else 1.0)
    data = data_folder(parser, "")
    chosen = [i for i in all_instances(data) if not given.sets or i.set in given.sets]
    if given.quick:
        chosen = [
            i for group in dict.fromkeys(i.set for i in chosen) for i in [c for c in chosen if c.set == group][::12]
        ]
    if not chosen:
        parser.error(f"no instances of {given.sets} in {data}")
    settings = {"seeds": given.seeds, "seconds": given.seconds, "jobs": given.jobs, "solver": given.solver}
    journal = Journal("instances", given.json, settings, given.fresh)
    run(journal, chosen, given)
    results = journal.save(gather)
    print(tables(results))
    if given.plot:
        plot(results, given.plot)


def run(journal: Journal, chosen: list[Instance], given: Any) -> None:
    """Measure what the journal does not hold yet."""
    sizes = {instance.name: size_of(instance) for instance in chosen}
    subset = [instance for instance in chosen if not instance.binary][::PEER_EVERY]
    plan = [(i, "anneal" if i.binary else given.solver, seed) for i in chosen for seed in range(given.seeds)]
    plan += [(instance, peer, 0) for peer in given.peers for instance in subset]
    jobs = []
    for instance, solver, seed in plan:
        job = (instance, solver, seconds_for(instance, sizes, given.seconds), seed)
        if journal.get(key_of(*job)) is None:
            jobs.append(job)
    progress = Progress(sum(job[2] for job in jobs) / given.jobs)
    for job, row in side_by_side(work, jobs, given.jobs) if jobs else ():
        instance = job[0]
        journal.add(key_of(*job), {**row, "best": instance.best, "size": sizes[instance.name]})
        progress.step(job[2] / given.jobs, f"{job[1]} on {instance.set} {instance.name}, seed {job[3]}")
    progress.close()


def key_of(instance: Instance, solver: str, seconds: float, seed: int) -> dict[str, Any]:
    """What a row is of."""
    return {"set": instance.set, "instance": instance.name, "solver": solver, "seconds": seconds, "seed": seed}


if __name__ == "__main__":
    main()
