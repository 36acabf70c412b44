"""Levelling: who waits how long, which an assignment problem does not know.

The solver decides who does what at least cost, with due times kept as nested capacities. Two agents that cost the same
are the same to it, and a task that cannot be on time anywhere is nobody's. Here both are settled, on the queues that
the assignment makes: each agent works in order of due time, so a task's wait is the minutes before it in its agent's
queue. First, tasks that have no place are entered where cost, lateness and waiting together are least. Then single
tasks move while that lowers cost + pairs + waiting: the exact change of the weighted waiting of the task itself and of
those behind it in both queues. Hard rules are kept at each step; what was on time stays on time.

Considered: time blocks as agents (decision 1), and a price on each agent's load, which has no fixed point where agents
are alike.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from orchestration.planning.workforce import Floats, Ints

if TYPE_CHECKING:
    from orchestration.planning.model import Model

_PASSES: Final = 4
_EVALUATIONS: Final = 400_000
_SLACK: Final = 1e-9


class _Queue:
    """One agent's work in its order, with sums before and after any place in it."""

    __slots__ = ("_before", "_behind", "minutes", "ranks", "weights")

    def __init__(self) -> None:
        self.ranks: list[int] = []
        self.minutes: list[float] = []
        self.weights: list[float] = []
        self._before: list[float] | None = None
        self._behind: list[float] = []

    def at(self, rank: int) -> tuple[float, float]:
        """Minutes before, and weight behind, work of a rank (itself left out, should it be here)."""
        if self._before is None:
            self._before = [0.0, *accumulate(self.minutes)]
            self._behind = [*accumulate(reversed(self.weights), initial=0.0)][::-1]
        place = bisect_left(self.ranks, rank)
        here = place < len(self.ranks) and self.ranks[place] == rank
        return self._before[place], self._behind[place + here]

    def put(self, rank: int, minutes: float, weight: float) -> None:
        """Enter work."""
        place = bisect_left(self.ranks, rank)
        self.ranks.insert(place, rank)
        self.minutes.insert(place, minutes)
        self.weights.insert(place, weight)
        self._before = None

    def take(self, rank: int) -> None:
        """Take work out."""
        place = bisect_left(self.ranks, rank)
        del self.ranks[place], self.minutes[place], self.weights[place]
        self._before = None


