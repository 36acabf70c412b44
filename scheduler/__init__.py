"""The mathematics of who does what: assignment problems as arrays, bounds, solvers and certified plans.

Nothing here knows of Ray, messages or health care. Public names are loaded on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scheduler.bounds.certificate import Certificate
    from scheduler.bounds.lagrangian import lagrangian_bound
    from scheduler.bounds.linear import lp_bound
    from scheduler.bounds.pairs import pair_bound
    from scheduler.budget import Budget
    from scheduler.builder import ProblemBuilder
    from scheduler.errors import (
        CertificateError,
        InvalidAssignmentError,
        InvalidBudgetError,
        InvalidProblemError,
        ProblemTooLargeError,
        SchedulerError,
        UnknownSolverError,
    )
    from scheduler.evaluation import Objective, Overload, Violations
    from scheduler.hierarchy import HierarchicalQUBO, Level, SubProblem
    from scheduler.insertion import insert
    from scheduler.plan import Improvement, Plan
    from scheduler.problem import AssignmentProblem
    from scheduler.qubo import PenaltyQUBO
    from scheduler.relaxation import Relaxation, relax
    from scheduler.solvers import get_solver, solver_names
    from scheduler.solvers.protocol import Solver
    from scheduler.solving import solve
    from scheduler.triplets import from_triplets
    from scheduler.warming import warm_up

_HOME = {
    "AssignmentProblem": "problem",
    "Budget": "budget",
    "Certificate": "bounds.certificate",
    "CertificateError": "errors",
    "HierarchicalQUBO": "hierarchy",
    "Improvement": "plan",
    "InvalidAssignmentError": "errors",
    "InvalidBudgetError": "errors",
    "InvalidProblemError": "errors",
    "Level": "hierarchy",
    "Objective": "evaluation",
    "Overload": "evaluation",
    "PenaltyQUBO": "qubo",
    "Plan": "plan",
    "ProblemBuilder": "builder",
    "ProblemTooLargeError": "errors",
    "Relaxation": "relaxation",
    "SchedulerError": "errors",
    "Solver": "solvers.protocol",
    "SubProblem": "hierarchy",
    "UnknownSolverError": "errors",
    "Violations": "evaluation",
    "from_triplets": "triplets",
    "get_solver": "solvers",
    "insert": "insertion",
    "lagrangian_bound": "bounds.lagrangian",
    "lp_bound": "bounds.linear",
    "pair_bound": "bounds.pairs",
    "relax": "relaxation",
    "solve": "solving",
    "solver_names": "solvers",
    "warm_up": "warming",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'scheduler' has no attribute {name!r}")
    value = getattr(import_module(f"scheduler.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


__all__ = [
    "AssignmentProblem",
    "Budget",
    "Certificate",
    "CertificateError",
    "HierarchicalQUBO",
    "Improvement",
    "InvalidAssignmentError",
    "InvalidBudgetError",
    "InvalidProblemError",
    "Level",
    "Objective",
    "Overload",
    "PenaltyQUBO",
    "Plan",
    "ProblemBuilder",
    "ProblemTooLargeError",
    "Relaxation",
    "SchedulerError",
    "Solver",
    "SubProblem",
    "UnknownSolverError",
    "Violations",
    "from_triplets",
    "get_solver",
    "insert",
    "lagrangian_bound",
    "lp_bound",
    "pair_bound",
    "relax",
    "solve",
    "solver_names",
    "warm_up",
]
