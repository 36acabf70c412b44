"""The journal of a run: rows kept as they come, and the file of results that is made of them."""

from __future__ import annotations

import json
import math
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Results = dict[str, Any]
Gather = Callable[[list[Row]], list[Row]]


class Journal:
    """Rows of a benchmark, each written the moment it is known.

    Parameters
    ----------
    benchmark
        Name of the script.
    out
        The file of results, None to keep rows in memory only. The rows go to `out` + "l".
    settings
        What the run was asked for.
    fresh
        Whether rows of an earlier run are dropped.
    """

    def __init__(self, benchmark: str, out: Path | None, settings: Row, fresh: bool = False) -> None:
        self.benchmark, self.out = benchmark, out
        self.settings = {name: str(value) if isinstance(value, Path) else value for name, value in settings.items()}
        self.commit = commit()
        self._rows: dict[str, Row] = {}
        self._asked: dict[str, None] = {}
        if self.lines is not None:
            if fresh:
                self.lines.unlink(missing_ok=True)
            self.lines.parent.mkdir(parents=True, exist_ok=True)
            self._read(self.lines)

    @property
    def lines(self) -> Path | None:
        """The file of rows."""
        return None if self.out is None else self.out.with_name(self.out.name + "l")

    def _read(self, path: Path) -> None:
        for line in path.read_text().splitlines() if path.exists() else ():
            try:
                row = json.loads(line)
            except ValueError:  # the line that was being written when the run was cut
                continue
            self._rows[_name(row["key"])] = row
        old = sum(row.get("commit") != self.commit for row in self._rows.values())
        if old:
            print(f"{old} rows in {path} are of another commit and kept; --fresh measures anew", file=sys.stderr)

    def get(self, key: Row) -> Row | None:
        """The row of this key, if it has been measured; asking makes it part of the results."""
        name = _name(key)
        self._asked[name] = None
        return self._rows.get(name)

    def add(self, key: Row, row: Row) -> Row:
        """Keep a row: in memory, and as a line on disk."""
        name = _name(key)
        self._asked[name] = None
        kept: Row = _finite({"key": key, **row, "commit": self.commit, "at": time.strftime("%Y-%m-%d %H:%M")})
        self._rows[name] = kept
        if self.lines is not None:
            with self.lines.open("a") as file:
                file.write(json.dumps(kept) + "\n")
                file.flush()
                os.fsync(file.fileno())
        return kept

    def rows(self) -> list[Row]:
        """The rows that this run asked for or added, in that order, each with its key's fields among its own."""
        return [_flat(self._rows[name]) for name in self._asked if name in self._rows]

    def results(self, gather: Gather | None = None) -> Results:
        """What `--json` holds; `gather` makes fewer rows of many."""
        found = [self._rows[name] for name in self._asked if name in self._rows]
        return {
            "benchmark": self.benchmark,
            "machine": machine(),
            "commits": sorted({row["commit"] for row in found}),
            "measured": max((row["at"] for row in found), default=""),
            "settings": self.settings,
            "rows": _finite(gather(self.rows()) if gather else self.rows()),
        }

    def save(self, gather: Gather | None = None) -> Results:
        """Write the file of results, if there is one, one row a line; return the results."""
        results = self.results(gather)
        if self.out is not None:
            head = json.dumps({name: value for name, value in results.items() if name != "rows"}, indent=1)[:-2]
            rows = ",\n".join(f"  {json.dumps(row)}" for row in results["rows"])
            self.out.write_text(f'{head},\n "rows": [\n{rows}\n ]\n}}\n')
        return results


def _name(key: Row) -> str:
    return json.dumps(key, sort_keys=True)


def _flat(row: Row) -> Row:
    return {**row["key"], **{name: value for name, value in row.items() if name not in ("key", "commit", "at")}}


def _finite(value: Any) -> Any:
    """The same without infinities and NaN, which JSON does not know, and without digits beyond the tenth."""
    if isinstance(value, float):
        return float(f"{value:.10g}") if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def results_of(name: str, folder: Path) -> Results | None:
    """The results of another benchmark in a folder, None where there are none."""
    path = folder / f"{name}.json"
    return load_results(path) if path.exists() else None


def load_results(path: Path) -> Results:
    """A file of results; one that is a single row becomes results of that row."""
    found = json.loads(path.read_text())
    if not isinstance(found, dict):
        raise ValueError(f'{path} holds no results: expected an object with "rows", found {type(found).__name__}')
    return found if "rows" in found else {"rows": [found]}


def machine() -> Row:
    """What the figures depend on: processor, cores, memory, versions, load."""
    from importlib.metadata import PackageNotFoundError, version

    versions = {"python": platform.python_version()}
    for package in ("numpy", "numba", "highspy", "ortools", "dwave-samplers", "openjij", "qiskit"):
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "load": round(os.getloadavg()[0], 2),
        "versions": versions,
    }


def _processor() -> str:
    cpus = Path("/proc/cpuinfo")
    for line in cpus.read_text().splitlines() if cpus.exists() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def commit() -> str:
    """The commit that is measured, empty outside a checkout."""
    asked = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
