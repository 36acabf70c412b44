"""The relaxed problem as a guide: what its dual believes about every label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import FloatArray, Int32Array
from scheduler.bounds.certificate import Certificate, message_count
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


def relax(
    problem: AssignmentProblem, stopwatch: Stopwatch | None = None, linear: Certificate | None = None
) -> Relaxation:
    """Solve the dual: prices of capacity (or those of `linear`), then message passing where there are pairs."""
    return relaxation_of(problem, pair_bound(problem, stopwatch=stopwatch, linear=linear))


def relaxation_of(problem: AssignmentProblem, certificate: Certificate) -> Relaxation:
    """The beliefs that a certificate implies."""
    return Relaxation(certificate, *priced_labels(problem, certificate.prices, certificate.messages))


def priced_labels(
    problem: AssignmentProblem, prices: FloatArray, messages: FloatArray | None
) -> tuple[FloatArray, FloatArray]:
    """Cost + price of demand + messages of every eligible pair (nnz,), and of leaving every task out (T,)."""
    priced = problem.cost + priced_demand(problem, prices)
    missed = finite_unassigned_cost(problem)
    if messages is not None and message_count(problem):
        from scheduler.kernels.messages import add_messages
        from scheduler.spaces import full_space

        add_messages(full_space(problem), messages, priced, missed)
    return priced, missed


def least_labels(problem: AssignmentProblem, priced: FloatArray, missed: FloatArray) -> FloatArray:
    """Least label of every task, shape (T,), of its eligible pairs `priced` (nnz,) and leaving it out `missed` (T,)."""
    least = missed.copy()
    filled = np.flatnonzero(np.diff(problem.task_ptr))
    least[filled] = np.minimum(least[filled], np.minimum.reduceat(priced, problem.task_ptr[filled]))
    return least


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
