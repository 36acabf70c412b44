"""The relaxed problem as a guide: what its dual believes about every label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import FloatArray, Int32Array
from scheduler.bounds.certificate import Certificate, message_count
from scheduler.bounds.lagrangian import lagrangian_bound
from scheduler.bounds.pairs import pair_bound, priced_demand
from scheduler.spaces import finite_unassigned_cost

if TYPE_CHECKING:
    from scheduler.budget import Stopwatch
    from scheduler.problem import AssignmentProblem


@dataclass(frozen=True, slots=True, eq=False)
class Relaxation:
    """Bound, prices and beliefs.

    Parameters
    ----------
    certificate
        The bound and what proves it.
    belief
        float64 (nnz,): priced cost of every eligible pair with its messages; the lower, the more promising.
    missed_belief
        float64 (T,): the same for leaving a task out.
    """

    certificate: Certificate
    belief: FloatArray
    missed_belief: FloatArray

    @property
    def prices(self) -> FloatArray:
        """Price of a unit of each agent's capacity, shape (A, R)."""
        return self.certificate.prices


def relax(problem: AssignmentProblem, stopwatch: Stopwatch | None = None) -> Relaxation:
    """Solve the dual: message passing where there are pairs, else the Lagrangian of the capacities."""
    bound = pair_bound if problem.has_pairs else lagrangian_bound
    return relaxation_of(problem, bound(problem, stopwatch=stopwatch))


def relaxation_of(problem: AssignmentProblem, certificate: Certificate) -> Relaxation:
    """The beliefs that a certificate implies."""
    belief = problem.cost + priced_demand(problem, certificate.prices)
    missed = finite_unassigned_cost(problem)
    messages = certificate.messages
    if messages is not None and message_count(problem):
        from scheduler.kernels.messages import add_messages
        from scheduler.spaces import full_space

        add_messages(full_space(problem), messages, belief, missed)
    return Relaxation(certificate, belief, missed)


def most_believed(problem: AssignmentProblem, relaxation: Relaxation) -> Int32Array:
    """Agent of least belief for every task, -1 where leaving it out is believed better; shape (T,)."""
    choice = np.full(problem.tasks, -1, dtype=np.int32)
    rows = np.flatnonzero(np.diff(problem.task_ptr))
    if len(rows):
        least = np.minimum.reduceat(relaxation.belief, problem.task_ptr[rows])
        lengths = np.diff(problem.task_ptr)[rows]
        hits = np.flatnonzero(relaxation.belief == np.repeat(least, lengths))
        owner = np.repeat(rows, lengths)[hits]
        first = np.searchsorted(owner, rows)
        placed = least <= relaxation.missed_belief[rows]
        choice[rows[placed]] = problem.agent[hits[first[placed]]]
    return choice
