"""Place tasks one by one at current prices: the greedy solver, and re-planning in milliseconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import FloatArray, Int32Array, Int64Array
from scheduler.evaluation import CAPACITY_TOLERANCE, as_assignment, positions
from scheduler.plan import Plan
from scheduler.spaces import full_space

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scheduler.kernels.insertion import Seats
    from scheduler.problem import AssignmentProblem


def insert(
    problem: AssignmentProblem,
    prices: Plan | FloatArray,
    assignment: ArrayLike,
    tasks: ArrayLike | None = None,
) -> Int32Array:
    """Place tasks that are -1 where cost + price is lowest, without moving any other.

    Once at the prices given and once more without prices, so that free capacity does not stay unused. The
    tasks with most to lose (best against second best place) go first.

    Parameters
    ----------
    problem
        The whole problem.
    prices
        A plan of it, or prices of shape (A, R).
    assignment
        Agent per task, -1 unassigned, shape (T,); not changed. It must be valid (no rule broken).
    tasks
        Which tasks to place; those that already have an agent keep it. None: all that are -1.

    Returns
    -------
    int32 (T,)
        The new assignment; -1 where a task found no room or is cheaper left out.
    """
    vector = as_assignment(problem, assignment).copy()
    chosen = np.flatnonzero(vector < 0) if tasks is None else np.unique(np.asarray(tasks, dtype=np.int64))
    chosen = chosen[vector[chosen] < 0]
    if not len(chosen) or not problem.agents:
        return vector
    values = prices.prices if isinstance(prices, Plan) else np.asarray(prices, dtype=np.float64)
    order = chosen[np.argsort(-regret(problem, values, chosen), kind="stable")]
    place(problem, values, vector, order)
    return vector


def place(problem: AssignmentProblem, prices: FloatArray, assignment: Int32Array, order: Int64Array) -> None:
    """Insert the tasks of `order` into `assignment` in place, at `prices` and then without prices."""
    from scheduler.kernels.insertion import seat_tasks

    space, limit, seats = full_space(problem), room_of(problem), seats_of(problem, assignment)
    nobody_moves = np.zeros(problem.tasks, dtype=np.bool_)
    for charge in (np.array(prices, dtype=np.float64), np.zeros_like(limit)):
        if not (seats.agent[order] < 0).any():
            break
        seat_tasks(space, seats, order, limit, charge, nobody_moves, np.inf)
    assignment[:] = seats.agent


def seats_of(problem: AssignmentProblem, assignment: Int32Array) -> Seats:
    """Who sits where under an assignment that breaks no rule but capacity, as arrays for the kernels."""
    from scheduler.kernels.insertion import Seats, take_seats

    seats = Seats(
        agent=assignment.copy(),
        entry=positions(problem, assignment),
        load=np.zeros(problem.capacity.shape),
        head=np.empty(problem.agents, dtype=np.int64),
        after=np.empty(problem.tasks, dtype=np.int64),
        ahead=np.empty(problem.tasks, dtype=np.int64),
    )
    take_seats(full_space(problem), seats)
    return seats


def room_of(problem: AssignmentProblem) -> FloatArray:
    """Most load that counts as fitting, shape (A, R): half of the tolerance is kept for the rounding of sums."""
    return problem.capacity * (1.0 + CAPACITY_TOLERANCE / 2)


def regret(problem: AssignmentProblem, prices: FloatArray, tasks: Int64Array) -> FloatArray:
    """How much each task loses when its cheapest place is gone, at the prices; shape (len(tasks),).

    Leaving the task out counts as a place. Infinite where only one place exists and the task must be placed.
    """
    from scheduler.kernels.dual import regrets

    result = np.empty(len(tasks))
    charged = np.ascontiguousarray(prices)
    regrets(full_space(problem), problem.unassigned_cost, charged, np.asarray(tasks, dtype=np.int64), result)
    return result
