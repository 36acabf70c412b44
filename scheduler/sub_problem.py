"""A part of a problem that stands alone: the tasks on one domain of agents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import Int32Array, Int64Array
from scheduler.evaluation import as_assignment
from scheduler.problem import AssignmentProblem

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scheduler.cqm import AssignmentCQM
    from scheduler.qubo import PenaltyQUBO


@dataclass(frozen=True, slots=True, eq=False)
class SubProblem:
    """A part of a problem that stands alone.

    Parameters
    ----------
    problem
        Its tasks and agents, numbered from 0, pairs to the outside folded into its costs.
    tasks
        int64: the whole problem's number of each of its tasks.
    agents
        int64: the whole problem's number of each of its agents.
    entries
        int64: the whole problem's index of each of its eligible pairs.
    """

    problem: AssignmentProblem
    tasks: Int64Array
    agents: Int64Array
    entries: Int64Array

    def restrict(self, assignment: Int32Array) -> Int32Array:
        """The part of an assignment of the whole that is about its tasks; agents outside become -1."""
        own = assignment[self.tasks]
        local = np.full(int(max(self.agents.max(initial=-1), own.max(initial=-1))) + 2, -1, dtype=np.int32)
        local[self.agents] = np.arange(len(self.agents), dtype=np.int32)
        return local[own]

    def lift(self, assignment: ArrayLike, whole: Int32Array) -> None:
        """Write an assignment of its tasks into one of the whole problem, in place."""
        vector = as_assignment(self.problem, assignment)
        placed = vector >= 0
        whole[self.tasks] = -1
        whole[self.tasks[placed]] = self.agents[vector[placed]]

    def qubo(self) -> PenaltyQUBO:
        """Its penalty QUBO (see `scheduler.qubo`)."""
        from scheduler.qubo import PenaltyQUBO

        return PenaltyQUBO.compile(self.problem)

    def cqm(self) -> AssignmentCQM:
        """Its constrained quadratic model (see `scheduler.cqm`)."""
        from scheduler.cqm import AssignmentCQM

        return AssignmentCQM.compile(self.problem)
