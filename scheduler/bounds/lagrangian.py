"""Lagrangian dual of the capacities: a bound as strong as the LP relaxation at a fraction of its time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import FloatArray
from scheduler.bounds.certificate import Certificate, dual_value
from scheduler.spaces import full_space

if TYPE_CHECKING:
    from scheduler.budget import Stopwatch
    from scheduler.kernels.types import Space
    from scheduler.problem import AssignmentProblem

FIRST_STEP, LAST_STEP = 0.12, 0.0004
"""First and last step of the ascent, in units of (typical spread of a task's costs) / (mean demand)."""
STEPS_BETWEEN_LOOKS = 25
"""Most ascent steps between two looks at the watch."""
WORK_BETWEEN_LOOKS = 12_000_000
"""Most eligible pairs that are passed between two looks at the watch: some twenty milliseconds."""
TRIAL, COARSER = 25, 5.0
"""Steps of a trial of a step size, and how much coarser the next one tried is."""
FEWEST, FEWEST_WITH_PAIRS, MOST, WORK = 500, 200, 2000, 20_000_000
"""Least and most ascent steps, and the eligible pairs passed that decide between; messages refine the prices later."""


def step_unit(problem: AssignmentProblem, missed: FloatArray) -> FloatArray:
    """Natural size of a price step of each resource, shape (R,): cost spread of a task over mean demand."""
    lengths = np.diff(problem.task_ptr)
    rows = np.flatnonzero(lengths)
    if not len(rows):
        return np.ones(problem.resources)
    starts = problem.task_ptr[rows]
    low = np.minimum.reduceat(problem.cost, starts)
    high = np.maximum.reduceat(problem.cost, starts)
    spread = float(np.median(np.maximum(high - low, 0.0)))
    if spread <= 0.0:
        spread = float(np.median(np.abs(missed[rows] - low)))
    if spread <= 0.0:
        spread = float(np.abs(problem.cost).max(initial=0.0)) or 1.0
    used = problem.demand.mean(axis=0)
    return spread / np.where(used > 0.0, used, 1.0)


def lagrangian_bound(
    problem: AssignmentProblem,
    iterations: int | None = None,
    stopwatch: Stopwatch | None = None,
    prices: FloatArray | None = None,
) -> Certificate:
    """Bound and prices from the Lagrangian dual of the capacities.

    Every pair counts with the least distance that its tasks' eligible agents allow, conflicts not at all:
    valid, but weak where pairs weigh much (`mplp_bound` is made for those).

    Parameters
    ----------
    problem
        The whole problem.
    iterations
        Ascent steps, each a pass over the eligible pairs; None: 500, which reach the LP value to about 0.001 %, or
        200 with pairs, and up to 2000 for small problems.
    stopwatch
        Stops early when it expires.
    prices
        Prices to start from, shape (A, R); None: zero.

    Returns
    -------
    Certificate
        Bound and prices.
    """
    best = np.zeros(problem.capacity.shape) if prices is None else np.maximum(prices, 0.0)
    if problem.agents and problem.resources and len(problem.agent):
        from scheduler.kernels.dual import ascend

        space = full_space(problem)
        unit = step_unit(problem, space.missed)
        if iterations is None:
            iterations = int(
                np.clip(WORK // len(problem.agent), FEWEST_WITH_PAIRS if problem.has_pairs else FEWEST, MOST)
            )
        coarse, value = 1.0, -np.inf
        if prices is None and iterations >= FEWEST_WITH_PAIRS:
            coarse, value, best = coarse_start(space, unit, stopwatch)
        current, moments = best.copy(), np.zeros((2, *best.shape))
        steps = min(STEPS_BETWEEN_LOOKS, max(iterations, 1), max(1, WORK_BETWEEN_LOOKS // len(problem.agent)))
        first = FIRST_STEP * coarse if prices is None else FIRST_STEP / 10
        sizes = np.geomspace(first, LAST_STEP, iterations // steps + 1)
        for block in range(iterations // steps):
            if stopwatch is not None and stopwatch.expired():
                break
            rates = np.outer(sizes[block : block + 2], unit)
            value = ascend(space, space.cost, space.missed, current, best, moments, rates, block * steps, steps, value)
    return Certificate("lagrangian", dual_value(problem, best, None), best)


def coarse_start(space: Space, unit: FloatArray, stopwatch: Stopwatch | None) -> tuple[float, float, FloatArray]:
    """Short ascents from zero with ever coarser steps while those prove more: factor, value and prices.

    Where capacity is scarce its price is what leaving a task out costs, which may be many times the spread of costs.
    """
    from scheduler.kernels.dual import ascend

    kept = (1.0, -np.inf, np.zeros(space.capacity.shape))
    coarse = 1.0
    while coarse < 1e4 and not (stopwatch is not None and stopwatch.expired()):
        prices, best, moments = np.zeros_like(kept[2]), np.zeros_like(kept[2]), np.zeros((2, *kept[2].shape))
        rates = np.outer([FIRST_STEP * coarse, FIRST_STEP * coarse / 4], unit)
        value = ascend(space, space.cost, space.missed, prices, best, moments, rates, 0, TRIAL, -np.inf)
        if value <= kept[1] + 1e-3 * abs(kept[1]):
            break
        kept, coarse = (coarse, value, best), coarse * COARSER
    return kept
