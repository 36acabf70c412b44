"""The linear relaxation by HiGHS: the yardstick for the faster bounds, and prices for small problems."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.bounds.certificate import Certificate, dual_value
from scheduler.highs import linear_model, new_highs

if TYPE_CHECKING:
    from scheduler.problem import AssignmentProblem


def lp_bound(problem: AssignmentProblem, seconds: float | None = None) -> Certificate:
    """Bound and prices of the linear relaxation with capacities.

    Every pair counts with the least distance that its tasks' eligible agents allow; conflicts are dropped.
    The bound is recomputed from HiGHS's dual prices, so it holds whatever HiGHS's tolerances, and when its
    time is over.

    Parameters
    ----------
    problem
        The whole problem.
    seconds
        Time limit for HiGHS.
    """
    prices = np.zeros(problem.capacity.shape)
    if problem.agents and problem.resources and len(problem.agent):
        model, scale = linear_model(problem)
        highs = new_highs(seconds)
        highs.passModel(model)
        highs.run()
        duals = np.asarray(highs.getSolution().row_dual)
        if len(duals) >= problem.tasks + prices.size:
            rows = duals[problem.tasks : problem.tasks + prices.size].reshape(prices.shape)
            prices = np.maximum(-rows * scale.cost / scale.room, 0.0)
    return Certificate("lp", dual_value(problem, prices, None), prices)
