"""Metropolis shifts and swaps on small problems whose pairs are dense: every change of the objective is looked up.

`field[i, k]` is what task i costs on label k while all others stay: its own cost and its pairs. A proposal then takes
a few reads whatever the number of pairs, and only a move that passes pays for its neighbours, one row of additions
each (as in robust tabu search for the quadratic assignment problem: Taillard, Parallel Computing 17, 1991, 443-455).

Capacity and conflicts may be broken at a penalty that moves with the search: up after a sweep that ends with a rule
broken, down after one that ends without (strategic oscillation: Glover, Annals of Operations Research 31, 1991), so
that the search crosses the border of the valid assignments all the time. The best valid one met is kept.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduler.arrays import FloatArray, Int32Array, Int64Array
from scheduler.kernels.types import kernel


class Table(NamedTuple):
    """A problem of T tasks, A agents and R resources as dense arrays; label A stands for left out; all read-only.

    `choices[i, :breadth[i]]` are the labels open to task i, the others cost infinity. `demand` is (T, A + 1, R) and
    `room` (A + 1, R), the last of it infinite. `weight` (T, T) and `conflict` (T, T) have no rows where there are no
    pairs or no conflicts; `pair_ptr`, `pair_task`, `pair_weight` are the same pairs by rows. `distance` is
    (A + 1, A + 1).
    """

    choices: Int64Array
    breadth: Int64Array
    cost: FloatArray
    demand: FloatArray
    room: FloatArray
    pair_ptr: Int64Array
    pair_task: Int32Array
    pair_weight: FloatArray
    weight: FloatArray
    distance: FloatArray
    conflict: FloatArray


class Walk(NamedTuple):
    """A search in progress: labels, loads, fields, conflicting tasks on every label, best labels, numbers, generator.

    `strain` is the load of every label above its room, over all resources. `number` holds the objective, the best
    valid objective, the penalty of a rule broken by one, and how many rules are broken now: overfull resources of
    agents plus conflicts.
    """

    label: Int64Array
    load: FloatArray
    strain: FloatArray
    field: FloatArray
    clash: FloatArray
    best: Int64Array
    number: FloatArray
    word: np.ndarray[tuple[int], np.dtype[np.uint64]]


class Course(NamedTuple):
    """An anneal: temperature from `hot` to `cold` over `sweeps`, the penalty within `mild` and `harsh`."""

    hot: float
    cold: float
    sweeps: int
    mild: float
    harsh: float
    up: float
    down: float


@kernel
def excess(table: Table, walk: Walk, a: int, i: int, sign: float) -> float:
    """Load of label a above its room, over all resources, with task i's demand added `sign` times."""
    total = 0.0
    for r in range(table.room.shape[1]):
        total += max(walk.load[a, r] + sign * table.demand[i, a, r] - table.room[a, r], 0.0)
    return total


@kernel
def excess_after_swap(table: Table, walk: Walk, a: int, out: int, into: int) -> float:
    """Load of label a above its room, over all resources, once task `out` has left it and task `into` has come."""
    total = 0.0
    for r in range(table.room.shape[1]):
        change = table.demand[into, a, r] - table.demand[out, a, r]
        total += max(walk.load[a, r] + change - table.room[a, r], 0.0)
    return total


@kernel
def overfull(table: Table, walk: Walk, a: int) -> float:
    """In how many resources label a is overfull."""
    total = 0.0
    for r in range(table.room.shape[1]):
        if walk.load[a, r] > table.room[a, r]:
            total += 1.0
    return total


@kernel
def shift(table: Table, walk: Walk, i: int, b: int) -> int:
    """Give task i label b, keep everything in step, and return how many additions that took."""
    a, nobody = walk.label[i], len(table.room) - 1
    walk.number[0] += walk.field[i, b] - walk.field[i, a]
    broken = -overfull(table, walk, a) - overfull(table, walk, b)
    for r in range(table.room.shape[1]):
        walk.load[a, r] -= table.demand[i, a, r]
        walk.load[b, r] += table.demand[i, b, r]
    broken += overfull(table, walk, a) + overfull(table, walk, b)
    walk.strain[a], walk.strain[b] = excess(table, walk, a, i, 0.0), excess(table, walk, b, i, 0.0)
    walk.label[i] = b
    for e in range(table.pair_ptr[i], table.pair_ptr[i + 1]):
        j, weight = table.pair_task[e], table.pair_weight[e]
        for k in range(nobody + 1):
            walk.field[j, k] += weight * (table.distance[b, k] - table.distance[a, k])
    if len(table.conflict) > 0:
        broken += walk.clash[i, b] - walk.clash[i, a]
        for j in range(len(table.conflict)):
            if a != nobody:
                walk.clash[j, a] -= table.conflict[i, j]
            if b != nobody:
                walk.clash[j, b] += table.conflict[i, j]
    walk.number[3] += broken
    return (table.pair_ptr[i + 1] - table.pair_ptr[i]) * (nobody + 1) + len(table.conflict)  # type: ignore[no-any-return]


