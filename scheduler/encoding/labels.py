"""The choice variables of a compiled problem: one a task and label, in one fixed order, with names that say it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import Int32Array, Int64Array, row_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scheduler.arrays import FloatArray
    from scheduler.problem import AssignmentProblem

Choice = tuple[str, int, int]
"""("x", t, a): task t is on agent a; a is -1 for being left out."""


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """Every task's labels: its eligible agents in order, and last being left out.

    Parameters
    ----------
    ptr
        int64 (T + 1,): where the labels of each task begin.
    owner
        int64 (L,): task of each label.
    agent
        int32 (L,): agent of each label, -1 for being left out.
    of_entry
        int64 (nnz,): label of each eligible pair.
    """

    ptr: Int64Array
    owner: Int64Array
    agent: Int32Array
    of_entry: Int64Array

    @classmethod
    def of(cls, problem: AssignmentProblem) -> Labels:
        """The labels of a problem."""
        ptr = problem.task_ptr + np.arange(problem.tasks + 1)
        of_entry = np.arange(len(problem.agent)) + row_of(problem.task_ptr)
        agent = np.full(int(ptr[-1]), -1, dtype=np.int32)
        agent[of_entry] = problem.agent
        return cls(ptr, row_of(ptr), agent, of_entry)

    @property
    def missed(self) -> Int64Array:
        """The label of being left out of every task, shape (T,)."""
        return self.ptr[1:] - 1

    def __len__(self) -> int:
        return len(self.agent)

    def costs(self, problem: AssignmentProblem, missed: FloatArray) -> FloatArray:
        """Cost of every label, shape (L,), with `missed` of shape (T,) for being left out."""
        cost = np.empty(len(self))
        cost[self.of_entry], cost[self.missed] = problem.cost, missed
        return cost

    def groups(self) -> tuple[tuple[Choice, ...], ...]:
        """Names of the labels of every task."""
        pairs = zip(self.owner.tolist(), self.agent.tolist(), strict=True)
        names = [("x", task, agent) for task, agent in pairs]
        ends = self.ptr.tolist()
        return tuple(tuple(names[begin:end]) for begin, end in itertools.pairwise(ends))


def decoded(groups: tuple[tuple[Choice, ...], ...], sample: Mapping[Choice, int]) -> tuple[Int32Array, bool]:
    """Assignment of a sample, and whether every group was one-hot; a task with no or several labels becomes -1."""
    assignment = np.full(len(groups), -1, dtype=np.int32)
    clean = True
    for task, group in enumerate(groups):
        chosen = [name[2] for name in group if sample[name]]
        if len(chosen) == 1:
            assignment[task] = chosen[0]
        else:
            clean = False
    return assignment, clean
