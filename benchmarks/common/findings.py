"""What the results of the scripts say of the goals: a script may offer `findings(results)`, by name of the target."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from common.results import Results, results_of
from common.targets import TARGETS, Finding

Reader = Callable[[Results], dict[str, Finding]]


def findings(folder: Path) -> dict[str, Finding]:
    """Findings of every script that has results in a folder, but for those of `goals.py` itself."""
    found: dict[str, Finding] = {}
    for script in dict.fromkeys(target.script for target in TARGETS if target.script != "goals"):
        results = results_of(script, folder)
        if results is not None:
            read: Reader | None = getattr(import_module(script), "findings", None)
            found |= {} if read is None else read(results)
    return found


def instance_runs(folder: Path) -> dict[tuple[str, float, int], float | None]:
    """Value of every run of `instances.py` with the default solver, by instance, seconds and seed."""
    results = results_of("instances", folder)
    return {
        (row["instance"], row["seconds"], seed): value
        for row in (results["rows"] if results else ())
        if row["solver"] == "auto"
        for seed, value in zip(row["seeds"], row["values"], strict=True)
    }
