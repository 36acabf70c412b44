"""All assignments of a tiny problem, one after the other in blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import BoolArray, FloatArray, Int32Array, Int64Array, row_of
from scheduler.evaluation import CAPACITY_TOLERANCE, distances
from scheduler.spaces import finite_unassigned_cost

if TYPE_CHECKING:
    from scheduler.problem import AssignmentProblem

BLOCK, CELLS = 4096, 4_000_000
"""Most assignments of a block, and about the most loads that they may have together."""
FALLBACK = 2_000_000
"""Most assignments that are looked at where not all tasks that must be placed fit."""


def states(problem: AssignmentProblem) -> int:
    """Number of assignments to look at: eligible ones only; tasks that may be left out have that choice too.

    Those that must be placed have it as well where there would be more than `FALLBACK` with it, so that a problem in
    which not all of them fit is not larger than it seemed.
    """
    whole = _count(choices(problem, forced=False))
    return whole if whole > FALLBACK else _count(choices(problem, forced=True))


def choices(problem: AssignmentProblem, forced: bool) -> Int64Array:
    """Number of choices of every task (T,): its eligible agents and being left out.

    Being left out is the last choice. `forced` tasks, those that must be placed, do not have it where anybody may do
    them.
    """
    labels = np.diff(problem.task_ptr)
    kept = np.zeros(problem.tasks, dtype=np.bool_)
    kept[problem.must_place] = forced
    return np.where(kept & (labels > 0), labels, labels + 1)


def _count(widths: Int64Array) -> int:
    result = 1
    for labels in widths.tolist():
        result *= labels
        if result > 10**18:
            break
    return result


def enumerate_best(problem: AssignmentProblem) -> Int32Array:
    """The optimal assignment, by looking at all of them; feasible for `states` up to millions.

    Where no assignment places all that must be placed, those that leave such tasks out are looked at too.
    """
    best, least = _enumerate(problem, choices(problem, forced=True))
    if np.isinf(least):
        best, _ = _enumerate(problem, choices(problem, forced=False))
    return best


def _enumerate(problem: AssignmentProblem, widths: Int64Array) -> tuple[Int32Array, float]:
    best, least = np.full(problem.tasks, -1, dtype=np.int32), np.inf
    total, block = _count(widths), int(np.clip(CELLS // max(len(np.unique(problem.agent)), 1), 1, BLOCK))
    for start in range(0, total, block):
        labels = _digits(widths, np.arange(start, min(start + block, total)))
        values = _values(problem, labels)
        index = int(np.argmin(values))
        if values[index] < least:
            least = float(values[index])
            best = _agents(problem, labels[index : index + 1])[0]
    return best, least


def _digits(widths: Int64Array, numbers: Int64Array) -> Int64Array:
    """Choice of every task in each numbered assignment, shape (n, T)."""
    labels = np.empty((len(numbers), len(widths)), dtype=np.int64)
    for task, width in enumerate(widths.tolist()):
        labels[:, task] = numbers % width
        numbers = numbers // width
    return labels


def _agents(problem: AssignmentProblem, labels: Int64Array) -> Int32Array:
    last = labels == np.diff(problem.task_ptr)
    entry = np.where(last, 0, problem.task_ptr[:-1] + labels)
    agents = problem.agent[entry] if len(problem.agent) else np.zeros(entry.shape, dtype=np.int32)
    return np.where(last, -1, agents).astype(np.int32)


def _values(problem: AssignmentProblem, labels: Int64Array) -> FloatArray:
    """Objective of each assignment, infinite where it breaks a rule; shape (n,)."""
    agents = _agents(problem, labels)
    out = agents < 0
    value = np.where(out, finite_unassigned_cost(problem), 0.0).sum(axis=1)
    allowed = np.ones(len(labels), dtype=np.bool_)
    if len(problem.agent):
        entry = np.where(out, 0, problem.task_ptr[:-1] + labels)
        value += np.where(out, 0.0, problem.cost[entry]).sum(axis=1)
        allowed = _within_capacity(problem, agents, entry, out)
    owner = row_of(problem.pair_ptr)
    for i, j, weight in zip(owner, problem.pair_task, problem.pair_weight, strict=True):
        if i < j:
            value += weight * distances(problem, agents[:, i], agents[:, j])
    owner = row_of(problem.conflict_ptr)
    for i, j in zip(owner, problem.conflict_task, strict=True):
        allowed &= (agents[:, i] != agents[:, j]) | out[:, i]
    return np.where(allowed, value, np.inf)


def _within_capacity(problem: AssignmentProblem, agents: Int32Array, entry: Int64Array, out: BoolArray) -> BoolArray:
    used, number = np.unique(problem.agent, return_inverse=True)
    rows = np.repeat(np.arange(len(agents)), problem.tasks)
    cell = rows * len(used) + number[entry].ravel()
    allowed = np.ones(len(agents), dtype=np.bool_)
    for r in range(problem.resources):
        amount = np.where(out, 0.0, problem.demand[entry, r]).ravel()
        load = np.bincount(cell, weights=amount, minlength=len(agents) * len(used))
        room = problem.capacity[used, r] * (1.0 + CAPACITY_TOLERANCE)
        allowed &= (load.reshape(len(agents), len(used)) <= room).all(axis=1)
    return allowed
