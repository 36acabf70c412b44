"""Cuts sub-problems out of a problem: labels, pairs and conflicts inside, pairs that leave folded into the costs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduler.arrays import FloatArray, Int32Array, Int64Array
from scheduler.kernels.types import Space, kernel, separation


class Lines(NamedTuple):
    """The lines of one cut: `task_domain` (T,) and `agent_domain` (A,), and every task's and agent's number inside.

    `agents` (T,) is the agent of every task, the number of agents for left out.
    """

    task_domain: Int32Array
    agent_domain: Int32Array
    task_number: Int32Array
    agent_number: Int32Array
    agents: Int32Array


class Part(NamedTuple):
    """The arrays of a sub-problem to be filled; `entry` is the whole problem's index of each eligible pair."""

    task_ptr: Int64Array
    entry: Int64Array
    agent: Int32Array
    cost: FloatArray
    missed: FloatArray
    pair_ptr: Int64Array
    pair_task: Int32Array
    pair_weight: FloatArray
    conflict_ptr: Int64Array
    conflict_task: Int32Array


@kernel
def group(domain: Int32Array, count: int, number: Int32Array) -> tuple[Int64Array, Int64Array]:
    """Sort by domain (-1: none), in order inside: row pointers and members; `number` becomes the place inside."""
    ptr = np.zeros(count + 1, dtype=np.int64)
    for i in range(len(domain)):
        if domain[i] >= 0:
            number[i] = ptr[domain[i] + 1]
            ptr[domain[i] + 1] += 1
    for d in range(count):
        ptr[d + 1] += ptr[d]
    members = np.empty(ptr[count], dtype=np.int64)
    for i in range(len(domain)):
        if domain[i] >= 0:
            members[ptr[domain[i]] + number[i]] = i
    return ptr, members


@kernel
def measure(space: Space, lines: Lines, tasks: Int64Array) -> tuple[int, int, int]:
    """Eligible pairs, stored pairs and stored conflicts that lie inside the domain of `tasks`."""
    labels, pairs, conflicts = 0, 0, 0
    for task in tasks:
        inside = lines.task_domain[task]
        for k in range(space.task_ptr[task], space.task_ptr[task + 1]):
            labels += lines.agent_domain[space.agent[k]] == inside
        for e in range(space.pair_ptr[task], space.pair_ptr[task + 1]):
            pairs += lines.task_domain[space.pair_task[e]] == inside
        for e in range(space.conflict_ptr[task], space.conflict_ptr[task + 1]):
            conflicts += lines.task_domain[space.conflict_task[e]] == inside
    return labels, pairs, conflicts


@kernel
def cut_out(space: Space, lines: Lines, unassigned: FloatArray, tasks: Int64Array, part: Part) -> None:
    """Fill `part` with the sub-problem of the domain of `tasks`; `unassigned` (T,) may hold infinities."""
    nobody = len(space.cluster) - 1
    far = separation(space, nobody, nobody)
    labels, pairs, conflicts = 0, 0, 0
    for i in range(len(tasks)):
        task = tasks[i]
        inside = lines.task_domain[task]
        begin = labels
        for k in range(space.task_ptr[task], space.task_ptr[task + 1]):
            a = space.agent[k]
            if lines.agent_domain[a] == inside:
                part.entry[labels] = k
                part.agent[labels] = lines.agent_number[a]
                part.cost[labels] = space.cost[k]
                labels += 1
        part.missed[i] = unassigned[task]
        for e in range(space.pair_ptr[task], space.pair_ptr[task + 1]):
            other = space.pair_task[e]
            if lines.task_domain[other] == inside:
                part.pair_task[pairs] = lines.task_number[other]
                part.pair_weight[pairs] = space.pair_weight[e]
                pairs += 1
                continue
            part.missed[i] += space.pair_weight[e] * far
            for label in range(begin, labels):
                a = space.agent[part.entry[label]]
                part.cost[label] += space.pair_weight[e] * separation(space, lines.agents[other], a)
        for e in range(space.conflict_ptr[task], space.conflict_ptr[task + 1]):
            other = space.conflict_task[e]
            if lines.task_domain[other] == inside:
                part.conflict_task[conflicts] = lines.task_number[other]
                conflicts += 1
        part.task_ptr[i + 1], part.pair_ptr[i + 1], part.conflict_ptr[i + 1] = labels, pairs, conflicts


