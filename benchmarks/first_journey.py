"""How long `qam run` takes for N agents and M tasks of a trivial handler, and where the time goes.

The whole command is measured, from its start to its report on disk: reading, starting Ray, planning with a certified
bound, dispatching, recording with fsync, writing the report. Greedy on the same problem stands beside the plan.

    python benchmarks/first_journey.py [--agents 1000] [--tasks 10000] [--quick] [--json OUT]
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any


def write_inputs(folder: Path, agents: int, tasks: int, seed: int) -> None:
    """Write a roster (three of sixty skills an agent, twenty wards) and tasks (five a patient)."""
    draw = random.Random(seed)
    skills = [f"skill-{n}" for n in range(max(6, agents * 60 // 1000))]
    roster = [
        {
            "address": f"hospital/ward-{n % 20:02d}/agent-{n}",
            "skills": {name: draw.randint(1, 5) for name in draw.sample(skills, 3)},
            "capacity": {"staff": 480},
            "cost": round(draw.uniform(1, 4), 2),
            "handler": "echo",
        }
        for n in range(agents)
    ]
    work = [
        {
            "id": f"task-{n}",
            "kind": draw.choice(skills),
            "subject": f"Patient/{n // 5}",
            "priority": draw.randint(1, 5),
            "demand": {"staff": draw.randint(10, 60)},
        }
        for n in range(tasks)
    ]
    (folder / "roster.json").write_text(json.dumps({"agents": roster}))
    (folder / "tasks.json").write_text(json.dumps({"tasks": work}))


def measure(agents: int, tasks: int, seed: int) -> dict[str, Any]:
    """Run the command once; return flat figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in").mkdir()
        write_inputs(folder / "in", agents, tasks, seed)
        command = [str(Path(sys.executable).parent / "qam"), "run", str(folder / "in"), "--out", str(folder / "out")]
        began = time.perf_counter()
        ran = subprocess.run([*command, "--json", "--quiet"], capture_output=True, text=True, check=False)
        wall = time.perf_counter() - began
        said = json.loads(ran.stdout)
    plan = said["plans"][0]
    return {
        "agents": agents,
        "tasks": tasks,
        "done": said["totals"]["done"],
        "command_s": wall,
        **{f"{stage}_s": said["seconds"].get(stage) for stage in ("read", "start", "submit", "plan", "run")},
        "objective": plan["objective"]["total"],
        "bound": plan["bound"],
        "gap": plan["gap"],
        "greedy_gap": plan["baselines"][0]["gap"],
        "solver": plan["solver"],
    }


def tables(results: dict[str, Any]) -> str:
    """The stages of the command and the plan's gap, as Markdown."""
    lines = []
    for row in results["rows"]:
        lines += [
            f"{row['agents']:,} agents, {row['tasks']:,} tasks, {row['done']:,} done:",
            "",
            "| | seconds |",
            "| --- | ---: |",
        ]
        lines += [
            f"| {stage} | {row[f'{stage}_s']:.1f} |" for stage in ("read", "start", "submit", "plan", "run", "command")
        ]
        lines += [
            "",
            f"Gap to the certified bound {100 * row['gap']:.2f} %, greedy's {100 * row['greedy_gap']:.2f} %.",
        ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agents", type=int, default=1000)
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="a tenth of the size")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    scale = 10 if given.quick else 1
    found = measure(given.agents // scale, given.tasks // scale, given.seed)
    for key, value in found.items():
        print(f"{key:>12}  {value:,.4g}" if isinstance(value, float) else f"{key:>12}  {value}")
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
