"""From a problem to the arrays that the compiled kernels read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import FloatArray, Int32Array, frozen
from scheduler.bounds.certificate import finite_unassigned_cost

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


def extended_geometry(problem: AssignmentProblem) -> tuple[Int32Array, FloatArray]:
    """Clusters (A + 1,) and distances (C + 1, C + 1) with the left-out agent as a last one, far from all."""
    clusters = problem.clusters
    cluster = np.append(problem.agent_cluster, np.int32(clusters))
    distance = np.full((clusters + 1, clusters + 1), problem.unassigned_distance)
    distance[:clusters, :clusters] = problem.cluster_distance
    return frozen(cluster, np.int32), frozen(distance, np.float64)
