"""The assignment problem as an integer model for CP-SAT (OR-Tools): a relaxation up to rounding, with its hint.

CP-SAT takes whole numbers. Costs and weights x distances are multiplied by a power of two and rounded down, demands are
rounded down and capacities up, so that every valid plan fits the model and costs no more there than in truth: what
CP-SAT proves, divided by the scale, is a bound for the problem itself. What it finds is checked and repaired by the
caller. A pair is linearised over the clusters of its two tasks (one flow a pair of clusters, sums on both sides as in
`scheduler.highs`), with one variable more for every agent that both could share. The hint names all of these: a hint
for the choices alone is lost on CP-SAT.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import FloatArray, Int32Array, row_of
from scheduler.evaluation import CAPACITY_TOLERANCE, positions
from scheduler.highs import weighted_pairs
from scheduler.spaces import finite_unassigned_cost

if TYPE_CHECKING:
    from scheduler.problem import AssignmentProblem

TOTAL = 2.0**44
"""Most that the scaled costs of a plan, or the scaled demands on an agent, may sum up to."""
FREE = 2**60
"""Stands for no limit of a row."""


@dataclass(slots=True)
class IntegerModel:
    """0/1 variables by number, their costs and their rows.

    Parameters
    ----------
    scale
        What costs were multiplied by.
    hint, cost
        Of each variable; first come the eligible pairs, then leaving out every task.
    rows
        Variables, factors, least and most of each linear constraint.
    """

    scale: float
    hint: list[bool] = field(default_factory=list)
    cost: list[int] = field(default_factory=list)
    rows: list[tuple[list[int], list[int], int, int]] = field(default_factory=list)

    def variable(self, hint: bool, cost: float = 0.0) -> int:
        """A new variable; its cost is scaled and rounded down."""
        self.hint.append(hint)
        self.cost.append(int(np.floor(cost * self.scale)))
        return len(self.hint) - 1

    def row(self, plus: list[int], minus: list[int], least: int, most: int) -> None:
        """Least <= sum of `plus` - sum of `minus` <= most."""
        self.rows.append(([*plus, *minus], [1] * len(plus) + [-1] * len(minus), least, most))


def integer_model(problem: AssignmentProblem, hint: Int32Array) -> IntegerModel:
    """The whole model, every variable hinted as the valid assignment `hint` has it."""
    missed = finite_unassigned_cost(problem)
    model = IntegerModel(cost_scale(problem, missed))
    entries, chosen = len(problem.agent), positions(problem, hint)
    taken = np.zeros(entries, dtype=np.bool_)
    taken[chosen[chosen >= 0]] = True
    costs, values = np.concatenate([problem.cost, missed]), np.concatenate([taken, chosen < 0])
    for cost, value in zip(costs.tolist(), values.tolist(), strict=True):
        model.variable(value, cost)
    for task in range(problem.tasks):
        own = range(int(problem.task_ptr[task]), int(problem.task_ptr[task + 1]))
        model.row([*own, entries + task], [], 1, 1)
    _add_capacities(problem, model)
    _add_pairs(problem, model, hint)
    for i, j in zip(row_of(problem.conflict_ptr).tolist(), problem.conflict_task.tolist(), strict=True):
        if i < j:
            for one, other in _shared(problem, i, j).values():
                model.row([one, other], [], 0, 1)
    return model


def cost_scale(problem: AssignmentProblem, missed: FloatArray) -> float:
    """1 where all costs are whole numbers, else a power of two by which no plan's cost grows beyond `TOTAL`."""
    largest = np.abs(missed)
    filled = np.flatnonzero(np.diff(problem.task_ptr))
    if len(filled):
        row = np.maximum.reduceat(np.abs(problem.cost), problem.task_ptr[filled])
        largest[filled] = np.maximum(largest[filled], row)
    fixed = np.array([problem.same_agent_distance, problem.unassigned_distance])
    farthest = max(float(problem.cluster_distance.max(initial=0.0)), float(fixed.max()))
    most = float(largest.sum()) + 3.0 * farthest * float(problem.pair_weight.sum())
    numbers = (problem.cost, missed, problem.pair_weight, problem.cluster_distance, fixed)
    whole = most <= TOTAL and all(np.array_equal(values, np.floor(values)) for values in numbers)
    return 1.0 if whole or most <= 0.0 else float(2.0 ** np.floor(np.log2(TOTAL / most)))


