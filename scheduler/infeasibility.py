"""When a bound proves that no plan places all tasks that must be placed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import row_of

if TYPE_CHECKING:
    from scheduler.problem import AssignmentProblem

MARGIN = 1e-9
"""Relative difference by which a bound has to be above: both are sums with rounding."""


def largest_objective(problem: AssignmentProblem) -> float:
    """No plan that places all that must be placed costs more: the dearest choice of every task and pair by itself.

    Minus infinity where nobody may do such a task: there is no such plan.
    """
    dearest = np.where(np.isinf(problem.unassigned_cost), -np.inf, problem.unassigned_cost)
    np.maximum.at(dearest, row_of(problem.task_ptr), problem.cost)
    farthest: float = max(
        problem.cluster_distance.max(initial=0.0), problem.unassigned_distance, problem.same_agent_distance
    )
    if np.isinf(dearest).any():
        return -math.inf
    return math.fsum(dearest) + farthest * math.fsum(problem.pair_weight) / 2.0  # each pair stored in both rows


def proves_infeasible(problem: AssignmentProblem, bound: float | None) -> bool:
    """Whether a lower bound, with a finite charge for what must be placed and is not, is above every complete plan."""
    largest = largest_objective(problem)
    if math.isinf(largest):
        return True
    return bound is not None and bool(bound > largest + MARGIN * max(abs(largest), abs(bound)))