class Levelling:
    """One assignment on its way to shorter waits.

    Parameters
    ----------
    model : Model
        The problem solved.
    assignment : (T,) int array
        Agent of each row, -1 for none.
    """

    def __init__(self, model: Model, assignment: Ints) -> None:
        problem = model.problem
        self._model, self._problem = model, problem
        self.assignment = np.array(assignment, dtype=np.int32)
        self._late: set[int] = set()
        self._loads = np.zeros_like(problem.capacity)
        self._queues = [_Queue() for _ in range(problem.agents)]
        for row in np.flatnonzero(self.assignment >= 0).tolist():
            self._enter(row, self._pair(row, int(self.assignment[row])))

    def on_time(self) -> Ints:
        """The assignment as the model sees it: rows that were entered late count as left out."""
        seen = self.assignment.copy()
        seen[list(self._late)] = -1
        return seen

    def _pairs_of(self, row: int) -> slice:
        return slice(int(self._problem.task_ptr[row]), int(self._problem.task_ptr[row + 1]))

    def _pair(self, row: int, agent: int) -> int:
        part = self._pairs_of(row)
        place: int = part.start + int(np.searchsorted(self._problem.agent[part], agent))
        return place

    def _enter(self, row: int, pair: int) -> None:
        agent = int(self._problem.agent[pair])
        self.assignment[row] = agent
        self._loads[agent] += self._problem.demand[pair]
        self._queues[agent].put(
            int(self._model.rank[row]), float(self._model.minutes[pair]), float(self._model.weight[row])
        )

    def _remove(self, row: int, pair: int) -> None:
        agent = int(self._problem.agent[pair])
        self.assignment[row] = -1
        self._loads[agent] -= self._problem.demand[pair]
        self._queues[agent].take(int(self._model.rank[row]))

    def enter_late(self) -> int:
        """Give places to rows that have none; return how many found one."""
        left = np.flatnonzero(self.assignment < 0)
        entered = 0
        for row in left[np.argsort(self._model.rank[left])].tolist():
            pairs = self._fitting(row, self._model.resources)
            if len(pairs):
                self._late.add(row)
                self._enter(row, int(pairs[np.argmin(self._cost(row, pairs))]))
                entered += 1
        return entered

    def level(self) -> int:
        """Move tasks while that is worth it; return the number of moves."""
        moves = evaluations = 0
        rows = np.argsort(self._model.rank)[::-1].tolist()
        for _ in range(_PASSES):
            before = moves
            for row in rows:
                agent = int(self.assignment[row])
                if agent < 0 or evaluations > _EVALUATIONS:
                    continue
                here = self._pair(row, agent)
                self._remove(row, here)
                pairs = self._fitting(row, self._model.resources if row in self._late else None)
                if here not in pairs:
                    pairs = np.append(pairs, here)
                evaluations += len(pairs)
                cost = self._cost(row, pairs)
                best = int(pairs[np.argmin(cost)])
                worth = cost[np.flatnonzero(pairs == here)[0]] - cost.min() > _SLACK * max(1.0, abs(cost.min()))
                self._enter(row, best if worth else here)
                moves += int(worth and best != here)
            if moves == before:
                break
        return moves

    def _fitting(self, row: int, columns: int | None) -> NDArray[np.int64]:
        """Eligible pairs of a row with room in the first `columns` capacities (all: None) and without conflict."""
        part = self._pairs_of(row)
        agents = self._problem.agent[part]
        room = self._problem.capacity[agents, :columns] - self._loads[agents, :columns]
        demand = self._problem.demand[part][:, :columns]
        fits = np.all(demand <= room + _SLACK * np.maximum(1.0, demand), axis=1)
        conflicts = self._problem.conflict_task[self._problem.conflict_ptr[row] : self._problem.conflict_ptr[row + 1]]
        if len(conflicts):
            fits &= ~np.isin(agents, self.assignment[conflicts])
        found: NDArray[np.int64] = np.flatnonzero(fits) + part.start
        return found

    def _cost(self, row: int, pairs: NDArray[np.int64]) -> Floats:
        """Cost, pairs, lateness and waiting of a row that has no place now, at each of its pairs."""
        model, problem = self._model, self._problem
        agents, minutes = problem.agent[pairs], model.minutes[pairs]
        rank, weight = int(model.rank[row]), float(model.weight[row])
        places = np.array([self._queues[agent].at(rank) for agent in agents.tolist()]).reshape(len(pairs), 2)
        start = model.busy[agents] + places[:, 0]
        late = (
            np.maximum(0.0, start + minutes - max(float(model.due[row]), 0.0)) if np.isfinite(model.due[row]) else 0.0
        )
        waiting = weight * start + minutes * places[:, 1]
        total: Floats = problem.cost[pairs] + self._distances(row, agents) + waiting + float(model.lateness[row]) * late
        return total

    def _distances(self, row: int, agents: Ints) -> Floats:
        problem = self._problem
        part = slice(int(problem.pair_ptr[row]), int(problem.pair_ptr[row + 1]))
        total = np.zeros(len(agents))
        for other, weight in zip(problem.pair_task[part].tolist(), problem.pair_weight[part].tolist(), strict=True):
            mate = int(self.assignment[other])
            if mate < 0:
                total += weight * problem.unassigned_distance
                continue
            apart = problem.cluster_distance[problem.agent_cluster[agents], problem.agent_cluster[mate]]
            total += weight * np.where(agents == mate, problem.same_agent_distance, apart)
        return total
