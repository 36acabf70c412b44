"""Linear and quadratic terms as columns, expanded without loops over terms."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.arrays import FloatArray, Int32Array, Int64Array, row_of
from scheduler.errors import ProblemTooLargeError
from scheduler.evaluation import distances

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scheduler.encoding.labels import Labels
    from scheduler.problem import AssignmentProblem

COUPLING_LIMIT = 20_000_000
"""Most quadratic terms that are compiled: about 100 bytes each while they are put together."""


@dataclass(slots=True)
class Terms:
    """A quadratic function under construction, over variables 0 to n - 1.

    Parameters
    ----------
    linear
        float64 (n,).
    offset
        Constant.
    first, second, weight
        Blocks of quadratic terms.
    """

    linear: FloatArray
    offset: float = 0.0
    first: list[Int64Array] = field(default_factory=list)
    second: list[Int64Array] = field(default_factory=list)
    weight: list[FloatArray] = field(default_factory=list)

    def add(self, first: Int64Array, second: Int64Array, weight: FloatArray) -> None:
        """Add a block of quadratic terms."""
        self.first.append(first)
        self.second.append(second)
        self.weight.append(weight)

    def add_squares(
        self, ptr: Int64Array, member: Int64Array, value: FloatArray, constant: FloatArray, factor: FloatArray
    ) -> None:
        """Add factor[g] x (sum of value x variable over group g + constant[g])^2 for every group.

        `member` and `value` hold the groups one after the other, as `ptr` (groups + 1,) says.
        """
        group = row_of(ptr)
        alone = factor[group] * value * (value + 2.0 * constant[group])
        self.linear += np.bincount(member, weights=alone, minlength=len(self.linear))
        later = ptr[1:][group] - np.arange(len(member)) - 1
        one, place = ragged(later)
        other = one + 1 + place
        self.add(member[one], member[other], 2.0 * factor[group[one]] * value[one] * value[other])
        self.offset += float(factor @ (constant * constant))

    def columns(self) -> tuple[Int32Array, Int32Array, FloatArray]:
        """The quadratic terms as columns (one variable, other variable, weight); a pair may occur again."""
        none = np.zeros(0, dtype=np.int32)
        first = np.concatenate([none, *self.first]).astype(np.int32)
        second = np.concatenate([none, *self.second]).astype(np.int32)
        return first, second, np.concatenate([np.zeros(0), *self.weight])

    def to_bqm(self, names: Sequence[Any]) -> Any:
        """As a `dimod.BinaryQuadraticModel` over named variables; terms of one pair are added up."""
        import dimod

        return dimod.BinaryQuadraticModel.from_numpy_vectors(
            self.linear, self.columns(), self.offset, "BINARY", variable_order=names
        )


def ragged(lengths: Int64Array) -> tuple[Int64Array, Int64Array]:
    """Row and place within the row of every item of rows of some lengths."""
    row = np.repeat(np.arange(len(lengths)), lengths)
    return row, np.arange(len(row)) - np.repeat(np.cumsum(lengths) - lengths, lengths)


def pair_links(problem: AssignmentProblem) -> tuple[Int64Array, Int64Array, FloatArray]:
    """Unordered pairs with weight: lower task, higher task, weight."""
    owner = row_of(problem.pair_ptr)
    once = (owner < problem.pair_task) & (problem.pair_weight > 0.0)
    return owner[once], problem.pair_task[once].astype(np.int64), problem.pair_weight[once]


def conflict_links(problem: AssignmentProblem) -> tuple[Int64Array, Int64Array]:
    """Unordered conflicts: lower task, higher task."""
    owner = row_of(problem.conflict_ptr)
    once = owner < problem.conflict_task
    return owner[once], problem.conflict_task[once].astype(np.int64)


def add_pairs(terms: Terms, problem: AssignmentProblem, labels: Labels) -> None:
    """Add weight x distance for every pair of tasks and every pair of their labels that are apart."""
    i, j, weight = pair_links(problem)
    width = np.diff(labels.ptr)
    pair, place = ragged(width[i] * width[j])
    first = labels.ptr[i[pair]] + place // width[j[pair]]
    second = labels.ptr[j[pair]] + place % width[j[pair]]
    apart = weight[pair] * distances(problem, labels.agent[first], labels.agent[second])
    kept = apart != 0.0
    terms.add(first[kept], second[kept], apart[kept])


def conflict_terms(problem: AssignmentProblem, labels: Labels) -> tuple[Int64Array, Int64Array, Int64Array]:
    """Number of the conflict (as in `conflict_links`) and both labels, for every agent that both tasks could be on."""
    i, j = conflict_links(problem)
    link, place = ragged(np.diff(problem.task_ptr)[i])
    entry = problem.task_ptr[i[link]] + place
    key = row_of(problem.task_ptr) * max(problem.agents, 1) + problem.agent
    wanted = j[link] * max(problem.agents, 1) + problem.agent[entry]
    found = np.searchsorted(key, wanted)
    shared = found < len(key)
    shared[shared] = key[found[shared]] == wanted[shared]
    return link[shared], labels.of_entry[entry[shared]], labels.of_entry[found[shared]]


def check_couplings(form: str, problem: AssignmentProblem, in_group: Int64Array) -> None:
    """Raise unless the quadratic terms of pairs and of squared groups of these sizes stay within the limit.

    Raises
    ------
    ProblemTooLargeError
        With the number there would be.
    """
    width = np.diff(problem.task_ptr) + 1
    i, j, _ = pair_links(problem)
    count = int((width[i] * width[j]).sum()) + int((in_group * (in_group - 1) // 2).sum())
    if count > COUPLING_LIMIT:
        raise ProblemTooLargeError(form, "quadratic terms", count, COUPLING_LIMIT)
