"""An assignment problem as a penalty QUBO: for annealers and circuits that take nothing else.

Binary variables, named by what they mean:

* ``("x", t, a)``: task t is on agent a; ``("x", t, -1)``: it is left out. One-hot group ``("x", t, .)`` a
  task. * ``("s", a, r, b)``: bit b of the idle capacity of agent a in resource r, in units of the resource's
  grid.

Energy = objective
       + choice penalty x sum over tasks of (1 - sum of the group)^2
       + capacity penalty x sum over agents and resources of (load + idle - capacity)^2, in grid units
       + conflict penalty x sum over conflicting tasks and shared agents of x x'.

The grid of a resource is the greatest common divisor of its demands where those are whole multiples of one;
otherwise demands are rounded up and capacities down to 1/`GRID` of the largest demand, which forbids nothing
infeasible but may forbid something feasible (`PenaltyQUBO.rounded` says so). Every penalty exceeds what
breaking its rule by one unit can save, so minima are feasible; the price is a landscape of steep walls, which
is why the annealer of this package keeps the rules by its moves instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.arrays import FloatArray, Int32Array, Int64Array, row_of
from scheduler.errors import ProblemTooLargeError
from scheduler.evaluation import distances
from scheduler.spaces import finite_unassigned_cost

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scheduler.problem import AssignmentProblem

GRID = 256
"""Steps of the largest demand where demands have no common grid."""
VARIABLE_LIMIT = 50_000
"""Most binary variables that are compiled; couplings grow with the square of an agent's eligible tasks."""


@dataclass(frozen=True, slots=True, eq=False)
class PenaltyQUBO:
    """A compiled problem.

    Parameters
    ----------
    problem
        What was compiled.
    bqm
        `dimod.BinaryQuadraticModel` over the variables named above.
    groups
        One-hot group of each task: its variable names.
    penalties
        "choice", "capacity" and "conflict" penalty.
    rounded
        Whether demands or capacities were rounded to a grid.
    """

    problem: AssignmentProblem
    bqm: Any
    groups: tuple[tuple[tuple[str, int, int], ...], ...]
    penalties: dict[str, float]
    rounded: bool

    @classmethod
    def compile(cls, problem: AssignmentProblem) -> PenaltyQUBO:
        """Compile a problem.

        Raises
        ------
        ProblemTooLargeError
            If it needs more than `VARIABLE_LIMIT` variables.
        """
        import dimod

        need, room, rounded = _on_grid(problem)
        bits = _slack_bits(need, room, problem)
        size = len(problem.agent) + problem.tasks + sum(len(values) for values in bits.values())
        if size > VARIABLE_LIMIT:
            raise ProblemTooLargeError("the penalty QUBO", "binary variables", size, VARIABLE_LIMIT)
        bqm = dimod.BinaryQuadraticModel("BINARY")
        wall = penalty_size(problem)
        groups = _add_choices(problem, bqm, wall)
        _add_pairs(problem, bqm)
        _add_capacity(problem, bqm, need, room, bits, wall)
        _add_conflicts(problem, bqm, wall)
        return cls(problem, bqm, groups, {"choice": wall, "capacity": wall, "conflict": wall}, rounded)

    def encode(self, assignment: Int32Array) -> dict[Any, int]:
        """The sample of an assignment, with the idle bits that fit it best."""
        sample = dict.fromkeys(self.bqm.variables, 0)
        for task, agent in enumerate(assignment.tolist()):
            sample["x", task, agent] = 1
        need, room, _ = _on_grid(self.problem)
        load = np.zeros_like(room)
        rows = row_of(self.problem.task_ptr)
        taken = assignment[rows] == self.problem.agent
        np.add.at(load, self.problem.agent[taken], need[taken])
        for (agent, resource), values in _slack_bits(need, room, self.problem).items():
            idle = int(room[agent, resource] - load[agent, resource])
            for bit in range(len(values) - 1, -1, -1):
                if values[bit] <= idle:
                    sample["s", agent, resource, bit] = 1
                    idle -= int(values[bit])
        return sample

    def decode(self, sample: Mapping[Any, int]) -> tuple[Int32Array, bool]:
        """Assignment of a sample, and whether every group was one-hot.

        A task with no or several variables set becomes -1; capacity and conflicts are as the sample has them,
        see `violations`.
        """
        assignment = np.full(self.problem.tasks, -1, dtype=np.int32)
        clean = True
        for task, group in enumerate(self.groups):
            chosen = [name for name in group if sample[name]]
            clean &= len(chosen) == 1
            if len(chosen) == 1:
                assignment[task] = chosen[0][2]
        return assignment, clean


def penalty_size(problem: AssignmentProblem) -> float:
    """More than any change of the objective by one task's choice: range of its costs and of all its pairs."""
    missed = finite_unassigned_cost(problem)
    values = np.concatenate([problem.cost, missed])
    low, high = float(min(values.min(initial=0.0), 0.0)), float(max(values.max(initial=0.0), 0.0))
    farthest = max(problem.cluster_distance.max(initial=0.0), problem.unassigned_distance, problem.same_agent_distance)
    weight = np.bincount(row_of(problem.pair_ptr), weights=problem.pair_weight, minlength=1).max(initial=0.0)
    return 2.0 * (high - low + float(farthest * weight)) or 1.0


