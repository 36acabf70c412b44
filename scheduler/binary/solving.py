"""The front door of QUBOs: one call from a problem to a plan."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np

from scheduler.budget import Budget
from scheduler.errors import InvalidBudgetError, UnknownSolverError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scheduler.binary.plan import OnState, QuboPlan
    from scheduler.binary.problem import QuboProblem

REGISTRY: dict[str, str] = {
    "anneal": "scheduler.binary.anneal:Anneal",
    "neal": "scheduler.binary.samplers:Neal",
    "openjij": "scheduler.binary.openjij:OpenJij",
    "openjij-sqa": "scheduler.binary.openjij:OpenJijQuantum",
    "steepest": "scheduler.binary.samplers:Steepest",
    "tabu": "scheduler.binary.samplers:Tabu",
}
"""Name of each QUBO solver and where its class is (`module:class`)."""
DEFAULT_BUDGET = Budget(seconds=5.0)


class QuboSolver(Protocol):
    """A way to find states of low energy, known by `name`."""

    name: str

    def solve(
        self,
        problem: QuboProblem,
        budget: Budget,
        seed: int,
        start: ArrayLike | None = None,
        on_improve: OnState | None = None,
    ) -> QuboPlan:
        """Find a state; the parameters are those of `solve_qubo`."""
        ...


def qubo_solver_names() -> tuple[str, ...]:
    """Names that `solve_qubo` takes beside "auto", sorted."""
    return tuple(sorted(REGISTRY))


def solve_qubo(
    problem: QuboProblem,
    solver: str = "auto",
    budget: Budget = DEFAULT_BUDGET,
    seed: int = 0,
    start: ArrayLike | None = None,
    on_improve: OnState | None = None,
) -> QuboPlan:
    """Minimise a quadratic function of 0/1 variables.

    Parameters
    ----------
    problem
        What to solve.
    solver
        "anneal" (also "auto"), "neal", "steepest" or "tabu"; with the extra "peers" "openjij" or "openjij-sqa".
    budget
        When to stop. A budget in sweeps makes the plan a function of problem and seed alone; it counts sweeps for
        all annealers, descents for "steepest" and restarts for "tabu". A gap does not apply: there is no bound.
    seed
        Seed of every random choice.
    start
        A state to start from.
    on_improve
        Called for every better state.

    Raises
    ------
    UnknownSolverError
        If no solver has this name.
    InvalidBudgetError
        If the seed is no whole number of at least 0.
    ProblemTooLargeError
        If the solver asked for is not made for this size.
    MissingExtraError
        If its package is not installed.

    Examples
    --------
    >>> from scheduler import Budget, QuboProblem, solve_qubo
    >>> problem = QuboProblem.from_terms([-1.0, -1.0], [0], [1], [3.0])
    >>> solve_qubo(problem, budget=Budget(sweeps=20)).energy
    -1.0
    """
    if not (isinstance(seed, (int, np.integer)) and seed >= 0):
        raise InvalidBudgetError("seed", seed)
    name = "anneal" if solver == "auto" else solver
    if name not in REGISTRY:
        raise UnknownSolverError(solver, ("auto", *qubo_solver_names()))
    module, _, attribute = REGISTRY[name].partition(":")
    chosen = cast("QuboSolver", getattr(import_module(module), attribute)())
    return chosen.solve(problem, budget, seed, start, on_improve)
