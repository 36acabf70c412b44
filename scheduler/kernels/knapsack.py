"""One knapsack an agent: which tasks it would take if every task paid it a multiplier for being done."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduler.arrays import FloatArray, Int32Array, Int64Array
from scheduler.kernels.types import kernel


class Columns(NamedTuple):
    """Eligible pairs by agent.

    `ptr` (A + 1,) into `entry`, which holds indices of eligible pairs; `task` is the task of every eligible pair in
    the problem's own order.
    """

    ptr: Int64Array
    entry: Int32Array
    task: Int32Array


class Grid(NamedTuple):
    """The resource that an agent's knapsack is about, and how it is counted: all of shape (A,).

    `kept` is the resource, `unit` its size of a step, `steps` the capacity in whole steps.
    """

    kept: Int64Array
    unit: FloatArray
    steps: Int64Array


@kernel
def by_agent(task_ptr: Int64Array, agent: Int32Array, ptr: Int64Array, entry: Int32Array, task: Int32Array) -> None:
    """Fill `entry` and `task` of `Columns` from a problem's rows; `ptr` is ready."""
    place = ptr[:-1].copy()
    for t in range(len(task_ptr) - 1):
        for k in range(task_ptr[t], task_ptr[t + 1]):
            task[k] = t
            entry[place[agent[k]]] = k
            place[agent[k]] += 1


@kernel
def pack(  # noqa: PLR0912 - one loop over the agents, kept whole for the compiler
    columns: Columns,
    grid: Grid,
    cost: FloatArray,
    demand: FloatArray,
    prices: FloatArray,
    multiplier: FloatArray,
    count: FloatArray,
    load: FloatArray,
    first: int,
    last: int,
) -> float:
    """Fill the knapsacks of the agents first..last-1 at least cost; return the sum of their costs.

    An entry costs `cost` + prices of the resources that are not kept x demand - `multiplier` of its task; only those
    below zero are taken, and of the kept resource no more steps than there are, demands rounded down to whole steps.
    Adds to `count` (T,) how often every task was taken, and to `load` (A, R) what was taken.
    """
    resources = demand.shape[1]
    width, longest = np.int64(0), np.int64(0)
    for a in range(first, last):
        width = max(width, np.int64(columns.ptr[a + 1] - columns.ptr[a]))
        longest = max(longest, np.int64(grid.steps[a]))
    item = np.empty(width, dtype=np.int64)
    worth = np.empty(width)
    size = np.empty(width, dtype=np.int64)
    best, other = np.empty(longest + 1), np.empty(longest + 1)
    taken = np.empty((width, longest + 1), dtype=np.bool_)
    total = 0.0
    for a in range(first, last):
        room, kept, items, asked = np.int64(grid.steps[a]), grid.kept[a], 0, np.int64(0)
        for place in range(columns.ptr[a], columns.ptr[a + 1]):
            e = columns.entry[place]
            value = cost[e] - multiplier[columns.task[e]]
            if value >= 0.0:
                continue
            for r in range(resources):
                if r != kept:
                    value += prices[a, r] * demand[e, r]
            if value >= 0.0:
                continue
            asking = demand[e, kept] / grid.unit[a] + 1e-9
            if asking >= room + 1.0:  # looked at before it becomes an integer, which may not hold it
                continue
            steps = np.int64(asking)
            item[items], worth[items], size[items] = e, value, steps
            items += 1
            asked += steps
        if asked <= room:
            for i in range(items):
                total += worth[i]
                count[columns.task[item[i]]] += 1.0
                for r in range(resources):
                    load[a, r] += demand[item[i], r]
            continue
        best[: room + 1] = 0.0
        for i in range(items):
            steps, value = size[i], worth[i]
            for c in range(min(steps, room + 1)):
                other[c] = best[c]
                taken[i, c] = False
            for c in range(steps, room + 1):
                put = best[c - steps] + value
                taken[i, c] = put < best[c]
                other[c] = min(put, best[c])
            best, other = other, best
        total += best[room]
        left = room
        for i in range(items - 1, -1, -1):
            if taken[i, left]:
                left -= size[i]
                count[columns.task[item[i]]] += 1.0
                for r in range(resources):
                    load[a, r] += demand[item[i], r]
    return total
