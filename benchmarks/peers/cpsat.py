"""CP-SAT of OR-tools (https://developers.google.com/optimization), cold or with a complete hint.

The model is that of the solver "ortools": one Boolean a choice, pairs linearised over clusters. The hint is priced
insertion's plan, with the value of every variable, those of the linearisation too: a part of a hint is soon lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.bounds.lagrangian import lagrangian_bound
from scheduler.insertion import insert
from scheduler.solvers.cpsat_model import integer_model, model_size
from scheduler.solvers.cpsat_worker import decoded, in_cp_sat

if TYPE_CHECKING:
    from peers.report import Report
    from scheduler import AssignmentProblem


def cold(problem: AssignmentProblem, seconds: float, seed: int, threads: int, report: Report) -> None:
    """CP-SAT by itself."""
    _run(problem, seconds, seed, threads, report, hint=False)


def hinted(problem: AssignmentProblem, seconds: float, seed: int, threads: int, report: Report) -> None:
    """CP-SAT from the plan of priced insertion, which takes well under a second before the clock counts."""
    _run(problem, seconds, seed, threads, report, hint=True)


def _run(
    problem: AssignmentProblem, seconds: float, seed: int, threads: int, report: Report, hint: bool
) -> None:  # fmt: skip
    from ortools.sat.python import cp_model

    begin = np.full(problem.tasks, -1, dtype=np.int32)
    if hint:
        begin = insert(problem, lagrangian_bound(problem, iterations=200).prices, begin)
    model = integer_model(problem, begin)
    cp, variables = in_cp_sat(model)
    if not hint:
        cp.clear_hints()
    for task in problem.must_place.tolist():  # what must be placed cannot be left out at a price
        cp.add(variables[len(problem.agent) + task] == 0)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = threads
    solver.parameters.random_seed = seed
    report.built(model_size(problem))

    class Improved(cp_model.CpSolverSolutionCallback):
        """Reports each plan as it comes."""

        def on_solution_callback(self) -> None:
            """Told by CP-SAT."""
            report.plan(self.objective_value / model.scale, self.best_objective_bound / model.scale)

    status = solver.status_name(solver.solve(cp, Improved())).lower()
    found = decoded(problem, variables, solver.boolean_value) if status in ("optimal", "feasible") else None
    report.end(found, solver.best_objective_bound / model.scale, status)
