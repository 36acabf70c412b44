"""The planning horizon: when it began, and in a live swarm how often it has gone by."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from orchestration.clock import Clock
from orchestration.ledger import SqliteLedger

_KEY: Final = "horizon_start"


class Horizon:
    """Time of a plan, in minutes from the start of the first horizon.

    Parameters
    ----------
    ledger : SqliteLedger
        Keeps the start, so that a swarm that is taken up again reckons from the same moment.
    clock : Clock
        Where time comes from.
    live : bool
        Whether the horizon moves with the clock; one that does not stands at its start.
    as_of : datetime
        Start of one that does not move. A live one starts when its ledger is begun.
    minutes : float
        Its length.
    """

    def __init__(self, ledger: SqliteLedger, clock: Clock, *, live: bool, as_of: datetime, minutes: float) -> None:
        self._clock, self._live, self._length = clock, live, minutes
        self._gone = 0
        kept = ledger.meta(_KEY)
        self.start = datetime.fromisoformat(kept) if kept else clock.now() if live else as_of
        if not kept:
            ledger.set_meta(_KEY, self.start.isoformat())

    def minute(self) -> float:
        """Minutes since the start."""
        return (self._clock.now() - self.start).total_seconds() / 60.0 if self._live else 0.0

    def is_over(self) -> bool:
        """Whether the horizon that was begun last has gone by."""
        return self.minute() >= (self._gone + 1) * self._length

    def begin_next(self) -> None:
        """Begin the horizon that the clock is in."""
        self._gone = int(self.minute() // self._length)
