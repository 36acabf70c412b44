"""Bound and assignment from HiGHS branch and bound on the linear part, where capacities are whole tasks or nothing.

The linear relaxation may split a task over agents; where few tasks fill an agent that costs whole percents of the
bound. Messages turn a problem with pairs into one without: every pair is answered for by its two tasks and bounded by
the least remainder of its cost. So an integer optimum without pairs, on the labels' costs as the messages leave them,
is a bound for the whole, found on far fewer columns than linearised pairs take. Limits are in nodes, so that the result
does not depend on the clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler import highs as models
from scheduler.arrays import FloatArray, Int32Array, row_of
from scheduler.bounds.certificate import dual_value
from scheduler.relaxation import priced_labels

if TYPE_CHECKING:
    from scheduler.bounds.certificate import Certificate
    from scheduler.budget import Stopwatch
    from scheduler.problem import AssignmentProblem

LIMIT = 2_000
"""Eligible pairs above which HiGHS takes too long beside the search."""
NODES, NODES_WITH_PAIRS = 200, 1
"""Most nodes: without pairs the end of the tree is the optimum, with them it is only a better bound."""


def integer_bound(
    problem: AssignmentProblem, certificate: Certificate, stopwatch: Stopwatch | None = None
) -> tuple[float, Int32Array]:
    """A bound at least as good as the linear one with the certificate's messages, and the assignment HiGHS found.

    Returns
    -------
    bound
        Valid for the whole problem (conflicts are dropped); -inf where HiGHS had no time.
    assignment
        Agent per task, -1 unassigned, not checked for conflicts; all -1 where HiGHS found none.
    """
    messages = certificate.messages
    unary, missed = priced_labels(problem, np.zeros_like(certificate.prices), messages)
    fixed = dual_value(problem, np.zeros_like(certificate.prices), messages) - _least_sum(problem, unary, missed)
    rows, _ = models.base_rows(problem)
    cost = np.concatenate([unary, missed])
    scale = float(np.abs(cost).max(initial=0.0)) or 1.0
    highs = models.new_highs(None if stopwatch is None else stopwatch.remaining())
    highs.setOptionValue("mip_max_nodes", NODES_WITH_PAIRS if problem.has_pairs else NODES)
    highs.passModel(models.assemble(rows, cost / scale, np.ones(len(cost)), len(cost)))
    models.run(highs, stopwatch)
    assignment = np.full(problem.tasks, -1, dtype=np.int32)
    values = np.asarray(highs.getSolution().col_value)[: len(problem.agent)]
    taken = np.flatnonzero(values > 0.5)
    assignment[row_of(problem.task_ptr)[taken]] = problem.agent[taken]
    proven = float(highs.getInfo().mip_dual_bound) * scale
    # HiGHS proves up to its tolerances
    return proven - 1e-9 * abs(proven) + fixed, assignment


def _least_sum(problem: AssignmentProblem, unary: FloatArray, missed: FloatArray) -> float:
    least = missed.copy()
    filled = np.flatnonzero(np.diff(problem.task_ptr))
    if len(filled):
        least[filled] = np.minimum(least[filled], np.minimum.reduceat(unary, problem.task_ptr[filled]))
    return float(least.sum())
