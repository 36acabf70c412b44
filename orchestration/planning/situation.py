"""The `Situation` that a round of planning starts from: what is booked, who did what, and when it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from agents.task import Task
from orchestration.planning.calendar import Calendar
from orchestration.planning.workforce import Floats, Workforce


@dataclass(slots=True)
class Situation:
    """State of the plan between rounds.

    Parameters
    ----------
    workforce : Workforce
        The agents.
    start : datetime
        Start of the horizon; minute 0 of the calendar.
    used : (A, R) float array
        Minutes of each resource given out.
    calendar : Calendar
        Bookings.
    agent_of : dict of str to int
        Agent of each task placed so far.
    end_of : dict of str to float
        Planned end of each task placed so far, in minutes.
    seen : dict of str to list of int
        Agents that have had tasks of a subject, the latest last.
    """

    workforce: Workforce
    start: datetime
    used: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    calendar: Calendar = field(default_factory=Calendar)
    agent_of: dict[str, int] = field(default_factory=dict)
    end_of: dict[str, float] = field(default_factory=dict)
    seen: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.used.size:
            self.used = np.zeros_like(self.workforce.capacity)

    def minute(self, moment: datetime) -> float:
        """Minutes from the start of the horizon to `moment`."""
        return (moment - self.start).total_seconds() / 60.0

    def left(self) -> Floats:
        """Minutes of each resource that are still free; (A, R)."""
        free: Floats = np.maximum(0.0, self.workforce.capacity - self.used)
        return free

    def place(self, task: Task, agent: int, demand: Floats, end: float) -> None:
        """Enter a placement."""
        self.used[agent] += demand
        self.agent_of[task.id] = agent
        self.end_of[task.id] = end
        if task.subject:
            self.seen.setdefault(task.subject, []).append(agent)

    def release(self, task: Task, demand: Floats | Sequence[float]) -> None:
        """Give back what a task that will not be done (here) had taken; its booking stays a gap."""
        agent = self.agent_of.pop(task.id, None)
        self.end_of.pop(task.id, None)
        if agent is not None:
            self.used[agent] = np.maximum(0.0, self.used[agent] - np.asarray(demand))
