"""QUBO as the Biq Mac library writes Beasley's instances: the upper triangle of a symmetric matrix, minimised."""

from __future__ import annotations

import numpy as np

from scheduler.binary.problem import QuboProblem
from scheduler.formats.edges import doubt_of_edges, read_edges
from scheduler.formats.source import Source


class Beasley:
    """`n m`; m lines `i j q`, from 1. Minimises x'Qx: q[i][j] off the diagonal counts twice."""

    name = "beasley"

    def signed(self, source: Source) -> bool:
        """No mark: nothing but numbers."""
        del source
        return False

    def doubt(self, source: Source) -> str | None:
        """Whether it is a list of m different pairs."""
        return doubt_of_edges(source, own=True)

    def read(self, source: Source) -> QuboProblem:
        """See `Format.read`."""
        size, first, second, value = read_edges(source, own=True)
        return QuboProblem.from_terms(np.zeros(size), first, second, np.where(first == second, value, 2.0 * value))
