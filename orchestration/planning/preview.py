"""A plan without doing anything: rounds as a run would make them if every task went well."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from agents.agent_spec import AgentSpec
from agents.task import Task
from orchestration.ledger import TaskState
from orchestration.planning.explain import explain
from orchestration.planning.model import Modeller
from orchestration.planning.policy import PlanningPolicy
from orchestration.planning.round import Planner, Round
from orchestration.planning.situation import Situation
from orchestration.planning.workforce import Workforce
from orchestration.task_book import TaskBook


@dataclass(slots=True)
class Preview:
    """What would be planned.

    Parameters
    ----------
    situation : Situation
        Where things would stand afterwards.
    rounds : list of Round
        The rounds.
    unplaced : dict of str to str
        Task id to the rule that stopped it.
    explanation : dict, optional
        Of the task asked for; see `explain`.
    """

    situation: Situation
    rounds: list[Round] = field(default_factory=list)
    unplaced: dict[str, str] = field(default_factory=dict)
    explanation: dict[str, Any] | None = None


def preview(
    tasks: Sequence[Task],
    roster: Sequence[AgentSpec],
    *,
    as_of: datetime,
    policy: PlanningPolicy,
    solver: str = "auto",
    seed: int = 0,
    asked: str | None = None,
) -> Preview:
    """Plan all rounds.

    Parameters
    ----------
    asked : str, optional
        Id of a task whose place is to be explained.
    """
    found = Preview(Situation(Workforce(roster), as_of))
    planner = Planner(policy, solver, seed)
    planner.prepare()
    found.situation.teams.add(tasks)
    book = TaskBook()
    _drop(book, found, book.add(tasks))
    while ready := [task for task in book.in_order() if task.id not in found.unplaced]:
        before = copy.deepcopy(found.situation) if asked in book.ready else None
        decided = planner.plan(ready, found.situation, 0.0)
        found.rounds.append(decided)
        found.unplaced.update({name: why.reason for name, why in decided.unplaced.items()})
        if before is not None and asked is not None:
            found.explanation = explain(book.tasks[asked], decided, Modeller(before, policy), before, 0.0)
        for placement in decided.placements:
            found.situation.teams.end(placement.task.id)
            book.move(TaskState(placement.task.id, "done"))
        for name in decided.unplaced:
            _drop(book, found, book.move(TaskState(name, "expired")))
    return found


def _drop(book: TaskBook, found: Preview, doomed: list[tuple[str, str]]) -> None:
    """Enter tasks that can no longer start, and what waits for them."""
    while doomed:
        name, reason = doomed.pop()
        if book.state_of(name) == "waiting":
            found.unplaced[name] = reason
            found.situation.teams.end(name)
            found.situation.release(name)
            doomed += book.move(TaskState(name, "cancelled"))