def _on_grid(problem: AssignmentProblem) -> tuple[FloatArray, FloatArray, bool]:
    """Demands and capacities in whole grid units, and whether any was rounded."""
    need, room, rounded = np.zeros(problem.demand.shape), np.zeros(problem.capacity.shape), False
    for r in range(problem.resources):
        amounts = problem.demand[:, r]
        largest = float(amounts.max(initial=0.0))
        if largest == 0.0:
            continue
        whole = np.rint(amounts)
        if np.array_equal(whole, amounts) and largest < 2**40:
            unit = float(np.gcd.reduce(whole.astype(np.int64)))
        else:
            unit, rounded = largest / GRID, True
        need[:, r] = np.ceil(amounts / unit - 1e-9)
        room[:, r] = np.floor(problem.capacity[:, r] / unit * (1.0 + 1e-12))
    return need, room, rounded


def _slack_bits(need: FloatArray, room: FloatArray, problem: AssignmentProblem) -> dict[tuple[int, int], Int64Array]:
    """Values of the idle bits of every agent and resource that can be overfilled: 1, 2, 4, ..., rest."""
    bits: dict[tuple[int, int], Int64Array] = {}
    most = np.zeros(room.shape)
    np.add.at(most, problem.agent, need)
    for agent, resource in np.argwhere(most > room):
        top = int(room[agent, resource])
        powers = [1 << b for b in range(top.bit_length() - 1)] if top else []
        rest = top - sum(powers)
        bits[int(agent), int(resource)] = np.array(powers + ([rest] if rest else []), dtype=np.int64)
    return bits


def _add_choices(problem: AssignmentProblem, bqm: Any, wall: float) -> tuple[tuple[tuple[str, int, int], ...], ...]:
    missed = finite_unassigned_cost(problem)
    groups = []
    for task in range(problem.tasks):
        costs = problem.cost[problem.task_ptr[task] : problem.task_ptr[task + 1]].tolist()
        names = [("x", task, agent) for agent in problem.eligible(task).tolist()] + [("x", task, -1)]
        for name, cost in zip(names, [*costs, float(missed[task])], strict=True):
            bqm.add_linear(name, cost)
        _add_square(bqm, [(name, 1.0) for name in names], -1.0, wall)
        groups.append(tuple(names))
    return tuple(groups)


def _add_square(bqm: Any, terms: list[tuple[Any, float]], constant: float, factor: float) -> None:
    """Add factor x (sum of value x variable + constant)^2."""
    bqm.add_linear_from((name, factor * value * (value + 2.0 * constant)) for name, value in terms)
    bqm.add_quadratic_from(
        (first, second, 2.0 * factor * value * other)
        for place, (first, value) in enumerate(terms)
        for second, other in terms[place + 1 :]
    )
    bqm.offset += factor * constant * constant


def _add_pairs(problem: AssignmentProblem, bqm: Any) -> None:
    owner = row_of(problem.pair_ptr)
    for i, j, weight in zip(owner.tolist(), problem.pair_task.tolist(), problem.pair_weight.tolist(), strict=True):
        if i >= j or weight == 0.0:
            continue
        first, second = np.append(problem.eligible(i), -1), np.append(problem.eligible(j), -1)
        left, right = np.repeat(first, len(second)), np.tile(second, len(first))
        apart = weight * distances(problem, left, right)
        bqm.add_quadratic_from(
            (("x", i, a), ("x", j, b), d)
            for a, b, d in zip(left.tolist(), right.tolist(), apart.tolist(), strict=True)
            if d
        )


def _add_capacity(
    problem: AssignmentProblem,
    bqm: Any,
    need: FloatArray,
    room: FloatArray,
    bits: dict[tuple[int, int], Int64Array],
    wall: float,
) -> None:
    rows = row_of(problem.task_ptr)
    order = np.argsort(problem.agent, kind="stable")
    first = np.searchsorted(problem.agent[order], np.arange(problem.agents + 1))
    for (agent, resource), values in bits.items():
        entries = order[first[agent] : first[agent + 1]]
        entries = entries[need[entries, resource] > 0]
        terms: list[tuple[Any, float]] = [(("x", int(rows[k]), agent), float(need[k, resource])) for k in entries]
        terms += [(("s", agent, resource, bit), float(value)) for bit, value in enumerate(values)]
        _add_square(bqm, terms, -float(room[agent, resource]), wall)


def _add_conflicts(problem: AssignmentProblem, bqm: Any, wall: float) -> None:
    owner = row_of(problem.conflict_ptr)
    for i, j in zip(owner.tolist(), problem.conflict_task.tolist(), strict=True):
        if i < j:
            for agent in np.intersect1d(problem.eligible(i), problem.eligible(j)).tolist():
                bqm.add_quadratic(("x", i, agent), ("x", j, agent), wall)
