"""Live progress of a solve on standard error: one rewritten line on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import math
import sys
import time
from typing import Protocol

from qam.cli.output import percent

_TERMINAL, _ELSEWHERE = 0.1, 2.0
"""Seconds between two reports."""


class Improved(Protocol):
    """What a report needs to know of an improvement."""

    @property
    def seconds(self) -> float:
        """Since the solve began."""

    @property
    def objective(self) -> float:
        """Infinite while a task that must be placed is not."""

    @property
    def bound(self) -> float | None:
        """Best lower bound so far."""


class Progress:
    """Writes improvements as they come, not more often than anybody can read."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._next = 0.0

    def __call__(self, improved: Improved) -> None:
        """Report an improvement, unless the last report was a moment ago."""
        now = time.perf_counter()
        if now < self._next:
            return
        self._next = now + (_TERMINAL if self._live else _ELSEWHERE)
        line = told(improved.seconds, improved.objective, improved.bound)
        sys.stderr.write(f"\r\x1b[2K{line}" if self._live else f"{line}\n")
        sys.stderr.flush()

    def finish(self, seconds: float, objective: float, bound: float | None) -> None:
        """Report how it ended."""
        line = told(seconds, objective, bound)
        sys.stderr.write(f"\r\x1b[2K{line}\n" if self._live else f"{line}\n")
        sys.stderr.flush()


def told(seconds: float, objective: float, bound: float | None) -> str:
    """One line of progress."""
    from scheduler.plan import relative_gap

    value = f"{objective:,.10g}" if math.isfinite(objective) else "not all placed"
    line = f"{seconds:8.2f} s  objective {value}"
    if bound is not None:
        line += f"  bound {bound:,.10g}  gap {percent(relative_gap(objective, bound))}"
    return line
