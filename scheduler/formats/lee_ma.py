"""Generalized quadratic assignment as Lee and Ma have it: a C header with constants.

Lee and Ma, The generalized quadratic assignment problem, University of Toronto (2004). Objective: sum of installation
costs + fee x sum over ordered pairs of flow x distance.
"""

from __future__ import annotations

import re

import numpy as np

from scheduler.arrays import FloatArray
from scheduler.formats.dense import quadratic_problem
from scheduler.formats.source import Source
from scheduler.problem import AssignmentProblem

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"


class LeeMa:
    """`PROCESS_NUM`, `LOCATION_NUM`, `Unit_Transportation_Fee`, `Installation_Cost`, `Flow`, `Distance`, `Space_Need`
    and `Space_Avail`; all else is passed over.
    """  # noqa: D205

    name = "lee-ma"

    def signed(self, source: Source) -> bool:
        """A definition of PROCESS_NUM."""
        return source.is_text and re.search(rb"#define\s+PROCESS_NUM\b", source.head) is not None

    def doubt(self, source: Source) -> str | None:
        """Never without its mark."""
        del source
        return "no #define PROCESS_NUM"

    def read(self, source: Source) -> AssignmentProblem:
        """See `Format.read`."""
        header = _Header(source)
        tasks, agents = header.defined("PROCESS_NUM"), header.defined("LOCATION_NUM")
        fee = header.array("Unit_Transportation_Fee", ())
        flow = header.array("Flow", (tasks, tasks))
        return quadratic_problem(
            source,
            header.array("Installation_Cost", (tasks, agents)),
            header.array("Space_Need", (tasks,)),
            header.array("Space_Avail", (agents,)),
            float(fee) * flow,
            header.array("Distance", (agents, agents)),
        )


class _Header:
    """The text without its comments, which keep their line ends so that errors can name lines."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), source.text)

    def defined(self, name: str) -> int:
        found = re.search(rf"#define\s+{name}\s+(\S+)", self.text)
        if found is None:
            raise self.source.error("", f"no #define {name}", "one")
        if not re.fullmatch(r"[1-9]\d*", found.group(1)):
            raise self.source.error(self._line(found.start()), repr(found.group(1)), f"{name}: a whole number above 0")
        return int(found.group(1))

    def array(self, name: str, shape: tuple[int, ...]) -> FloatArray:
        found = re.search(rf"\b(?:int|float|double)\s+{name}\s*((?:\[\w+\]\s*)*)=([^;]*)(;?)", self.text)
        if found is None:
            raise self.source.error(self._line(len(self.text)), f"no {name}", f"its definition: double {name} = ...;")
        body = found.group(2)
        stray = re.search(r"[^\s,{}]+", re.sub(_NUMBER, " ", body))
        if stray or not found.group(3):
            where = self._line(found.end(2) if stray is None else found.start(2) + body.find(stray.group()))
            raise self.source.error(where, "the end" if stray is None else repr(stray.group()), f"a number of {name}")
        rows = [(row.start(), row.group(1)) for row in re.finditer(r"\{([^{}]*)\}", body)] or [(0, body)]
        width = shape[-1] if shape else 1
        for index, (place, row) in enumerate(rows):
            there = len(re.findall(_NUMBER, row))
            if there != width:
                where = self._line(found.start(2) + place)
                raise self.source.error(where, f"{there} numbers", f"{width} in row {index} of {name}")
        values = np.array(re.findall(_NUMBER, body), dtype=np.float64)
        if values.size != int(np.prod(shape, dtype=np.int64)):
            raise self.source.error(self._line(found.start()), f"{len(rows)} rows", f"{shape[0]} of {name}")
        return values.reshape(shape)

    def _line(self, place: int) -> str:
        return f"line {self.text.count(chr(10), 0, place) + 1}"
