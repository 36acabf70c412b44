"""Growth: time, memory, gap and moves from a thousand to a million tasks, with and without pairs, one and two threads.

    python benchmarks/growth.py [--tasks 1000 10000 100000 1000000] [--sweeps 40] [--threads 1 2] [--quick] [--json OUT]
                                [--plot OUT.svg]

Generated instances (two resources, about 20 eligible agents a task, 70 % of them near). Each is made in one process,
each solve runs in another, kernels compiled before; memory is that process's largest resident size, problem included.
Runs of `--sweeps` sweeps show how time grows and that one and two threads give the same plan; runs against the clock
show the gap: 3, 10, 30 s, and for a million tasks 90 s without and 240 s with pairs. Every plan is checked anew.
"""

from __future__ import annotations

import json
import math
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from common import Journal, Progress, arguments, count, markdown, number, percent
from common.children import listen
from common.figure import canvas, legend, save_svg, style
from common.targets import Finding

AGENTS = {1_000: 100, 10_000: 1_000, 100_000: 3_000, 1_000_000: 10_000}
"""Agents by number of tasks."""
SECONDS = {1_000: (3.0, 3.0), 10_000: (10.0, 10.0), 100_000: (30.0, 30.0), 1_000_000: (90.0, 240.0)}
"""Seconds by number of tasks, without and with pairs."""
LIMIT = 3600.0
"""Seconds after which a process is ended."""


def make(path: str, tasks: str, pairs: str) -> None:
    """Write an instance, not compressed, so that reading it takes no memory of its own."""
    import numpy as np

    from scheduler.problem import OPTIONAL_ARRAYS, REQUIRED_ARRAYS
    from simulations.instances import InstanceFamily, draw_instance

    family = InstanceFamily(tasks=int(tasks), agents=AGENTS[int(tasks)], locality=0.7, pair_density=float(pairs))
    problem = draw_instance(family, seed=0)
    arrays: dict[str, Any] = {name: getattr(problem, name) for name in REQUIRED_ARRAYS + OPTIONAL_ARRAYS}
    np.savez(path, **arrays)


def measure(path: str, mode: str, amount: str, threads: str) -> None:
    """Solve an instance and print what it took, as a line of JSON."""
    import hashlib
    import resource
    import time

    from scheduler import AssignmentProblem, Budget, solve, verify, warm_up

    warm_up()
    problem = AssignmentProblem.load(path)
    loaded = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    budget = Budget(sweeps=int(amount)) if mode == "sweeps" else Budget(seconds=float(amount))
    before = time.process_time()
    with ThreadPoolExecutor(int(threads)) as pool:
        parallel = None if threads == "1" else lambda function, items: list(pool.map(function, items))
        plan = solve(problem, "pga", budget, seed=1, parallel=parallel)
    processor = time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    check = verify(problem, plan.assignment, plan.certificate)
    search = max(plan.seconds["search"], 1e-9)
    print(json.dumps({
        "eligible_pairs": len(problem.agent), "task_pairs": len(problem.pair_task) // 2, "objective":
        plan.objective.total, "bound": plan.bound, "gap": check.gap, "verified": check.holds,
        "unassigned": check.unassigned, "seconds_used": plan.seconds["total"], "bound_seconds": plan.seconds["bound"],
        "processor_seconds": processor, "moves_per_second": (plan.moves or 0) / search, "loaded_gb": loaded / 1e6,
        "peak_gb": peak / 1e6, "plan": hashlib.sha256(plan.assignment.tobytes()).hexdigest()[:16],
        "reason": plan.reason,
    }))  # fmt: skip


def exponent(points: list[tuple[float, float]]) -> float | None:
    """Slope of the least-squares line through the logarithms, None for fewer than two sizes."""
    if len({x for x, _ in points}) < 2:
        return None
    xs, ys = [math.log(x) for x, _ in points], [math.log(max(y, 1e-9)) for _, y in points]
    middle, level = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - middle) ** 2 for x in xs)
    return sum((x - middle) * (y - level) for x, y in zip(xs, ys, strict=True)) / spread


def tables(results: dict[str, Any]) -> str:
    """A line for each run, then the exponents."""
    body = [
        [
            count(row["tasks"]),
            "with" if row["pairs"] else "without",
            str(row["threads"]),
            f"{row['amount']:g} {'sweeps' if row['mode'] == 'sweeps' else 's'}",
            percent(row["gap"]) if row["verified"] else "not verified",
            number(row["seconds_used"], 1),
            number(row["bound_seconds"], 1),
            number(row["peak_gb"], 2),
            number(row["moves_per_second"] / 1e6, 2),
            count(row["unassigned"]),
        ]
        for row in results["rows"]
    ]
    head = [
        "tasks",
        "pairs",
        "threads",
        "budget",
        "gap",
        "seconds",
        "of that bound",
        "memory (GB)",
        "moves/s (million)",
    ]
    return "\n\n".join([markdown([*head, "left out"], body, (1, 3)), *remarks(results["rows"])])


