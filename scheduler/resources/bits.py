"""The division of a pool as a QUBO: integers as sums of bits, for annealers and circuits.

Binary variables, named by what they mean:

* ``("take", cluster, run, b)``: bit b of the steps that a cluster takes of one of its runs (see
  `scheduler.resources.curve`);
* ``("left", b)``: bit b of the steps that stay in the pool, where they might not suffice for all.

Energy = - gain + penalty x (steps taken + steps left - steps there are)^2.

A run's gain is quadratic in its steps, so it needs no more variables. Runs need not be tied to their order: filling a
later run first never gains more. The penalty exceeds the worth of any single step: giving back one step too many loses
less than it saves, so every minimum keeps within the pool and is optimal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.arrays import pointers
from scheduler.encoding.grid import bit_values, bits_of
from scheduler.encoding.terms import Terms
from scheduler.errors import ProblemTooLargeError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scheduler.arrays import Int64Array
    from scheduler.binary.problem import QuboProblem
    from scheduler.resources.curve import Curves

STEP_LIMIT = 2**20
"""Most steps of a pool in bits: their square times the penalty must leave room for one step."""
MARGIN = 1.25
"""How far above the worth of the best step the penalty is."""


@dataclass(frozen=True, slots=True, eq=False)
class AllocationQUBO:
    """The division of one pool, compiled.

    Parameters
    ----------
    curves
        What was compiled.
    names
        Name of every variable, in order.
    problem
        The quadratic function of them; `problem.to_bqm()` has them as 0, 1, ... for dimod.
    bits
        Values of the bits of every run, and last of what stays in the pool (empty where all fits).
    penalty
        Factor of the square.
    """

    curves: Curves
    names: tuple[tuple[Any, ...], ...]
    problem: QuboProblem
    bits: tuple[tuple[int, ...], ...]
    penalty: float

    @classmethod
    def compile(cls, curves: Curves, clusters: list[str], largest_bit: int | None = None) -> AllocationQUBO:
        """Compile the curves of a pool.

        Parameters
        ----------
        curves
            The requests in steps.
        clusters
            Cluster of each request.
        largest_bit
            Most steps that one bit stands for; None: no limit. Smaller ones take more bits and even out the
            coefficients, for devices of low precision (bounded-coefficient encoding: Karimi and Ronagh, 2019).

        Raises
        ------
        ProblemTooLargeError
            If the pool has more than `STEP_LIMIT` steps.
        """
        from scheduler.binary.problem import QuboProblem

        lengths = curves.usable
        short = bool(lengths.sum() > curves.room)
        if curves.room > STEP_LIMIT and short:
            raise ProblemTooLargeError("the allocation QUBO", "steps of a pool", curves.room, STEP_LIMIT, "exact")
        runs = [tuple(bit_values(int(length), largest_bit)) for length in lengths]
        left = tuple(bit_values(curves.room, largest_bit)) if short else ()
        ptr = pointers(np.repeat(np.arange(len(runs)), [len(values) for values in runs]), len(runs))
        value = np.array([v for values in runs for v in values], dtype=np.float64)
        run = np.repeat(np.arange(len(runs)), np.diff(ptr))
        terms = Terms(np.zeros(len(value) + len(left)))
        terms.linear[: len(value)] = -(curves.first + curves.fall / 2.0)[run] * value
        zero = np.zeros(len(runs))
        terms.add_squares(ptr, np.arange(len(value)), value, zero, curves.fall / 2.0)
        penalty = MARGIN * float(curves.first.max(initial=0.0)) if short else 0.0
        if short:
            everything = np.concatenate([value, np.array(left, dtype=np.float64)])
            ends, full = np.array([0, len(everything)]), np.array([-float(curves.room)])
            terms.add_squares(ends, np.arange(len(everything)), everything, full, np.array([penalty]))
        place = np.arange(len(runs)) - np.searchsorted(curves.owner, curves.owner)
        names: list[tuple[Any, ...]] = [
            ("take", clusters[curves.owner[r]], int(place[r]), b)
            for r, values in enumerate(runs)
            for b in range(len(values))
        ]
        names += [("left", b) for b in range(len(left))]
        problem = QuboProblem.from_terms(terms.linear, *terms.columns(), terms.offset)
        return cls(curves, tuple(names), problem, (*runs, left), penalty)

    def encode(self, taken: Int64Array) -> Int64Array:
        """The state of steps taken of every run, shape (variables,), with what is left in the pool."""
        left = max(self.curves.room - int(taken.sum()), 0)
        amounts = [*taken.tolist(), min(left, sum(self.bits[-1]))]
        state = [bits_of(amount, list(values)) for amount, values in zip(amounts, self.bits, strict=True)]
        return np.array([bit for bits in state for bit in bits], dtype=np.int64)

    def decode(self, state: ArrayLike) -> Int64Array:
        """Steps taken of every run, shape (m,); together they may exceed the pool."""
        counts, at = [], 0
        vector = np.asarray(state, dtype=np.int64)
        for values in self.bits[:-1]:
            counts.append(int(vector[at : at + len(values)] @ np.array(values, dtype=np.int64)))
            at += len(values)
        return np.array(counts, dtype=np.int64)
