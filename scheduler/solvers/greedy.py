"""Priced regret insertion: a valid plan in milliseconds, with a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.bounds.linear import linear_bound
from scheduler.insertion import insert
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
        # where there is no start, a task may push one other: that costs a few times as long and saves most of the gap
        base, push = (recorder.best, 0.0) if begun is None else (begun, np.inf)
        recorder.offer(insert(problem, recorder.prices, base, push=push))
        return recorder.plan(self.name, seed, "priced regret insertion was asked for")
