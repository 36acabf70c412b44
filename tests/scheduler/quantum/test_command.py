"""What `qam solve --solver qaoa` shows and carries."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qam.cli.app import app
from tests.scheduler.conftest import random_problem


@pytest.mark.parametrize(
    ("name", "tasks", "agents"), [("qaoa", 5, 3), ("vqe", 2, 2), ("qaoa", 24, 6), ("greedy", 5, 3)]
)
def test_the_command_shows_the_report_and_json_carries_it(tmp_path: Path, name: str, tasks: int, agents: int) -> None:
    """Both times and both answers stand beside each other; other solvers have no report."""
    file = tmp_path / "problem.npz"
    random_problem(3, tasks=tasks, agents=agents).save(file)
    arguments = ["solve", str(file), "--solver", name, "--sweeps", "1"]
    shown = CliRunner().invoke(app, arguments)
    assert shown.exit_code == 0, shown.output
    assert ("exact search" in shown.output) == (name != "greedy")
    carried = CliRunner().invoke(app, [*arguments, "--json"])
    told = json.loads(carried.stdout[carried.stdout.index("{") :])["quantum"]
    if name == "greedy":
        assert told is None
    else:
        assert told["seconds"] > 0.0
        assert told["exact_seconds"] > 0.0
        assert "wins" in told["verdict"]
