"""The requests of one pool as runs of steps whose marginal values fall evenly: what every method reads.

A request's net worth is concave in its amount y and quadratic between breaks:

    weight x value(y) - fairness x (demand - y)+^2 / demand - move cost x |y - present|.

(The middle term is least, for a given total, where all clusters have the same share of their demands.) In steps
it is a sequence of marginals that never rises. It is cut into runs: marginal j of a run is first - fall x j. A
run that holds a break in the midst of a step has that one step only.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scheduler.resources.errors import PoolTooSmallError
from scheduler.resources.pool import ROUNDING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scheduler.arrays import FloatArray, Int64Array
    from scheduler.resources.pool import ResourcePool, ResourceRequest


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """The requests of one pool, in steps.

    Parameters
    ----------
    least
        int64 (n,): steps that each request gets anyway.
    room
        Steps that are left for the runs.
    owner
        int64 (m,): request of each run; the runs of a request are in order.
    length
        int64 (m,): steps of each run; no request's runs together are longer than the room and one step, which tells
        what that would be worth.
    first, fall
        float64 (m,): marginal value of its first step, and how much each next step is worth less, >= 0.
    """

    least: Int64Array
    room: int
    owner: Int64Array
    length: Int64Array
    first: FloatArray
    fall: FloatArray

    @classmethod
    def of(cls, pool: ResourcePool, requests: Sequence[ResourceRequest]) -> Curves:
        """The curves of a pool's requests; steps that are worth nothing are left out.

        Raises
        ------
        PoolTooSmallError
            If the minimums together exceed the pool.
        """
        ranges = [request.range(pool) for request in requests]
        room = pool.steps - sum(least for least, _ in ranges)
        if room < 0:
            raise PoolTooSmallError(pool.name, pool.steps * pool.step, (pool.steps - room) * pool.step)
        runs = [
            (number, *run)
            for number, (request, (least, most)) in enumerate(zip(requests, ranges, strict=True))
            for run in _runs(pool, request, least, min(most, least + room + 1))
        ]
        columns = list(zip(*runs, strict=True)) or [()] * 4
        return cls(
            np.array([least for least, _ in ranges], dtype=np.int64),
            room,
            np.array(columns[0], dtype=np.int64),
            np.array(columns[1], dtype=np.int64),
            np.array(columns[2], dtype=np.float64),
            np.array(columns[3], dtype=np.float64),
        )

    def steps(self, taken: Int64Array) -> Int64Array:
        """Steps of every request, shape (n,), from steps taken of every run."""
        extra = np.zeros(len(self.least), dtype=np.int64)
        np.add.at(extra, self.owner, taken)
        return self.least + extra

    def taken(self, steps: Int64Array) -> Int64Array:
        """Steps of every run, filled in order, from steps of every request; what is worth nothing is dropped."""
        before = np.cumsum(self.length) - self.length
        start = before[np.searchsorted(self.owner, self.owner)] if len(self.owner) else before
        filled: Int64Array = np.clip((steps - self.least)[self.owner] - (before - start), 0, self.length)
        return filled

    @property
    def usable(self) -> Int64Array:
        """Steps of every run, shape (m,), of which no request's together exceed the room."""
        return self.taken(self.least + self.room)

    def gain(self, taken: Int64Array) -> float:
        """Value beyond the minimums of steps taken of every run."""
        counts = taken.astype(np.float64)
        return float((self.first * counts - self.fall * counts * (counts - 1.0) / 2.0).sum())


def worth(pool: ResourcePool, request: ResourceRequest, amount: float) -> float:
    """Net worth of an amount to a request."""
    total = -pool.fairness * request.demand - pool.move_cost * request.present
    for begin, end in itertools.pairwise(_breaks(request, amount)):
        total += _integral(pool, request, begin, end)
    return total


def _breaks(request: ResourceRequest, end: float) -> list[float]:
    inner = {request.demand, request.present, *request.value.breaks(request.demand)}
    return [0.0, *sorted(amount for amount in inner if 0.0 < amount < end), end]


def _slope(pool: ResourcePool, request: ResourceRequest, amount: float) -> tuple[float, float]:
    """(a, b): around an amount, no break, a unit more is worth a - b x amount."""
    level, fall = request.value.slope(amount, request.demand)
    level, fall = request.weight * level, request.weight * fall
    if amount < request.demand:
        level, fall = level + 2.0 * pool.fairness, fall + 2.0 * pool.fairness / request.demand
    return level + (pool.move_cost if amount < request.present else -pool.move_cost), fall


def _integral(pool: ResourcePool, request: ResourceRequest, begin: float, end: float) -> float:
    """Worth of the units from one amount to another, between which there is no break."""
    middle = begin + (end - begin) / 2.0
    level, fall = _slope(pool, request, middle)
    return (end - begin) * (level - fall * middle)


def _runs(pool: ResourcePool, request: ResourceRequest, least: int, most: int) -> list[tuple[int, float, float]]:
    """(length, first, fall) of the runs from `least` to `most` steps, up to where a step is worth nothing."""
    runs = []
    breaks = _breaks(request, most * pool.step)
    at = least
    while at < most:
        begin = at * pool.step
        end = next((b for b in breaks if b > begin + ROUNDING * pool.step), most * pool.step)
        whole = min(int(np.floor(end / pool.step + ROUNDING)), most) - at
        if whole >= 1:
            level, fall = _slope(pool, request, begin + pool.step / 2.0)
            first, fall = pool.step * (level - fall * (begin + pool.step / 2.0)), fall * pool.step**2
            useful = whole if fall == 0.0 else min(whole, max(0, int(np.ceil(first / fall))))
        else:
            within = [begin, *(b for b in breaks if begin < b < begin + pool.step), begin + pool.step]
            first = sum(_integral(pool, request, one, other) for one, other in itertools.pairwise(within))
            whole, useful, fall = 1, 1, 0.0
        if first <= 0.0 or not useful:
            break
        runs.append((useful, float(first), float(fall)))
        at += useful
        if useful < whole:
            break
    return runs
