"""Bound for problems with pairs: message passing on the pairs, price ascent on the capacities, in turns.

The dual of the LP over task labels and label pairs gives each pair a message to each label of its two tasks:
the pair's cost is split between them, and the bound is the sum of every task's least label plus every pair's
least remainder. A handshake (MPLP++, Tourani et al., ECCV 2018; MPLP, Globerson and Jaakkola, NIPS 2007)
takes all that both tasks hold, gives each its half of the pair's min-marginals and then hands on what is left
over, so that the remainder of a pair is zero after it. Sweeps run in task order and back; between two sweeps
the capacity prices take a few ascent steps on the costs as the messages leave them (kernels/dual.py).

Coordinate ascent can stall above the LP's value (about 0.1 % below it on the generated instances);
subgradients on the messages themselves do not stall, and were far slower. On dense pair graphs (quadratic
assignment) the bound is weak.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import FloatArray, frozen
from scheduler.bounds.certificate import Certificate, dual_value
from scheduler.bounds.lagrangian import lagrangian_bound, step_unit
from scheduler.spaces import full_space

if TYPE_CHECKING:
    from scheduler.budget import Stopwatch
    from scheduler.problem import AssignmentProblem

FIRST_STEP, LAST_STEP = 0.01, 0.0005
"""First and last price step, in the units of `step_unit`."""
PRICE_STEPS = 10
"""Price steps between two sweeps of messages."""


def pair_bound(problem: AssignmentProblem, rounds: int = 40, stopwatch: Stopwatch | None = None) -> Certificate:
    """Bound, prices and messages from message passing; valid for the whole problem (conflicts are dropped).

    Parameters
    ----------
    problem
        The whole problem.
    rounds
        Sweeps of messages, each over all pairs: labels squared operations a pair.
    stopwatch
        Stops early when it expires.

    Returns
    -------
    Certificate
        Of kind "mplp"; the Lagrangian one where that is better or the problem has no pairs.
    """
    priced = lagrangian_bound(problem, iterations=200, stopwatch=stopwatch)
    if not problem.has_pairs or not len(problem.agent):
        return priced
    from scheduler.kernels.dual import ascend
    from scheduler.kernels.messages import message_offsets, opposite_entries, pass_messages

    space = full_space(problem)
    offset, opposite = message_offsets(space), opposite_entries(space)
    messages, missed = np.zeros(offset[-1]), np.array(space.missed)
    prices, found = priced.prices.copy(), priced.prices.copy()
    moments, unit = np.zeros((2, *prices.shape)), step_unit(problem, missed)
    best, kept = -np.inf, (prices.copy(), messages.copy())
    unary = problem.cost + priced_demand(problem, prices)
    for turn in range(rounds):
        pass_messages(space, offset, opposite, messages, unary, missed, turn % 2 == 0)
        done = turn / rounds if stopwatch is None else max(turn / rounds, stopwatch.fraction())
        rate = FIRST_STEP * (LAST_STEP / FIRST_STEP) ** min(done, 1.0)
        bare = frozen(unary - priced_demand(problem, prices), np.float64)
        rates, before = np.outer([rate, rate], unit), turn * PRICE_STEPS
        value = ascend(
            space, bare, frozen(missed, np.float64), prices, found, moments, rates, before, PRICE_STEPS, -np.inf
        )
        unary = bare + priced_demand(problem, prices)
        if value > best:
            best, kept = value, (found.copy(), messages.copy())
        if stopwatch is not None and stopwatch.expired():
            break
    value = dual_value(problem, *kept)
    return priced if value <= priced.bound else Certificate("mplp", value, *kept)


def priced_demand(problem: AssignmentProblem, prices: FloatArray) -> FloatArray:
    """What every eligible pair pays for capacity at the prices, shape (nnz,)."""
    total = np.zeros(len(problem.agent))
    for r in range(problem.resources):
        total += prices[problem.agent, r] * problem.demand[:, r]
    return total
