"""From spins, -1 or +1, to 0/1 variables: s = 2 x - 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.binary.problem import QuboProblem

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def from_spins(
    field: ArrayLike, rows: ArrayLike, columns: ArrayLike, coupling: ArrayLike, offset: float = 0.0
) -> QuboProblem:
    """The QUBO with the energies of an Ising model, offset + sum of field s + sum of coupling s s'.

    Parameters
    ----------
    field
        Shape (n,).
    rows, columns, coupling
        Shape (m,): the spins of each interaction, two different ones, and its strength.
    offset
        Constant term.
    """
    alone, strength = np.asarray(field, dtype=np.float64), np.asarray(coupling, dtype=np.float64)
    one, other = np.asarray(rows, dtype=np.int64), np.asarray(columns, dtype=np.int64)
    linear = 2.0 * alone
    linear -= 2.0 * (np.bincount(one, strength, len(alone)) + np.bincount(other, strength, len(alone)))
    constant = offset - float(alone.sum()) + float(strength.sum())
    return QuboProblem.from_terms(linear, one, other, 4.0 * strength, constant)
