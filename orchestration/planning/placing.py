"""From a solved model to placements: agent, planned start and end; and a reason for what found no place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agents.task import Task
from orchestration.planning.model import Model, Modeller
from orchestration.planning.situation import Booking, Situation
from orchestration.planning.workforce import Floats, Ints


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


def book(situation: Situation, modeller: Modeller, model: Model, assignment: Ints, now: float) -> list[Placement]:
    """Enter an assignment into the situation, in order of due time, acuity 1 before all; return the placements."""
    order = [row for row in np.argsort(model.rank).tolist() if assignment[row] >= 0]
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
