"""The mathematics of who does what: assignment problems as arrays, bounds, solvers and certified plans.

Nothing here knows of Ray, messages or health care. Public names are loaded on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scheduler.aggregate import Aggregate
    from scheduler.binary.plan import QuboPlan
    from scheduler.binary.problem import QuboProblem
    from scheduler.binary.solving import qubo_solver_names, solve_qubo
    from scheduler.bounds.certificate import Certificate
    from scheduler.bounds.lagrangian import lagrangian_bound
    from scheduler.bounds.linear import lp_bound
    from scheduler.bounds.pairs import pair_bound
    from scheduler.budget import Budget
    from scheduler.builder import ProblemBuilder
    from scheduler.cqm import AssignmentCQM
    from scheduler.errors import (
        CertificateError,
        CertificatePriceError,
        InvalidAssignmentError,
        InvalidBudgetError,
        InvalidProblemError,
        MissingExtraError,
        ProblemTooLargeError,
        SchedulerError,
        UnknownSolverError,
        WrongTypeError,
    )
    from scheduler.evaluation import Objective, Overload, Violations
    from scheduler.formats import format_names, read_problem
    from scheduler.formats.assignments import read_assignment, write_assignment
    from scheduler.formats.errors import (
        AmbiguousFormatError,
        FormatError,
        UnknownFormatError,
        UnknownFormatNameError,
    )
    from scheduler.hierarchy import HierarchicalQUBO, Level, SubProblem
    from scheduler.incremental.carrying import carry, origin_of
    from scheduler.incremental.errors import InvalidChangeError
    from scheduler.incremental.operations import agent_lost, capacity_changed, remove, replan
    from scheduler.incremental.refinement import refine
    from scheduler.incremental.replan import Replan
    from scheduler.insertion import insert
    from scheduler.plan import Improvement, Plan
    from scheduler.problem import AssignmentProblem
    from scheduler.quantum.options import QaoaOptions
    from scheduler.quantum.report import QuantumReport
    from scheduler.quantum.sub_solver import solve_sub_problem
    from scheduler.qubo import PenaltyQUBO
    from scheduler.relaxation import Relaxation, relax
    from scheduler.resources.allocation import Allocation, MethodResult
    from scheduler.resources.bits import AllocationQUBO
    from scheduler.resources.capacity_value import CapacityMove, CapacityValue, capacity_value
    from scheduler.resources.chunks import ChunkProblem
    from scheduler.resources.errors import (
        InvalidPoolError,
        InvalidRequestError,
        InvalidValueError,
        PoolTooSmallError,
        UnknownClusterError,
        UnknownPoolError,
    )
    from scheduler.resources.optimizer import ResourceOptimizer
    from scheduler.resources.pool import ResourcePool, ResourceRequest
    from scheduler.resources.value import LinearValue, PiecewiseLinearValue, QuadraticValue
    from scheduler.sizing import Balance
    from scheduler.solvers import get_solver, solver_names
    from scheduler.solvers.protocol import Solver
    from scheduler.solving import solve
    from scheduler.triplets import from_triplets
    from scheduler.verification import Verification, verify, verify_qubo
    from scheduler.warming import warm_up, warm_up_qubo

_HOME = {
    "Allocation": "resources.allocation",
    "AllocationQUBO": "resources.bits",
    "AmbiguousFormatError": "formats.errors",
    "Aggregate": "aggregate",
    "AssignmentCQM": "cqm",
    "AssignmentProblem": "problem",
    "Balance": "sizing",
    "Budget": "budget",
    "CapacityMove": "resources.capacity_value",
    "CapacityValue": "resources.capacity_value",
    "Certificate": "bounds.certificate",
    "CertificateError": "errors",
    "CertificatePriceError": "errors",
    "ChunkProblem": "resources.chunks",
    "FormatError": "formats.errors",
    "HierarchicalQUBO": "hierarchy",
    "Improvement": "plan",
    "InvalidAssignmentError": "errors",
    "InvalidBudgetError": "errors",
    "InvalidChangeError": "incremental.errors",
    "InvalidPoolError": "resources.errors",
    "InvalidProblemError": "errors",
    "InvalidRequestError": "resources.errors",
    "InvalidValueError": "resources.errors",
    "Level": "hierarchy",
    "LinearValue": "resources.value",
    "MethodResult": "resources.allocation",
    "MissingExtraError": "errors",
    "Objective": "evaluation",
    "Overload": "evaluation",
    "PenaltyQUBO": "qubo",
    "PiecewiseLinearValue": "resources.value",
    "Plan": "plan",
    "PoolTooSmallError": "resources.errors",
    "ProblemBuilder": "builder",
    "ProblemTooLargeError": "errors",
    "QaoaOptions": "quantum.options",
    "QuadraticValue": "resources.value",
    "QuantumReport": "quantum.report",
    "QuboPlan": "binary.plan",
    "QuboProblem": "binary.problem",
    "Relaxation": "relaxation",
    "Replan": "incremental.replan",
    "ResourceOptimizer": "resources.optimizer",
    "ResourcePool": "resources.pool",
    "ResourceRequest": "resources.pool",
    "SchedulerError": "errors",
    "Solver": "solvers.protocol",
    "SubProblem": "hierarchy",
    "UnknownClusterError": "resources.errors",
    "UnknownFormatError": "formats.errors",
    "UnknownFormatNameError": "formats.errors",
    "UnknownPoolError": "resources.errors",
    "UnknownSolverError": "errors",
    "Verification": "verification",
    "WrongTypeError": "errors",
    "Violations": "evaluation",
    "agent_lost": "incremental.operations",
    "capacity_changed": "incremental.operations",
    "capacity_value": "resources.capacity_value",
    "carry": "incremental.carrying",
    "format_names": "formats",
    "from_triplets": "triplets",
    "get_solver": "solvers",
    "insert": "insertion",
    "lagrangian_bound": "bounds.lagrangian",
    "lp_bound": "bounds.linear",
    "origin_of": "incremental.carrying",
    "pair_bound": "bounds.pairs",
    "qubo_solver_names": "binary.solving",
    "read_assignment": "formats.assignments",
    "read_problem": "formats",
    "refine": "incremental.refinement",
    "relax": "relaxation",
    "remove": "incremental.operations",
    "replan": "incremental.operations",
    "solve": "solving",
    "solve_qubo": "binary.solving",
    "solve_sub_problem": "quantum.sub_solver",
    "solver_names": "solvers",
    "verify": "verification",
    "verify_qubo": "verification",
    "warm_up": "warming",
    "warm_up_qubo": "warming",
    "write_assignment": "formats.assignments",
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
    "Aggregate",
    "Allocation",
    "AllocationQUBO",
    "AmbiguousFormatError",
    "AssignmentCQM",
    "AssignmentProblem",
    "Balance",
    "Budget",
    "CapacityMove",
    "CapacityValue",
    "Certificate",
    "CertificateError",
    "CertificatePriceError",
    "ChunkProblem",
    "FormatError",
    "HierarchicalQUBO",
    "Improvement",
    "InvalidAssignmentError",
    "InvalidBudgetError",
    "InvalidChangeError",
    "InvalidPoolError",
    "InvalidProblemError",
    "InvalidRequestError",
    "InvalidValueError",
    "Level",
    "LinearValue",
    "MethodResult",
    "MissingExtraError",
    "Objective",
    "Overload",
    "PenaltyQUBO",
    "PiecewiseLinearValue",
    "Plan",
    "PoolTooSmallError",
    "ProblemBuilder",
    "ProblemTooLargeError",
    "QaoaOptions",
    "QuadraticValue",
    "QuantumReport",
    "QuboPlan",
    "QuboProblem",
    "Relaxation",
    "Replan",
    "ResourceOptimizer",
    "ResourcePool",
    "ResourceRequest",
    "SchedulerError",
    "Solver",
    "SubProblem",
    "UnknownClusterError",
    "UnknownFormatError",
    "UnknownFormatNameError",
    "UnknownPoolError",
    "UnknownSolverError",
    "Verification",
    "Violations",
    "WrongTypeError",
    "agent_lost",
    "capacity_changed",
    "capacity_value",
    "carry",
    "format_names",
    "from_triplets",
    "get_solver",
    "insert",
    "lagrangian_bound",
    "lp_bound",
    "origin_of",
    "pair_bound",
    "qubo_solver_names",
    "read_assignment",
    "read_problem",
    "refine",
    "relax",
    "remove",
    "replan",
    "solve",
    "solve_qubo",
    "solve_sub_problem",
    "solver_names",
    "verify",
    "verify_qubo",
    "warm_up",
    "warm_up_qubo",
    "write_assignment",
]
