"""From a solved model to placements: agent, planned start and end; and a reason for what found no place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from agents.task import Task
from orchestration.planning.model import Model, Modeller
from orchestration.planning.situation import Booking, Situation
from orchestration.planning.workforce import Floats, Ints

if TYPE_CHECKING:
    from scheduler import Plan


@dataclass(frozen=True, slots=True)
class Placement:
    """Where and when a task is to be done.

    Parameters
    ----------
    task : Task
        The task.
    agent : int
        Index of the agent.
    demand : (R,) float array
        Minutes of each resource that it takes there.
    start, end : float
        Minutes from the start of the horizon.
    """

    task: Task
    agent: int
    demand: Floats
    start: float
    end: float


def relaxed(model: Model) -> Model:
    """Return the model without its bands: work may be late."""
    columns = slice(0, model.resources)
    problem = replace(
        model.problem,
        demand=np.ascontiguousarray(model.problem.demand[:, columns]),
        capacity=np.ascontiguousarray(model.problem.capacity[:, columns]),
    )
    return Model(problem, model.groups, model.resources, model.bands[:0])


def enter_late(model: Model, plan: Plan) -> Ints:
    """Give tasks that cannot be on time to agents who have capacity left; return the assignment."""
    assignment = np.array(plan.assignment, dtype=np.int32)
    left = np.flatnonzero(assignment < 0)
    if not len(left) or not len(model.bands):
        return assignment
    from scheduler import insert

    urgent_first = sorted(left.tolist(), key=lambda row: min(task.priority for task in model.groups[row]))
    free = relaxed(model)
    prices = None if plan.prices is None else np.ascontiguousarray(plan.prices[:, : model.resources])
    found: Ints = insert(free.problem, prices, assignment, np.array(urgent_first, dtype=np.int32))
    return found


def book(situation: Situation, modeller: Modeller, model: Model, assignment: Ints, now: float) -> list[Placement]:
    """Enter an assignment into the situation, in order of due time, acuity 1 before all; return the placements."""
    order = sorted(
        (row for row in range(len(model.groups)) if assignment[row] >= 0),
        key=lambda row: _urgency(model.groups[row], modeller.due(model.groups[row], now)),
    )
    placements: list[Placement] = []
    for row in order:
        group, agent = model.groups[row], int(assignment[row])
        held = modeller.held_for(group)
        for task in group:
            demand, minutes = _at(modeller, task, agent)
            ends = (situation.end_of(other) for other in task.after)
            ready = max([now, *(end for end in ends if end is not None)])
            if task.not_before is not None:
                ready = max(ready, situation.minute(task.not_before))
            start, end = situation.calendar.book(agent, ready, minutes)
            situation.place(task, Booking(agent, demand, start, end))
            placements.append(Placement(task, agent, demand, start, end))
        for task in held:
            situation.place(task, Booking(agent, _at(modeller, task, agent)[0]))
    return placements


def _at(modeller: Modeller, task: Task, agent: int) -> tuple[Floats, float]:
    """Minutes of each resource that a task takes at an agent, and how long it takes there."""
    eligible = modeller.eligibility.of(task)
    row = modeller.costs.row(task, eligible, None, np.zeros(0))
    at = int(np.searchsorted(eligible.agents, agent))
    return row.demand[at], float(row.minutes[at])


def _urgency(group: Sequence[Task], due: float) -> tuple[float, int, str]:
    priority = min(task.priority for task in group)
    return (-np.inf if priority == 1 else due, priority, group[0].id)


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Why a task has no place: the rule, and whether waiting cannot change it."""

    reason: str
    final: bool


def reasons(modeller: Modeller, model: Model, assignment: Ints) -> dict[str, Unplaced]:
    """Say for each task without a place which rule stopped it, after the placements have been booked."""
    situation = modeller.situation
    left = situation.left()
    found: dict[str, Unplaced] = {}
    for row in np.flatnonzero(assignment < 0):
        group = model.groups[row]
        for task in group:
            found[task.id] = _reason(modeller, task, group, left)
    return found


def _reason(modeller: Modeller, task: Task, group: Sequence[Task], left: Floats) -> Unplaced:
    eligible = modeller.eligibility.of(task)
    if eligible.reason:
        return Unplaced(eligible.reason, final=True)
    if modeller.contradictory(group):
        return Unplaced("same_agent_as and different_agent_from contradict each other", final=True)
    keep = modeller.allowed_by_others(task, eligible)
    agents = eligible.agents if keep is None else eligible.agents[keep]
    if not len(agents):
        return Unplaced("the agents that same_agent_as and different_agent_from leave may not do it", final=True)
    shared, _ = modeller.rows(group, 0.0, np.zeros(len(left)))
    if not len(shared):
        return Unplaced("no single agent may do it together with the tasks that must share its agent", final=True)
    most = "; ".join(
        f"the most that one has left is {left[shared, r].max():g} of {name!r}"
        for r, name in enumerate(modeller.situation.workforce.resources)
        if any(member.demand.get(name) for member in group)
    )
    count = len(shared)
    who = "the one agent that may do it has" if count == 1 else f"none of the {count} agents that may do it has"
    negated = "no room" if count == 1 else "room"
    return Unplaced(f"{who} {negated} in the horizon" + (f": {most} minutes" if most else ""), final=False)
