"""From unsorted columns to an `AssignmentProblem`: sorts, symmetrises and merges, all vectorised."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler import validation
from scheduler.arrays import FloatArray, Int32Array, Int64Array, pointers
from scheduler.errors import InvalidProblemError
from scheduler.problem import AssignmentProblem
from scheduler.validation import numbers

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
    missed = numbers("unassigned_cost", unassigned_cost)
    validation.convertible("unassigned_cost", missed, np.float64)
    room = _matrix("capacity", capacity)
    rows = _indices("task", task, len(missed))
    chosen = _indices("agent", agent, len(room))
    need, value = _matrix("demand", demand), np.atleast_1d(numbers("cost", cost))
    for name, column in (("agent", chosen), ("cost", value), ("demand", need)):
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
    apart = np.ones((1, 1)) if cluster_distance is None else numbers("cluster_distance", cluster_distance)
    return AssignmentProblem(
        task_ptr=pointers(rows, len(missed)),
        agent=chosen[order].astype(np.int32),
        cost=value[order],
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


def _matrix(name: str, values: ArrayLike) -> FloatArray:
    """Numbers of shape (n, R); one number a row is one resource."""
    array = np.atleast_1d(numbers(name, values))
    array = array.reshape(-1, 1) if array.ndim == 1 else array
    validation.convertible(name, array, np.float64)
    return array


def _indices(name: str, values: ArrayLike, count: int) -> Int64Array:
    column = np.atleast_1d(np.asarray(values))
    if column.ndim != 1 or (column.size and column.dtype.kind not in "iu"):
        raise InvalidProblemError(name, None, f"{column.dtype} {column.shape}", "give a column of whole numbers")
    wrong = np.flatnonzero((column < 0) | (column >= count))
    if len(wrong):
        index = int(wrong[0])
        advice = f"must be an index from 0 to {count - 1}" if count else "there is none to name"
        raise InvalidProblemError(name, index, int(column[index]), advice)
    return column.astype(np.int64)


def _links(
    name: str, columns: tuple[ArrayLike, ArrayLike, ArrayLike] | None, tasks: int
) -> tuple[Int64Array, Int32Array, FloatArray]:
    """CSR of unordered links stored both ways, duplicates added up."""
    none = np.zeros(tasks + 1, dtype=np.int64), np.zeros(0, dtype=np.int32), np.zeros(0)
    if columns is None:
        return none
    if len(columns) != 3:
        raise InvalidProblemError(name, None, len(columns), "give three columns: one task, other task, weight")
    first, second = _indices(name, columns[0], tasks), _indices(name, columns[1], tasks)
    weight = np.atleast_1d(numbers("pair_weight", columns[2]))
    for column in (second, weight):
        if len(column) != len(first):
            advice = f"must have length {len(first)}, as its first column has"
            raise InvalidProblemError(name, None, len(column), advice)
    if not len(first):
        return none
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
