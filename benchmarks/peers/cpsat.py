"""CP-SAT of OR-tools (https://developers.google.com/optimization), cold or with a complete hint.

The model is that of HiGHS: one Boolean a choice, pairs linearised by one variable a pair of labels. The hint is priced
insertion's plan, with the value of every variable, those of the linearisation too: a part of a hint is soon lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.bounds.lagrangian import lagrangian_bound
from scheduler.highs import linearised_size, weighted_pairs
from scheduler.insertion import insert
from scheduler.spaces import finite_unassigned_cost

if TYPE_CHECKING:
    from peers.report import Report
    from scheduler import AssignmentProblem
    from scheduler.arrays import FloatArray, Int32Array


@dataclass(slots=True)
class Choices:
    """Labels of every task (its eligible agents, then -1) and the Boolean of each."""

    labels: list[Int32Array]
    variables: list[list[Any]]


def cold(problem: AssignmentProblem, seconds: float, seed: int, threads: int, report: Report) -> None:
    """CP-SAT by itself."""
    _run(problem, seconds, seed, threads, report, None)


def hinted(problem: AssignmentProblem, seconds: float, seed: int, threads: int, report: Report) -> None:
    """CP-SAT from the plan of priced insertion, whose prices take well under a second before the clock counts."""
    prices = lagrangian_bound(problem, iterations=200).prices
    start = insert(problem, prices, np.full(problem.tasks, -1, dtype=np.int32))
    _run(problem, seconds, seed, threads, report, start)


def _run(
    problem: AssignmentProblem, seconds: float, seed: int, threads: int, report: Report, start: Int32Array | None
) -> None:
    from ortools.sat.python import cp_model

    lengths = np.array([problem.same_agent_distance, problem.unassigned_distance])
    costs = (problem.cost, finite_unassigned_cost(problem), problem.pair_weight, problem.cluster_distance, lengths)
    numbers = (problem.demand, *costs)
    if not all(np.array_equal(np.rint(values), values) for values in numbers):
        report.end(None, None, "CP-SAT takes whole numbers, and costs, weights, distances or demands are none")
        return
    model = cp_model.CpModel()
    choices, objective = _add_choices(problem, model, start)
    _add_capacity(problem, model, choices)
    _add_pairs(problem, model, choices, objective, start)
    model.minimize(sum_of(objective))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = threads
    solver.parameters.random_seed = seed
    report.built(linearised_size(problem))

    class Improved(cp_model.CpSolverSolutionCallback):
        """Reports each plan as it comes."""

        def on_solution_callback(self) -> None:
            """Told by CP-SAT."""
            report.plan(self.objective_value, self.best_objective_bound)

    status = solver.solve(model, Improved())
    found = None
    if solver.status_name(status) in ("OPTIMAL", "FEASIBLE"):
        found = np.full(problem.tasks, -1, dtype=np.int32)
        for task, (labels, variables) in enumerate(zip(choices.labels, choices.variables, strict=True)):
            found[task] = labels[[solver.boolean_value(variable) for variable in variables].index(True)]
    report.end(found, solver.best_objective_bound, solver.status_name(status).lower())


def sum_of(terms: list[tuple[Any, int]]) -> Any:
    """The weighted sum of variables as an expression."""
    from ortools.sat.python import cp_model

    return cp_model.LinearExpr.weighted_sum([variable for variable, _ in terms], [factor for _, factor in terms])


def _add_choices(
    problem: AssignmentProblem, model: Any, start: Int32Array | None
) -> tuple[Choices, list[tuple[Any, int]]]:
    missed = finite_unassigned_cost(problem)
    choices, objective = Choices([], []), []
    for task in range(problem.tasks):
        labels = np.append(problem.eligible(task), -1).astype(np.int32)
        costs = np.append(problem.cost[problem.task_ptr[task] : problem.task_ptr[task + 1]], missed[task])
        variables = [model.new_bool_var("") for _ in labels]
        model.add_exactly_one(variables)
        if np.isinf(problem.unassigned_cost[task]):
            model.add(variables[-1] == 0)
        objective += [(variable, int(cost)) for variable, cost in zip(variables, costs, strict=True)]
        if start is not None:
            for variable, label in zip(variables, labels, strict=True):
                model.add_hint(variable, bool(label == start[task]))
        choices.labels.append(labels)
        choices.variables.append(variables)
    return choices, objective


def _add_capacity(problem: AssignmentProblem, model: Any, choices: Choices) -> None:
    held: list[list[tuple[Any, FloatArray]]] = [[] for _ in range(problem.agents)]
    for task in range(problem.tasks):
        first = int(problem.task_ptr[task])
        for place, agent in enumerate(problem.eligible(task).tolist()):
            held[agent].append((choices.variables[task][place], problem.demand[first + place]))
    for agent, terms in enumerate(held):
        for resource in range(problem.resources):
            loads = [(variable, int(demand[resource])) for variable, demand in terms if demand[resource]]
            if loads:
                model.add(sum_of(loads) <= int(np.floor(problem.capacity[agent, resource] * (1 + 1e-12))))


def _add_pairs(
    problem: AssignmentProblem,
    model: Any,
    choices: Choices,
    objective: list[tuple[Any, int]],
    start: Int32Array | None,
) -> None:
    from ortools.sat.python import cp_model

    from scheduler.evaluation import distances

    for i, j, weight in zip(*weighted_pairs(problem), strict=True):
        left, right = choices.labels[i], choices.labels[j]
        apart = distances(problem, np.repeat(left, len(right)), np.tile(right, len(left)))
        apart = apart.reshape(len(left), len(right))
        flow = [[model.new_bool_var("") for _ in right] for _ in left]
        for a, row in enumerate(flow):
            model.add(cp_model.LinearExpr.sum(row) == choices.variables[i][a])
            objective += [(variable, int(weight * d)) for variable, d in zip(row, apart[a], strict=True) if d]
        for b in range(len(right)):
            model.add(cp_model.LinearExpr.sum([row[b] for row in flow]) == choices.variables[j][b])
        if start is not None:
            chosen = int(np.flatnonzero(left == start[i])[0]), int(np.flatnonzero(right == start[j])[0])
            for a, row in enumerate(flow):
                for b, variable in enumerate(row):
                    model.add_hint(variable, (a, b) == chosen)
