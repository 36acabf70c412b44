"""From unsorted columns to an `AssignmentProblem`: sorts, symmetrises and merges, all vectorised."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import FloatArray, Int32Array, Int64Array, pointers
from scheduler.errors import InvalidProblemError
from scheduler.problem import AssignmentProblem

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def from_triplets(
    task: ArrayLike,
    agent: ArrayLike,
    cost: ArrayLike,
    demand: ArrayLike,
    capacity: ArrayLike,
    unassigned_cost: ArrayLike,
    pairs: tuple[ArrayLike, ArrayLike, ArrayLike] | None = None,
    conflicts: tuple[ArrayLike, ArrayLike] | None = None,
    agent_cluster: ArrayLike | None = None,
    cluster_distance: ArrayLike | None = None,
    same_agent_distance: float = 0.0,
    unassigned_distance: float = 0.0,
) -> AssignmentProblem:
    """Build a problem from columns in any order.

    Parameters
    ----------
    task, agent, cost, demand
        Eligible pairs: shapes (nnz,), (nnz,), (nnz,) and (nnz, R) or (nnz,) for one resource.
    capacity
        Shape (A, R), or (A,) for one resource.
    unassigned_cost
        Shape (T,).
    pairs
        Columns (one task, other task, weight), each unordered pair once or in both orders; the weights of
        entries with the same (first, second) are added, a pair given in both orders counts both entries.
    conflicts
        Columns (one task, other task), duplicates merged.
    agent_cluster, cluster_distance, same_agent_distance, unassigned_distance
        As in `AssignmentProblem`.

    Raises
    ------
    InvalidProblemError
        If an eligible pair occurs twice, an index is out of range, or as `AssignmentProblem` raises.
    """
    missed = np.asarray(unassigned_cost, dtype=np.float64)
    room = np.asarray(capacity, dtype=np.float64)
    room = room.reshape(-1, 1) if room.ndim == 1 else room
    rows = _indices("task", task, len(missed))
    chosen = _indices("agent", agent, len(room))
    need = np.asarray(demand, dtype=np.float64)
    need = need.reshape(-1, 1) if need.ndim == 1 else need
    for name, column in (("agent", chosen), ("cost", np.asarray(cost)), ("demand", need)):
        if len(column) != len(rows):
            raise InvalidProblemError(name, None, len(column), f"must have length {len(rows)}, as task has")
    order = np.lexsort((chosen, rows))
    same = np.flatnonzero((np.diff(rows[order]) == 0) & (np.diff(chosen[order]) == 0))
    if len(same):
        index = int(order[same[0] + 1])
        advice = f"task {rows[index]} has this agent twice: keep one entry"
        raise InvalidProblemError("agent", index, int(chosen[index]), advice)
    pair_ptr, pair_task, pair_weight = _links("pair_task", pairs, len(missed))
    conflict_columns = None if conflicts is None else (*conflicts, np.ones(np.size(conflicts[0])))
    conflict_ptr, conflict_task, _ = _links("conflict_task", conflict_columns, len(missed))
    clusters = np.zeros(len(room), dtype=np.int32) if agent_cluster is None else np.asarray(agent_cluster)
    apart = np.ones((1, 1)) if cluster_distance is None else np.asarray(cluster_distance, dtype=np.float64)
    return AssignmentProblem(
        task_ptr=pointers(rows, len(missed)),
        agent=chosen[order].astype(np.int32),
        cost=np.asarray(cost, dtype=np.float64)[order],
        demand=need[order],
        capacity=room,
        unassigned_cost=missed,
        pair_ptr=pair_ptr,
        pair_task=pair_task,
        pair_weight=pair_weight,
        agent_cluster=clusters if clusters.size else np.zeros(0, dtype=np.int32),
        cluster_distance=apart,
        same_agent_distance=same_agent_distance,
        unassigned_distance=unassigned_distance,
        conflict_ptr=conflict_ptr,
        conflict_task=conflict_task,
    )


def _indices(name: str, values: ArrayLike, count: int) -> Int64Array:
    column = np.asarray(values)
    if column.size and column.dtype.kind not in "iu":
        raise InvalidProblemError(name, None, str(column.dtype), "give whole numbers")
    column = column.astype(np.int64)
    wrong = np.flatnonzero((column < 0) | (column >= count))
    if len(wrong):
        index = int(wrong[0])
        raise InvalidProblemError(name, index, int(column[index]), f"must be an index from 0 to {count - 1}")
    return column


def _links(
    name: str, columns: tuple[ArrayLike, ArrayLike, ArrayLike] | None, tasks: int
) -> tuple[Int64Array, Int32Array, FloatArray]:
    """CSR of unordered links stored both ways, duplicates added up."""
    if columns is None or np.size(columns[0]) == 0:
        return np.zeros(tasks + 1, dtype=np.int64), np.zeros(0, dtype=np.int32), np.zeros(0)
    first, second = _indices(name, columns[0], tasks), _indices(name, columns[1], tasks)
    weight = np.asarray(columns[2], dtype=np.float64)
    if not len(first) == len(second) == len(weight):
        raise InvalidProblemError(name, None, len(second), f"must have length {len(first)}, as its first column has")
    alone = np.flatnonzero(first == second)
    if len(alone):
        raise InvalidProblemError(name, int(alone[0]), int(first[alone[0]]), "a task cannot be linked with itself")
    key = np.minimum(first, second) * tasks + np.maximum(first, second)
    unique, group = np.unique(key, return_inverse=True)
    total = np.bincount(group, weights=weight)
    low, high = unique // tasks, unique % tasks
    rows, others = np.concatenate([low, high]), np.concatenate([high, low])
    order = np.lexsort((others, rows))
    return pointers(rows, tasks), others[order].astype(np.int32), np.concatenate([total, total])[order]