def _add_capacities(problem: AssignmentProblem, model: IntegerModel) -> None:
    order = np.argsort(problem.agent, kind="stable")
    begin = np.searchsorted(problem.agent[order], np.arange(problem.agents + 1))
    for r in range(problem.resources):
        amounts, room = problem.demand[:, r], problem.capacity[:, r] * (1.0 + CAPACITY_TOLERANCE)
        needed = np.bincount(problem.agent, amounts, problem.agents)
        for agent in np.flatnonzero(needed > room).tolist():
            entries = order[begin[agent] : begin[agent + 1]]
            whole = needed[agent] <= TOTAL and np.array_equal(amounts[entries], np.floor(amounts[entries]))
            scale = 1.0 if whole else float(2.0 ** np.floor(np.log2(TOTAL / needed[agent])))
            limit = np.floor(room[agent]) if whole else np.ceil(room[agent] * scale)
            factors = np.floor(amounts[entries] * scale).astype(np.int64)
            model.rows.append((entries.tolist(), factors.tolist(), 0, int(limit)))


def _shared(problem: AssignmentProblem, i: int, j: int) -> dict[int, tuple[int, int]]:
    """Both tasks' variables for every agent that both may have."""
    agents, one, other = np.intersect1d(problem.eligible(i), problem.eligible(j), return_indices=True)
    first, second = (problem.task_ptr[i] + one).tolist(), (problem.task_ptr[j] + other).tolist()
    return dict(zip(agents.tolist(), zip(first, second, strict=True), strict=True))


def _add_pairs(problem: AssignmentProblem, model: IntegerModel, hint: Int32Array) -> None:
    places: dict[int, dict[int, int]] = {}
    apart = np.full((problem.clusters + 1, problem.clusters + 1), problem.unassigned_distance)
    apart[:-1, :-1] = problem.cluster_distance
    for i, j, weight in zip(*(column.tolist() for column in weighted_pairs(problem)), strict=True):
        for task in (i, j):
            if task not in places:
                places[task] = _places(problem, model, task)
        left, right = places[i], places[j]
        flows = {
            (c, d): model.variable(model.hint[y] and model.hint[z], weight * float(apart[c, d]))
            for c, y in left.items()
            for d, z in right.items()
        }
        for c, y in left.items():
            model.row([flows[c, d] for d in right], [y], 0, 0)
        for d, z in right.items():
            model.row([flows[c, d] for c in left], [z], 0, 0)
        for agent, (x, y) in _shared(problem, i, j).items():
            cluster = int(problem.agent_cluster[agent])
            extra = weight * (problem.same_agent_distance - float(apart[cluster, cluster]))
            if extra:
                both = model.variable(bool(hint[i] == agent == hint[j]), extra)
                if extra < 0.0:
                    model.row([x], [both], 0, 1)
                    model.row([y], [both], 0, 1)
                else:
                    model.row([x, y], [both], -FREE, 1)


def _places(problem: AssignmentProblem, model: IntegerModel, task: int) -> dict[int, int]:
    """Variable of every cluster that the task may be in, and of being left out (the cluster after the last)."""
    members: dict[int, list[int]] = {}
    for entry in range(int(problem.task_ptr[task]), int(problem.task_ptr[task + 1])):
        members.setdefault(int(problem.agent_cluster[problem.agent[entry]]), []).append(entry)
    places = {problem.clusters: len(problem.agent) + task}
    for cluster, choices in members.items():
        if len(choices) == 1:
            places[cluster] = choices[0]
            continue
        places[cluster] = model.variable(any(model.hint[choice] for choice in choices))
        model.row(choices, [places[cluster]], 0, 0)
    return places


def model_size(problem: AssignmentProblem) -> int:
    """About how many variables the model has: choices, left-outs and flows over clusters."""
    rows = row_of(problem.task_ptr)
    clusters = np.unique(rows * np.int64(problem.clusters) + problem.agent_cluster[problem.agent])
    width = np.bincount(clusters // max(problem.clusters, 1), minlength=problem.tasks) + 1
    first, second, _ = weighted_pairs(problem)
    return int(len(problem.agent) + problem.tasks + (width[first] * width[second]).sum())
