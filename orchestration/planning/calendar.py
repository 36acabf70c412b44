"""The calendar: when each agent is booked, and the first gap that a piece of work fits into."""

from __future__ import annotations

from bisect import insort
from typing import Final

_TINY: Final = 1e-9


class Calendar:
    """Bookings by agent, in minutes from the start of the horizon."""

    def __init__(self) -> None:
        self._booked: dict[int, list[tuple[float, float]]] = {}

    def book(self, agent: int, ready: float, minutes: float) -> tuple[float, float]:
        """Book the first gap of `minutes` at or after `ready`; return its start and end."""
        booked = self._booked.setdefault(agent, [])
        start = ready
        for begin, end in booked:
            if start + minutes <= begin + _TINY:
                break
            start = max(start, end)
        insort(booked, (start, start + minutes))
        return start, start + minutes

    def take(self, agent: int, start: float, end: float) -> None:
        """Enter a booking made earlier."""
        insort(self._booked.setdefault(agent, []), (start, end))

    def free_before(self, agent: int, moment: float, now: float = 0.0) -> float:
        """Minutes not booked between `now` and `moment`."""
        booked = sum(max(0.0, min(end, moment) - max(begin, now)) for begin, end in self._booked.get(agent, ()))
        return max(0.0, moment - now - booked)

    def end(self, agent: int) -> float:
        """Minute at which the last booking ends; 0 without any."""
        return max((end for _, end in self._booked.get(agent, ())), default=0.0)
