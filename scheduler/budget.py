"""How long a solver may search, and the stopwatch that holds it to that."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from scheduler.errors import InvalidBudgetError


@dataclass(frozen=True, slots=True)
class Budget:
    """A limit on a search; whichever limit is reached first ends it.

    Parameters
    ----------
    seconds
        Wall clock, bound included. Beside `sweeps` it is a cap only.
    sweeps
        Passes over all tasks, from which the effort for the bound follows too. Plan, bound and prices depend on
        problem, seed and sweeps only, bit for bit, unless the clock cuts the solve short; the plan then says so in
        `fallbacks`.
    gap
        Relative optimality gap at which to stop, e.g. 0.01 for 1 %.
    cancelled
        Asked every few milliseconds; once it is true the best plan so far is returned.
    """

    seconds: float | None = None
    sweeps: int | None = None
    gap: float | None = None
    cancelled: Callable[[], bool] | None = None

    def __post_init__(self) -> None:
        for limit in ("seconds", "sweeps", "gap"):
            value = getattr(self, limit)
            kind = (int, np.integer) if limit == "sweeps" else (int, float, np.integer, np.floating)
            if value is not None and not (isinstance(value, kind) and value >= 0):
                raise InvalidBudgetError(limit, value)


@dataclass(slots=True)
class Stopwatch:
    """Seconds since a solve began, against its budget.

    `whole` is the stopwatch that this one is a part of; `cut` on it says that the clock ended something early.
    """

    budget: Budget
    started: float = field(default_factory=time.perf_counter)
    whole: Stopwatch | None = None
    cut: bool = False

    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.started

    def remaining(self) -> float:
        """Seconds left; infinite without a limit in seconds."""
        return float("inf") if self.budget.seconds is None else self.budget.seconds - self.elapsed()

    def fraction(self) -> float:
        """Share of the seconds that is spent; 0 without a limit in seconds."""
        limit = self.budget.seconds
        return 0.0 if limit is None else self.elapsed() / max(limit, 1e-9)

    def part(self, share: float, reserve: float = 0.0) -> Stopwatch:
        """A stopwatch for a share of the remaining seconds less a reserve, cancelled with this one."""
        left = self.remaining() - reserve
        seconds = None if left == float("inf") else max(left, 0.0) * share
        budget = Budget(seconds=seconds, sweeps=self.budget.sweeps, cancelled=self.budget.cancelled)
        return Stopwatch(budget, whole=self.whole or self)

    @property
    def counted(self) -> bool:
        """Whether work is counted rather than timed: seconds, if any, are a cap only."""
        return self.budget.sweeps is not None or self.budget.seconds is None

    @property
    def pressed(self) -> bool:
        """Whether the clock has ended something early."""
        return (self.whole or self).cut

    def press(self) -> None:
        """Note that the clock has ended something early."""
        (self.whole or self).cut = True

    def cancelled(self) -> bool:
        """Whether the caller asked to stop."""
        return self.budget.cancelled is not None and self.budget.cancelled()

    def overdue(self) -> bool:
        """Whether the time is over by a tenth of itself, or the caller asked to stop: for work that should be ended."""
        return self.fraction() > 1.1 or self.cancelled()

    def expired(self) -> bool:
        """Whether the time is over or the caller asked to stop."""
        if self.remaining() <= 0:
            self.press()
            return True
        return self.cancelled()
