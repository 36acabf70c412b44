"""The calendar: when each agent is booked, and the first gap that a piece of work fits into."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Final

_TINY: Final = 1e-9


class Calendar:
    """Busy time by agent, in minutes from the start of the horizon.

    Bookings that touch are kept as one stretch, so that a day without gaps costs no more to look through than an
    empty one.
    """

    def __init__(self) -> None:
        self._starts: dict[int, list[float]] = {}
        self._ends: dict[int, list[float]] = {}

    def book(self, agent: int, ready: float, minutes: float) -> tuple[float, float]:
        """Book the first gap of `minutes` at or after `ready`; return its start and end."""
        starts, ends = self._starts.get(agent, []), self._ends.get(agent, [])
        start = ready
        for i in range(bisect_right(ends, ready), len(starts)):
            if start + minutes <= starts[i] + _TINY:
                break
            start = max(start, ends[i])
        self.take(agent, start, start + minutes)
        return start, start + minutes

    def take(self, agent: int, start: float, end: float) -> None:
        """Enter a booking."""
        if end <= start:
            return
        starts, ends = self._starts.setdefault(agent, []), self._ends.setdefault(agent, [])
        first, last = bisect_left(ends, start - _TINY), bisect_right(starts, end + _TINY)
        if first < last:
            start, end = min(start, starts[first]), max(end, ends[last - 1])
        starts[first:last], ends[first:last] = [start], [end]

    def cancel(self, agent: int, start: float, end: float) -> None:
        """Free a stretch that was booked."""
        starts, ends = self._starts.get(agent, []), self._ends.get(agent, [])
        first, last = bisect_right(ends, start), bisect_left(starts, end)
        if first >= last:
            return
        before, after = (starts[first], start), (end, ends[last - 1])
        left = [part for part in (before, after) if part[1] - part[0] > _TINY]
        starts[first:last], ends[first:last] = [a for a, _ in left], [b for _, b in left]

    def free_before(self, agent: int, moment: float, now: float = 0.0) -> float:
        """Minutes not booked between `now` and `moment`."""
        booked = sum(
            max(0.0, min(end, moment) - max(begin, now))
            for begin, end in zip(self._starts.get(agent, ()), self._ends.get(agent, ()), strict=True)
        )
        return max(0.0, moment - now - booked)

    def end(self, agent: int) -> float:
        """Minute at which the last booking ends; 0 without any."""
        ends = self._ends.get(agent)
        return ends[-1] if ends else 0.0
