"""Priced regret insertion: a valid plan in milliseconds, with a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.bounds.linear import linear_bound
from scheduler.insertion import offer_insertion
from scheduler.recorder import Recorder

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scheduler.budget import Budget
    from scheduler.plan import OnImprove, Parallel, Plan
    from scheduler.problem import AssignmentProblem


class Greedy:
    """Places tasks one by one where cost + price of capacity + distance to placed pairs is lowest.

    The tasks with most to lose go first (regret insertion), and one may push another to its next best place. Prices
    come from the dual of the capacities.
    """

    name = "greedy"

    def solve(
        self,
        problem: AssignmentProblem,
        budget: Budget,
        seed: int,
        start: ArrayLike | None = None,
        parallel: Parallel | None = None,
        on_improve: OnImprove | None = None,
    ) -> Plan:
        """See `Solver.solve`; ends on its own, and uses neither `seed` nor `parallel`."""
        del parallel
        recorder = Recorder(problem, budget, on_improve)
        begun = recorder.offer_start(start)
        recorder.prove(linear_bound(problem, recorder.stopwatch))
        offer_insertion(recorder, begun)
        return recorder.plan(self.name, seed, "priced regret insertion was asked for")
