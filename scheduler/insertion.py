"""Place tasks one by one at current prices: the greedy solver, and re-planning in milliseconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import BoolArray, FloatArray, Int32Array, Int64Array
from scheduler.errors import CertificateError, InvalidAssignmentError
from scheduler.evaluation import CAPACITY_TOLERANCE, as_assignment, positions
from scheduler.incremental.change import indices
from scheduler.plan import Plan
from scheduler.spaces import full_space

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from scheduler.kernels.insertion import Seats
    from scheduler.problem import AssignmentProblem
    from scheduler.recorder import Recorder

TASKS_BETWEEN_LOOKS = 1_000
"""Tasks placed between two questions whether to stop: some ten milliseconds."""


def insert(
    problem: AssignmentProblem,
    prices: Plan | FloatArray,
    assignment: ArrayLike,
    tasks: ArrayLike | None = None,
    push: float = np.inf,
    stop: Callable[[], bool] | None = None,
) -> Int32Array:
    """Place tasks that are -1 where cost + price is lowest, by default without moving any other.

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
    push
        A task may push one other from its agent, which goes to its own cheapest other place or is left out, where that
        saves more than this, in units of cost; `inf`: never.
    stop
        Asked every few milliseconds; once it is true the tasks not yet placed stay out, but for the first thousand.

    Returns
    -------
    int32 (T,)
        The new assignment; -1 where a task found no room or is cheaper left out.

    Raises
    ------
    InvalidAssignmentError
        If a task has an agent that it may not have.
    InvalidChangeError
        If there is no such task.
    CertificateError
        If the prices are not of shape (A, R).
    """
    vector = as_assignment(problem, assignment)
    chosen = np.flatnonzero(vector < 0) if tasks is None else np.unique(indices("tasks", tasks, problem.tasks))
    chosen = chosen[vector[chosen] < 0]
    values = np.asarray(prices.prices if isinstance(prices, Plan) else prices, dtype=np.float64)
    if values.shape != problem.capacity.shape:
        raise CertificateError("prices", values.shape, problem.capacity.shape)
    if not len(chosen) or not problem.agents:
        return vector.copy()
    seats = seats_of(problem, vector)
    place(problem, values, seats, chosen, np.ones(problem.tasks, dtype=np.bool_), push, stop)
    return seats.agent


def offer_insertion(recorder: Recorder, begun: Int32Array | None) -> bool:
    """Offer what insertion at the recorder's prices makes of a start, or of nothing; returns whether it is better.

    Where there is no start a task may push one other: that takes a few times as long and saves most of the gap.
    """
    base, push = (recorder.best, 0.0) if begun is None else (begun, np.inf)
    stop = recorder.stopwatch.cancelled
    return recorder.offer(insert(recorder.problem, recorder.prices, base, push=push, stop=stop))


def place(
    problem: AssignmentProblem,
    prices: FloatArray,
    seats: Seats,
    tasks: Int64Array,
    movable: BoolArray,
    push: float,
    stop: Callable[[], bool] | None = None,
) -> None:
    """Seat tasks that are left out, in place: at `prices`, then without prices, then what was pushed out there.

    `movable` (T,) says which tasks may be pushed, `push` what that must save; `stop` ends it early.
    """
    from scheduler.kernels.insertion import seat_tasks

    space, limit = full_space(problem), room_of(problem)
    order = tasks[np.argsort(-regret(problem, prices, tasks), kind="stable")]
    known = seats.agent < 0
    free = np.zeros_like(limit)
    for charge in (np.array(prices), free, free):
        if not (seats.agent[order] < 0).any():
            break
        for first in range(0, len(order), TASKS_BETWEEN_LOOKS):
            if first and stop is not None and stop():  # the first ones are placed in any case
                return
            seat_tasks(space, seats, order[first : first + TASKS_BETWEEN_LOOKS], limit, charge, movable, push)
        pushed = np.flatnonzero((seats.agent < 0) & ~known)
        known[pushed] = True
        order = np.concatenate([order, pushed])


def seats_of(problem: AssignmentProblem, assignment: Int32Array) -> Seats:
    """Who sits where under an assignment that breaks no rule but capacity, as arrays for the kernels."""
    from scheduler.kernels.insertion import Seats, take_seats

    entry = positions(problem, assignment)
    strangers = np.flatnonzero(entry == -2)
    if len(strangers):
        task = int(strangers[0])
        raise InvalidAssignmentError(task, int(assignment[task]), "choose an eligible agent of the task, or -1")
    seats = Seats(
        agent=assignment.copy(),
        entry=entry,
        load=np.zeros(problem.capacity.shape),
        peak=np.zeros(problem.capacity.shape),
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
