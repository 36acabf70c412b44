"""Bound that knows whole tasks: what each agent can pack of one resource is solved exactly, the rest is priced.

The Lagrangian dual of the capacities splits tasks over agents, as the linear relaxation does. Here it is the choice of
each task that gets a multiplier u, and every agent packs the tasks that pay it most into its real capacity of one
resource, whole (the relaxation of Ross and Soland, 1975, and Fisher, Jaikumar and Van Wassenhove, 1986); other
resources keep their prices. For any u and any prices >= 0

    sum of u + sum over tasks of min(0, cost of leaving it out - u) + sum over agents of its knapsack
        - priced capacity of the resources that are not kept

is a lower bound, at the optimum never below the linear one: that is where u starts from. Knapsacks are solved by
dynamic programming over whole steps of the resource; where demands have no common step they are rounded down to one,
which keeps the bound valid. With pairs the costs are those that the messages leave (see `scheduler.bounds.pairs`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import FloatArray, Int64Array
from scheduler.bounds.certificate import Certificate, dual_value, message_count
from scheduler.errors import CertificateError
from scheduler.evaluation import CAPACITY_TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.budget import Stopwatch
    from scheduler.kernels.knapsack import Grid
    from scheduler.problem import AssignmentProblem

STEPS, GRID = 2048, 1024
"""Most whole steps of a capacity that are counted as they are, and the steps that others are divided into."""
TABLE = 20_000_000
"""Most eligible tasks x steps of one agent: beyond, its steps are coarser, and the bound gains less."""
FIRST_STEP, LAST_STEP = 0.2, 0.01
"""First and last step of the multipliers, in margins between a task's best and second best label."""
PRICE_STEP = 0.5
"""Step of the prices, in steps of the multipliers for each unit of the mean demand."""
ROUNDS = 120
"""Most rounds of the ascent."""
SMALL, COARSER = 50_000, 5.0
"""Eligible pairs up to which ever coarser steps are tried, and how much coarser the next ones are."""
LARGE, TRIAL, WORTH = 500_000, 4, 3e-4
"""Eligible pairs above which the ascent ends after so many rounds that have not lifted the bound by that share."""
PATIENCE, ENOUGH = 10, 2e-6
"""Rounds over which the bound has to grow by this share of itself."""
MEMORY, SQUARES, CALM = 0.9, 0.99, 0.01
"""Decay of the mean step and of its mean square, and what keeps small squares from being divided by."""
WORK_BETWEEN_LOOKS = 2_000_000
"""Eligible pairs and steps of knapsacks between two looks at the watch: some twenty milliseconds."""


def knapsack_bound(
    problem: AssignmentProblem,
    base: Certificate,
    rounds: int | None = None,
    stopwatch: Stopwatch | None = None,
) -> Certificate:
    """Lift a bound by exact knapsacks; `base` itself where that proves no more.

    Parameters
    ----------
    problem
        The whole problem.
    base
        Prices, and messages where there are pairs, to start from.
    rounds
        Most rounds of the ascent, each a pass over the eligible pairs; None: `ROUNDS`.
    stopwatch
        Stops early when it expires.
    """
    if not problem.agents or not problem.resources or not len(problem.agent):
        return base
    packing, rounds = Packing(problem, base), ROUNDS if rounds is None else rounds
    best = _Ascent(packing, base, 1.0).run(rounds, stopwatch)
    coarser = 1.0
    while len(problem.agent) <= SMALL and not (stopwatch is not None and stopwatch.expired()):
        # where capacity is scarce, a task is worth what leaving it out costs: many margins away
        coarser *= COARSER
        tried = _Ascent(packing, base, coarser).run(rounds, stopwatch)
        if tried[0] <= best[0] + ENOUGH * abs(best[0]):
            break
        best = tried
    value, multiplier, prices = best
    if value <= base.bound:
        return base
    kept = packing.grid.kept.astype(np.int32)
    return replace(base, kind="knapsack", bound=value, prices=prices, multipliers=multiplier, kept=kept)


