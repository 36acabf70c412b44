"""The solvers: one class a file, found by name in one registry, imported when asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

from scheduler.errors import UnknownSolverError

if TYPE_CHECKING:
    from scheduler.solvers.protocol import Solver

REGISTRY: dict[str, str] = {
    "auto": "scheduler.solvers.portfolio:Auto",
    "dwave-steepest": "scheduler.solvers.dwave:DwaveSteepest",
    "dwave-tabu": "scheduler.solvers.dwave:DwaveTabu",
    "exact": "scheduler.solvers.exact:Exact",
    "greedy": "scheduler.solvers.greedy:Greedy",
    "memetic": "scheduler.solvers.memetic:Memetic",
    "neal": "scheduler.solvers.dwave:Neal",
    "openjij": "scheduler.solvers.openjij:OpenJij",
    "openjij-sqa": "scheduler.solvers.openjij:OpenJijQuantum",
    "ortools": "scheduler.solvers.cpsat:CPSAT",
    "pga": "scheduler.solvers.pga:PriceGuidedAnnealing",
    "portfolio": "scheduler.solvers.portfolio:Portfolio",
    "qaoa": "scheduler.solvers.qaoa:Qaoa",
    "vqe": "scheduler.solvers.vqe:Vqe",
}
"""Name of each solver and where its class is (`module:class`); another room may add its own."""


def solver_names() -> tuple[str, ...]:
    """Names that `solve` takes, sorted."""
    return tuple(sorted(REGISTRY))


def get_solver(name: str) -> Solver:
    """A solver by name.

    Raises
    ------
    UnknownSolverError
        With the names there are.
    """
    if name not in REGISTRY:
        raise UnknownSolverError(name, solver_names())
    module, _, attribute = REGISTRY[name].partition(":")
    return cast("Solver", getattr(import_module(module), attribute)())


__all__ = ["REGISTRY", "get_solver", "solver_names"]
