"""The division of a pool as an assignment problem: every step is a task, every run of a cluster an agent.

A run whose steps are all worth the same is one agent with room for so many tasks; one whose worth falls is an agent a
step. What a step is worth is the negative cost of placing it, a step that stays in the pool is a task left out, free of
charge. A cluster's agents form an agent cluster. So every solver of assignment problems divides pools too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import Int64Array
from scheduler.encoding.terms import ragged
from scheduler.errors import ProblemTooLargeError
from scheduler.triplets import from_triplets

if TYPE_CHECKING:
    from scheduler.arrays import Int32Array
    from scheduler.problem import AssignmentProblem
    from scheduler.resources.curve import Curves

ENTRY_LIMIT = 1_000_000
"""Most (step, run) pairs that are spelt out."""


@dataclass(frozen=True, slots=True, eq=False)
class ChunkProblem:
    """The division of one pool, compiled.

    Parameters
    ----------
    curves
        What was compiled.
    problem
        The assignment problem.
    run
        int64 (A,): run that each agent stands for, or a step of it.
    """

    curves: Curves
    problem: AssignmentProblem
    run: Int64Array

    @classmethod
    def compile(cls, curves: Curves) -> ChunkProblem:
        """Compile the curves of a pool.

        Raises
        ------
        ProblemTooLargeError
            If there would be more than `ENTRY_LIMIT` eligible pairs: choose a larger step of the pool.
        """
        lengths = curves.usable
        tasks = min(curves.room, int(lengths.sum()))
        tiers = np.where(curves.fall > 0.0, lengths, np.minimum(lengths, 1))
        if tasks * int(tiers.sum()) > ENTRY_LIMIT:
            count = tasks * int(tiers.sum())
            raise ProblemTooLargeError("the division in chunks", "pairs of step and run", count, ENTRY_LIMIT, "exact")
        run, place = ragged(tiers)
        marginal = curves.first[run] - curves.fall[run] * place
        room = np.where(curves.fall[run] > 0.0, 1, lengths[run])
        agents = len(run)
        clusters = max(len(curves.least), 1)
        problem = from_triplets(
            np.repeat(np.arange(tasks), agents),
            np.tile(np.arange(agents), tasks),
            np.tile(-marginal, tasks),
            np.ones(tasks * agents),
            room.astype(np.float64),
            np.zeros(tasks),
            agent_cluster=curves.owner[run],
            cluster_distance=1.0 - np.eye(clusters),
        )
        return cls(curves, problem, run)

    def decode(self, assignment: Int32Array) -> Int64Array:
        """Steps taken of every run, shape (m,)."""
        placed = assignment[assignment >= 0]
        return np.bincount(self.run[placed], minlength=len(self.curves.length)).astype(np.int64)
