"""How temperature, gain and overload charge move over an anneal, in units of the problem's own spread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scheduler.problem import AssignmentProblem


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

    hot: float = 0.04
    cold: float = 0.01
    loose: float = 0.01
    tight: float = 1.0
    mild: float = 4.0
    harsh: float = 60.0

    def temperature(self, progress: float) -> float:
        """Temperature in spreads."""
        return float(self.hot * (self.cold / self.hot) ** progress)

    def gain(self, progress: float) -> float:
        """Factor on all load charges; reaches `tight` a little before the end."""
        return float(self.loose * (self.tight / self.loose) ** min(progress / 0.95, 1.0))

    def overload(self, progress: float) -> float:
        """Overload charge as a multiple of the price."""
        return float(self.mild * (self.harsh / self.mild) ** progress)


PACKED = Schedule(cold=0.005, mild=1.5, harsh=10.0)
"""Where capacity is dear: overload at a few prices is steep enough, more would freeze what packs."""
PAIRED = Schedule(hot=0.2, loose=0.2, mild=2.0, harsh=30.0)
"""For problems with pairs: tasks that belong together have to move one by one, which takes more heat."""
SPREAD_OUT = Schedule(hot=1.0, cold=0.02, loose=1.0)
"""Hot and with load charges in force from the start: finds its way in small problems, where prices guide badly."""
WALK = Schedule(hot=0.05, cold=0.005, loose=1.0, mild=30.0, harsh=1000.0)
"""From a valid plan through nearly valid ones: improves what an anneal has packed."""
REHEAT = Schedule(hot=0.05, loose=0.3, mild=8.0)
"""For a start that is good already: warm enough to leave it, not to forget it."""

STEEP = 3.0
"""Price of a mean demand, in spreads, from which capacity is dear."""
SMALL = 300
"""Tasks up to which many short anneals beat few long ones."""


SHORT = 2e-4
"""Seconds a task below which there is no time for an early anneal, where the budget is in seconds."""
FEW = 200
"""Sweeps below which there are too few for an early anneal."""


def cycles(
    problem: AssignmentProblem, cold: bool, early: bool, exact: bool, steep: bool
) -> list[tuple[Schedule, float, bool]]:
    """The anneals of one search: schedule, share of what is left of the budget, whether to begin afresh.

    `early` says whether the budget allows an early anneal beside the long one, `exact` whether exact neighbourhoods
    take a part of the time before the last, the `WALK`; `steep` whether capacity is dear.
    """
    first = course(problem, cold)
    if not cold:
        return [(first, 0.5, False), (WALK, 1.0, False)]
    if problem.tasks > SMALL and exact and steep:
        return [*([(PACKED, 0.1, True)] if early else []), (PACKED, 0.4, True), (WALK, 1.0, False)]
    if problem.tasks > SMALL:
        return [*([(first, 0.15, True)] if early else []), (first, 0.5 if exact else 0.6, True), (WALK, 1.0, False)]
    rounds = [(schedule, True) for schedule in (first, SPREAD_OUT) * 4]
    walks = 3 if exact else 1
    shares = [1.0 / (len(rounds) + walks - n) for n in range(len(rounds))]
    return [(s, share, afresh) for (s, afresh), share in zip(rounds, shares, strict=True)] + [(WALK, 1.0, False)]


def course(problem: AssignmentProblem, cold: bool) -> Schedule:
    """The schedule for a problem, from scratch (`cold`) or from a good start."""
    if not cold:
        return REHEAT
    return PAIRED if problem.has_pairs else Schedule()
