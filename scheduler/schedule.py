"""How temperature, gain and overload charge move over an anneal, in units of the problem's own spread."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Schedule:
    """Geometric courses from progress 0 to 1; the defaults hold for every problem, scaled by its `spread`.

    Parameters
    ----------
    hot, cold
        Temperature at the start and the end, in spreads (see `Search.spread`).
    loose, tight
        Gain of the load charges at the start and the end.
    mild, harsh
        Charge of overload over the price of capacity at the start and the end.
    """

    hot: float = 0.3
    cold: float = 0.02
    loose: float = 0.03
    tight: float = 1.0
    mild: float = 2.0
    harsh: float = 30.0

    def temperature(self, progress: float) -> float:
        """Temperature in spreads."""
        return float(self.hot * (self.cold / self.hot) ** progress)

    def gain(self, progress: float) -> float:
        """Factor on all load charges; reaches `tight` a little before the end."""
        return float(self.loose * (self.tight / self.loose) ** min(progress / 0.95, 1.0))

    def overload(self, progress: float) -> float:
        """Overload charge as a multiple of the price."""
        return float(self.mild * (self.harsh / self.mild) ** progress)


REHEAT = Schedule(hot=0.08, loose=0.3, mild=8.0)
"""For a start that is good already: warm enough to leave it, not to forget it."""
