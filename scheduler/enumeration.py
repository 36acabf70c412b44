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


def states(problem: AssignmentProblem) -> int:
    """Number of assignments, eligible ones only and each task with the choice to be left out."""
    result = 1
    for labels in (np.diff(problem.task_ptr) + 1).tolist():
        result *= labels
        if result > 10**18:
            break
    return result


def enumerate_best(problem: AssignmentProblem) -> Int32Array:
    """The optimal assignment, by looking at all of them; feasible for `states` up to millions."""
    best, least = np.full(problem.tasks, -1, dtype=np.int32), np.inf
    total, block = states(problem), int(np.clip(CELLS // max(len(np.unique(problem.agent)), 1), 1, BLOCK))
    for start in range(0, total, block):
        labels = _digits(problem, np.arange(start, min(start + block, total)))
        values = _values(problem, labels)
        index = int(np.argmin(values))
        if values[index] < least:
            least = float(values[index])
            best = _agents(problem, labels[index : index + 1])[0]
    return best


def _digits(problem: AssignmentProblem, numbers: Int64Array) -> Int64Array:
    """Label of every task (the last one: left out) in each numbered assignment, shape (n, T)."""
    labels = np.empty((len(numbers), problem.tasks), dtype=np.int64)
    for task, width in enumerate((np.diff(problem.task_ptr) + 1).tolist()):
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