class _Ascent:
    """Multipliers and prices on their way up, from those of a certificate; `coarse` scales all steps."""

    def __init__(self, packing: Packing, base: Certificate, coarse: float) -> None:
        problem = packing.problem
        self._packing, self._base = packing, base.bound
        self._multiplier, self._prices = packing.multiplier.copy(), np.maximum(base.prices, 0.0)
        self._unit = packing.margin * coarse
        used = problem.demand.mean(axis=0)
        self._priced_unit = PRICE_STEP * self._unit / np.where(used > 0.0, used, 1.0)
        self._size = problem.capacity.mean(axis=0)
        self._size[self._size <= 0.0] = 1.0
        self._task_moments = np.zeros((2, problem.tasks))
        self._price_moments = np.zeros((2, *self._prices.shape))

    def run(self, rounds: int, watch: Stopwatch | None) -> tuple[float, FloatArray, FloatArray]:
        """The best bound on the way, its multipliers and its prices."""
        best = (-np.inf, self._multiplier, self._prices)
        values: list[float] = []
        for turn in range(rounds):
            value = self._packing.value(self._multiplier, self._prices, None if watch is None else watch.expired)
            if not np.isfinite(value):
                break
            if value > best[0]:
                best = (value, self._multiplier.copy(), self._prices.copy())
            values.append(best[0])
            if turn > 2 * PATIENCE and values[-1] - values[-1 - PATIENCE] <= ENOUGH * abs(values[-1]):
                break
            large = len(self._packing.problem.agent) > LARGE
            if large and turn + 1 == TRIAL and best[0] - self._base <= WORTH * abs(self._base):
                break
            timed = watch is not None and not watch.counted
            done = max(turn / rounds, min(watch.fraction(), 1.0) if timed and watch is not None else 0.0)
            self._climb(FIRST_STEP * (LAST_STEP / FIRST_STEP) ** done, turn)
        return best

    def _climb(self, rate: float, turn: int) -> None:
        self._multiplier += rate * self._unit * _step(self._task_moments, 1.0 - self._packing.count, turn)
        over = (self._packing.load - self._packing.problem.capacity) / self._size
        over[np.arange(len(over)), self._packing.grid.kept] = 0.0  # no part of this bound: of use where they were
        self._prices += rate * self._priced_unit * _step(self._price_moments, over, turn)
        np.maximum(self._prices, 0.0, out=self._prices)


def knapsack_value(
    problem: AssignmentProblem, certificate: Certificate, stop: Callable[[], bool] | None = None
) -> float:
    """The bound that the multipliers, prices and messages of a certificate prove, in one pass over the arrays.

    Raises
    ------
    CertificateError
        If an array has not the shape that this problem asks for, or a kept resource does not exist.
    """
    for name, array, shape in (
        ("prices", certificate.prices, problem.capacity.shape),
        ("multipliers", certificate.multipliers, (problem.tasks,)), ("kept", certificate.kept, (problem.agents,)),
    ):  # fmt: skip
        if array is None or array.shape != shape:
            raise CertificateError(name, () if array is None else array.shape, shape)
    messages = certificate.messages
    if messages is not None and messages.shape != (message_count(problem),):
        raise CertificateError("messages", messages.shape, (message_count(problem),))
    assert certificate.kept is not None
    if len(certificate.kept) and not (certificate.kept.min() >= 0 and certificate.kept.max() < problem.resources):
        raise CertificateError("kept", (int(certificate.kept.max()),), (problem.resources,))
    packing = Packing(problem, certificate)
    prices = np.ascontiguousarray(np.maximum(certificate.prices, 0.0))
    return packing.value(np.asarray(certificate.multipliers, dtype=np.float64), prices, stop)


