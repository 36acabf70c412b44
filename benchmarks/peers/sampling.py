"""Samplers of QUBOs on the penalty form, each sample decoded and repaired by priced insertion.

The penalty form is that of the solvers "neal" and "openjij", built before the clock counts; samples grow longer while
time is left. What a sample is worth before the repair is told as well, and how many of its choices the repair kept:
priced insertion alone makes a fair plan of nothing at all.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler import Budget
from scheduler.binary.sampling import draws
from scheduler.bounds.lagrangian import lagrangian_bound
from scheduler.budget import Stopwatch
from scheduler.errors import ProblemTooLargeError
from scheduler.insertion import insert
from scheduler.recorder import without_violations
from scheduler.solvers import REGISTRY, get_solver
from scheduler.solvers.penalty import CALLS, PenaltySampling, compile_qubo

if TYPE_CHECKING:
    from peers.report import Report
    from scheduler import AssignmentProblem
    from scheduler.arrays import Int32Array


def neal(problem: AssignmentProblem, seconds: float, seed: int, threads: int, report: Report) -> None:
    """Simulated annealing of dwave-samplers."""
    _run(problem, seconds, seed, report, "neal")
    del threads


def openjij(problem: AssignmentProblem, seconds: float, seed: int, threads: int, report: Report) -> None:
    """Simulated annealing of openjij."""
    _run(problem, seconds, seed, report, "openjij")
    del threads


def _run(problem: AssignmentProblem, seconds: float, seed: int, report: Report, name: str) -> None:
    solver = get_solver(name)
    assert isinstance(solver, PenaltySampling), REGISTRY[name]
    module, _, attribute = solver.sampler.partition(":")
    try:
        qubo, binary, names = compile_qubo(problem)
    except ProblemTooLargeError as error:
        report.end(None, None, f"QUBO too large: {error}")
        return
    prices = lagrangian_bound(problem, iterations=200).prices
    sampler = getattr(import_module(module), attribute)(binary, np.random.default_rng(seed), None)
    report.built(binary.variables, couplers=binary.interactions)
    watch = Stopwatch(Budget(seconds=seconds))
    best, value, told, samples, clean = None, np.inf, "", 0, 0
    for state, _ in draws(sampler, watch, CALLS):
        assignment, one_hot = qubo.decode(dict(zip(names, state.tolist(), strict=True)))
        over = problem.violations(assignment).overload
        samples, clean = samples + 1, clean + (one_hot and not over)
        plan: Int32Array = insert(problem, prices, without_violations(problem, assignment))
        worth = problem.objective(plan).total
        if worth < value:
            best, value = plan, worth
            told = f"{_raw(assignment, one_hot, over)}; repair kept {np.mean(plan == assignment):.0%} of its choices"
            report.plan(worth)
    report.end(best, None, f"{clean} of {samples} samples feasible before repair; the best one: {told}")


def _raw(assignment: Int32Array, one_hot: bool, over: tuple[Any, ...]) -> str:
    if one_hot and not over:
        return "feasible"
    parts = [] if one_hot else [f"{int((assignment < 0).sum())} tasks left out or not one-hot"]
    if over:
        units = sum(item.load - item.capacity for item in over)
        parts.append(f"{len(over)} capacities exceeded by {units:,.0f} in all")
    return ", ".join(parts)
