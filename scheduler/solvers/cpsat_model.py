"""The assignment problem as an integer model for CP-SAT (OR-Tools), a relaxation up to rounding, with its hint.

CP-SAT takes whole numbers. Costs and weights x distances are multiplied by a power of two and rounded down, demands are
rounded down and capacities up, so that every valid plan fits the model and costs no more there than in truth: what
CP-SAT proves, divided by the scale, is a bound for the problem itself. What it finds is checked and repaired by the
caller. A pair is linearised over the clusters of its two tasks (one flow a pair of clusters, sums on both sides as in
`scheduler.highs`), with one variable more for every agent that both could share.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.arrays import FloatArray, Int32Array, row_of
from scheduler.evaluation import CAPACITY_TOLERANCE, positions
from scheduler.highs import weighted_pairs
from scheduler.spaces import finite_unassigned_cost

if TYPE_CHECKING:
    from scheduler.problem import AssignmentProblem

TOTAL = 2.0**44
"""Most that the scaled costs of a plan, or the scaled demands on an agent, may sum up to."""


@dataclass(slots=True)
class IntegerModel:
    """A model under construction: literals of the choices, objective terms, and what the hint gives each literal.

    Parameters
    ----------
    cp
        `ortools.sat.python.cp_model.CpModel`.
    scale
        What costs were multiplied by.
    choice
        Literal of every eligible pair, then of leaving out every task.
    """

    cp: Any
    scale: float
    choice: list[Any] = field(default_factory=list)
    terms: list[Any] = field(default_factory=list)
    factors: list[int] = field(default_factory=list)
    hinted: dict[int, bool] = field(default_factory=dict)

    def literal(self, value: bool) -> Any:
        """A new 0/1 variable, hinted to be `value`."""
        variable = self.cp.new_bool_var("")
        self.cp.add_hint(variable, value)
        self.hinted[variable.index] = value
        return variable

    def charge(self, variable: Any, cost: float) -> None:
        """Add cost x variable to the objective, rounded down."""
        whole = int(np.floor(cost * self.scale))
        if whole:
            self.terms.append(variable)
            self.factors.append(whole)


def build(problem: AssignmentProblem, hint: Int32Array, cp: Any) -> IntegerModel:
    """The whole model in the empty CpModel `cp`, every variable hinted as the valid assignment `hint` has it."""
    from ortools.sat.python.cp_model import LinearExpr

    missed = finite_unassigned_cost(problem)
    model = IntegerModel(cp, cost_scale(problem, missed))
    chosen = positions(problem, hint)
    taken = np.zeros(len(problem.agent), dtype=np.bool_)
    taken[chosen[chosen >= 0]] = True
    values = np.concatenate([taken, chosen < 0])
    for cost, value in zip(np.concatenate([problem.cost, missed]).tolist(), values.tolist(), strict=True):
        model.choice.append(model.literal(value))
        model.charge(model.choice[-1], cost)
    out = model.choice[len(problem.agent) :]
    for task in range(problem.tasks):
        cp.add_exactly_one([*model.choice[problem.task_ptr[task] : problem.task_ptr[task + 1]], out[task]])
    _add_capacities(problem, model)
    _add_pairs(problem, model, hint)
    for i, j in zip(row_of(problem.conflict_ptr).tolist(), problem.conflict_task.tolist(), strict=True):
        if i < j:
            for one, other in _shared(problem, model, i, j).values():
                cp.add_at_most_one([one, other])
    cp.minimize(LinearExpr.weighted_sum(model.terms, model.factors))
    return model


def cost_scale(problem: AssignmentProblem, missed: FloatArray) -> float:
    """1 where all costs are whole numbers, else a power of two by which no plan's cost grows beyond `TOTAL`."""
    largest = np.abs(missed)
    filled = np.flatnonzero(np.diff(problem.task_ptr))
    if len(filled):
        row = np.maximum.reduceat(np.abs(problem.cost), problem.task_ptr[filled])
        largest[filled] = np.maximum(largest[filled], row)
    farthest = max(problem.cluster_distance.max(initial=0.0), problem.unassigned_distance, problem.same_agent_distance)
    most = float(largest.sum()) + 3.0 * float(farthest) * float(problem.pair_weight.sum())
    fixed = [problem.same_agent_distance, problem.unassigned_distance]
    numbers = (problem.cost, missed, problem.pair_weight, problem.cluster_distance, np.array(fixed))
    whole = most <= TOTAL and all(np.array_equal(values, np.floor(values)) for values in numbers)
    return 1.0 if whole or most <= 0.0 else float(2.0 ** np.floor(np.log2(TOTAL / most)))


