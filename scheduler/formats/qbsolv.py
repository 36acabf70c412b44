"""QUBO as qbsolv has it: `p qubo 0 maxNodes nNodes nCouplers`, then nodes, then couplers, counted from 0."""

from __future__ import annotations

import re

import numpy as np

from scheduler.binary.problem import QuboProblem
from scheduler.formats.source import Source
from scheduler.formats.triples import read_triple


class Qbsolv:
    """`c` comments; `p qubo 0 maxNodes nNodes nCouplers`; lines `i i value`; lines `i j value` with i < j.

    Minimised; a coupler counts once. There are maxNodes variables.
    """

    name = "qbsolv"

    def signed(self, source: Source) -> bool:
        """A line that begins with `p qubo`."""
        return source.is_text and re.search(rb"^p\s+qubo\b", source.head, re.MULTILINE) is not None

    def doubt(self, source: Source) -> str | None:
        """Never without its mark."""
        del source
        return "no line `p qubo ...`"

    def read(self, source: Source) -> QuboProblem:
        """See `Format.read`."""
        size, counts, last = -1, [0, 0], 0
        rows: list[tuple[int, int, float]] = []
        seen: set[tuple[int, int]] = set()
        wanted = (0, 0)
        for number, line in enumerate(source.lines, 1):
            if not line.strip() or line[0] == "c":
                continue
            last = number
            if line[0] == "p":
                if size >= 0:
                    raise source.error(f"line {number}", "a second problem", "one problem")
                size, wanted = _header(source, number, line)
                continue
            i, j, value = read_triple(source, number, line)
            if size < 0:
                raise source.error(f"line {number}", repr(line[:40]), "`p qubo ...` first")
            if i > j or j >= size:
                raise source.error(f"line {number}", f"{i} {j}", f"i <= j, both below {size}")
            if (i, j) in seen:
                raise source.error(f"line {number}", f"{i} {j} a second time", "each pair once")
            seen.add((i, j))
            counts[i != j] += 1
            rows.append((i, j, value))
        if size < 0:
            raise source.error("", "no line `p qubo ...`", "one")
        if tuple(counts) != wanted:
            found, asked = (f"{c[0]} nodes and {c[1]} couplers" for c in (counts, wanted))
            raise source.error(f"line {last}, the end", found, asked)
        table = np.array(rows, dtype=np.float64).reshape(-1, 3)
        return QuboProblem.from_terms(
            np.zeros(size), table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2]
        )


def _header(source: Source, number: int, line: str) -> tuple[int, tuple[int, int]]:
    tokens = line.split()
    if len(tokens) != 6 or tokens[:2] != ["p", "qubo"]:
        raise source.error(f"line {number}", repr(line[:60]), "`p qubo 0 maxNodes nNodes nCouplers`")
    for place, token in enumerate(tokens[3:], 4):
        if not re.fullmatch(r"\d{1,9}", token):
            raise source.error(f"line {number}, token {place}", repr(token[:40]), "a whole number")
    return int(tokens[3]), (int(tokens[4]), int(tokens[5]))
