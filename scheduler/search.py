"""One annealing search on a problem: its candidate labels, its state, its valid finish."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import FloatArray, Int32Array, Int64Array, row_of
from scheduler.evaluation import CAPACITY_TOLERANCE, positions
from scheduler.kernels.anneal import Charges, State, anneal, repair, settle
from scheduler.spaces import search_space

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.problem import AssignmentProblem
    from scheduler.schedule import Schedule

CANDIDATES = 12
"""Labels kept for every task, the most believed ones."""
DEPTH = 2
"""Links of an ejection chain."""
POLISH_SWEEPS = 6
"""Sweeps at temperature zero after the repair."""
PROPOSALS = 10_000
"""Proposals between two looks at the watch."""
IMPOSSIBLE = 1e9
"""Overload charge, in prices, that no saving outweighs."""
NOISE = 1e-12
"""Spread, in shares of the largest reduced cost, that is only rounding."""

_SURPRISE = -np.log((np.arange(65536) + 0.5) / 65536)


class Search:
    """A search that starts from an assignment and guides itself by prices and beliefs.

    Parameters
    ----------
    problem
        What to search.
    prices
        Prices of capacity, shape (A, R).
    belief
        Belief of every eligible pair, shape (nnz,): the lower, the more promising.
    start
        Agent per task, -1 unassigned; eligible and free of conflicts, overload allowed.
    seed
        Seed of all moves.
    candidates
        Labels kept for every task beside the start's.
    spread
        Scale of temperatures; None: measured, as the mean distance of the fourth-best priced cost from the
        best.
    """

    def __init__(
        self,
        problem: AssignmentProblem,
        prices: FloatArray,
        belief: FloatArray,
        start: Int32Array,
        seed: int,
        candidates: int = CANDIDATES,
        spread: float | None = None,
    ) -> None:
        self.problem = problem
        self.prices = np.ascontiguousarray(prices)
        wanted = belief.copy()
        begun = positions(problem, start)
        wanted[begun[begun >= 0]] = -np.inf
        self.space, self.entries = search_space(problem, wanted, candidates)
        self.reduced = self._reduced()
        self.spread = self._spread() if spread is None else spread
        used = problem.demand.sum(axis=0) / max(len(problem.demand), 1)
        self._floor = self.spread / np.where(used > 0.0, used, 1.0)
        self.state = self._state(seed)
        self.proposals = 0
        self.restart(start)

    def _reduced(self) -> FloatArray:
        """Cost + price of demand of every label, shape (labels,)."""
        reduced = np.array(self.space.cost)
        charged = np.vstack([self.prices, np.zeros((1, self.problem.resources))])
        for r in range(self.problem.resources):
            reduced += charged[self.space.agent, r] * self.space.demand[:, r]
        return reduced

    def _spread(self) -> float:
        rows = row_of(self.space.task_ptr)
        values = np.where(self.entries < 0, np.inf, self.reduced)
        ranked = values[np.lexsort((values, rows))]
        starts, lengths = self.space.task_ptr[:-1], np.diff(self.space.task_ptr) - 1
        several = lengths > 1
        if several.any():
            last = starts[several] + np.minimum(lengths[several] - 1, 3)
            spread = float((ranked[last] - ranked[starts[several]]).mean())
            if spread > NOISE * float(np.abs(self.reduced).max()):
                return spread
        return float(np.abs(self.reduced).mean()) if len(self.reduced) and self.reduced.any() else 1.0

    @property
    def steepness(self) -> float:
        """Price of a mean demand, mean over the agents, in spreads."""
        used = self.problem.demand.sum(axis=0) / max(len(self.problem.demand), 1)
        mean = self.prices.sum(axis=0) / max(self.problem.agents, 1)
        return float((mean * used).sum()) / self.spread

    def _state(self, seed: int) -> State:
        agents, tasks = self.problem.agents, self.problem.tasks
        degree = np.bincount(self.space.agent, minlength=agents + 1)
        first = np.concatenate([[0], np.cumsum(degree)[:-1]]).astype(np.int64)
        word = np.random.SeedSequence(seed).generate_state(1, np.uint64) | np.uint64(1)
        return State(
            label=np.zeros(tasks, dtype=np.int64),
            load=np.zeros((agents + 1, self.problem.resources)),
            members=np.zeros(len(self.space.agent), dtype=np.int32),
            first=first,
            held=np.zeros(agents + 1, dtype=np.int64),
            slot=np.zeros(tasks, dtype=np.int64),
            word=word,
        )

    def restart(self, assignment: Int32Array) -> None:
        """Go on from another assignment; choices that are not among the candidates are left out."""
        self.state.label[:] = self.labels(assignment)
        settle(self.space, self.state)

    def labels(self, assignment: Int32Array) -> Int64Array:
        """Label of every task's choice; the left-out label where the choice is no candidate."""
        rows = row_of(self.space.task_ptr)
        result = self.space.task_ptr[1:] - 1
        hits = np.flatnonzero(self.space.agent == assignment[rows])
        result[rows[hits]] = hits
        return result

    @property
    def assignment(self) -> Int32Array:
        """Agent per task as the search has it now, -1 unassigned; may overfill agents before `finish`."""
        agents = self.space.agent[self.state.label]
        return np.where(agents == self.problem.agents, np.int32(-1), agents)

    def charges(self, gain: float, overload: float) -> Charges:
        """What idle and overfull agents cost at a gain and an overload charge."""
        room = self.problem.capacity * (1.0 + CAPACITY_TOLERANCE / 2)
        over = (self.prices * min(overload, IMPOSSIBLE) + self._floor * max(1.0, overload / 30.0)) * gain
        return Charges(room, self.prices * gain, over)

    def sweep(self, schedule: Schedule, progress: float, sweeps: int, stop: Callable[[], bool] | None = None) -> int:
        """Anneal for some sweeps at one point of the schedule; return how many proposals passed.

        `stop` is asked every few ten milliseconds; once it is true the rest is left.
        """
        charges = self.charges(schedule.gain(progress), schedule.overload(progress))
        temperature = schedule.temperature(progress) * self.spread
        if stop is None:
            return self._anneal(charges, temperature, sweeps)
        passed, tasks = 0, self.problem.tasks
        many = max(1, PROPOSALS // max(tasks, 1))
        for done in range(0, sweeps, many):
            for first in range(0, tasks, PROPOSALS):
                if stop():
                    return passed
                last = min(first + PROPOSALS, tasks)
                passed += self._anneal(charges, temperature, min(many, sweeps - done), first, last)
        return passed

    def finish(self, sweeps: int = POLISH_SWEEPS, stop: Callable[[], bool] | None = None) -> Int32Array:
        """Repair every overload, descend towards a local optimum of the true objective, and return it.

        `sweeps` are those of the descent; `stop` is asked every few ten milliseconds, and once it is true the rest of
        the descent is left.
        """
        repair(self.space, self.state, self.charges(1.0, 1.0), self.reduced)
        charges, tasks = self.charges(1.0, IMPOSSIBLE), self.problem.tasks
        for _ in range(sweeps):
            for first in range(0, tasks, PROPOSALS):
                if stop is not None and stop():
                    break
                self._anneal(charges, 0.0, 1, first, min(first + PROPOSALS, tasks))
        settle(self.space, self.state)
        return self.assignment

    def _anneal(
        self, charges: Charges, temperature: float, sweeps: int, first: int = 0, last: int | None = None
    ) -> int:
        last = self.problem.tasks if last is None else last
        self.proposals += sweeps * (last - first)
        return anneal(self.space, self.state, charges, self.reduced, _SURPRISE, temperature, DEPTH, sweeps, first, last)


def without_conflicts(problem: AssignmentProblem, assignment: Int32Array) -> Int32Array:
    """A copy in which of every two conflicting tasks on one agent the later one is left out."""
    vector = assignment.copy()
    for _, second in problem.violations(vector).conflicts:
        vector[second] = -1
    return vector