@kernel
def narrow(task_ptr: Int64Array, belief: FloatArray, most: int, entries: Int64Array) -> Int64Array:
    """Write the `most` entries of least belief of every row to `entries`, in their order; return the row pointers.

    Of equal beliefs the first counts as less. `entries` has room for `most` a row.
    """
    rows = len(task_ptr) - 1
    ptr = np.zeros(rows + 1, dtype=np.int64)
    least = np.empty(most)
    end = 0
    for row in range(rows):
        kept = 0
        for k in range(task_ptr[row], task_ptr[row + 1]):
            if kept == most and belief[k] >= least[most - 1]:
                continue
            if kept < most:
                kept += 1
            place = kept - 1
            while place > 0 and least[place - 1] > belief[k]:
                least[place] = least[place - 1]
                place -= 1
            least[place] = belief[k]
        ties = 0
        for place in range(kept):
            ties += least[place] == least[kept - 1]
        for k in range(task_ptr[row], task_ptr[row + 1]):
            if kept == 0 or belief[k] > least[kept - 1]:
                continue
            if belief[k] == least[kept - 1]:
                if ties == 0:
                    continue
                ties -= 1
            entries[end] = k
            end += 1
        ptr[row + 1] = end
    return ptr


@kernel
def first_choices(space: Space, belief: FloatArray, missed: FloatArray, choice: Int32Array) -> None:
    """Write the agent of least belief of every task, -1 where `missed` is less."""
    for task in range(len(choice)):
        least = missed[task]
        choice[task] = -1
        for k in range(space.task_ptr[task], space.task_ptr[task + 1]):
            if belief[k] < least or (belief[k] == least and choice[task] < 0):
                least = belief[k]
                choice[task] = space.agent[k]


@kernel
def piece_coupling(space: Space, agents: Int32Array, piece: Int32Array, step: int, coupling: FloatArray) -> None:
    """Add up how much pieces of agents have to do with each other, over every `step`-th task, in place.

    A task couples its agent's piece to the piece of each of its eligible agents by 1 / their number, and to the
    pieces of its pair partners' agents by weight / total weight of its pairs.
    """
    nobody = len(space.cluster) - 1
    for task in range(0, len(agents), step):
        if agents[task] == nobody:
            continue
        here = piece[agents[task]]
        width = space.task_ptr[task + 1] - space.task_ptr[task]
        for k in range(space.task_ptr[task], space.task_ptr[task + 1]):
            there = piece[space.agent[k]]
            coupling[here, there] += 1.0 / width
            coupling[there, here] += 1.0 / width
        total = 0.0
        for e in range(space.pair_ptr[task], space.pair_ptr[task + 1]):
            total += space.pair_weight[e]
        for e in range(space.pair_ptr[task], space.pair_ptr[task + 1]):
            other = agents[space.pair_task[e]]
            if other != nobody and total > 0.0:
                there = piece[other]
                coupling[here, there] += space.pair_weight[e] / total
                coupling[there, here] += space.pair_weight[e] / total


@kernel
def domain_figures(
    space: Space,
    task_domain: Int32Array,
    agent_domain: Int32Array,
    labels: Int64Array,
    inside: FloatArray,
    leaving: FloatArray,
) -> None:
    """Add up, for every domain, its tasks' labels inside and the weights of its pairs inside and leaving it.

    A pair inside counts once from each end, a pair that leaves counts for both domains.
    """
    for task in range(len(task_domain)):
        d = task_domain[task]
        if d < 0:
            continue
        for k in range(space.task_ptr[task], space.task_ptr[task + 1]):
            labels[d] += agent_domain[space.agent[k]] == d
        for e in range(space.pair_ptr[task], space.pair_ptr[task + 1]):
            if task_domain[space.pair_task[e]] == d:
                inside[d] += space.pair_weight[e]
            else:
                leaving[d] += space.pair_weight[e]
