"""The pairs' side of the dual: what a set of messages proves."""

from __future__ import annotations

import numpy as np

from scheduler.arrays import FloatArray, Int64Array
from scheduler.kernels.types import Space, kernel, separation


@kernel
def message_offsets(space: Space) -> Int64Array:
    """Where the message of every stored pair entry begins, and the total length at the end."""
    offset = np.zeros(len(space.pair_task) + 1, dtype=np.int64)
    for i in range(len(space.missed)):
        width = space.task_ptr[i + 1] - space.task_ptr[i] + 1
        for e in range(space.pair_ptr[i], space.pair_ptr[i + 1]):
            offset[e + 1] = offset[e] + width
    return offset


@kernel
def opposite_entries(space: Space) -> Int64Array:
    """For every stored pair entry, the entry of the same pair in the other task's row."""
    opposite = np.empty(len(space.pair_task), dtype=np.int64)
    for i in range(len(space.missed)):
        for e in range(space.pair_ptr[i], space.pair_ptr[i + 1]):
            j = space.pair_task[e]
            back = space.pair_ptr[j]
            while space.pair_task[back] != i:
                back += 1
            opposite[e] = back
    return opposite


@kernel
def pair_table(space: Space, i: int, j: int, weight: float, table: FloatArray) -> None:
    """Fill `table` with weight x distance of the labels of two tasks; the last label is left out."""
    nobody = len(space.cluster) - 1
    first, second = space.task_ptr[i], space.task_ptr[j]
    rows, columns = space.task_ptr[i + 1] - first, space.task_ptr[j + 1] - second
    apart = weight * separation(space, nobody, nobody)
    for k in range(rows):
        a = space.agent[first + k]
        row = space.distance[space.cluster[a]]
        for m in range(columns):
            b = space.agent[second + m]
            table[k, m] = weight * (space.same_agent if a == b else row[space.cluster[b]])
        table[k, columns] = apart
    table[rows, : columns + 1] = apart


@kernel
def add_messages(space: Space, messages: FloatArray, unary: FloatArray, missed: FloatArray) -> None:
    """Add every message to the cost of its label, in place."""
    at = 0
    for i in range(len(missed)):
        begin, width = space.task_ptr[i], space.task_ptr[i + 1] - space.task_ptr[i]
        for _ in range(space.pair_ptr[i], space.pair_ptr[i + 1]):
            for k in range(width):
                unary[begin + k] += messages[at + k]
            missed[i] += messages[at + width]
            at += width + 1


@kernel
def pair_minima(space: Space, messages: FloatArray, unary: FloatArray, missed: FloatArray) -> float:
    """Sum over pairs of min(weight x distance - both messages); messages are added to the labels' costs."""
    add_messages(space, messages, unary, missed)
    offset, opposite = message_offsets(space), opposite_entries(space)
    widest = 1
    for i in range(len(missed)):
        widest = max(widest, space.task_ptr[i + 1] - space.task_ptr[i] + 1)
    table = np.empty((widest, widest))
    total = 0.0
    for i in range(len(missed)):
        width = space.task_ptr[i + 1] - space.task_ptr[i]
        for e in range(space.pair_ptr[i], space.pair_ptr[i + 1]):
            j = space.pair_task[e]
            if j < i:
                continue
            pair_table(space, i, j, space.pair_weight[e], table)
            back = offset[opposite[e]]
            least = np.inf
            for k in range(width + 1):
                for m in range(space.task_ptr[j + 1] - space.task_ptr[j] + 1):
                    least = min(least, table[k, m] - messages[offset[e] + k] - messages[back + m])
            total += least
    return total


@kernel
def pass_messages(  # noqa: PLR0912 - the branches are the inner loop
    space: Space,
    offset: Int64Array,
    opposite: Int64Array,
    messages: FloatArray,
    unary: FloatArray,
    missed: FloatArray,
    forward: bool,
    begin: int,
    end: int,
    widest: int,
) -> None:
    """Handshakes over the pairs of the tasks begin..end-1 in place, in task order or against it from the last task.

    `unary` and `missed` are the labels' costs with prices and messages in them, and stay so; `widest` is the most
    labels that a task has.
    """
    tasks = len(missed)
    table = np.empty((widest, widest))
    left, right, other = np.empty(widest), np.empty(widest), np.empty(widest)
    for step in range(begin, end):
        i = step if forward else tasks - 1 - step
        first, rows = space.task_ptr[i], space.task_ptr[i + 1] - space.task_ptr[i]
        for e in range(space.pair_ptr[i], space.pair_ptr[i + 1]):
            j = space.pair_task[e]
            if (j < i) == forward:
                continue
            second, columns = space.task_ptr[j], space.task_ptr[j + 1] - space.task_ptr[j]
            here, there = offset[e], offset[opposite[e]]
            pair_table(space, i, j, space.pair_weight[e], table)
            for k in range(rows):
                left[k] = unary[first + k] - messages[here + k]
            left[rows] = missed[i] - messages[here + rows]
            for m in range(columns):
                right[m] = unary[second + m] - messages[there + m]
            right[columns] = missed[j] - messages[there + columns]
            other[: columns + 1] = np.inf
            for k in range(rows + 1):
                least = np.inf
                for m in range(columns + 1):
                    least = min(least, table[k, m] + right[m])
                half = 0.5 * (left[k] - least)
                for m in range(columns + 1):
                    other[m] = min(other[m], table[k, m] + half)
            for m in range(columns):
                messages[there + m] = other[m]
                unary[second + m] = right[m] + other[m]
            messages[there + columns] = other[columns]
            missed[j] = right[columns] + other[columns]
            for k in range(rows + 1):
                least = np.inf
                for m in range(columns + 1):
                    least = min(least, table[k, m] - other[m])
                messages[here + k] = least
                if k < rows:
                    unary[first + k] = left[k] + least
                else:
                    missed[i] = left[k] + least
