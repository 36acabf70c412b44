"""Priced insertion: one task after the other to the agent where cost + price + distance is lowest."""

from __future__ import annotations

import numpy as np

from scheduler.arrays import FloatArray, Int32Array, Int64Array
from scheduler.kernels.types import Space, kernel, separation


@kernel
def insert_tasks(  # noqa: PLR0912 - the branches are the inner loop
    space: Space,
    order: Int64Array,
    assignment: Int32Array,
    load: FloatArray,
    limit: FloatArray,
    prices: FloatArray,
) -> int:
    """Place the tasks of `order` that are -1, in that order, in place; return how many found a place.

    `limit` (A, R) is the most load allowed. A task stays -1 where no eligible agent has room, or where
    leaving it out is cheaper than every place at current prices.
    """
    resources = limit.shape[1]
    nobody = len(limit)
    placed = 0
    for task in order:
        if assignment[task] >= 0:
            continue
        least = space.missed[task]
        for e in range(space.pair_ptr[task], space.pair_ptr[task + 1]):
            if assignment[space.pair_task[e]] >= 0:
                least += space.pair_weight[e] * separation(space, nobody, nobody)
        choice = -1
        for k in range(space.task_ptr[task], space.task_ptr[task + 1]):
            a = space.agent[k]
            value = space.cost[k]
            fits = True
            for r in range(resources):
                value += prices[a, r] * space.demand[k, r]
                fits &= load[a, r] + space.demand[k, r] <= limit[a, r]
            if not fits:
                continue
            for e in range(space.pair_ptr[task], space.pair_ptr[task + 1]):
                other = assignment[space.pair_task[e]]
                if other >= 0:
                    value += space.pair_weight[e] * separation(space, other, a)
            for e in range(space.conflict_ptr[task], space.conflict_ptr[task + 1]):
                if assignment[space.conflict_task[e]] == a:
                    value = np.inf
            if value < least:
                least = value
                choice = k
        if choice >= 0:
            assignment[task] = space.agent[choice]
            placed += 1
            for r in range(resources):
                load[space.agent[choice], r] += space.demand[choice, r]
    return placed
