"""Ascent on the Lagrangian dual of the capacities.

For prices p >= 0 on every unit of capacity

    L(p) = sum over tasks of min(unassigned cost, min over agents of cost + p . demand) - p . capacity

is a lower bound. L is concave and piecewise linear; load - capacity at the minimisers is a
supergradient. The step is Adam's (Kingma and Ba, 2015: running mean over running root mean square, per
coordinate) with a geometrically falling rate: scaling each coordinate suits prices whose demands differ
in size, the running mean damps the zigzag of plain subgradients. Steps as long as Polyak's and the
volume algorithm need an estimate of the optimum, and geometrically falling plain steps stayed thirty
times further below the LP value after the same number of passes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scheduler.arrays import FloatArray, Int64Array
from scheduler.kernels.types import Space, kernel


@kernel
def supergradient(
    space: Space, unary: NDArray[Any], missed: NDArray[Any], prices: FloatArray, load: FloatArray
) -> float:
    """Value of the dual at `prices`; `load` (A, R) becomes the load of the minimisers."""
    resources = prices.shape[1]
    value = 0.0
    load[:] = 0.0
    for task in range(len(missed)):
        least = missed[task]
        choice = -1
        for k in range(space.task_ptr[task], space.task_ptr[task + 1]):
            a = space.agent[k]
            reduced = unary[k]
            for r in range(resources):
                reduced += prices[a, r] * space.demand[k, r]
            if reduced < least:
                least = reduced
                choice = k
        value += least
        if choice >= 0:
            for r in range(resources):
                load[space.agent[choice], r] += space.demand[choice, r]
    return value - float((prices * space.capacity).sum())


@kernel
def least_costs(space: Space, prices: FloatArray, begin: int, end: int) -> float:
    """Sum over the tasks begin..end-1 of their least priced cost."""
    total = 0.0
    for task in range(begin, end):
        least = space.missed[task]
        for k in range(space.task_ptr[task], space.task_ptr[task + 1]):
            reduced = space.cost[k]
            for r in range(prices.shape[1]):
                reduced += prices[space.agent[k], r] * space.demand[k, r]
            least = min(least, reduced)
        total += least
    return total


@kernel
def regrets(space: Space, unassigned: FloatArray, prices: FloatArray, tasks: Int64Array, regret: FloatArray) -> None:
    """Write how much more the second cheapest place of each of `tasks` costs at the prices than the cheapest.

    Leaving a task out at its `unassigned` cost (T,) is a place; infinite where there is no second one.
    """
    for i in range(len(tasks)):
        least, second = unassigned[tasks[i]], np.inf
        for k in range(space.task_ptr[tasks[i]], space.task_ptr[tasks[i] + 1]):
            reduced = space.cost[k]
            for r in range(prices.shape[1]):
                reduced += prices[space.agent[k], r] * space.demand[k, r]
            if reduced < least:
                least, second = reduced, least
            else:
                second = min(second, reduced)
        regret[i] = second - least if second < np.inf else np.inf


@kernel
def charge(space: Space, prices: FloatArray, unary: NDArray[Any], sign: float) -> None:
    """Add `sign` x the price of its demand to the cost of every label, in place."""
    for k in range(len(unary)):
        for r in range(prices.shape[1]):
            unary[k] += sign * prices[space.agent[k], r] * space.demand[k, r]


@kernel
def ascend(
    space: Space,
    unary: NDArray[Any],
    missed: NDArray[Any],
    prices: FloatArray,
    best_prices: FloatArray,
    moments: FloatArray,
    rates: FloatArray,
    start: int,
    steps: int,
    best: float,
) -> float:
    """Take `steps` ascent steps in place and return the best dual value seen.

    `unary` (nnz,) and `missed` (T,) are the costs of the labels, `moments` (2, A, R) the running mean and
    square, `rates` (2, R) the step sizes at the start and the end of these steps, `start` the number of
    steps taken before.
    """
    agents, resources = prices.shape
    load = np.zeros((agents, resources))
    for step in range(steps):
        value = supergradient(space, unary, missed, prices, load)
        if value > best:
            best = value
            best_prices[:] = prices
        age = start + step + 1
        first, second = 1.0 - 0.9**age, 1.0 - 0.99**age
        for r in range(resources):
            rate = rates[0, r] * (rates[1, r] / rates[0, r]) ** (step / steps)
            for a in range(agents):
                slope = load[a, r] - space.capacity[a, r]
                moments[0, a, r] = 0.9 * moments[0, a, r] + 0.1 * slope
                moments[1, a, r] = 0.99 * moments[1, a, r] + 0.01 * slope * slope
                spread = np.sqrt(moments[1, a, r] / second)
                if spread > 0.0:
                    prices[a, r] = max(0.0, prices[a, r] + rate * (moments[0, a, r] / first) / spread)
    return best
