"""Priced insertion: one task after the other to where cost + price + pairs is least, pushing one other if need be."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduler.arrays import BoolArray, FloatArray, Int32Array, Int64Array
from scheduler.kernels.types import Space, kernel, separation

PUSHABLE = 200
"""Most tasks of one agent that are looked at as the one to be pushed, the last seated first."""


SHARP = 0.1
"""Share of its `peak` below which a load is summed anew: what rounding left of larger ones would count."""


class Seats(NamedTuple):
    """Who sits where: `agent` (T,) and `entry` (T,), both -1 where left out, and `load` (A, R).

    `peak` (A, R) is the largest load since it was last summed anew.

    The tasks of agent a are a list linked both ways: `head[a]`, then `after[task]`, back by `ahead[task]`, -1 at
    its ends.
    """

    agent: Int32Array
    entry: Int64Array
    load: FloatArray
    peak: FloatArray
    head: Int64Array
    after: Int64Array
    ahead: Int64Array


@kernel
def take_seats(space: Space, seats: Seats) -> None:
    """Fill loads and lists from `agent` and `entry`."""
    seats.load[:] = 0.0
    seats.peak[:] = 0.0
    seats.head[:] = -1
    for task in range(len(seats.agent) - 1, -1, -1):
        if seats.entry[task] >= 0:
            sit(space, seats, task, seats.entry[task])


@kernel
def sit(space: Space, seats: Seats, task: int, entry: int) -> None:
    """Seat a task that is left out."""
    a = space.agent[entry]
    seats.agent[task], seats.entry[task] = a, entry
    first = seats.head[a]
    seats.after[task], seats.ahead[task] = first, -1
    if first >= 0:
        seats.ahead[first] = task
    seats.head[a] = task
    for r in range(seats.load.shape[1]):
        seats.load[a, r] += space.demand[entry, r]
        seats.peak[a, r] = max(seats.peak[a, r], seats.load[a, r])


@kernel
def stand(space: Space, seats: Seats, task: int) -> None:
    """Leave a seated task out."""
    a, entry = seats.agent[task], seats.entry[task]
    before, behind = seats.ahead[task], seats.after[task]
    if before >= 0:
        seats.after[before] = behind
    else:
        seats.head[a] = behind
    if behind >= 0:
        seats.ahead[behind] = before
    seats.agent[task], seats.entry[task] = -1, -1
    for r in range(seats.load.shape[1]):
        seats.load[a, r] -= space.demand[entry, r]
        if seats.load[a, r] < SHARP * seats.peak[a, r]:
            seats.load[a, r] = remaining(space, seats, a, r, -1)
            seats.peak[a, r] = seats.load[a, r]


@kernel
def remaining(space: Space, seats: Seats, a: int, r: int, leaving: int) -> float:
    """Load of the tasks that sit on agent a in resource r, but for that of the entry `leaving` (-1: none)."""
    total = 0.0
    task = seats.head[a]
    while task >= 0:
        if seats.entry[task] != leaving:
            total += space.demand[seats.entry[task], r]
        task = seats.after[task]
    return total


@kernel
def linked(space: Space, seats: Seats, task: int, a: int) -> float:
    """What a task's pairs cost with the task on agent a (the number of agents: left out)."""
    nobody = len(space.cluster) - 1
    total = 0.0
    for e in range(space.pair_ptr[task], space.pair_ptr[task + 1]):
        other = seats.agent[space.pair_task[e]]
        total += space.pair_weight[e] * separation(space, nobody if other < 0 else other, a)
    return total


@kernel
def rivals(space: Space, seats: Seats, task: int, a: int) -> tuple[int, int]:
    """How many tasks on agent a must not share it with this one, and the last of them (-1: none)."""
    count, last = 0, -1
    for e in range(space.conflict_ptr[task], space.conflict_ptr[task + 1]):
        if seats.agent[space.conflict_task[e]] == a:
            count += 1
            last = space.conflict_task[e]
    return count, last


