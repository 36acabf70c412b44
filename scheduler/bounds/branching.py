"""Bound and assignment from HiGHS branch and bound on the linear part, where capacities are whole tasks or nothing.

The linear relaxation may split a task over agents; where few tasks fill an agent that costs whole percents of the
bound. Messages turn a problem with pairs into one without: every pair is answered for by its two tasks and bounded by
the least remainder of its cost. So an integer optimum without pairs, on the labels' costs as the messages leave them,
is a bound for the whole, found on far fewer columns than linearised pairs take. Limits are in nodes, so that the result
does not depend on the clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler import highs as models
from scheduler.arrays import Int32Array
from scheduler.bounds.certificate import dual_value
from scheduler.relaxation import least_labels, priced_labels

if TYPE_CHECKING:
    from scheduler.bounds.certificate import Certificate
    from scheduler.budget import Stopwatch
    from scheduler.problem import AssignmentProblem

LIMIT = 2_000
"""Eligible pairs above which HiGHS takes too long beside the search."""
LINEARISED = 2_000
"""Variables up to which HiGHS gets the pairs themselves, linearised."""
NODES = 200
"""Most nodes where the end of the tree is the optimum; where it is only a bound the root is all."""
TRIES = 2
"""Seeds of HiGHS tried at the root: what its cuts achieve there is a matter of luck."""
CLOSE = 0.01
"""Gap at which no other seed is tried."""


def integer_bound(
    problem: AssignmentProblem, certificate: Certificate, stopwatch: Stopwatch | None = None, known: float = np.inf
) -> tuple[float, list[Int32Array]]:
    """A bound on the whole problem by branch and bound, and the assignments that HiGHS found.

    `known` is the objective of a plan in hand.

    Returns
    -------
    bound
        -inf where HiGHS had no time.
    assignments
        Agent per task, -1 unassigned, not checked for conflicts.
    """
    few = models.model_size(problem) <= LINEARISED
    whole = few or not (problem.has_pairs or problem.has_conflicts)
    if whole:
        model, scale = models.pair_model(problem)
        factor, fixed = scale.cost, 0.0
    else:
        model, factor, fixed = _reparametrised(problem, certificate)
    bound, found = -np.inf, []
    for seed in range(1 if whole else TRIES):
        highs = models.new_highs(None if stopwatch is None else stopwatch.remaining())
        highs.setOptionValue("mip_max_nodes", NODES if whole else 1)
        highs.setOptionValue("random_seed", seed)
        highs.passModel(model)
        solved = models.run(highs, stopwatch)
        if len(solved.values):
            found.append(models.decode(problem, solved.values))
            known = min(known, problem.objective(found[-1]).total)
        if np.isfinite(solved.bound):
            bound = max(bound, models.proven(solved.bound, factor) + fixed)
        if solved.optimal or known - bound <= CLOSE * abs(bound) or (stopwatch is not None and stopwatch.expired()):
            break
    return bound, found


def _reparametrised(problem: AssignmentProblem, certificate: Certificate) -> tuple[Any, float, float]:
    """The model without pairs on costs with messages in them, its cost scale, and what the pairs add at least."""
    free = np.zeros_like(certificate.prices)
    unary, missed = priced_labels(problem, free, certificate.messages)
    fixed = dual_value(problem, free, certificate.messages) - float(least_labels(problem, unary, missed).sum())
    rows, _ = models.base_rows(problem)
    cost = np.concatenate([unary, missed])
    factor = float(np.abs(cost).max(initial=0.0)) or 1.0
    return models.assemble(rows, cost / factor, np.ones(len(cost)), len(cost)), factor, fixed
