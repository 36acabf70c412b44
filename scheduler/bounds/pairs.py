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

from scheduler.arrays import FloatArray, frozen, row_of
from scheduler.bounds.certificate import Certificate, dual_value
from scheduler.bounds.lagrangian import step_unit
from scheduler.bounds.linear import linear_bound
from scheduler.spaces import full_space

if TYPE_CHECKING:
    from scheduler.budget import Stopwatch
    from scheduler.problem import AssignmentProblem

FIRST_STEP, LAST_STEP = 0.03, 0.0005
"""First and last price step, in the units of `step_unit`."""
PRICE_STEPS = 10
"""Price steps between two sweeps of messages."""
FEWEST, MOST, WORK = 40, 200, 200_000_000
"""Least and most sweeps of messages where their number is not limited, and the label pairs that decide between."""
PATIENCE = 6
"""Sweeps of messages over which the bound has to grow: by 1e-4 of itself, in small problems 1e-6."""
WORK_BETWEEN_LOOKS = 8_000_000
"""Label pairs between two looks at the watch: some twenty milliseconds."""


def pair_bound(
    problem: AssignmentProblem,
    rounds: int | None = None,
    stopwatch: Stopwatch | None = None,
    linear: Certificate | None = None,
) -> Certificate:
    """Bound, prices and messages from message passing; valid for the whole problem (conflicts are dropped).

    Parameters
    ----------
    problem
        The whole problem.
    rounds
        Most sweeps of messages, each over all pairs: labels squared operations a pair. None: as many as the sweeps
        of the stopwatch's budget and the size of the problem ask for.
    stopwatch
        Stops early when it expires.
    linear
        Bound to start from and to beat; None: `linear_bound`.

    Returns
    -------
    Certificate
        Of kind "mplp"; the linear one where that is better or the problem has no pairs.
    """
    priced = linear_bound(problem, stopwatch) if linear is None else linear
    if not problem.has_pairs or not len(problem.agent):
        return priced
    from scheduler.kernels.dual import ascend

    passing = Passing(problem, stopwatch)
    rounds = passing.rounds() if rounds is None else rounds
    space, missed = passing.space, passing.missed
    prices, found = priced.prices.copy(), priced.prices.copy()
    moments, unit = np.zeros((2, *prices.shape)), step_unit(problem, missed)
    kept, values = (prices.copy(), passing.messages.copy()), [-np.inf]
    unary = problem.cost + priced_demand(problem, prices)
    timed = stopwatch is not None and not stopwatch.counted
    enough = 1e-4 if passing.work > WORK // FEWEST else 1e-6
    for turn in range(rounds):
        complete = passing.sweep(unary, turn % 2 == 0)
        if stopwatch is not None and stopwatch.cancelled():
            break
        done = max(turn / rounds, stopwatch.fraction()) if timed and stopwatch is not None else turn / rounds
        rate = FIRST_STEP * (LAST_STEP / FIRST_STEP) ** min(done, 1.0)
        bare = frozen(unary - priced_demand(problem, prices), np.float64)
        rates, before = np.outer([rate, rate], unit), turn * PRICE_STEPS
        value = ascend(
            space, bare, frozen(missed, np.float64), prices, found, moments, rates, before, PRICE_STEPS, -np.inf
        )
        unary = bare + priced_demand(problem, prices)
        if value > values[-1]:
            kept = (found.copy(), passing.messages.copy())
        values.append(max(value, values[-1]))
        if not complete:
            break
        if turn > 2 * PATIENCE and values[-1] - values[-1 - PATIENCE] <= enough * abs(values[-1]):
            break
    if stopwatch is not None and stopwatch.cancelled():
        return priced
    value = dual_value(problem, *kept)
    return priced if value <= priced.bound else Certificate("mplp", value, *kept)


class Passing:
    """Messages between the tasks of a problem, and how to pass them under a watch."""

    def __init__(self, problem: AssignmentProblem, stopwatch: Stopwatch | None) -> None:
        from scheduler.kernels.messages import message_offsets, opposite_entries

        self.space = full_space(problem)
        self.offset, self.opposite = message_offsets(self.space), opposite_entries(self.space)
        self.messages, self.missed = np.zeros(self.offset[-1]), np.array(self.space.missed)
        self._stopwatch = stopwatch
        labels = np.diff(problem.task_ptr) + 1
        each = labels[row_of(problem.pair_ptr)] * labels[problem.pair_task]
        self.work = int(each.sum()) // 2
        self._widest = int(labels.max(initial=1))
        self._chunks = min(problem.tasks, 1 + self.work // WORK_BETWEEN_LOOKS)

    def rounds(self) -> int:
        """Sweeps of messages that are worth their time, fewer for a search of few sweeps."""
        most = int(np.clip(WORK // max(self.work, 1), FEWEST, MOST))
        sweeps = None if self._stopwatch is None else self._stopwatch.budget.sweeps
        return most if sweeps is None else min(most, max(10, sweeps // 20))

    def sweep(self, unary: FloatArray, forward: bool) -> bool:
        """Pass all messages once, adding them to `unary` and `missed` in place; False: out of time on the way."""
        from scheduler.kernels.messages import pass_messages

        tasks = len(self.missed)
        for chunk in range(self._chunks):
            if self._stopwatch is not None and self._stopwatch.expired():
                return False
            begin, end = tasks * chunk // self._chunks, tasks * (chunk + 1) // self._chunks
            pass_messages(
                self.space, self.offset, self.opposite, self.messages, unary, self.missed, forward, begin, end,
                self._widest,
            )  # fmt: skip
        return True


def priced_demand(problem: AssignmentProblem, prices: FloatArray) -> FloatArray:
    """What every eligible pair pays for capacity at the prices, shape (nnz,)."""
    total = np.zeros(len(problem.agent))
    for r in range(problem.resources):
        total += prices[problem.agent, r] * problem.demand[:, r]
    return total