class Packing:
    """The knapsacks of a problem: its columns, its grid, and what they come to at multipliers and prices."""

    def __init__(self, problem: AssignmentProblem, base: Certificate) -> None:
        from scheduler.kernels.knapsack import Columns, by_agent
        from scheduler.relaxation import priced_labels

        self.problem = problem
        self._cost, self._missed, self._fixed = self._unpaired(base)
        ptr = np.zeros(problem.agents + 1, dtype=np.int64)
        np.cumsum(np.bincount(problem.agent, minlength=problem.agents), out=ptr[1:])
        self._columns = Columns(ptr, np.empty(len(problem.agent), np.int32), np.empty(len(problem.agent), np.int32))
        by_agent(problem.task_ptr, problem.agent, *self._columns)
        self.grid = _grid(problem, base)
        if base.multipliers is None:
            priced, _ = priced_labels(problem, base.prices, base.messages)
            self.multiplier, self.margin = _two_least(problem, priced, self._missed)
        self.count, self.load = np.zeros(problem.tasks), np.zeros(problem.capacity.shape)
        each = (len(problem.agent) + 8 * int(self.grid.steps.sum())) / max(problem.agents, 1)
        self._many = max(1, int(WORK_BETWEEN_LOOKS / max(each, 1.0)))

    def _unpaired(self, base: Certificate) -> tuple[FloatArray, FloatArray, float]:
        """Costs of labels and of leaving out with messages in them, and what the pairs add at least."""
        from scheduler.relaxation import least_labels, priced_labels

        problem, free = self.problem, np.zeros_like(base.prices)
        cost, missed = priced_labels(problem, free, base.messages)
        if not problem.has_pairs:
            return cost, missed, 0.0
        least = float(least_labels(problem, cost, missed).sum())
        return cost, missed, dual_value(problem, free, base.messages) - least

    def value(self, multiplier: FloatArray, prices: FloatArray, stop: Callable[[], bool] | None = None) -> float:
        """The bound; leaves how often each task was taken in `count` and the loads in `load`. -inf where stopped."""
        from scheduler.kernels.knapsack import pack

        problem = self.problem
        self.count[:], self.load[:] = 0.0, 0.0
        out = self._missed < multiplier
        self.count += out
        total = float(np.minimum(multiplier, self._missed).sum())  # u + min(0, missed - u), without its cancellation
        for first in range(0, problem.agents, self._many):
            if stop is not None and stop():
                return -np.inf
            last = min(first + self._many, problem.agents)
            total += pack(
                self._columns, self.grid, self._cost, problem.demand, prices, multiplier, self.count, self.load,
                first, last,
            )  # fmt: skip
        free = prices * problem.capacity
        free[np.arange(problem.agents), self.grid.kept] = 0.0
        total += self._fixed - float(free.sum())
        return total if np.isfinite(total) else -np.inf


def _grid(problem: AssignmentProblem, base: Certificate) -> Grid:
    from scheduler.kernels.knapsack import Grid

    agents = np.arange(problem.agents)
    kept: Int64Array = (np.argmax(base.prices * problem.capacity, axis=1) if base.kept is None else base.kept).astype(
        np.int64
    )
    step = np.zeros(problem.resources)
    for r in range(problem.resources):
        amounts = problem.demand[:, r]
        if amounts.max(initial=0.0) < 2.0**40 and np.array_equal(np.rint(amounts), amounts):
            step[r] = float(np.gcd.reduce(amounts.astype(np.int64)))
    capacity = problem.capacity[agents, kept]
    unit = step[kept]
    with np.errstate(divide="ignore", invalid="ignore"):
        degree = np.bincount(problem.agent, minlength=problem.agents).clip(1)
        most = (TABLE / degree).clip(1, STEPS)
        coarse = (unit <= 0.0) | (capacity / unit > most)
    unit = np.where(coarse, np.maximum(capacity, 1e-300) / np.minimum(most, GRID), unit)
    steps = np.floor(capacity * (1.0 + CAPACITY_TOLERANCE) / unit + 1e-9).astype(np.int64)
    return Grid(kept, unit, steps)


def _two_least(problem: AssignmentProblem, priced: FloatArray, missed: FloatArray) -> tuple[FloatArray, float]:
    """Least priced cost of every task, leaving it out among them, and the median margin to the second least."""
    least, second = missed.copy(), np.full(problem.tasks, np.inf)
    from scheduler.kernels.candidates import two_least

    two_least(problem.task_ptr, priced, least, second)
    margin = (second - least)[np.isfinite(second)]
    margin = margin[margin > 0.0]
    return least, float(np.median(margin)) if len(margin) else float(np.abs(least).mean()) or 1.0


def _step(moments: FloatArray, slope: FloatArray, turn: int) -> FloatArray:
    """The step of an ascent along averaged slopes, each scaled by its own size (Kingma and Ba, 2015)."""
    mean, square = moments
    mean += (1.0 - MEMORY) * (slope - mean)
    square += (1.0 - SQUARES) * (slope * slope - square)
    result: FloatArray = mean / np.sqrt(square / (1.0 - SQUARES ** (turn + 1)) + CALM)
    return result / (1.0 - MEMORY ** (turn + 1))
