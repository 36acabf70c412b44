"""What the results of the scripts say of the goals: a script may offer `findings(results)`, by name of the target."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from statistics import median

from common.results import Results, results_of
from common.targets import TARGETS, Finding

Reader = Callable[[Results], dict[str, Finding]]


def findings(folder: Path) -> dict[str, Finding]:
    """Findings of every script that has results in a folder, but for those of `goals.py` itself."""
    found: dict[str, Finding] = {}
    for script in dict.fromkeys(target.script for target in TARGETS if target.script != "goals"):
        results = results_of(script, folder)
        if results is not None:
            read: Reader | None = _READERS.get(script) or getattr(import_module(script), "findings", None)
            found |= {} if read is None else read(results)
    return found


def of_qaoa(results: Results) -> dict[str, Finding]:
    """One evaluation at 16 qubits against qiskit's, and the 40-qubit problem of 10 tasks x 4 agents at 16 layers."""
    found: dict[str, Finding] = {}
    for row in results["rows"]:
        if row["part"] == "engine" and row["qubits"] == 16:
            said = f"ours {1e3 * row['ours']:.2f} ms, qiskit {1e3 * row['qiskit']:,.0f} ms an evaluation"
            found["qaoa-speed"] = Finding(row["qiskit"] / row["ours"], said)
    large = [
        row["seconds"]
        for row in results["rows"]
        if row["part"] == "size" and (row["tasks"], row["agents"], row["layers"]) == (10, 4, 16)
    ]
    if large:
        found["qaoa-40"] = Finding(median(large), f"median of {len(large)}, processor time")
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


_READERS: dict[str, Reader] = {"qaoa": of_qaoa}
