"""From a problem to the arrays that the compiled kernels read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import FloatArray, Int32Array, Int64Array, frozen, row_of

if TYPE_CHECKING:
    from scheduler.kernels.types import Space
    from scheduler.problem import AssignmentProblem


def full_space(problem: AssignmentProblem) -> Space:
    """All labels of a problem, the left-out label not listed."""
    from scheduler.kernels.types import Space

    cluster, distance = extended_geometry(problem)
    return Space(
        task_ptr=problem.task_ptr,
        agent=problem.agent,
        cost=problem.cost,
        demand=problem.demand,
        missed=frozen(finite_unassigned_cost(problem), np.float64),
        capacity=problem.capacity,
        pair_ptr=problem.pair_ptr,
        pair_task=problem.pair_task,
        pair_weight=problem.pair_weight,
        cluster=cluster,
        distance=distance,
        same_agent=problem.same_agent_distance,
        conflict_ptr=problem.conflict_ptr,
        conflict_task=problem.conflict_task,
    )


def search_space(problem: AssignmentProblem, belief: FloatArray, most: int) -> tuple[Space, Int64Array]:
    """The `most` labels of least belief of every task, and being left out as the last label of each row.

    Returns
    -------
    space
        Agent A stands for left out; its capacity and demands are zero and never looked at.
    entries
        int64: index of every label into the problem's eligible pairs, -1 for left out.
    """
    from scheduler.kernels.candidates import most_promising

    full = full_space(problem)
    room = np.empty(len(problem.agent) + problem.tasks, dtype=np.int64)
    ptr = most_promising(problem.task_ptr, belief, most, room)
    entries = room[: ptr[-1]].copy()
    out = entries < 0
    agent = np.full(len(entries), problem.agents, dtype=np.int32)
    agent[~out] = problem.agent[entries[~out]]
    cost = np.empty(len(entries))
    cost[out], cost[~out] = full.missed, problem.cost[entries[~out]]
    demand = np.zeros((len(entries), problem.resources))
    demand[~out] = problem.demand[entries[~out]]
    space = full._replace(
        task_ptr=frozen(ptr, np.int64),
        agent=frozen(agent, np.int32),
        cost=frozen(cost, np.float64),
        demand=frozen(demand, np.float64),
    )
    return space, entries


def extended_geometry(problem: AssignmentProblem) -> tuple[Int32Array, FloatArray]:
    """Clusters (A + 1,) and distances (C + 1, C + 1) with the left-out agent as a last one, far from all."""
    clusters = problem.clusters
    cluster = np.append(problem.agent_cluster, np.int32(clusters))
    distance = np.full((clusters + 1, clusters + 1), problem.unassigned_distance)
    distance[:clusters, :clusters] = problem.cluster_distance
    return frozen(cluster, np.int32), frozen(distance, np.float64)


def finite_unassigned_cost(problem: AssignmentProblem) -> FloatArray:
    """`unassigned_cost` with a finite charge for infinity that no saving elsewhere outweighs, shape (T,).

    Twenty times the largest possible change of the objective by one task, plus the largest cost: finite, so
    that messages stay finite, and less than infinite, so that bounds stay valid.
    """
    missed = np.array(problem.unassigned_cost)
    forced = np.isinf(missed)
    if forced.any():
        finite = missed[~forced]
        largest = max(np.abs(problem.cost).max(initial=0.0), np.abs(finite).max(initial=0.0))
        farthest = max(
            problem.cluster_distance.max(initial=0.0),
            problem.unassigned_distance,
            problem.same_agent_distance,
        )
        heaviest = np.bincount(row_of(problem.pair_ptr), weights=problem.pair_weight, minlength=1).max(initial=0.0)
        missed[forced] = 20.0 * (2.0 * largest + farthest * heaviest) + 1e-30
    return missed
