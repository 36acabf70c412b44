"""The pairs' side of the dual: passing messages, and what a set of them proves.

Messages may be float32 where there are many: they guide, and what they prove is recomputed in float64 in any case.
A pair costs labels squared, so its inner loops run over one row of its table at a time, which the compiler turns into
vector instructions.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduler.arrays import FloatArray, Int32Array, Int64Array
from scheduler.kernels.types import Space, kernel, vector_kernel

Messages = NDArray[Any]
"""float64 or float32."""


ROUNDING = 2.0**-51
"""Four units of rounding in float64: what each term of a sum may be off, in shares of what is summed."""


class Links(NamedTuple):
    """Where messages lie and how far labels are apart.

    `offset` is the place of every stored pair entry's message, and the total length at the end; `opposite` the entry
    of the same pair in the other task's row; `cluster` (nnz,) the cluster of every label; `distance` (C + 1, C + 1) and
    `same_agent` (1,) are in the type of the messages; `widest` is the most labels that a task has, left out included.
    """

    offset: Int64Array
    opposite: Int64Array
    cluster: NDArray[Any]
    distance: NDArray[Any]
    same_agent: NDArray[Any]
    widest: int


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
def label_pairs(space: Space) -> int:
    """Pairs of labels over all pairs of tasks, left out included."""
    total = 0
    for i in range(len(space.missed)):
        for e in range(space.pair_ptr[i], space.pair_ptr[i + 1]):
            j = space.pair_task[e]
            if j > i:
                total += (space.task_ptr[i + 1] - space.task_ptr[i] + 1) * (
                    space.task_ptr[j + 1] - space.task_ptr[j] + 1
                )
    return total


@kernel
def least_distances(space: Space, begin: int, end: int) -> float:
    """Sum over the pairs whose first task is among begin..end-1 of weight x the least distance of their labels."""
    far, nearest = space.distance[-1, -1], space.distance.min()
    total = 0.0
    for i in range(begin, end):
        ours = space.agent[space.task_ptr[i] : space.task_ptr[i + 1]]
        for e in range(space.pair_ptr[i], space.pair_ptr[i + 1]):
            j = space.pair_task[e]
            if j < i:
                continue
            theirs = space.agent[space.task_ptr[j] : space.task_ptr[j + 1]]
            least = far
            if share_one(ours, theirs):
                least = min(least, space.same_agent)
            total += space.pair_weight[e] * least_apart(space, ours, theirs, least, nearest)
    return total


@kernel
def share_one(ours: Int32Array, theirs: Int32Array) -> bool:
    """Whether two ascending lists have an entry in common."""
    k, m = 0, 0
    while k < len(ours) and m < len(theirs):
        if ours[k] == theirs[m]:
            return True
        if ours[k] < theirs[m]:
            k += 1
        else:
            m += 1
    return False


@kernel
def least_apart(space: Space, ours: Int32Array, theirs: Int32Array, least: float, nearest: float) -> float:
    """The least of `least` and the distances of two different agents, one of each list; stops at `nearest`."""
    for a in ours:
        row = space.distance[space.cluster[a]]
        for b in theirs:
            if least <= nearest:
                return least
            if row[space.cluster[b]] < least and a != b:
                least = row[space.cluster[b]]
    return least


@vector_kernel
def fill_row(space: Space, links: Links, k: int, j: int, weight: Any, row: Messages) -> None:
    """Fill `row` with weight x distance of label k to the labels of task j; the last is left out."""
    second, columns = space.task_ptr[j], space.task_ptr[j + 1] - space.task_ptr[j]
    apart = links.distance[links.cluster[k]]
    cluster, agents, a = (
        links.cluster[second : second + columns],
        space.agent[second : second + columns],
        space.agent[k],
    )
    same = weight * links.same_agent[0]
    for m in range(columns):
        row[m] = weight * apart[cluster[m]]
    for m in range(columns):
        if agents[m] == a:
            row[m] = same
    row[columns] = weight * links.distance[-1, -1]


@kernel
def add_messages(space: Space, messages: Messages, unary: FloatArray, missed: FloatArray) -> None:
    """Add every message to the cost of its label, in place."""
    at = 0
    for i in range(len(missed)):
        begin, width = space.task_ptr[i], space.task_ptr[i + 1] - space.task_ptr[i]
        for _ in range(space.pair_ptr[i], space.pair_ptr[i + 1]):
            for k in range(width):
                unary[begin + k] += messages[at + k]
            missed[i] += messages[at + width]
            at += width + 1


@vector_kernel
def proven(space: Space, links: Links, prices: FloatArray, messages: Messages, begin: int, end: int) -> float:
    """What prices and messages prove about the tasks begin..end-1 and the pairs whose first task is among them.

    The least priced cost of each task with its messages, and the least remainder of each pair: weight x distance less
    both messages; less what rounding may hide, as messages far beyond the costs cancel in sums that keep none of the
    costs' digits. All numbers are finite; `links` is in float64.
    """
    unary, row = np.empty(links.widest), np.empty(links.widest)
    total, size, terms = 0.0, 0.0, 0
    for i in range(begin, end):
        first, width = space.task_ptr[i], space.task_ptr[i + 1] - space.task_ptr[i]
        for k in range(width):
            unary[k] = space.cost[first + k]
            for r in range(prices.shape[1]):
                unary[k] += prices[space.agent[first + k], r] * space.demand[first + k, r]
        unary[width] = space.missed[i]
        for e in range(space.pair_ptr[i], space.pair_ptr[i + 1]):
            here = messages[links.offset[e] : links.offset[e] + width + 1]
            largest = 0.0
            for k in range(width + 1):
                unary[k] += here[k]
                largest = max(largest, abs(here[k]))
            size += largest
            terms += 1
            j = space.pair_task[e]
            if j < i:
                continue
            columns = space.task_ptr[j + 1] - space.task_ptr[j]
            back = links.offset[links.opposite[e]]
            there = messages[back : back + columns + 1]
            remainder = np.inf
            for k in range(width + 1):
                if k < width:
                    fill_row(space, links, first + k, j, space.pair_weight[e], row)
                else:
                    row[: columns + 1] = space.pair_weight[e] * links.distance[-1, -1]
                least = np.inf
                for m in range(columns + 1):
                    least = min(least, row[m] - there[m])
                remainder = min(remainder, least - here[k])
            total += remainder
        least = np.inf
        for k in range(width + 1):
            least = min(least, unary[k])
        total += least
    return total - ROUNDING * (terms + end - begin) * size


@vector_kernel
def pass_messages(  # noqa: PLR0912 - one loop, kept whole for the compiler
    space: Space,
    links: Links,
    messages: Messages,
    unary: Messages,
    missed: Messages,
    forward: bool,
    begin: int,
    end: int,
) -> None:
    """Handshakes over the pairs of the tasks begin..end-1 in place, in task order or against it from the last task.

    `unary` and `missed` are the labels' costs with prices and messages in them, and stay so. All floats are of one
    type, that of the messages.
    """
    tasks, widest = len(missed), links.widest
    table = np.empty((widest, widest), messages.dtype)
    left, right = np.empty(widest, messages.dtype), np.empty(widest, messages.dtype)
    other = np.empty(widest, messages.dtype)
    half = messages.dtype.type(0.5)
    for step in range(begin, end):
        i = step if forward else tasks - 1 - step
        first, rows = space.task_ptr[i], space.task_ptr[i + 1] - space.task_ptr[i]
        for e in range(space.pair_ptr[i], space.pair_ptr[i + 1]):
            j = space.pair_task[e]
            if (j < i) == forward:
                continue
            second, columns = space.task_ptr[j], space.task_ptr[j + 1] - space.task_ptr[j]
            back = links.offset[links.opposite[e]]
            here = messages[links.offset[e] : links.offset[e] + rows + 1]
            there = messages[back : back + columns + 1]
            weight = messages.dtype.type(space.pair_weight[e])
            for k in range(rows):
                left[k] = unary[first + k] - here[k]
            left[rows] = missed[i] - here[rows]
            for m in range(columns):
                right[m] = unary[second + m] - there[m]
            right[columns] = missed[j] - there[columns]
            other[: columns + 1] = np.inf
            for k in range(rows + 1):
                row = table[k]
                if k < rows:
                    fill_row(space, links, first + k, j, weight, row)
                else:
                    row[: columns + 1] = weight * links.distance[-1, -1]
                least = other.dtype.type(np.inf)
                for m in range(columns + 1):
                    least = min(least, row[m] + right[m])
                share = half * (left[k] - least)
                for m in range(columns + 1):
                    other[m] = min(other[m], row[m] + share)
            for m in range(columns):
                there[m] = other[m]
                unary[second + m] = right[m] + other[m]
            there[columns] = other[columns]
            missed[j] = right[columns] + other[columns]
            for k in range(rows + 1):
                row = table[k]
                least = other.dtype.type(np.inf)
                for m in range(columns + 1):
                    least = min(least, row[m] - other[m])
                here[k] = least
            for k in range(rows):
                unary[first + k] = left[k] + here[k]
            missed[i] = left[rows] + here[rows]
