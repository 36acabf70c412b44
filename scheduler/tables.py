"""From a small problem to the dense arrays of `scheduler.kernels.dense`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import FloatArray, row_of
from scheduler.errors import ProblemTooLargeError
from scheduler.evaluation import CAPACITY_TOLERANCE
from scheduler.spaces import extended_geometry, finite_unassigned_cost

if TYPE_CHECKING:
    from scheduler.kernels.dense import Table
    from scheduler.problem import AssignmentProblem

TASK_LIMIT = 2_000
"""Most tasks where there are pairs or conflicts, which are held as a matrix."""
CELL_LIMIT = 10_000_000
"""Most numbers of a table: tasks x (agents + 1) x (resources + 2)."""
ADDITION_LIMIT = 150_000_000
"""Most additions that all tasks' pairs take on all labels: what a sweep costs at worst."""


def check_size(problem: AssignmentProblem, solver: str) -> None:
    """Refuse what dense arrays would not hold or not search in good time.

    Raises
    ------
    ProblemTooLargeError
        With the quantity and its limit.
    """
    labels = problem.agents + 1
    matrix = problem.tasks if problem.has_pairs or problem.has_conflicts else 0
    for quantity, value, limit in (
        ("tasks with pairs or conflicts", matrix, TASK_LIMIT),
        ("tasks x labels x numbers of each", problem.tasks * labels * (problem.resources + 2), CELL_LIMIT),
        ("pairs (both ways) x labels", len(problem.pair_task) * labels, ADDITION_LIMIT),
        ("labels x labels", labels * labels, CELL_LIMIT),
    ):
        if value > limit:
            raise ProblemTooLargeError(solver, quantity, value, limit)


def table_of(problem: AssignmentProblem) -> Table:
    """The whole problem as dense arrays; a task that must be placed may be left out at a finite charge.

    Demands and capacities are divided by the power of two next to the mean demand of their resource, which rounds
    nothing: one penalty then serves all resources.
    """
    from scheduler.kernels.dense import Table

    tasks, agents = problem.tasks, problem.agents
    rows = row_of(problem.task_ptr)
    cost = np.full((tasks, agents + 1), np.inf)
    cost[rows, problem.agent] = problem.cost
    cost[:, agents] = finite_unassigned_cost(problem)
    unit = demand_unit(problem)
    demand = np.zeros((tasks, agents + 1, problem.resources))
    demand[rows, problem.agent] = problem.demand / unit
    room = np.full((agents + 1, problem.resources), np.inf)
    room[:agents] = problem.capacity * (1.0 + CAPACITY_TOLERANCE / 2) / unit
    closed = np.isinf(cost)
    cluster, apart = extended_geometry(problem)
    distance = apart[np.ix_(cluster, cluster)]
    distance[np.arange(agents), np.arange(agents)] = problem.same_agent_distance
    weight = np.zeros((tasks, tasks) if problem.has_pairs else (0, 0))
    if problem.has_pairs:
        weight[row_of(problem.pair_ptr), problem.pair_task] = problem.pair_weight
    conflict = np.zeros((tasks, tasks) if problem.has_conflicts else (0, 0))
    if problem.has_conflicts:
        conflict[row_of(problem.conflict_ptr), problem.conflict_task] = 1.0
    return Table(
        choices=np.argsort(closed, axis=1, kind="stable").astype(np.int64),
        breadth=(~closed).sum(axis=1).astype(np.int64),
        cost=cost,
        demand=demand,
        room=room,
        pair_ptr=problem.pair_ptr,
        pair_task=problem.pair_task,
        pair_weight=problem.pair_weight,
        weight=weight,
        distance=distance,
        conflict=conflict,
    )


def demand_unit(problem: AssignmentProblem) -> FloatArray:
    """Power of two next to the mean positive demand of every resource (1 where there is none), shape (R,)."""
    asked = problem.demand > 0.0
    mean = problem.demand.sum(axis=0) / np.maximum(asked.sum(axis=0), 1)
    return np.asarray(np.exp2(np.round(np.log2(np.where(mean > 0.0, mean, 1.0)))))