def remarks(rows: list[dict[str, Any]]) -> list[str]:
    """Growth of time and memory, and whether the plans of one and two threads are the same."""
    said = []
    for pairs in (0, 1):
        mine = [row for row in rows if row["mode"] == "sweeps" and row["pairs"] == pairs]
        one = [row for row in mine if row["threads"] == 1]
        slopes = [exponent([(row["tasks"], row[name]) for row in one]) for name in ("seconds_used", "peak_gb")]
        if slopes[0] is not None:
            kind = "with" if pairs else "without"
            said.append(f"At equal sweeps {kind} pairs time grows as tasks^{number(slopes[0], 2)}, memory as "
                        f"tasks^{number(slopes[1], 2)}.")  # fmt: skip
    plans: dict[tuple[int, int], set[str]] = {}
    for row in rows:
        if row["mode"] == "sweeps":
            plans.setdefault((row["tasks"], row["pairs"]), set()).add(row["plan"])
    different = sorted(key for key, found in plans.items() if len(found) > 1)
    if plans:
        said.append(f"Plans that differ between numbers of threads at equal sweeps: {different or 'none'}.")
    return said


def findings(results: dict[str, Any]) -> dict[str, Finding]:
    """What is said of the goals for a million tasks."""
    large = [row for row in results["rows"] if row["tasks"] == 1_000_000 and row["mode"] == "seconds"]
    found: dict[str, Finding] = {}
    for name, pairs in (("million-plain", 0), ("million-pairs", 1)):
        gaps = [row["gap"] for row in large if row["pairs"] == pairs and row["verified"]]
        if gaps:
            found[name] = Finding(100.0 * min(gaps))
    if large:
        found["million-time"] = Finding(max(row["seconds_used"] for row in large))
        found["million-memory"] = Finding(max(row["peak_gb"] for row in large))
    return found


def plot(results: dict[str, Any], out: Path) -> None:
    """Draw time, memory and gap against tasks."""
    figure, axes = canvas(1, 3, 11.0, 4.0)
    pictures = (
        ("seconds_used", "sweeps", "seconds at equal sweeps", 1.0),
        ("peak_gb", "sweeps", "memory, GB", 1.0),
        ("gap", "seconds", "gap to our bound against the clock, %", 100.0),
    )
    for axis, (name, mode, label, unit) in zip(axes[0], pictures, strict=True):
        kinds = sorted({(row["pairs"], row["threads"]) for row in results["rows"]})
        for place, (pairs, threads) in enumerate(kinds):
            points = sorted(
                (row["tasks"], unit * row[name])
                for row in results["rows"]
                if (row["mode"], row["pairs"], row["threads"]) == (mode, pairs, threads) and row[name]
            )
            text = f"{'with' if pairs else 'without'} pairs, {threads} thread{'s' if threads > 1 else ''}"
            axis.plot([x for x, _ in points], [y for _, y in points], label=text, **style(place))
        axis.set(xscale="log", yscale="log", xlabel="tasks", title=label)
    legend(axes[0, 0], fontsize=8)
    save_svg(figure, out, "Growth with the number of tasks", "Time, memory and gap from a thousand to a million tasks")


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        {"make": make, "measure": measure}[sys.argv[2]](*sys.argv[3:])
        return
    parser = arguments(__doc__, "up to 10,000 tasks, 1 and 3 s")
    parser.add_argument("--tasks", type=int, nargs="+", choices=AGENTS, help="sizes (default all)")
    parser.add_argument("--sweeps", type=int, default=40, help="sweeps of the runs of equal sweeps")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], help="numbers of threads")
    given = parser.parse_args()
    sizes = given.tasks or [tasks for tasks in AGENTS if not given.quick or tasks <= 10_000]
    journal = Journal("growth", given.json, {"sweeps": given.sweeps, "quick": given.quick}, given.fresh)
    plan = []
    for tasks in sizes:
        for pairs in (0, 1):
            seconds = SECONDS[tasks][pairs] * (0.3 if given.quick else 1.0)
            for mode, amount in (("sweeps", given.sweeps), ("seconds", seconds)):
                plan += [
                    {"tasks": tasks, "pairs": pairs, "mode": mode, "amount": amount, "threads": threads}
                    for threads in given.threads
                ]
    left = [key for key in plan if journal.get(key) is None]
    progress = Progress(sum(_expected(key) for key in left))
    with tempfile.TemporaryDirectory() as folder:
        for key in left:
            path = Path(folder) / f"{key['tasks']}_{key['pairs']}.npz"
            for other in Path(folder).glob("*.npz"):
                if other != path:
                    other.unlink()
            if not path.exists():
                _child(["make", str(path), str(key["tasks"]), str(key["pairs"])], 1)
            row = _child(["measure", str(path), key["mode"], str(key["amount"]), str(key["threads"])], key["threads"])
            journal.add(key, row)
            progress.step(_expected(key), f"{key['tasks']} tasks, {key['mode']}")
    progress.close()
    results = journal.save()
    print(tables(results))
    if given.plot:
        plot(results, given.plot)


def _expected(key: dict[str, Any]) -> float:
    return float(key["amount"]) if key["mode"] == "seconds" else 1.0 + 2e-6 * key["tasks"] * key["amount"]


def _child(given: list[str], threads: int) -> dict[str, Any]:
    events, broken = listen("growth", ["--child", *given], LIMIT, threads)
    if broken:
        raise RuntimeError(f"growth {' '.join(given)}: {broken}")
    return events[-1] if events else {}


if __name__ == "__main__":
    main()
