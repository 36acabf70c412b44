"""A quadratic function of 0/1 variables that is to be minimised: QUBO, Ising and maximum-cut files become one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.arrays import FloatArray, Int32Array, Int64Array, frozen, pointers
from scheduler.errors import InvalidAssignmentError, InvalidProblemError
from scheduler.validation import LARGEST

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True, eq=False)
class QuboProblem:
    """offset + sum of linear[i] x[i] + sum of weight[k] x[first[k]] x[second[k]], x binary, minimised.

    Parameters
    ----------
    linear
        float64 (n,).
    first, second
        int32 (m,): the variables of each interaction, first < second, ascending, no pair twice; `from_terms`
        sorts and adds up.
    weight
        float64 (m,): coefficient of each interaction, counted once.
    offset
        Constant term.

    Raises
    ------
    InvalidProblemError
        With the array, the index and the value at fault.
    """

    linear: FloatArray
    first: Int32Array
    second: Int32Array
    weight: FloatArray
    offset: float = 0.0

    def __post_init__(self) -> None:
        for name, dtype in (
            ("linear", np.float64), ("first", np.int32), ("second", np.int32), ("weight", np.float64),
        ):  # fmt: skip
            given = getattr(self, name)
            object.__setattr__(
                self, name, frozen(_whole(name, given) if dtype == np.int32 else _real(name, given), dtype)
            )
        object.__setattr__(self, "offset", float(self.offset))
        _check(self)

    @classmethod
    def from_terms(
        cls, linear: ArrayLike, rows: ArrayLike, columns: ArrayLike, weights: ArrayLike, offset: float = 0.0
    ) -> QuboProblem:
        """A problem from interactions in any order; those of one pair are added up, x[i] x[i] is x[i]."""
        alone = np.array(_real("linear", linear))
        one, other = _whole("first", rows), _whole("second", columns)
        values = _real("weight", weights)
        for name, column in (("first", one), ("second", other)):
            if column.shape != values.shape:
                raise InvalidProblemError(name, None, column.shape, "must be as long as weight")
            wrong = np.flatnonzero((column < 0) | (column >= len(alone)))
            if len(wrong):
                index = int(wrong[0])
                raise InvalidProblemError(name, index, int(column[index]), f"must be below {len(alone)}")
        own = one == other
        np.add.at(alone, one[own], values[own])
        one, other, values = one[~own], other[~own], values[~own]
        key = np.minimum(one, other) * len(alone) + np.maximum(one, other)
        unique, group = np.unique(key, return_inverse=True)
        total: FloatArray = np.bincount(group, weights=values, minlength=len(unique)).astype(np.float64)
        low, high = (unique // max(len(alone), 1)).astype(np.int32), (unique % max(len(alone), 1)).astype(np.int32)
        return cls(alone, low, high, total, offset)

    @property
    def variables(self) -> int:
        """Number of variables, n."""
        return len(self.linear)

    @property
    def interactions(self) -> int:
        """Number of interactions, m."""
        return len(self.weight)

    def energy(self, state: ArrayLike) -> float:
        """Value of a state, 0 or 1 for each variable.

        Raises
        ------
        InvalidAssignmentError
            If it is of another length or has other values.
        """
        x = self.as_state(state).astype(np.float64)
        return float(self.linear @ x + self.weight @ (x[self.first] * x[self.second])) + self.offset

    def as_state(self, state: ArrayLike) -> NDArray[np.int8]:
        """Check a state and return it as int8."""
        vector = np.asarray(state)
        if vector.shape != (self.variables,):
            raise InvalidAssignmentError(None, vector.size, f"give 0 or 1 for each of {self.variables} variables")
        if vector.size and vector.dtype.kind not in "iufb":
            raise InvalidAssignmentError(None, str(vector.dtype), "give 0 or 1 for a variable")
        wrong = np.flatnonzero((vector != 0) & (vector != 1))
        if len(wrong):
            index = int(wrong[0])
            raise InvalidAssignmentError(index, str(vector[index]), "give 0 or 1 for a variable")
        return vector.astype(np.int8)

    def neighbours(self) -> tuple[Int64Array, Int32Array, FloatArray]:
        """The interactions by variable, each in both rows: pointers (n + 1,), variables and weights (2 m,)."""
        rows = np.concatenate([self.first, self.second])
        others = np.concatenate([self.second, self.first])
        order = np.lexsort((others, rows))
        weights = np.concatenate([self.weight, self.weight])[order]
        return pointers(rows.astype(np.int64), self.variables), others[order], weights

    def to_bqm(self) -> Any:
        """As a `dimod.BinaryQuadraticModel` over the variables 0 to n - 1."""
        import dimod

        quadratic = (self.first, self.second, self.weight)
        return dimod.BinaryQuadraticModel.from_numpy_vectors(self.linear, quadratic, self.offset, "BINARY")


def _whole(name: str, values: ArrayLike) -> Int64Array:
    """Whole numbers as int64, those that int32 cannot hold refused, or an error."""
    column = np.asarray(values)
    if column.size and column.dtype.kind not in "iu":
        raise InvalidProblemError(name, None, str(column.dtype), "give whole numbers")
    wrong = np.flatnonzero((column < 0) | (column > np.iinfo(np.int32).max))
    if len(wrong):
        index = int(wrong[0])
        raise InvalidProblemError(name, index, int(column.ravel()[index]), "must be the index of a variable")
    return column.astype(np.int64)


def _real(name: str, values: ArrayLike) -> FloatArray:
    """Numbers as float64, or an error."""
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidProblemError(name, None, type(values).__name__, "give an array of numbers") from None


def _check(problem: QuboProblem) -> None:
    for name in ("linear", "weight"):
        values = getattr(problem, name)
        if values.ndim != 1:
            raise InvalidProblemError(name, None, values.shape, "give an array of 1 dimension")
        wrong = ~(np.abs(values) <= LARGEST)
        if wrong.any():
            index = int(np.argmax(wrong))
            raise InvalidProblemError(name, index, float(values[index]), f"must be finite, at most {LARGEST:g} in size")
    if not abs(problem.offset) <= LARGEST:
        raise InvalidProblemError("offset", None, problem.offset, f"must be finite, at most {LARGEST:g} in size")
    for name in ("first", "second"):
        if getattr(problem, name).shape != problem.weight.shape:
            raise InvalidProblemError(name, None, getattr(problem, name).shape, "must be as long as weight")
    first, second = problem.first.astype(np.int64), problem.second.astype(np.int64)
    key = first * problem.variables + second
    wrong = (first < 0) | (first >= second) | (second >= problem.variables)
    wrong[1:] |= np.diff(key) <= 0
    if wrong.any():
        index = int(np.argmax(wrong))
        pair = (int(first[index]), int(second[index]))
        raise InvalidProblemError("first", index, pair, "pairs must ascend, the lower variable first: use from_terms")
