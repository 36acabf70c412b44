"""The `Situation` that a round of planning starts from: what is booked, who did what, and when it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from agents.task import Task
from orchestration.planning.calendar import Calendar
from orchestration.planning.teams import Teams
from orchestration.planning.workforce import Floats, Workforce


@dataclass(frozen=True, slots=True)
class Booking:
    """Where and when a task is to be done; without times, capacity held for a task that is not ready.

    Parameters
    ----------
    agent : int
        Index of the agent.
    demand : (R,) float array
        Minutes of each resource.
    start, end : float, optional
        Minutes from the start of the horizon.
    """

    agent: int
    demand: Floats
    start: float | None = None
    end: float | None = None


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
        Minutes of each resource given out or held.
    calendar : Calendar
        Busy time.
    teams : Teams
        Tasks that must share an agent or must not.
    bookings : dict of str to Booking
        Of each task that has a place or holds one.
    seen : dict of str to list of int
        Agents that have had tasks of a subject, the latest last.
    """

    workforce: Workforce
    start: datetime
    used: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    calendar: Calendar = field(default_factory=Calendar)
    teams: Teams = field(default_factory=Teams)
    bookings: dict[str, Booking] = field(default_factory=dict)
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

    def busy(self, now: float) -> Floats:
        """Minutes from now until each agent's bookings end; (A,)."""
        return np.array([max(0.0, self.calendar.end(agent) - now) for agent in range(len(self.workforce))])

    def agent_of(self, name: str) -> int | None:
        """Agent at which a task has or holds a place."""
        booking = self.bookings.get(name)
        return None if booking is None else booking.agent

    def end_of(self, name: str) -> float | None:
        """Minute at which a task that has a place is planned to end."""
        booking = self.bookings.get(name)
        return None if booking is None else booking.end

    def pinned(self, name: str) -> int | None:
        """Agent that a task must go to, since its team has begun there; None when it is free."""
        agents = (self.agent_of(mate) for mate in self.teams.members(name))
        return next((agent for agent in agents if agent is not None), None)

    def forbidden(self, name: str) -> set[int]:
        """Agents that a task must not go to, since those it must be apart from are there."""
        agents = {self.agent_of(other) for other in self.teams.apart(name)}
        return {agent for agent in agents if agent is not None}

    def place(self, task: Task, booking: Booking) -> None:
        """Enter a place in place of one that was held. Its time is booked in the calendar already."""
        self.release(task.id)
        self.bookings[task.id] = booking
        self.used[booking.agent] += booking.demand
        if task.subject and booking.start is not None:
            self.seen.setdefault(task.subject, []).append(booking.agent)

    def release(self, name: str) -> None:
        """Give back what a task had or held."""
        booking = self.bookings.pop(name, None)
        if booking is None:
            return
        self.used[booking.agent] = np.maximum(0.0, self.used[booking.agent] - booking.demand)
        if booking.start is not None and booking.end is not None:
            self.calendar.cancel(booking.agent, booking.start, booking.end)

    def hold_no_more(self, name: str) -> None:
        """Give back what is held for a task that is ready now, and let it go where the rest of its team is."""
        booking = self.bookings.get(name)
        if booking is not None and booking.start is None:
            self.release(name)

    def renew(self, open_tasks: Iterable[str]) -> None:
        """Begin a new horizon: capacity is whole again but for the tasks that are still open."""
        self.used[:] = 0.0
        for name in open_tasks:
            if name in self.bookings:
                self.used[self.bookings[name].agent] += self.bookings[name].demand