@kernel
def settle_loads(table: Table, walk: Walk) -> None:
    """Recompute loads and what is broken from the labels, free of rounding drift."""
    walk.load[:] = 0.0
    broken = 0.0
    for i in range(len(walk.label)):
        a = walk.label[i]
        for r in range(table.room.shape[1]):
            walk.load[a, r] += table.demand[i, a, r]
        if len(table.conflict) > 0:
            broken += 0.5 * walk.clash[i, a]
    for a in range(len(table.room)):
        broken += overfull(table, walk, a)
        walk.strain[a] = excess(table, walk, a, 0, 0.0)
    walk.number[3] = broken


@kernel
def settle(table: Table, walk: Walk) -> None:
    """Recompute everything from the labels, and keep them as the best if they are."""
    tasks, labels = table.cost.shape
    walk.clash[:] = 0.0
    walk.field[:] = table.cost
    for i in range(tasks):
        a = walk.label[i]
        for e in range(table.pair_ptr[i], table.pair_ptr[i + 1]):
            j, weight = table.pair_task[e], table.pair_weight[e]
            for k in range(labels):
                walk.field[j, k] += weight * table.distance[a, k]
        if len(table.conflict) > 0 and a != labels - 1:
            for j in range(tasks):
                walk.clash[j, a] += table.conflict[i, j]
    value = 0.0
    for i in range(tasks):
        value += 0.5 * (walk.field[i, walk.label[i]] + table.cost[i, walk.label[i]])
    walk.number[0] = value
    settle_loads(table, walk)
    keep_best(walk)


@kernel
def keep_best(walk: Walk) -> None:
    """Remember the labels if they break no rule and are better than the best."""
    if walk.number[3] < 0.5 and walk.number[0] < walk.number[1]:
        walk.number[1] = walk.number[0]
        walk.best[:] = walk.label


@kernel
def anneal_table(  # noqa: PLR0912, PLR0915 - one loop, kept whole for the compiler
    table: Table, walk: Walk, course: Course, surprise: FloatArray, since: int, effort: int
) -> int:
    """Anneal from proposal `since` of the course on, until its end or `effort` is spent; return the next proposal.

    A proposal is one unit of effort, and so are sixteen additions. `surprise` is a table of -log(u) at evenly spread
    u, which spares a logarithm a proposal. The walk has to be settled before the first call.
    """
    tasks, nobody = len(table.cost), len(table.room) - 1
    clashing, coupled = len(table.conflict) > 0, len(table.weight) > 0
    word = walk.word[0]
    spent = 0
    settle_loads(table, walk)
    begun = since // tasks
    for sweep in range(begun, course.sweeps):
        temperature = course.hot * (course.cold / course.hot) ** (sweep / course.sweeps)
        penalty = walk.number[2]
        for i in range(since - begun * tasks if sweep == begun else 0, tasks):
            if spent >= effort:
                walk.word[0] = word
                return sweep * tasks + i
            spent += 1
            word ^= word << np.uint64(13)
            word ^= word >> np.uint64(7)
            word ^= word << np.uint64(17)
            drawn = np.int64(word >> np.uint64(2))
            threshold = temperature * surprise[drawn & 0xFFFF]
            part = (drawn >> 16) & 0xFFFFFF
            a = int(walk.label[i])
            if (drawn >> 40) & 1:
                b = table.choices[i, part * table.breadth[i] >> 24]
                if b == a:
                    continue
                change = walk.field[i, b] - walk.field[i, a]
                broken = -walk.strain[a]
                if clashing:
                    broken += walk.clash[i, b] - walk.clash[i, a]
                if change + penalty * broken > threshold:
                    continue
                broken += excess(table, walk, a, i, -1.0) + excess(table, walk, b, i, 1.0) - walk.strain[b]
                if change + penalty * broken > threshold:
                    continue
                spent += shift(table, walk, i, b) >> 4
            else:
                j = int(part * tasks >> 24)
                b = int(walk.label[j])
                if b == a or table.cost[i, b] == np.inf or table.cost[j, a] == np.inf:
                    continue
                change = walk.field[i, b] - walk.field[i, a] + walk.field[j, a] - walk.field[j, b]
                if coupled:
                    apart = 2.0 * table.distance[a, b] - table.distance[a, a] - table.distance[b, b]
                    change += table.weight[i, j] * apart
                broken = -walk.strain[a] - walk.strain[b]
                if clashing:
                    broken += walk.clash[i, b] - walk.clash[i, a] + walk.clash[j, a] - walk.clash[j, b]
                    broken -= table.conflict[i, j] * ((a != nobody) + (b != nobody))
                if change + penalty * broken > threshold:
                    continue
                broken += excess_after_swap(table, walk, a, i, j) + excess_after_swap(table, walk, b, j, i)
                if change + penalty * broken > threshold:
                    continue
                spent += (shift(table, walk, i, b) + shift(table, walk, j, a)) >> 4
            keep_best(walk)
        penalty *= course.up if walk.number[3] > 0.5 else course.down
        walk.number[2] = min(max(penalty, course.mild), course.harsh)
    walk.word[0] = word
    return course.sweeps * tasks
