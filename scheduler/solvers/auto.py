"""Chooses a solver by size and structure, says why, and falls back in the open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scheduler.enumeration import states
from scheduler.solvers.exact import ENUMERATION_LIMIT, Exact
from scheduler.solvers.pga import PriceGuidedAnnealing

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scheduler.budget import Budget
    from scheduler.plan import OnImprove, Parallel, Plan
    from scheduler.problem import AssignmentProblem
    from scheduler.solvers.protocol import Solver


class Auto:
    """Enumeration for tiny problems, else the search."""

    name = "auto"

    def solve(
        self,
        problem: AssignmentProblem,
        budget: Budget,
        seed: int,
        start: ArrayLike | None = None,
        parallel: Parallel | None = None,
        on_improve: OnImprove | None = None,
    ) -> Plan:
        """See `Solver.solve`; the plan's `solver` is the one that was chosen, `reason` says why."""
        solver, why = self.choose(problem)
        plan = solver.solve(problem, budget, seed, start, parallel, on_improve)
        return replace(plan, reason=f"auto chose {solver.name}: {why}; {plan.reason}")

    def choose(self, problem: AssignmentProblem) -> tuple[Solver, str]:
        """The solver for a problem and the reason."""
        if states(problem) <= ENUMERATION_LIMIT:
            return Exact(), f"at most {ENUMERATION_LIMIT} assignments are enumerated"
        return PriceGuidedAnnealing(), f"more than {ENUMERATION_LIMIT} assignments"
