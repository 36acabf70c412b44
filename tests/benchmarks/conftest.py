"""The scripts of `benchmarks` as modules, and as commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))


@pytest.fixture
def script(tmp_path: Path) -> Callable[..., tuple[dict[str, Any], str]]:
    """Run a script with `--json`; return its results and what it printed."""

    def run(name: str, *given: str, out: str = "results.json") -> tuple[dict[str, Any], str]:
        path = tmp_path / out
        command = [sys.executable, str(BENCHMARKS / f"{name}.py"), *given, "--json", str(path)]
        ran = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=280,
            env={**os.environ, "NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        return json.loads(path.read_text()), ran.stdout

    return run
