"""The process that CP-SAT runs in: `python -m scheduler.solvers.cpsat_worker FOLDER`.

OR-Tools and HiGHS cannot be loaded into one process. The folder holds `problem.npz`, what `AssignmentProblem.save`
writes, and `order.npz`: `hint`, `deadline` (Unix time), `deterministic`, `gap`, `seed` and `workers`. Each better
solution goes to the standard output as a message: its length, then a pickled `Message`. The last one has the status.
The process ends when its standard input is closed.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.arrays import Int32Array, row_of
from scheduler.problem import AssignmentProblem
from scheduler.solvers.cpsat_model import IntegerModel, integer_model

if TYPE_CHECKING:
    from collections.abc import Callable

Message = tuple[float, Int32Array | None, str]
"""Bound, agent per task (None: no new one), and how the search ended (empty while it runs)."""


def send(message: Message) -> None:
    """Write a message to the standard output."""
    data = pickle.dumps(message)
    sys.stdout.buffer.write(len(data).to_bytes(8, "little") + data)
    sys.stdout.buffer.flush()


def in_cp_sat(model: IntegerModel) -> tuple[Any, list[Any]]:
    """The model as a `CpModel`, and its variables."""
    from ortools.sat.python.cp_model import CpModel, LinearExpr

    cp = CpModel()
    variables = [cp.new_bool_var("") for _ in model.hint]
    for variable, value in zip(variables, model.hint, strict=True):
        cp.add_hint(variable, value)
    for columns, factors, least, most in model.rows:
        terms = [variables[column] for column in columns]
        cp.add_linear_constraint(LinearExpr.weighted_sum(terms, factors), least, most)
    cp.minimize(LinearExpr.weighted_sum(variables, model.cost))
    return cp, variables


def decoded(problem: AssignmentProblem, variables: list[Any], value: Callable[[Any], Any]) -> Int32Array:
    """The assignment of a solution, whose values `value` tells."""
    assignment = np.full(problem.tasks, -1, dtype=np.int32)
    taken = [entry for entry, choice in enumerate(variables[: len(problem.agent)]) if value(choice)]
    assignment[row_of(problem.task_ptr)[taken]] = problem.agent[taken]
    return assignment


def main(folder: Path) -> None:
    """Solve what is in the folder."""
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    from ortools.sat.python import cp_model

    problem = AssignmentProblem.load(folder / "problem.npz")
    with np.load(folder / "order.npz") as file:
        order = {name: file[name] for name in file.files}
    model = integer_model(problem, order["hint"])
    cp, variables = in_cp_sat(model)

    class Teller(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            send((self.best_objective_bound / model.scale, decoded(problem, variables, self.boolean_value), ""))

    solver = cp_model.CpSolver()
    solver.parameters.random_seed = int(order["seed"]) % 2**31
    solver.parameters.num_workers = int(order["workers"])
    solver.parameters.relative_gap_limit = float(order["gap"])
    if np.isfinite(order["deadline"]):
        solver.parameters.max_time_in_seconds = max(float(order["deadline"]) - time.time(), 0.01)
    if np.isfinite(order["deterministic"]):
        solver.parameters.max_deterministic_time = float(order["deterministic"])
    status = solver.status_name(solver.solve(cp, Teller())).lower()
    found = status in {"optimal", "feasible"}
    bound = solver.best_objective_bound / model.scale if found or status == "unknown" else -np.inf
    send((bound, decoded(problem, variables, solver.boolean_value) if found else None, status))


def _end_with_the_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
