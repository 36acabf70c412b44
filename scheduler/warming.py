"""Compile (or load from the cache) everything compiled before the clock counts."""

from __future__ import annotations

from functools import cache

import numpy as np

from scheduler.budget import Budget

COVERED = {"auto", "pga", "portfolio"}
"""Solvers that need nothing beside what is always run."""


def warm_up(*solvers: str) -> None:
    """Run the kernels of the search, the bounds and re-planning once: long the first time, then about a second.

    What has been run in this process is not run again.

    Parameters
    ----------
    solvers
        Solvers beside "auto" that will be asked for, whose own kernels and libraries are loaded too (`solver_names`).

    Raises
    ------
    UnknownSolverError
        If no solver has this name.
    MissingExtraError
        If its package is not installed.
    """
    _run_search()
    for solver in sorted(set(solvers) - COVERED):
        _run_solver(solver)


@cache
def _run_solver(solver: str) -> None:
    from scheduler.solvers import get_solver
    from scheduler.triplets import from_triplets

    single = from_triplets([0], [0], [1.0], [1.0], [1.0], unassigned_cost=[9.0])
    get_solver(solver).solve(single, Budget(sweeps=2), seed=0)


@cache
def _run_search() -> None:
    from scheduler.bounds.certificate import message_count
    from scheduler.bounds.pairs import pair_bound
    from scheduler.hierarchy import HierarchicalQUBO, narrowed
    from scheduler.incremental.carrying import carried_messages
    from scheduler.incremental.operations import agent_lost
    from scheduler.incremental.refinement import refine
    from scheduler.population import Annealer
    from scheduler.recorder import Recorder
    from scheduler.relaxation import relaxation_of
    from scheduler.solvers import get_solver
    from scheduler.triplets import from_triplets

    problem = from_triplets(
        task=[0, 0, 1, 1, 2, 2, 3, 3],
        agent=[0, 1, 0, 1, 0, 1, 0, 1],
        cost=[1.0, 2.0, 2.0, 1.0, 1.0, 3.0, 2.0, 2.0],
        demand=np.ones((8, 2)),
        capacity=np.full((2, 2), 2.0),
        unassigned_cost=[9.0, 9.0, 9.0, 9.0],
        pairs=([0, 1], [1, 2], [1.0, 1.0]),
        conflicts=([0], [3]),
        unassigned_distance=2.0,
    )
    annealer = Annealer(Recorder(problem, Budget()), seed=0)
    annealer.anneal(annealer.random(), 2, 1.0)
    plan = get_solver("pga").solve(problem, Budget(sweeps=2), seed=0)
    level = HierarchicalQUBO(problem, sizes=[2]).lowest
    level.sub_problems(plan.assignment)
    level.balance(plan.assignment)
    narrowed(problem, level.relaxation.belief, 1)
    relaxation_of(problem, pair_bound(problem, 1, single=True))
    if plan.certificate is not None:
        plan.certificate.verify(problem)
    refine(agent_lost(problem, plan, [0]), budget=Budget(sweeps=2))
    carried_messages(problem, np.zeros(message_count(problem)), problem, np.arange(problem.tasks))


def warm_up_qubo(*solvers: str) -> None:
    """Run solvers of QUBOs once on two variables, so that their kernels and libraries are loaded.

    Parameters
    ----------
    solvers
        Their names, see `qubo_solver_names`; "auto" where there is none.

    Raises
    ------
    UnknownSolverError
        If no solver has this name.
    MissingExtraError
        If its package is not installed.
    """
    from scheduler.binary.problem import QuboProblem
    from scheduler.binary.solving import solve_qubo

    problem = QuboProblem.from_terms([-1.0, -1.0], [0], [1], [3.0])
    for solver in solvers or ("auto",):
        solve_qubo(problem, solver, Budget(sweeps=2))