@kernel
def fits(space: Space, seats: Seats, limit: FloatArray, entry: int, leaving: int) -> bool:
    """Whether an entry's agent has room for it once the entry `leaving` (-1: none) is gone from there."""
    a = space.agent[entry]
    for r in range(limit.shape[1]):
        load = seats.load[a, r] + space.demand[entry, r]
        if leaving >= 0:
            load -= space.demand[leaving, r]
            if load <= limit[a, r] and load < SHARP * seats.peak[a, r]:
                load = remaining(space, seats, a, r, leaving) + space.demand[entry, r]
        if load > limit[a, r]:
            return False
    return True


@kernel
def priced(space: Space, prices: FloatArray, entry: int) -> float:
    """Cost and price of an entry."""
    total = space.cost[entry]
    for r in range(prices.shape[1]):
        total += prices[space.agent[entry], r] * space.demand[entry, r]
    return total  # type: ignore[no-any-return]


@kernel
def cheapest_exit(
    space: Space, seats: Seats, limit: FloatArray, prices: FloatArray, task: int, most: float
) -> tuple[int, float]:
    """Entry to which a seated task moves at least cost below `most`, and that cost; -1: left out, -2: none."""
    old, a = seats.entry[task], seats.agent[task]
    here = priced(space, prices, old) + linked(space, seats, task, a)
    least, best = most, -2
    change = space.missed[task] + linked(space, seats, task, len(space.cluster) - 1) - here
    if change < least:
        least, best = change, -1
    for k in range(space.task_ptr[task], space.task_ptr[task + 1]):
        b = space.agent[k]
        change = priced(space, prices, k) - here
        if b == a or change >= least or not fits(space, seats, limit, k, -1):
            continue
        change += linked(space, seats, task, b)
        if change < least and rivals(space, seats, task, b)[0] == 0:
            least, best = change, k
    return best, least


@kernel
def seat_tasks(  # noqa: PLR0912 - the branches are the inner loop
    space: Space,
    seats: Seats,
    order: Int64Array,
    limit: FloatArray,
    prices: FloatArray,
    movable: BoolArray,
    push: float,
) -> int:
    """Seat the tasks of `order` that are left out, each where cost + price + pairs is least; return how many.

    A task may also take the place of one movable task of an agent without room, of the `PUSHABLE` that were seated
    there last (or of the one it must not share the agent with), which goes to its own cheapest exit; that costs `push`
    on top. What is pushed out of the plan is left to the caller.
    """
    nobody = len(space.cluster) - 1
    seated = 0
    for task in order:
        if seats.entry[task] >= 0:
            continue
        least = space.missed[task] + linked(space, seats, task, nobody)
        choice, pushed, target = -1, -1, -1
        for k in range(space.task_ptr[task], space.task_ptr[task + 1]):
            a = space.agent[k]
            value = priced(space, prices, k) + linked(space, seats, task, a)
            if value < least and fits(space, seats, limit, k, -1) and rivals(space, seats, task, a)[0] == 0:
                least, choice = value, k
        for k in range(space.task_ptr[task], space.task_ptr[task + 1]):
            if push == np.inf:
                break
            a = space.agent[k]
            value = priced(space, prices, k) + linked(space, seats, task, a) + push
            if value >= least:
                continue
            count, rival = rivals(space, seats, task, a)
            if count > 1 or (count == 0 and fits(space, seats, limit, k, -1)):
                continue
            seats.agent[task] = a  # so that its pairs count for the task that is pushed
            mover, left = seats.head[a], PUSHABLE
            if rival >= 0:
                mover, left = rival, 1
            while mover >= 0 and left > 0:
                left -= 1
                if movable[mover] and fits(space, seats, limit, k, seats.entry[mover]):
                    way, change = cheapest_exit(space, seats, limit, prices, mover, least - value)
                    if way > -2:
                        least, choice, pushed, target = value + change, k, mover, way
                mover = seats.after[mover]
            seats.agent[task] = -1
        if choice < 0:
            continue
        if pushed >= 0:
            stand(space, seats, pushed)
            if target >= 0:
                sit(space, seats, pushed, target)
        sit(space, seats, task, choice)
        seated += 1
    return seated
