"""Problems given as full matrices, where every agent may do every task and all tasks must be placed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import FloatArray, pointers
from scheduler.errors import InvalidProblemError
from scheduler.formats.errors import MalformedArrayError
from scheduler.formats.source import Source
from scheduler.problem import AssignmentProblem

if TYPE_CHECKING:
    from numpy.typing import NDArray


def dense_problem(
    source: Source,
    cost: FloatArray,
    demand: FloatArray,
    capacity: FloatArray,
    weight: FloatArray | None = None,
    distance: FloatArray | None = None,
) -> AssignmentProblem:
    """A problem of A agents and T tasks.

    Parameters
    ----------
    source
        The file, for errors.
    cost, demand
        Shape (T, A).
    capacity
        Shape (A,).
    weight
        Shape (T, T), symmetric: weight of each unordered pair; the diagonal is not used. None: no pairs.
    distance
        Shape (A, A), symmetric, one value on the diagonal: every agent is then a cluster of its own. None: 1 between
        any two agents and 0 on the same one.
    """
    tasks, agents = cost.shape
    rows, others = _linked(weight, tasks)
    own = distance is not None and weight is not None
    try:
        return AssignmentProblem(
            task_ptr=np.arange(tasks + 1, dtype=np.int64) * agents,
            agent=np.tile(np.arange(agents, dtype=np.int32), tasks),
            cost=cost.ravel(),
            demand=demand.reshape(-1, 1),
            capacity=capacity.reshape(-1, 1),
            unassigned_cost=np.full(tasks, np.inf),
            pair_ptr=pointers(rows, tasks),
            pair_task=others.astype(np.int32),
            pair_weight=np.zeros(0) if weight is None else weight[rows, others],
            agent_cluster=np.arange(agents, dtype=np.int32) if own else np.zeros(agents, dtype=np.int32),
            cluster_distance=distance if own and distance is not None else np.ones((1, 1)),
            same_agent_distance=float(distance[0, 0]) if own and distance is not None else 0.0,
        )
    except InvalidProblemError as error:
        raise MalformedArrayError(str(source.path), error.array, repr(error.value), error.advice) from None


def _linked(weight: FloatArray | None, tasks: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    if weight is None:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    rows, others = np.nonzero(weight * (1.0 - np.eye(tasks)))
    return rows.astype(np.int64), others.astype(np.int64)


def quadratic_problem(
    source: Source,
    cost: FloatArray,
    demand: FloatArray,
    capacity: FloatArray,
    flow: FloatArray,
    distance: FloatArray,
) -> AssignmentProblem:
    """A problem whose objective adds flow x distance over all ORDERED pairs of tasks.

    Exact or refused: flow or distance has to be symmetric, the distance from an agent to itself has to be the same for
    all; flow of a task to itself becomes a part of its cost.

    Parameters
    ----------
    source
        The file, for errors.
    cost, demand, capacity
        As in `dense_problem`; demand of shape (T,): the same on each agent.
    flow, distance
        Shapes (T, T) and (A, A); each may be asymmetric if the other is symmetric.
    """
    own = np.diag(distance)
    if (own != own[0]).any():
        agent = int(np.argmax(own != own[0]))
        found = f"distance[{agent}][{agent}] = {own[agent]:g} beside distance[0][0] = {own[0]:g}"
        raise source.error("", found, "one distance from every agent to itself (no other is kept exactly)")
    both_ways = flow + flow.T
    if (distance != distance.T).any():
        if (flow != flow.T).any():
            raise source.error("", "flows and distances that are both asymmetric", "one of the two to be symmetric")
        # flow x d(a, b) + flow x d(b, a): the flow once, both distances
        both_ways, distance = flow, distance + distance.T
    itself = np.diag(flow)[:, np.newaxis] * own[np.newaxis, :]
    need = np.repeat(demand[:, np.newaxis], cost.shape[1], axis=1)
    return dense_problem(source, cost + itself, need, capacity, both_ways, distance)
