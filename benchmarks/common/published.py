"""Published instances and their best known values, as the files beside them tell."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scheduler import AssignmentProblem, QuboProblem

FEE = 5
"""Traffic fee at which the listed optima of Lee and Ma were found; pairs of files with another fee are scaled to it."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A file, the set it belongs to, and the best value known (None where none is listed); minimised."""

    set: str
    name: str
    path: Path
    form: str
    best: float | None

    @property
    def binary(self) -> bool:
        """Whether it is a QUBO."""
        return self.form in ("beasley", "gset")

    def read(self) -> AssignmentProblem | QuboProblem:
        """The problem that the listed value is of."""
        from scheduler import AssignmentProblem, read_problem

        problem = read_problem(self.path, self.form)
        if self.form == "lee-ma" and isinstance(problem, AssignmentProblem):
            fee = re.search(r"Fee=(\d+)", self.path.read_text())
            if fee is not None and int(fee[1]) != FEE:
                return replace(problem, pair_weight=problem.pair_weight * FEE / int(fee[1]))
        return problem


def gap_instances(data: Path) -> Iterator[Instance]:
    """Generalized assignment: Beasley's small ones and A, B; Yagiura's C, D and E."""
    listed = data / "gap" / "best_known.csv"
    if not listed.exists():
        return
    with listed.open(newline="") as file:
        known = {row["instance"]: float(row["best_known"]) for row in csv.DictReader(file)}
    for name in sorted(known, key=_natural):
        path = data / "gap" / name
        if path.exists():
            yield Instance(
                "GAP small" if name.startswith("gap") else f"GAP {name[0].upper()}", name, path, "gap", known[name]
            )


def cordeau_instances(data: Path) -> Iterator[Instance]:
    """Generalized quadratic assignment of Cordeau and others (2006); best known values from the folder's README."""
    readme = data / "gqap" / "README.md"
    text = readme.read_text() if readme.exists() else ""
    known = {name: float(value) for name, value in re.findall(r"(\d\d-\d\d-\d\d) (\d{6,})", text)}
    for path in sorted((data / "gqap" / "cordeau").glob("??-??-??.txt")):
        yield Instance("GQAP Cordeau", path.stem, path, "cordeau", known.get(path.stem))


def lee_ma_instances(data: Path) -> Iterator[Instance]:
    """Generalized quadratic assignment of Lee and Ma (2004), with their optima."""
    from scheduler import FormatError, read_problem

    found = {_bare(path): path for path in (data / "gqap" / "lee_ma" / "results").glob("*.txt")}
    for path in sorted((data / "gqap" / "lee_ma" / "data").glob("*.h")):
        try:
            read_problem(path, "lee-ma")
        except FormatError:  # two files of the set have a number missing
            continue
        told = found.get(_bare(path))
        value = re.search(r"objective value=([\d.]+)", told.read_text()) if told else None
        name = path.stem.removeprefix("data-")
        yield Instance("GQAP Lee-Ma", name, path, "lee-ma", float(value[1]) if value else None)


def ctap_instances(data: Path) -> Iterator[Instance]:
    """Constrained task assignment of Elloumi; optima where a `.sol` file stands beside."""
    for path in sorted((data / "gqap" / "elloumi" / "CTAP").glob("*.dat")):
        told = path.with_suffix(".sol")
        best = float(told.read_text().split()[-1]) if told.exists() else None
        yield Instance("CTAP", path.stem, path, "ctap", best)


def qubo_instances(data: Path) -> Iterator[Instance]:
    """Beasley's bqp by size, and max-cut on Gset (minus the cut)."""
    listed = data / "qubo" / "best_known.json"
    if not listed.exists():
        return
    known = json.loads(listed.read_text())
    for folder, pattern, form in (("beasley", "*.sparse", "beasley"), ("gset", "G*.txt", "gset")):
        for path in sorted((data / "qubo" / folder).glob(pattern), key=lambda path: _natural(path.stem)):
            entry = known.get(path.stem.replace("-", "."))
            best = None if entry is None else -abs(float(entry["best"]))
            group = path.stem.partition("-")[0] if form == "beasley" else "Gset"
            yield Instance(group, path.stem, path, form, best)


def all_instances(data: Path) -> list[Instance]:
    """Every instance there is, set by set."""
    sources = (gap_instances, cordeau_instances, lee_ma_instances, ctap_instances, qubo_instances)
    return [instance for source in sources for instance in source(data)]


def _bare(path: Path) -> str:
    return re.sub(r"result_|data-|C|-E-G|-", "", path.stem)


def _natural(text: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.findall(r"\d+|\D+", text)]
