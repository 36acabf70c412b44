"""The situation that a ledger's events add up to, for carrying on after an interruption."""

from __future__ import annotations

import numpy as np

from agents.task import Task
from orchestration.ledger import SqliteLedger, TaskState
from orchestration.planning.situation import Booking, Situation


def accepted_tasks(ledger: SqliteLedger) -> list[Task]:
    """Return all tasks of a ledger, in the order of their acceptance."""
    return [Task.model_validate(event.payload) for event in ledger.events() if event.kind == "accepted"]


def restore(ledger: SqliteLedger, situation: Situation) -> tuple[list[Task], list[TaskState]]:
    """Enter what was done into `situation`; return all tasks and their states.

    Agents that are no longer in the workforce are passed over.
    """
    tasks = accepted_tasks(ledger)
    states = ledger.states()
    situation.teams.add(tasks)
    index, resources = situation.workforce.index, situation.workforce.resources
    for task in tasks:
        state = states[task.id]
        if state.terminal:
            situation.teams.end(task.id)
        if state.state != "done" or not state.plan or state.agent not in index:
            continue
        demand = np.array([state.plan["demand"].get(name, 0.0) for name in resources])
        booking = Booking(index[state.agent], demand, state.plan["start"], state.plan["end"])
        situation.calendar.take(booking.agent, state.plan["start"], state.plan["end"])
        situation.place(task, booking)
    return tasks, [states[task.id] for task in tasks]
