"""A thousand agents and ten thousand tasks through the whole command."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.ray
def test_a_thousand_agents_do_ten_thousand_tasks_and_the_gap_is_reported(tmp_path):
    command = [sys.executable, str(ROOT / "benchmarks" / "first_journey.py"), "--json", str(tmp_path / "figures.json")]
    subprocess.run(command, check=True, timeout=280)
    found = json.loads((tmp_path / "figures.json").read_text())
    assert found["done"] == found["tasks"] == 10_000
    assert 0 <= found["gap"] < 1
    assert found["gap"] <= found["greedy_gap"] + 1e-12
