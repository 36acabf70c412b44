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

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scheduler.arrays import FloatArray
from scheduler.bounds.certificate import Certificate, dual_value, message_count
from scheduler.bounds.lagrangian import step_unit
from scheduler.bounds.linear import linear_bound
from scheduler.bounds.links import links_of
from scheduler.spaces import full_space

if TYPE_CHECKING:
    from scheduler.budget import Stopwatch
    from scheduler.problem import AssignmentProblem

FIRST_STEP, LAST_STEP = 0.03, 0.0005
"""First and last price step, in the units of `step_unit`."""
PRICE_STEPS, PRICE_STEPS_LARGE = 10, 4
"""Price steps between two sweeps of messages."""
FEWEST, MOST, WORK = 40, 200, 200_000_000
"""Least and most sweeps of messages where their number is not limited, and the label pairs that decide between."""
FULL_WORK, LEAST = 12_000_000_000, 12
"""Label pairs from which on there are fewer sweeps than that, and the least."""
FREE, PATIENT = 0.35, 1e-6
"""Share of a stopwatch's time in which sweeps go on beyond their number, and the growth by which they have to then."""
PATIENCE = 6
"""Sweeps of messages over which the bound has to grow: by 1e-4 of itself, in small problems 1e-6."""
WORK_BETWEEN_LOOKS = 8_000_000
"""Label pairs between two looks at the watch: some ten milliseconds."""
ENTRIES_BETWEEN_LOOKS = 4_000_000
"""Eligible pairs that the price steps pass between two looks: some twenty milliseconds."""
TABLE = 36_000_000
"""Pairs of labels of one pair of tasks above which no messages are passed: its table is held, and filled at one go."""
LARGE = 4_000_000
"""Numbers in the messages above which they are kept in float32, and only the last ones."""


def pair_bound(
    problem: AssignmentProblem,
    rounds: int | None = None,
    stopwatch: Stopwatch | None = None,
    linear: Certificate | None = None,
    single: bool | None = None,
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
    single
        Whether messages are float32; None: above `LARGE` numbers. The bound is computed in float64 either way.

    Returns
    -------
    Certificate
        Of kind "mplp"; the linear one where that is better, the problem has no pairs, or a task so many labels that
        two like it would have more than `TABLE` pairs of labels.
    """
    priced = linear_bound(problem, stopwatch) if linear is None else linear
    if not problem.has_pairs or not len(problem.agent) or (int(np.diff(problem.task_ptr).max()) + 1) ** 2 > TABLE:
        return priced
    from scheduler.kernels.dual import ascend, charge

    passing = Passing(problem, stopwatch, single)
    timed = stopwatch is not None and not stopwatch.counted
    ample = timed and rounds is None  # more sweeps than needed, in time that is not missed elsewhere
    rounds = passing.rounds() if rounds is None else rounds
    space, unary, missed = passing.space, passing.unary, passing.missed
    prices, found = priced.prices.copy(), priced.prices.copy()
    moments, unit = np.zeros((2, *prices.shape)), step_unit(problem, space.missed)
    kept, values = (found, passing.messages), [-np.inf]
    enough = 1e-4 if passing.work > WORK // FEWEST else 1e-6
    steps, price_steps = passing.price_steps(), PRICE_STEPS_LARGE if passing.large else PRICE_STEPS
    turn = -1
    while turn + 1 < rounds or (ample and stopwatch is not None and stopwatch.fraction() < FREE):
        turn += 1
        charge(space, prices, unary, 1.0)
        complete = passing.sweep(turn % 2 == 0)
        charge(space, prices, unary, -1.0)
        if stopwatch is not None and stopwatch.cancelled():
            return priced
        spent = stopwatch.fraction() if timed and stopwatch is not None else 0.0
        done = spent / FREE if ample and spent < FREE else max(turn / rounds, spent)
        rate = FIRST_STEP * (LAST_STEP / FIRST_STEP) ** min(done, 1.0)
        value = -np.inf
        for step in range(0, price_steps, steps):
            if stopwatch is not None and stopwatch.cancelled():
                return priced
            rates, before = np.outer([rate, rate], unit), turn * price_steps + step
            value = ascend(
                space, readable(unary), readable(missed), prices, found, moments, rates, before,
                min(steps, price_steps - step), value,
            )  # fmt: skip
        if value > values[-1] and not passing.large:
            kept = (found.copy(), passing.messages.copy())
        values.append(max(value, values[-1]))
        if not complete:
            break
        little = PATIENT if ample and spent < FREE else enough
        if turn > 2 * PATIENCE and values[-1] - values[-1 - PATIENCE] <= little * abs(values[-1]):
            break
    value = dual_value(problem, *kept, None if stopwatch is None else stopwatch.cancelled)
    return priced if value <= priced.bound else Certificate("mplp", value, *kept)


class Passing:
    """Messages between the tasks of a problem, and how to pass them under a watch.

    In float64, or in float32 (`single`; None: above `LARGE` numbers).
    """

    def __init__(self, problem: AssignmentProblem, stopwatch: Stopwatch | None, single: bool | None) -> None:
        count = message_count(problem)
        self.large = count > LARGE if single is None else single
        dtype: np.dtype[Any] = np.dtype(np.float32 if self.large else np.float64)
        self.space = full_space(problem)
        links = links_of(self.space, dtype)
        self._links, self.work = links.arrays, links.work
        self.messages, self.missed = np.zeros(count, dtype), np.array(self.space.missed, dtype)
        self.unary = np.array(problem.cost, dtype)
        self._stopwatch = stopwatch
        self._chunks = min(problem.tasks, 1 + self.work // WORK_BETWEEN_LOOKS)

    def rounds(self) -> int:
        """Sweeps of messages that are worth their time, fewer for a search of few sweeps."""
        work = max(self.work, 1)
        most = min(int(np.clip(WORK // work, FEWEST, MOST)), max(FULL_WORK // work, LEAST))
        sweeps = None if self._stopwatch is None else self._stopwatch.budget.sweeps
        return most if sweeps is None else min(most, max(10, sweeps // 20))

    def price_steps(self) -> int:
        """Price steps between two looks at the watch."""
        return int(np.clip(ENTRIES_BETWEEN_LOOKS // max(len(self.unary), 1), 1, PRICE_STEPS))

    def sweep(self, forward: bool) -> bool:
        """Pass all messages once, adding them to `unary` and `missed` in place; False: out of time on the way."""
        from scheduler.kernels.messages import pass_messages

        tasks = len(self.missed)
        for chunk in range(self._chunks):
            if self._stopwatch is not None and self._stopwatch.expired():
                return False
            begin, end = tasks * chunk // self._chunks, tasks * (chunk + 1) // self._chunks
            pass_messages(self.space, self._links, self.messages, self.unary, self.missed, forward, begin, end)
        return True


def readable(values: NDArray[Any]) -> NDArray[Any]:
    """The same numbers as a read-only view."""
    view = values.view()
    view.flags.writeable = False
    return view


def priced_demand(problem: AssignmentProblem, prices: FloatArray) -> FloatArray:
    """What every eligible pair pays for capacity at the prices, shape (nnz,)."""
    total = np.zeros(len(problem.agent))
    for r in range(problem.resources):
        total += prices[problem.agent, r] * problem.demand[:, r]
    return total
