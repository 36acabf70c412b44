"""Time, injected: nothing in this room reads a clock of its own."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Where time comes from."""

    def now(self) -> datetime:
        """Return the moment, with a zone."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go backwards, for measuring."""
        ...


class WallClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """Return the moment, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never go backwards."""
        return time.perf_counter()


class ManualClock:
    """A clock that stands still until it is moved; for tests and simulations.

    Parameters
    ----------
    start : datetime
        The first moment.
    """

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._seconds = 0.0

    def now(self) -> datetime:
        """Return the moment."""
        return self._now

    def monotonic(self) -> float:
        """Seconds since the start."""
        return self._seconds

    def advance(self, seconds: float) -> None:
        """Move forward by `seconds` (not negative)."""
        if seconds < 0:
            msg = f"time cannot go back: {seconds} s"
            raise ValueError(msg)
        self._seconds += seconds
        self._now += timedelta(seconds=seconds)
