"""The front door: one call from a problem to a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.budget import Budget
from scheduler.errors import InvalidBudgetError, WrongTypeError
from scheduler.solvers import get_solver
from scheduler.validation import expect_problem

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scheduler.plan import OnImprove, Parallel, Plan
    from scheduler.problem import AssignmentProblem

DEFAULT_BUDGET = Budget(seconds=5.0)


def solve(
    problem: AssignmentProblem,
    solver: str = "auto",
    budget: Budget = DEFAULT_BUDGET,
    seed: int = 0,
    start: ArrayLike | None = None,
    parallel: Parallel | None = None,
    on_improve: OnImprove | None = None,
) -> Plan:
    """Solve an assignment problem.

    Parameters
    ----------
    problem
        What to solve.
    solver
        Name of a solver, see `solver_names`.
    budget
        When to stop. A budget in sweeps makes the plan a function of problem and seed alone. Seconds count from when
        the solver is ready: the first call of a process loads or compiles it before (`warm_up`), about a second, and
        up to a minute once on a machine.
    seed
        Seed of every random choice.
    start
        An assignment to start from (agent per task, -1 unassigned); choices that break a rule are dropped.
    parallel
        Parallel map, `parallel(function, items) -> results in order`; None: one after the other.
    on_improve
        Called with an `Improvement` for every better valid assignment.

    Returns
    -------
    Plan
        Never breaks a hard rule; tasks that do not fit are -1.

    Raises
    ------
    WrongTypeError
        If `problem` is no `AssignmentProblem`, or `budget` no `Budget`.
    UnknownSolverError
        If no solver has this name.
    InvalidBudgetError
        If the seed is no whole number of at least 0.
    ProblemTooLargeError
        If the solver asked for is not made for this size.

    Examples
    --------
    >>> from scheduler import from_triplets, solve
    >>> cost, demand, capacity = [2.0, 3.0, 1.0], [1.0, 1.0, 1.0], [1.0, 1.0]
    >>> problem = from_triplets([0, 0, 1], [0, 1, 0], cost, demand, capacity, unassigned_cost=[9.0, 9.0])
    >>> solve(problem).assignment.tolist()
    [1, 0]
    """
    expect_problem(problem)
    if not isinstance(budget, Budget):
        raise WrongTypeError("budget", type(budget).__name__, "Budget", "give Budget(seconds=5) or Budget(sweeps=200)")
    if not (isinstance(seed, (int, np.integer)) and seed >= 0):
        raise InvalidBudgetError("seed", seed)
    chosen = get_solver(solver)
    if budget.seconds is not None:
        from scheduler.warming import warm_up

        warm_up(solver)
    return chosen.solve(problem, budget, seed, start, parallel, on_improve)
