"""Maximum cut as Gset (rudy) writes it: the edges of a graph. The cut's weight is maximised: minus it is minimised."""

from __future__ import annotations

import numpy as np

from scheduler.binary.problem import QuboProblem
from scheduler.formats.edges import doubt_of_edges, read_edges
from scheduler.formats.source import Source


class Gset:
    """`n m`; m lines `i j weight`, from 1. Energy: minus the weight of the edges between x = 0 and x = 1."""

    name = "gset"

    def signed(self, source: Source) -> bool:
        """No mark: nothing but numbers."""
        del source
        return False

    def doubt(self, source: Source) -> str | None:
        """Whether it is a list of m different edges, none from a node to itself."""
        return doubt_of_edges(source, own=False)

    def read(self, source: Source) -> QuboProblem:
        """See `Format.read`."""
        size, first, second, weight = read_edges(source, own=False)
        linear = -np.bincount(first, weight, size) - np.bincount(second, weight, size)
        return QuboProblem.from_terms(linear, first, second, 2.0 * weight)
