"""From spins, -1 or +1, to 0/1 variables and back: s = 2 x - 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import FloatArray, Int32Array
from scheduler.binary.problem import QuboProblem

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


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


@dataclass(frozen=True, slots=True, eq=False)
class SpinModel:
    """A constant + sum of field s + sum of coupling s s' over spins of -1 or +1, as the compiled samplers read it.

    Parameters
    ----------
    field
        float64 (n,).
    first, second
        int32 (m,): the two spins of each interaction.
    coupling
        float64 (m,).
    """

    field: FloatArray
    first: Int32Array
    second: Int32Array
    coupling: FloatArray

    @property
    def flat(self) -> bool:
        """Whether all states have the same energy."""
        return not (self.field.any() or self.coupling.any())

    def beta_range(self) -> tuple[float, float]:
        """First and last inverse temperature of an anneal, for a model that is not flat.

        At the first the worst flip there can be is accepted every other time; at the last one of the smallest flips
        there can be is accepted in a sweep of the whole model once in a hundred. The rule of dwave-samplers.
        """
        size = len(self.field)
        most, least = np.abs(self.field), np.where(self.field != 0.0, np.abs(self.field), np.inf)
        for end in (self.first, self.second):
            most = most + np.bincount(end, np.abs(self.coupling), size)
            np.minimum.at(least, end, np.where(self.coupling != 0.0, np.abs(self.coupling), np.inf))
        smallest = float(least.min())
        return np.log(2.0) / (2.0 * float(most.max())), np.log(100.0 * (least == smallest).sum()) / (2.0 * smallest)


def to_spins(problem: QuboProblem) -> SpinModel:
    """The spin model whose energies differ from those of the QUBO by a constant."""
    field = problem.linear / 2.0
    for end in (problem.first, problem.second):
        field = field + np.bincount(end, problem.weight, problem.variables) / 4.0
    return SpinModel(field, problem.first, problem.second, problem.weight / 4.0)


def random_spins(rng: np.random.Generator, states: int, size: int) -> NDArray[np.int8]:
    """States of random spins, -1 or +1, shape (states, size)."""
    spins: NDArray[np.int8] = rng.integers(0, 2, (states, size), dtype=np.int8)
    return spins * np.int8(2) - np.int8(1)


def up(spins: ArrayLike) -> NDArray[np.int8]:
    """1 for each spin of +1, 0 for -1."""
    return (np.asarray(spins) > 0).astype(np.int8)
