"""The linear relaxation by HiGHS: the yardstick for the faster bounds, and prices for small problems."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.bounds.certificate import Certificate, dual_value
from scheduler.bounds.lagrangian import lagrangian_bound, step_unit
from scheduler.highs import linear_model, new_highs, run
from scheduler.spaces import finite_unassigned_cost

if TYPE_CHECKING:
    from scheduler.budget import Stopwatch
    from scheduler.problem import AssignmentProblem

SMALL, LARGE = 3_000, 50_000
"""Eligible pairs up to which HiGHS solves the linear relaxation always, and where the prices are steep."""
STEEP = 2.0
"""Price of a mean demand, in cost spreads of a task, above which the ascent is not trusted to have ended."""


def linear_bound(problem: AssignmentProblem, stopwatch: Stopwatch | None = None) -> Certificate:
    """The better of the Lagrangian ascent and, for small problems, the linear relaxation by HiGHS.

    Small: up to `SMALL` eligible pairs, where the exact prices may prove a plan optimal, and up to `LARGE` where
    capacity is so scarce that its price is far above the spread of costs, where the ascent stalls short of the optimum.
    """
    priced = lagrangian_bound(problem, stopwatch=stopwatch)
    entries = len(problem.agent)
    if not entries or not problem.resources or entries > LARGE:
        return priced
    if entries > SMALL and (priced.prices / step_unit(problem, finite_unassigned_cost(problem))).max() < STEEP:
        return priced
    exact = lp_bound(problem, stopwatch=stopwatch)
    return exact if exact.bound > priced.bound else priced


def lp_bound(
    problem: AssignmentProblem, seconds: float | None = None, stopwatch: Stopwatch | None = None
) -> Certificate:
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
    stopwatch
        Another one; it also ends HiGHS when the caller cancels.
    """
    if stopwatch is not None:
        seconds = min(stopwatch.remaining(), np.inf if seconds is None else seconds)
    prices = np.zeros(problem.capacity.shape)
    if problem.agents and problem.resources and len(problem.agent):
        model, scale = linear_model(problem)
        highs = new_highs(seconds)
        highs.passModel(model)
        duals = run(highs, stopwatch).duals
        if len(duals) >= problem.tasks + prices.size:
            rows = duals[problem.tasks : problem.tasks + prices.size].reshape(prices.shape)
            prices = np.maximum(-rows * scale.cost / scale.room, 0.0)
    return Certificate("lp", dual_value(problem, prices, None), prices)
