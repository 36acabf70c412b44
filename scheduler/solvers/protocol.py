"""What every solver offers: one method, the same for a hundred tasks and a million."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scheduler.budget import Budget
    from scheduler.plan import OnImprove, Parallel, Plan
    from scheduler.problem import AssignmentProblem


class Solver(Protocol):
    """A way to find plans, known by `name`."""

    name: str

    def solve(
        self,
        problem: AssignmentProblem,
        budget: Budget,
        seed: int,
        start: ArrayLike | None = None,
        parallel: Parallel | None = None,
        on_improve: OnImprove | None = None,
    ) -> Plan:
        """Find a plan.

        Parameters
        ----------
        problem
            What to solve.
        budget
            When to stop; solvers that finish on their own may stop earlier.
        seed
            Seed of every random choice.
        start
            An assignment to start from; choices in it that break a rule are dropped.
        parallel
            Parallel map for solvers that split their work; None: one after the other.
        on_improve
            Called with every better valid assignment.
        """
        ...
