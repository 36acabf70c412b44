"""The penalty form of an assignment problem as arrays, with weights of the penalties that a user would tune.

`scheduler.PenaltyQUBO` makes penalties so high that every minimum keeps the rules; annealers do better with walls that
are lower, at the risk of samples that break a rule. Needs whole-numbered demands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scheduler import QuboProblem
from scheduler.arrays import row_of
from scheduler.evaluation import distances
from scheduler.highs import weighted_pairs
from scheduler.spaces import finite_unassigned_cost

if TYPE_CHECKING:
    from scheduler import AssignmentProblem
    from scheduler.arrays import FloatArray, Int32Array, Int64Array

PENALTIES = {False: (100.0, 0.1), True: (150.0, 0.1)}
"""Weight of (choices - 1)^2 and of (load + idle - capacity)^2, without and with pairs: the best of seven tried."""
Terms = tuple["Int64Array", "FloatArray"]


@dataclass(frozen=True, slots=True)
class Penalties:
    """Variables: one an eligible pair, one a task for leaving it out, then the bits of idle capacity.

    Parameters
    ----------
    problem
        What is compiled.
    choice, capacity
        Weights of the penalties.
    idle
        Variables and values of every sum (load + idle - capacity), with its capacity.
    variables
        How many there are.
    """

    problem: AssignmentProblem
    choice: float
    capacity: float
    idle: list[tuple[Terms, float]]
    variables: int

    @classmethod
    def of(cls, problem: AssignmentProblem, choice: float, capacity: float) -> Penalties:
        """Lay out the variables of a problem."""
        size = len(problem.agent) + problem.tasks
        order = np.argsort(problem.agent, kind="stable")
        first = np.searchsorted(problem.agent[order], np.arange(problem.agents + 1))
        sums = []
        for agent in range(problem.agents):
            entries = order[first[agent] : first[agent + 1]]
            for resource in range(problem.resources):
                demand, room = problem.demand[entries, resource], np.floor(problem.capacity[agent, resource])
                if demand.sum() <= room:
                    continue
                bits = _bits(int(room))
                names = np.concatenate([entries[demand > 0], size + np.arange(len(bits))])
                sums.append(((names, np.concatenate([demand[demand > 0], bits])), float(room)))
                size += len(bits)
        return cls(problem, choice, capacity, sums, size)

    def couplers(self) -> int:
        """Couplings, those of one pair of variables counted as often as they occur."""
        labels = np.diff(self.problem.task_ptr) + 1
        first, second, _ = weighted_pairs(self.problem)
        held = sum(len(names) * (len(names) - 1) // 2 for (names, _), _ in self.idle)
        return int((labels * (labels - 1) // 2).sum() + (labels[first] * labels[second]).sum() + held)

    def compile(self) -> QuboProblem:
        """The QUBO."""
        problem, entries = self.problem, len(self.problem.agent)
        linear = np.zeros(self.variables)
        linear[:entries] = problem.cost
        linear[entries : entries + problem.tasks] = finite_unassigned_cost(problem)
        rows: list[Int64Array] = []
        columns: list[Int64Array] = []
        weights: list[FloatArray] = []
        offset = 0.0
        choices = [((self.group(task), np.ones(len(self.group(task)))), 1.0) for task in range(problem.tasks)]
        for sums, factor in ((choices, self.choice), (self.idle, self.capacity)):
            for (names, values), total in sums:
                one, other = np.triu_indices(len(names), 1)
                linear[names] += factor * values * (values - 2.0 * total)
                rows.append(names[one])
                columns.append(names[other])
                weights.append(2.0 * factor * values[one] * values[other])
                offset += factor * total * total
        for i, j, weight in zip(*weighted_pairs(problem), strict=True):
            left, right = self.group(int(i)), self.group(int(j))
            one, other = np.repeat(left, len(right)), np.tile(right, len(left))
            rows.append(one)
            columns.append(other)
            weights.append(weight * distances(problem, self._agents(one), self._agents(other)))
        return QuboProblem.from_terms(
            linear, np.concatenate(rows), np.concatenate(columns), np.concatenate(weights), offset
        )

    def group(self, task: int) -> Int64Array:
        """Variables of a task: its eligible pairs, then leaving it out."""
        first, last = self.problem.task_ptr[task : task + 2]
        return np.append(np.arange(first, last), len(self.problem.agent) + task)

    def _agents(self, names: Int64Array) -> Int32Array:
        placed = names < len(self.problem.agent)
        found = np.full(len(names), -1, dtype=np.int32)
        found[placed] = self.problem.agent[names[placed]]
        return found

    def decode(self, state: np.ndarray) -> tuple[Int32Array, int]:
        """Agent of each task, -1 where it has not exactly one choice, and the number of those tasks."""
        problem, entries = self.problem, len(self.problem.agent)
        owner = np.concatenate([row_of(problem.task_ptr), np.arange(problem.tasks)])
        taken = np.flatnonzero(state[: entries + problem.tasks])
        clear = np.bincount(owner[taken], minlength=problem.tasks) == 1
        taken = taken[(taken < entries) & clear[owner[taken]]]
        assignment = np.full(problem.tasks, -1, dtype=np.int32)
        assignment[owner[taken]] = problem.agent[taken]
        return assignment, int((~clear).sum())


def _bits(room: int) -> FloatArray:
    """Values of bits whose sums are 0 to room: 1, 2, 4, ..., rest."""
    powers = [1 << bit for bit in range(room.bit_length() - 1)]
    rest = room - sum(powers)
    return np.array([*powers, rest] if rest else powers, dtype=np.float64)
