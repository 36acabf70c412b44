"""QUBO and Ising models as dimod's coordinate lists, with the header that names their kind of variables."""

from __future__ import annotations

import re

import numpy as np

from scheduler.binary.problem import QuboProblem
from scheduler.binary.spins import from_spins
from scheduler.formats.source import Source
from scheduler.formats.triples import read_triple

_HEADER = re.compile(r"#.*?vartype\s*[:=]\s*([-_.a-zA-Z0-9]+)")


class DimodCoo:
    """`# vartype=BINARY` (or SPIN), then lines `i j bias` from 0, `i i bias` for linear ones; those given twice add up.

    A spin of +1 is written as 1 in a solution, -1 as 0.
    """

    name = "dimod-coo"

    def signed(self, source: Source) -> bool:
        """The header."""
        return source.is_text and re.search(rb"^\s*#.*?vartype\s*[:=]", source.head, re.MULTILINE) is not None

    def doubt(self, source: Source) -> str | None:
        """Never without its mark: the same numbers mean something else for each kind of variables."""
        del source
        return "no header `# vartype=BINARY`"

    def read(self, source: Source) -> QuboProblem:
        """See `Format.read`."""
        kind, rows = "", []
        for number, line in enumerate(source.lines, 1):
            if line.lstrip().startswith("#"):
                found = _HEADER.search(line)
                if found and found.group(1) not in {"BINARY", "SPIN"}:
                    raise source.error(f"line {number}", repr(found.group(1)), "vartype BINARY or SPIN")
                if found and kind and found.group(1) != kind:
                    raise source.error(f"line {number}", "a second vartype", "one")
                kind = found.group(1) if found else kind
            elif line.strip():
                rows.append(read_triple(source, number, line))
        if not kind:
            raise source.error("line 1", "no vartype", "`# vartype=BINARY` or `# vartype=SPIN`")
        table = np.array(rows, dtype=np.float64).reshape(-1, 3)
        first, second = table[:, 0].astype(np.int64), table[:, 1].astype(np.int64)
        size = int(max(first.max(initial=-1), second.max(initial=-1))) + 1
        own = first == second
        linear = np.bincount(first[own], table[own, 2], size)
        values = (linear, first[~own], second[~own], table[~own, 2], 0.0)
        return from_spins(*values) if kind == "SPIN" else QuboProblem.from_terms(*values)
