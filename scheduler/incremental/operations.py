"""From the plan of a problem to a plan of the changed problem, in milliseconds.

What the change leaves valid stays. Tasks whose agent is gone, and of an overfull agent those that leave at least cost,
are taken out; they and whatever else has no agent are then seated one by one where cost + price + pairs is least, the
one with most to lose first. A task may push one other task, which goes to its own cheapest exit: an ejection chain of
one link (Glover, 1996). Prices stay useful: they belong to the agents, and a change of one task in a hundred hardly
moves them. Any prices prove a bound, so the bound of the changed problem is one pass over its arrays.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import BoolArray, FloatArray, Int32Array, Int64Array
from scheduler.bounds.certificate import Certificate
from scheduler.evaluation import positions
from scheduler.incremental.carrying import carried_prices, carried_proof, carry
from scheduler.incremental.change import indices, with_capacity, without_agents, without_tasks
from scheduler.incremental.errors import InvalidChangeError
from scheduler.incremental.replan import Replan
from scheduler.insertion import place, room_of, seats_of
from scheduler.plan import Plan
from scheduler.spaces import full_space

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scheduler.problem import AssignmentProblem


def remove(
    problem: AssignmentProblem,
    plan: Plan | Replan,
    tasks: ArrayLike,
    fixed: ArrayLike | None = None,
    push: float = 0.0,
    bound: bool = True,
) -> Replan:
    """Take tasks out of a problem and its plan; those that had no agent may now find one.

    Parameters
    ----------
    problem, plan
        The problem before, and its plan; after an earlier change `r` these are `r.problem` and `r`.
    tasks
        Which tasks, as indices or as a mask of shape (T,). The numbers of those behind them change: `Replan.origin`.
    fixed, push, bound
        As for `replan`; `fixed` in the numbering before.

    Raises
    ------
    InvalidChangeError
        If there is no such task, or a `Replan` is of another problem.
    """
    _own("problem", problem, plan)
    changed, origin = without_tasks(problem, tasks)
    if fixed is not None:
        running = np.zeros(problem.tasks, dtype=np.bool_)
        running[indices("fixed", fixed, problem.tasks)] = True
        fixed = running[origin]
    return replan(changed, plan, problem, origin, fixed, push, bound)


def agent_lost(
    problem: AssignmentProblem,
    plan: Plan | Replan,
    agents: ArrayLike,
    fixed: ArrayLike | None = None,
    push: float = 0.0,
    bound: bool = True,
) -> Replan:
    """Plan on without some agents: their tasks go elsewhere, their numbers stay, nobody may go to them any more.

    Parameters
    ----------
    problem, plan
        The problem before, and its plan; after an earlier change `r` these are `r.problem` and `r`.
    agents
        Which agents, as indices or as a mask of shape (A,).
    fixed, push, bound
        As for `replan`. Fixed tasks on a lost agent are released.

    Raises
    ------
    InvalidChangeError
        If there is no such agent, or a `Replan` is of another problem.
    """
    _own("problem", problem, plan)
    return replan(without_agents(problem, agents), plan, problem, None, fixed, push, bound)


def capacity_changed(
    problem: AssignmentProblem,
    plan: Plan | Replan,
    agents: ArrayLike,
    capacity: ArrayLike,
    fixed: ArrayLike | None = None,
    push: float = 0.0,
    bound: bool = True,
) -> Replan:
    """Plan on with other capacities: what no longer fits goes elsewhere, what was left out may find a place.

    Parameters
    ----------
    problem, plan
        The problem before, and its plan; after an earlier change `r` these are `r.problem` and `r`.
    agents
        Which agents, shape (n,).
    capacity
        What they have now, shape (n, R), or (R,) for each of them.
    fixed, push, bound
        As for `replan`. Of fixed tasks that no longer fit together the last ones are released.

    Raises
    ------
    InvalidChangeError
        If there is no such agent, a `Replan` is of another problem, or a capacity is negative, not finite or of another
        shape.
    """
    _own("problem", problem, plan)
    return replan(with_capacity(problem, agents, capacity), plan, problem, None, fixed, push, bound)


def replan(
    problem: AssignmentProblem,
    plan: Plan | Replan,
    previous: AssignmentProblem | None = None,
    origin: ArrayLike | None = None,
    fixed: ArrayLike | None = None,
    push: float = 0.0,
    bound: bool = True,
) -> Replan:
    """Make the plan of a problem valid after any change of it, and place what has no agent.

    Parameters
    ----------
    problem
        The problem after the change. Agents keep their numbers; new ones come last.
    plan
        The plan before; `dataclasses.replace(plan, assignment=...)` where tasks are elsewhere by now.
    previous
        The problem before, from which the messages of its pairs and the multipliers of its tasks are carried over;
        None: they are not, and the bound is weaker, with pairs far weaker.
    origin
        Old number of every task, -1 where it is new, shape (T,); None: the tasks are the same. See `origin_of`.
    fixed
        Tasks that may not move (running work), as indices or as a mask of shape (T,); those that have no agent
        do not count. Hard rules come first: see `Replan.released`.
    push
        What pushing another task must save to be worth it, in units of cost, >= 0; `inf`: no task is pushed.
    bound
        Whether to compute the bound: it takes longer than the plan.

    Returns
    -------
    Replan

    Raises
    ------
    InvalidChangeError
        If an argument does not fit the problem.

    Examples
    --------
    >>> from scheduler import agent_lost, from_triplets, solve
    >>> cost, demand, capacity = [2.0, 3.0, 1.0, 4.0], [1.0] * 4, [1.0, 2.0]
    >>> problem = from_triplets([0, 0, 1, 1], [0, 1, 0, 1], cost, demand, capacity, unassigned_cost=[9.0, 9.0])
    >>> after = agent_lost(problem, solve(problem), [0])
    >>> after.assignment.tolist(), after.moved.tolist()
    ([1, 1], [1])
    """
    started = time.perf_counter()
    if not push >= 0.0:
        raise InvalidChangeError("push", None, push, "give a number >= 0, or inf")
    if previous is not None:
        _own("previous", previous, plan)
    numbers = _numbers(problem, plan, origin)
    before = carry(plan.assignment, numbers)
    known = known_dual(plan)
    charge = carried_prices(problem, known.prices)
    vector, held, released = _standing(problem, before, fixed)
    assignment = _seated(problem, vector, charge, ~held, push)
    planned = time.perf_counter()
    proof = carried_proof(problem, known, previous, numbers) if bound else None
    objective = problem.objective(assignment)
    done = time.perf_counter()
    for array in (assignment, before):
        array.flags.writeable = False
    seconds = {"plan": planned - started, "bound": done - planned, "total": done - started}
    return Replan(
        problem, assignment, objective, before, numbers, np.flatnonzero(held), released, charge, proof, seconds
    )


def _own(argument: str, problem: AssignmentProblem, plan: Plan | Replan) -> None:
    """Raise `InvalidChangeError` where a `Replan` comes with another problem than its own."""
    if not isinstance(plan, Replan) or plan.problem is problem:
        return
    for name in type(problem).__dataclass_fields__:
        if not np.array_equal(getattr(problem, name), getattr(plan.problem, name)):
            given = f"a problem of {problem.tasks} tasks and {problem.agents} agents with another {name}"
            advice = "a second change starts from the problem of the first: give `problem` of the Replan"
            raise InvalidChangeError(argument, None, given, advice)


def known_dual(plan: Plan | Replan) -> Certificate:
    """What a plan brings along that proves a bound: its certificate, or its prices alone."""
    return Certificate("lagrangian", -np.inf, plan.prices) if plan.proof is None else plan.proof


def _numbers(problem: AssignmentProblem, plan: Plan | Replan, origin: ArrayLike | None) -> Int64Array:
    count = len(plan.assignment)
    numbers = np.arange(count) if origin is None else indices("origin", origin, count, least=-1)
    if len(numbers) != problem.tasks:
        advice = f"the problem has {problem.tasks} tasks: give the old number of each, -1 where it is new"
        raise InvalidChangeError("origin", None, len(numbers), advice)
    return numbers


def _standing(
    problem: AssignmentProblem, before: Int32Array, fixed: ArrayLike | None
) -> tuple[Int32Array, BoolArray, Int64Array]:
    """What can stay but for overload: the assignment, the mask of fixed tasks, and those that had to be released."""
    wanted = np.zeros(problem.tasks, dtype=np.bool_)
    if fixed is not None:
        wanted[indices("fixed", fixed, problem.tasks)] = True
        wanted &= before >= 0
    vector = before.copy()
    where = positions(problem, vector)
    vector[where == -2] = -1
    held = wanted & (vector >= 0)
    if problem.has_conflicts:
        for first, second in problem.violations(vector).conflicts:
            if vector[first] >= 0 and vector[first] == vector[second]:
                vector[first if held[second] and not held[first] else second] = -1
        held &= vector >= 0
    if held.any():
        room = room_of(problem)
        alone = np.where(held, vector, np.int32(-1))
        for agent in np.unique(np.nonzero(problem.loads(alone) > room)[0]):
            load = np.zeros(problem.resources)
            for task in np.flatnonzero(alone == agent):
                demand = problem.demand[where[task]]
                if (load + demand <= room[agent]).all():
                    load += demand
                else:
                    held[task] = False
    return vector, held, np.flatnonzero(wanted & ~held)


def _seated(
    problem: AssignmentProblem, vector: Int32Array, prices: FloatArray, movable: BoolArray, push: float
) -> Int32Array:
    """The assignment without overload, and with what has no agent placed where that pays."""
    if not len(problem.agent):
        return np.full(problem.tasks, -1, dtype=np.int32)
    from scheduler.kernels.replanning import evict

    seats = seats_of(problem, vector)
    evict(full_space(problem), seats, room_of(problem), prices, movable)
    out = np.flatnonzero(seats.agent < 0)
    if len(out):
        place(problem, prices, seats, out, movable, float(push))
    return seats.agent
