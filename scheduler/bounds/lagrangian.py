"""Lagrangian dual of the capacities: a bound as strong as the LP relaxation at a fraction of its time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import FloatArray, frozen
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
WORK_BETWEEN_LOOKS = 4_000_000
"""Most eligible pairs that are passed between two looks at the watch: some twenty milliseconds."""
TRIAL, COARSER = 25, 5.0
"""Steps of a trial of a step size, and how much coarser the next one tried is."""
FEWEST, FEWEST_WITH_PAIRS, MOST, WORK = 500, 200, 2000, 20_000_000
"""Least and most ascent steps, and the eligible pairs passed that decide between; messages refine the prices later."""
FULL_WORK, FULL_WORK_WITH_PAIRS = 2_600_000_000, 1_000_000_000
"""Eligible pairs passed from which on there are fewer steps than the least: many tasks an agent give good prices."""
SAMPLE = 4_000_000
"""Eligible pairs above which the step size is found on every few tasks only."""


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
    valid, but weak where pairs weigh much (`pair_bound` is made for those).

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
            iterations = ascent_steps(problem)
        coarse, value = 1.0, -np.inf
        if prices is None and iterations >= min(FEWEST_WITH_PAIRS, ascent_steps(problem)):
            coarse, value, best = coarse_start(thinned(space, 1 + len(problem.agent) // SAMPLE), unit, stopwatch)
            value = value if len(problem.agent) <= SAMPLE else -np.inf
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


def ascent_steps(problem: AssignmentProblem) -> int:
    """Ascent steps that are worth their time, each a pass over the eligible pairs."""
    fewest, full = (FEWEST_WITH_PAIRS, FULL_WORK_WITH_PAIRS) if problem.has_pairs else (FEWEST, FULL_WORK)
    entries = max(len(problem.agent), 1)
    return min(int(np.clip(WORK // entries, fewest, MOST)), max(full // entries, TRIAL))


def thinned(space: Space, every: int) -> Space:
    """Every so many-th task, and as much less capacity."""
    if every == 1:
        return space
    rows = np.arange(0, len(space.missed), every)
    lengths = np.diff(space.task_ptr)[rows]
    ptr = np.concatenate([[0], np.cumsum(lengths)])
    entries = np.repeat(space.task_ptr[rows] - ptr[:-1], lengths) + np.arange(ptr[-1])
    return space._replace(
        task_ptr=frozen(ptr, np.int64),
        agent=frozen(space.agent[entries], np.int32),
        cost=frozen(space.cost[entries], np.float64),
        demand=frozen(space.demand[entries], np.float64),
        missed=frozen(space.missed[rows], np.float64),
        capacity=frozen(space.capacity / every, np.float64),
    )


def coarse_start(space: Space, unit: FloatArray, stopwatch: Stopwatch | None) -> tuple[float, float, FloatArray]:
    """Short ascents from zero with ever coarser steps while those prove more: factor, value and prices.

    Where capacity is scarce its price is what leaving a task out costs, which may be many times the spread of costs.
    """
    from scheduler.kernels.dual import ascend

    kept = (1.0, -np.inf, np.zeros(space.capacity.shape))
    coarse, steps = 1.0, int(np.clip(WORK_BETWEEN_LOOKS // len(space.agent), 1, TRIAL))
    while coarse < 1e4:
        prices, best, moments = np.zeros_like(kept[2]), np.zeros_like(kept[2]), np.zeros((2, *kept[2].shape))
        value = -np.inf
        for done in range(0, TRIAL, steps):
            if stopwatch is not None and stopwatch.expired():
                return kept
            ends = np.array([done, min(done + steps, TRIAL)])
            rates, many = np.outer(FIRST_STEP * coarse * 0.25 ** (ends / TRIAL), unit), int(ends[1] - done)
            value = ascend(space, space.cost, space.missed, prices, best, moments, rates, done, many, value)
        if value <= kept[1] + 1e-3 * abs(kept[1]):
            break
        kept, coarse = (coarse, value, best), coarse * COARSER
    return kept
