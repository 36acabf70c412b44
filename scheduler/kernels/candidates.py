"""Picks the most promising labels of every task."""

from __future__ import annotations

import numpy as np

from scheduler.arrays import FloatArray, Int64Array
from scheduler.kernels.types import kernel


@kernel
def most_promising(task_ptr: Int64Array, belief: FloatArray, most: int, entries: Int64Array) -> Int64Array:
    """Write the `most` entries of least belief of every row to `entries`; return the new row pointers.

    Best first. `entries` has room for all; rows leave one place after their last entry, holding -1, for being
    left out.
    """
    tasks = len(task_ptr) - 1
    ptr = np.zeros(tasks + 1, dtype=np.int64)
    end = 0
    for task in range(tasks):
        start, kept = end, 0
        for k in range(task_ptr[task], task_ptr[task + 1]):
            if kept == most and belief[k] >= belief[entries[start + kept - 1]]:
                continue
            if kept < most:
                kept += 1
            place = start + kept - 1
            while place > start and belief[entries[place - 1]] > belief[k]:
                entries[place] = entries[place - 1]
                place -= 1
            entries[place] = k
        entries[start + kept] = -1
        end = start + kept + 1
        ptr[task + 1] = end
    return ptr


@kernel
def two_least(task_ptr: Int64Array, value: FloatArray, least: FloatArray, second: FloatArray) -> None:
    """Lower `least` and `second` (T,) to the two least values of every row together with themselves."""
    for task in range(len(task_ptr) - 1):
        for k in range(task_ptr[task], task_ptr[task + 1]):
            if value[k] < least[task]:
                second[task] = least[task]
                least[task] = value[k]
            elif value[k] < second[task]:
                second[task] = value[k]
