"""One-hot encoding: a state of the simulator is one label for every task, an agent or being left out.

On hardware every label is a qubit and every task a group of qubits of which exactly one is 1. Mixers that keep this
never leave the product of the groups, so the simulator keeps one amplitude for each assignment: 40 qubits of ten tasks
with four labels each are 4^10 amplitudes, not 2^40.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import BoolArray, FloatArray, Int32Array, Int64Array, row_of
from scheduler.errors import ProblemTooLargeError
from scheduler.evaluation import CAPACITY_TOLERANCE, distances

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from scheduler.problem import AssignmentProblem
    from scheduler.quantum.kernels import Tables

STATE_LIMIT = 1 << 22
"""Most amplitudes that are simulated; a state of that many takes 64 MiB, its diagonal 36 MiB."""
MARGIN = 1.25
"""How far above the least sufficient height the walls are."""
PREFIXES = 1 << 16
"""Prefixes of the diagonal filled between two looks at the watch."""


@dataclass(frozen=True, slots=True, eq=False)
class OneHotEncoding:
    """The states of a problem, numbered; the label of the last task changes fastest.

    Parameters
    ----------
    problem
        What is encoded.
    label_ptr
        int64 (T + 1,): first label of each task, the labels of all tasks numbered through.
    agent
        int32 (labels,): agent of each label, -1 for being left out (which tasks that must be placed may not be, unless
        nobody may do them).
    """

    problem: AssignmentProblem
    label_ptr: Int64Array
    agent: Int32Array

    @classmethod
    def of(cls, problem: AssignmentProblem, limit: int = STATE_LIMIT) -> OneHotEncoding:
        """Encode a problem.

        Raises
        ------
        ProblemTooLargeError
            If it has more than `limit` states.
        """
        count = state_count(problem)
        if count > limit:
            raise ProblemTooLargeError("the one-hot simulator", "states", count, limit, "qaoa")
        rows, out = np.diff(problem.task_ptr), _may_be_left_out(problem)
        ptr = np.concatenate([[0], np.cumsum(rows + out)]).astype(np.int64)
        agent = np.full(int(ptr[-1]), -1, dtype=np.int32)
        offset = np.arange(len(problem.agent)) - np.repeat(problem.task_ptr[:-1], rows)
        agent[np.repeat(ptr[:-1], rows) + offset] = problem.agent
        return cls(problem, ptr, agent)

    @property
    def widths(self) -> Int64Array:
        """Number of labels of each task, shape (T,)."""
        return np.diff(self.label_ptr)

    @property
    def qubits(self) -> int:
        """Qubits that hardware would need: one a label."""
        return len(self.agent)

    @property
    def states(self) -> int:
        """Number of amplitudes."""
        return math.prod(self.widths.tolist())

    def labels(self, states: ArrayLike) -> Int64Array:
        """Label of every task, from 0, in each of some states: shape (n, T)."""
        rest = np.array(states, dtype=np.int64, ndmin=1)
        result = np.empty((len(rest), self.problem.tasks), dtype=np.int64)
        for task in range(self.problem.tasks - 1, -1, -1):
            result[:, task] = rest % self.widths[task]
            rest //= self.widths[task]
        return result

    def decode(self, state: int) -> Int32Array:
        """Agent of every task in a state, -1 for left out: shape (T,)."""
        chosen: Int32Array = self.agent[self.label_ptr[:-1] + self.labels([state])[0]]
        return chosen

    def encode(self, assignment: Int32Array) -> int:
        """The state of an assignment whose choices all are labels."""
        number = 0
        for task, agent in enumerate(assignment.tolist()):
            labels = self.agent[self.label_ptr[task] : self.label_ptr[task + 1]]
            number = number * len(labels) + int(np.flatnonzero(labels == agent)[0])
        return number

    def diagonal(self, stop: Callable[[], bool] | None = None) -> tuple[FloatArray, BoolArray] | None:
        """Energy of every state and whether it breaks no rule; None where `stop` became true on the way.

        The energy of a valid state is its objective. A state that breaks a rule is charged a wall once, and again for
        every mean demand above a capacity and every conflict. The wall is `energy_scale`, steep enough to be seen and
        not so steep that it hides the objective; where breaking rules would pay at that height, it is `MARGIN` times
        the least at which it does not, so that the least energy of all is the optimum where any state is valid. That
        height is read off the filled diagonal, which only a simulation has; it needs no slack qubits either.
        """
        from scheduler.quantum.kernels import fill_diagonal, raise_walls

        states = self.states
        diagonal, broken = np.zeros(states), np.zeros(states)
        if not self.problem.tasks:
            return diagonal, broken == 0.0
        tables, prefixes = self.tables(), states // int(self.widths[-1])
        for first in range(0, prefixes, PREFIXES):
            if stop is not None and stop():
                return None
            fill_diagonal(tables, first, min(first + PREFIXES, prefixes), diagonal, broken)
        raise_walls(diagonal, broken, energy_scale(self.problem), MARGIN)
        return diagonal, broken == 0.0

    def tables(self) -> Tables:
        """The problem as the kernel reads it."""
        from scheduler.quantum.kernels import Tables

        problem, widths = self.problem, self.widths
        rows, nobody = row_of(self.label_ptr), self.agent < 0
        rank = np.flatnonzero(~nobody)
        missed = np.where(np.isinf(problem.unassigned_cost), 0.0, problem.unassigned_cost)
        cost = missed[rows]
        cost[rank] = problem.cost
        demand = np.zeros((len(rows), problem.resources))
        demand[rank] = problem.demand
        agent = np.where(nobody, problem.agents, self.agent).astype(np.int64)
        limit = np.full((problem.agents + 1, problem.resources), np.inf)
        limit[:-1] = problem.capacity * (1.0 + CAPACITY_TOLERANCE / 2)
        unit = problem.demand.mean(axis=0) if len(problem.demand) else np.ones(problem.resources)
        charge = np.zeros(limit.shape)
        charge[:-1] = 1.0 / np.where(unit > 0.0, unit, 1.0)
        links = _links(problem)
        energy: list[FloatArray] = []
        clash: list[BoolArray] = []
        start, end = [], 0
        for first, second, weight, banned in links:
            left = np.repeat(self.agent[self.label_ptr[first] : self.label_ptr[first + 1]], widths[second])
            right = np.tile(self.agent[self.label_ptr[second] : self.label_ptr[second + 1]], widths[first])
            shared = (left == right) & (left >= 0) & banned
            start.append(end)
            end += len(left)
            energy.append(weight * distances(problem, left, right))
            clash.append(shared)
        owner = np.array([link[1] for link in links], dtype=np.int64)
        order = np.argsort(owner, kind="stable")
        link_ptr = np.searchsorted(owner[order], np.arange(problem.tasks + 1)).astype(np.int64)
        return Tables(
            label_ptr=self.label_ptr,
            agent=agent,
            cost=cost,
            demand=demand,
            limit=limit,
            charge=charge,
            link_ptr=link_ptr,
            link_task=np.array([link[0] for link in links], dtype=np.int64)[order],
            link_table=np.array(start, dtype=np.int64)[order],
            energy=np.concatenate([np.zeros(0), *energy]),
            clash=np.concatenate([np.zeros(0, dtype=np.bool_), *clash]),
        )


def state_count(problem: AssignmentProblem) -> int:
    """Number of states of the one-hot encoding (a whole number of any size)."""
    return math.prod((np.diff(problem.task_ptr) + _may_be_left_out(problem)).tolist())


def energy_scale(problem: AssignmentProblem) -> float:
    """The least wall: mean over the tasks of the range of their costs, plus mean weight x largest distance.

    Being left out counts where it is allowed, but only half where it makes the range more than eight times as large:
    walls as high as that would hide all else. 1 where all that is 0.
    """
    low, high = np.full(problem.tasks, np.inf), np.full(problem.tasks, -np.inf)
    rows = row_of(problem.task_ptr)
    np.minimum.at(low, rows, problem.cost)
    np.maximum.at(high, rows, problem.cost)
    some, missed = high >= low, problem.unassigned_cost
    ranges = (high - low)[some]
    both = np.maximum(high, missed)[some] - np.minimum(low, missed)[some]
    ranges = np.where(np.isfinite(both), np.minimum(both, np.maximum(4.0 * ranges, both / 2.0)), ranges)
    weight = float(problem.pair_weight.mean()) if len(problem.pair_weight) else 0.0
    scale = float(ranges.mean()) if len(ranges) else 0.0
    return scale + weight * float(problem.cluster_distance.max(initial=0.0)) or 1.0


def _may_be_left_out(problem: AssignmentProblem) -> BoolArray:
    allowed: BoolArray = np.isfinite(problem.unassigned_cost) | (np.diff(problem.task_ptr) == 0)
    return allowed


def _links(problem: AssignmentProblem) -> list[tuple[int, int, float, bool]]:
    """(earlier task, later task, weight of the pair, whether in conflict) of every two tasks that know each other."""
    found: dict[tuple[int, int], tuple[float, bool]] = {}
    owner = row_of(problem.pair_ptr).tolist()
    for i, j, weight in zip(owner, problem.pair_task.tolist(), problem.pair_weight.tolist(), strict=True):
        if i < j:
            found[i, j] = (weight, False)
    owner = row_of(problem.conflict_ptr).tolist()
    for i, j in zip(owner, problem.conflict_task.tolist(), strict=True):
        if i < j:
            found[i, j] = (found.get((i, j), (0.0, False))[0], True)
    return [(i, j, weight, banned) for (i, j), (weight, banned) in sorted(found.items())]