def _add_capacities(problem: AssignmentProblem, model: IntegerModel) -> None:
    from ortools.sat.python.cp_model import LinearExpr

    order = np.argsort(problem.agent, kind="stable")
    begin = np.searchsorted(problem.agent[order], np.arange(problem.agents + 1))
    for r in range(problem.resources):
        amounts, room = problem.demand[:, r], problem.capacity[:, r] * (1.0 + CAPACITY_TOLERANCE)
        needed = np.bincount(problem.agent, amounts, problem.agents)
        for agent in np.flatnonzero(needed > room).tolist():
            entries = order[begin[agent] : begin[agent + 1]]
            scale = 1.0
            if not (amounts[entries] == np.floor(amounts[entries])).all() or needed[agent] > TOTAL:
                scale = float(2.0 ** np.floor(np.log2(TOTAL / needed[agent])))
            whole = np.floor(amounts[entries] * scale).astype(np.int64).tolist()
            limit = room[agent] * scale
            most = int(np.floor(limit)) if scale == 1.0 else int(np.ceil(limit))
            model.cp.add(LinearExpr.weighted_sum([model.choice[k] for k in entries.tolist()], whole) <= most)


def _shared(problem: AssignmentProblem, model: IntegerModel, i: int, j: int) -> dict[int, tuple[Any, Any]]:
    """Literals of both tasks for every agent that both may have."""
    agents, one, other = np.intersect1d(problem.eligible(i), problem.eligible(j), return_indices=True)
    first, second = (problem.task_ptr[i] + one).tolist(), (problem.task_ptr[j] + other).tolist()
    pairs = ((model.choice[a], model.choice[b]) for a, b in zip(first, second, strict=True))
    return dict(zip(agents.tolist(), pairs, strict=True))


def _add_pairs(problem: AssignmentProblem, model: IntegerModel, hint: Int32Array) -> None:
    places: dict[int, dict[int, Any]] = {}
    apart = np.full((problem.clusters + 1, problem.clusters + 1), problem.unassigned_distance)
    apart[:-1, :-1] = problem.cluster_distance
    for i, j, weight in zip(*(column.tolist() for column in weighted_pairs(problem)), strict=True):
        for task in (i, j):
            if task not in places:
                places[task] = _places(problem, model, task)
        left, right = places[i], places[j]
        flows = {
            (c, d): model.literal(model.hinted[y.index] and model.hinted[z.index])
            for c, y in left.items()
            for d, z in right.items()
        }
        for (c, d), flow in flows.items():
            model.charge(flow, weight * float(apart[c, d]))
        for c, y in left.items():
            model.cp.add(sum(flows[c, d] for d in right) == y)
        for d, z in right.items():
            model.cp.add(sum(flows[c, d] for c in left) == z)
        for agent, (x, y) in _shared(problem, model, i, j).items():
            cluster = int(problem.agent_cluster[agent])
            extra = weight * (problem.same_agent_distance - float(apart[cluster, cluster]))
            if extra:
                both = model.literal(bool(hint[i] == agent == hint[j]))
                model.charge(both, extra)
                if extra < 0.0:
                    model.cp.add_implication(both, x)
                    model.cp.add_implication(both, y)
                else:
                    model.cp.add_bool_or([x.negated(), y.negated(), both])


def _places(problem: AssignmentProblem, model: IntegerModel, task: int) -> dict[int, Any]:
    """Literal of every cluster that the task may be in, and of being left out (the cluster after the last)."""
    entries = range(int(problem.task_ptr[task]), int(problem.task_ptr[task + 1]))
    members: dict[int, list[Any]] = {}
    for entry in entries:
        members.setdefault(int(problem.agent_cluster[problem.agent[entry]]), []).append(model.choice[entry])
    places = {problem.clusters: model.choice[len(problem.agent) + task]}
    for cluster, choices in members.items():
        if len(choices) == 1:
            places[cluster] = choices[0]
            continue
        places[cluster] = model.literal(any(model.hinted[choice.index] for choice in choices))
        model.cp.add(sum(choices) == places[cluster])
    return places


def model_size(problem: AssignmentProblem) -> int:
    """About how many variables the model has: choices, left-outs and flows over clusters."""
    rows = row_of(problem.task_ptr)
    clusters = np.unique(rows * np.int64(problem.clusters) + problem.agent_cluster[problem.agent])
    width = np.bincount(clusters // max(problem.clusters, 1), minlength=problem.tasks) + 1
    first, second, _ = weighted_pairs(problem)
    return int(len(problem.agent) + problem.tasks + (width[first] * width[second]).sum())
