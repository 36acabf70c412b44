"""One line on stderr that says how far a run is and when it will be over."""

from __future__ import annotations

import sys
import time
from typing import TextIO


class Progress:
    """Counts the seconds of work planned and done.

    Parameters
    ----------
    planned
        Seconds of the whole run as far as they are known, processes side by side taken off.
    out
        Where the line goes.
    """

    def __init__(self, planned: float, out: TextIO = sys.stderr) -> None:
        self.planned = max(planned, 1e-9)
        self.done = 0.0
        self._began = time.perf_counter()
        self._out = out

    def line(self, what: str) -> str:
        """The line as it stands, without an end."""
        spent = time.perf_counter() - self._began
        share = min(self.done / self.planned, 1.0)
        pace = max(spent / self.done, 1.0) if self.done else 1.0
        left = max(self.planned - self.done, 0.0) * pace
        return f"{100 * share:5.1f} %  {_clock(spent)} spent, about {_clock(left)} left  {what}"

    def step(self, seconds: float, what: str) -> None:
        """Note that work planned for so many seconds is done."""
        self.done += seconds
        if self._out.isatty():
            print(f"\r\033[K{self.line(what)}", end="", file=self._out, flush=True)
        else:
            print(self.line(what), file=self._out, flush=True)

    def close(self) -> None:
        """End the line."""
        if self._out.isatty():
            print(file=self._out)


def _clock(seconds: float) -> str:
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02d}"
    return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
