"""Large neighbourhoods solved exactly: some agents, their tasks, and the labels that cost little more than the best.

Annealing leaves a plan in which nearly every task sits on one of its cheapest labels at the prices, and what is left to
gain is which of many near ties pack together. That is a small integer programme: the tasks of a few agents, each with
its labels of least excess (priced cost over the task's least), the room that the other tasks leave. HiGHS solves it to
the end or to a number of nodes; the answer is never worse. Neighbourhoods grow along shared labels from an agent that
is likely to have something to give, and their size follows what HiGHS could solve: more labels after a proof, fewer
after a limit. (Large neighbourhood search: Shaw, 1998; kernel search: Angelelli, Mansini and Speranza, 2010.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler import highs as models
from scheduler.arrays import BoolArray, FloatArray, Int32Array, Int64Array, row_of
from scheduler.evaluation import CAPACITY_TOLERANCE, positions
from scheduler.relaxation import least_labels
from scheduler.spaces import finite_unassigned_cost

if TYPE_CHECKING:
    from scheduler.budget import Stopwatch
    from scheduler.problem import AssignmentProblem
    from scheduler.recorder import Recorder

LABELS = 100_000
"""Eligible pairs of a problem above which neighbourhoods are too small a part of it to be worth their time."""
NODES = 300
"""Most nodes of one neighbourhood."""
SECONDS, SHARE = 1.0, 0.15
"""Most seconds of one neighbourhood, and most of what is left of the time."""
PATIENCE = 12
"""Neighbourhoods without a gain after which the search ends."""
SWEEPS = 1_000
"""Sweeps of a budget for each neighbourhood, where effort is counted."""
FIRST_LABELS, FEWEST_LABELS, MOST_LABELS = 150, 20, 4_000
"""Labels beside those in use that a neighbourhood begins with, has at least and at most."""
GROW, SHRINK = 1.4, 0.6
"""Factors on the number of labels after a proof and after a limit."""
SHAPES = (1.0, 0.3, 0.1)
"""Shares of the agents that neighbourhoods take, in turn."""
FEWEST_AGENTS, MOST_TASKS = 3, 1_600
"""Least agents of a neighbourhood, and about the most tasks."""


def fits(problem: AssignmentProblem) -> bool:
    """Whether neighbourhoods are worth their time: no pairs, and not too many labels."""
    return not problem.has_pairs and 0 < len(problem.agent) <= LABELS


def search_core(recorder: Recorder, prices: FloatArray, seed: int, watch: Stopwatch, sweeps: int | None) -> int:
    """Improve the best plan of a recorder by neighbourhoods; returns how many were solved.

    `sweeps` are those left of a counted budget, None where the time decides.
    """
    core = CoreSearch(recorder.problem, prices, recorder.best, seed)
    most, turn, since = np.inf if sweeps is None else sweeps // SWEEPS, 0, 0
    while turn < most and since < PATIENCE and not recorder.close_enough() and not watch.expired():
        turn, since = turn + 1, since + 1
        if core.step(watch):
            recorder.offer(core.assignment)
            since = 0
    return turn


@dataclass(slots=True)
class Shape:
    """How large the neighbourhoods of one kind are: agents and extra labels."""

    agents: int
    labels: float


class CoreSearch:
    """Improves a valid assignment of a problem without pairs.

    Parameters
    ----------
    problem
        The problem; pairs are not looked at.
    prices
        Prices of capacity, shape (A, R).
    assignment
        Where to begin: valid, agent per task, -1 unassigned.
    seed
        Seed of the choice of neighbourhoods.
    """

    def __init__(self, problem: AssignmentProblem, prices: FloatArray, assignment: Int32Array, seed: int) -> None:
        self.problem, self.prices = problem, prices
        self._rng = np.random.default_rng(np.random.SeedSequence((seed, 0xC04E)))
        self._rows = row_of(problem.task_ptr)
        priced = problem.cost + (prices[problem.agent] * problem.demand).sum(axis=1)
        least = least_labels(problem, priced, problem.unassigned_cost)
        self._excess = priced - least[self._rows]
        with np.errstate(invalid="ignore"):
            self._missed_excess = np.where(np.isfinite(least), problem.unassigned_cost - least, np.inf)
        self._missed = finite_unassigned_cost(problem)
        self._bound_by_conflict = np.diff(problem.conflict_ptr) > 0
        self._room = problem.capacity * (1.0 + CAPACITY_TOLERANCE / 2)
        self.assignment = assignment.copy()
        self._load = problem.loads(assignment)
        tasks_an_agent = max(1.0, problem.tasks / max(problem.agents, 1))
        most = max(FEWEST_AGENTS, int(MOST_TASKS / tasks_an_agent))
        self._most = min(most, problem.agents)
        sizes = sorted({min(max(FEWEST_AGENTS, int(s * problem.agents)), self._most) for s in SHAPES})
        self._shapes = [Shape(size, FIRST_LABELS) for size in sizes]
        self._turn = 0

    def step(self, watch: Stopwatch) -> bool:
        """Solve one neighbourhood and keep what is not worse; returns whether it is better."""
        shape = self._shapes[self._turn % len(self._shapes)]
        self._turn += 1
        inside = self._neighbourhood(shape.agents)
        free = np.append(inside, True)[self.assignment] & ~self._bound_by_conflict
        if not free.any():
            return False
        labels, left_out = self._labels(inside, free, int(shape.labels))
        if not len(labels):
            return False
        whole = len(labels) + len(left_out) < int(free.sum()) + int(shape.labels)
        solved, found = self._solve(free, labels, left_out, watch)
        gained = -1.0 if found is None else self._value(self.assignment, free) - self._value(found, free)
        if found is not None and gained >= 0.0:
            self.assignment, self._load = found, self.problem.loads(found)
        if solved and whole:
            shape.agents = min(shape.agents + 1 + shape.agents // 4, self._most)
        else:
            shape.labels = float(np.clip(shape.labels * (GROW if solved else SHRINK), FEWEST_LABELS, MOST_LABELS))
        return gained > 0.0

    def _neighbourhood(self, size: int) -> BoolArray:
        """Agents of a neighbourhood: bool (A,), grown along labels of little excess."""
        problem, rng = self.problem, self._rng
        inside = np.ones(problem.agents, dtype=np.bool_)
        if size >= problem.agents:
            return inside
        inside[:] = False
        entry = positions(problem, self.assignment)
        placed = np.flatnonzero(entry >= 0)
        waste = ((self._room - self._load).clip(0.0) * self.prices).sum(axis=1)
        np.add.at(waste, problem.agent[entry[placed]], self._excess[entry[placed]])
        waste += waste.mean() + 1e-12
        current = int(np.searchsorted(np.cumsum(waste), rng.random() * waste.sum()).clip(0, problem.agents - 1))
        order = np.argsort(self.assignment, kind="stable")
        ends = np.searchsorted(self.assignment[order], np.arange(problem.agents + 1))
        count, tries = 0, 0
        while count < size and tries < 20 * size:
            tries += 1
            if not inside[current]:
                inside[current] = True
                count += 1
            begin, end = ends[current], ends[current + 1]
            if begin == end:
                current = int(rng.integers(problem.agents))
                continue
            task = order[rng.integers(begin, end)]
            first, last = problem.task_ptr[task], problem.task_ptr[task + 1]
            near = np.argsort(self._excess[first:last], kind="stable")[:6]
            current = int(problem.agent[first + rng.choice(near)])
        return inside

    def _labels(self, inside: BoolArray, free: BoolArray, extra: int) -> tuple[Int64Array, Int64Array]:
        """Eligible pairs of the neighbourhood, and tasks that may be left out in it."""
        problem = self.problem
        entry = np.flatnonzero(free[self._rows] & inside[problem.agent])
        used = problem.agent[entry] == self.assignment[self._rows[entry]]
        tasks = np.flatnonzero(free)
        out_used = self.assignment[tasks] < 0
        excess = np.concatenate([
            np.where(used, -1.0, self._excess[entry]), np.where(out_used, -1.0, self._missed_excess[tasks]),
        ])  # fmt: skip
        wanted = min(len(tasks) + extra, len(excess))
        kept = np.argpartition(excess, wanted - 1)[:wanted] if wanted < len(excess) else np.arange(len(excess))
        kept = np.sort(kept[np.isfinite(excess[kept])])
        return entry[kept[kept < len(entry)]], tasks[kept[kept >= len(entry)] - len(entry)]

    def _solve(
        self, free: BoolArray, labels: Int64Array, left_out: Int64Array, watch: Stopwatch
    ) -> tuple[bool, Int32Array | None]:
        """Whether HiGHS came to an end, and what it found."""
        problem = self.problem
        tasks = np.flatnonzero(free)
        number = np.full(problem.tasks, -1, dtype=np.int64)
        number[tasks] = np.arange(len(tasks))
        entry = positions(problem, self.assignment)
        mine = entry[tasks[entry[tasks] >= 0]]
        room = self._room - self._load
        np.add.at(room, problem.agent[mine], problem.demand[mine])
        left = watch.remaining()
        limited = watch.part(1.0 if watch.counted else min(SHARE, SECONDS / max(left, 1e-9)))
        highs = models.new_highs(limited.remaining())
        highs.setOptionValue("mip_max_nodes", NODES)
        highs.passModel(self._model(number, labels, left_out, room))
        begun = np.concatenate([
            problem.agent[labels] == self.assignment[self._rows[labels]], self.assignment[left_out] < 0,
        ]).astype(np.float64)  # fmt: skip
        models.begin_from(highs, begun)
        outcome = models.run(highs, limited)
        if not len(outcome.values):
            return False, None
        chosen = outcome.values > 0.5
        if chosen.sum() != len(tasks):
            return outcome.optimal, None
        found = self.assignment.copy()
        found[tasks] = -1
        picked = labels[chosen[: len(labels)]]
        found[self._rows[picked]] = problem.agent[picked]
        if (problem.loads(found) > problem.capacity * (1.0 + CAPACITY_TOLERANCE)).any():
            return outcome.optimal, None
        return outcome.optimal, found

    def _model(self, number: Int64Array, labels: Int64Array, left_out: Int64Array, room: FloatArray) -> Any:
        """The `HighsLp`: a row a task, then a row an agent and resource that the labels touch."""
        import highspy

        problem, resources = self.problem, self.problem.resources
        agents, local = np.unique(problem.agent[labels], return_inverse=True)
        count = int(number.max()) + 1
        size = np.maximum(problem.demand[labels].max(axis=0, initial=0.0), 1e-300)
        cost = np.concatenate([problem.cost[labels], self._missed[left_out]])
        scale = float(np.abs(cost).max(initial=0.0)) or 1.0
        index = np.empty((len(labels), 1 + resources), dtype=np.int32)
        index[:, 0] = number[self._rows[labels]]
        index[:, 1:] = count + local[:, None] * resources + np.arange(resources)
        value = np.ones((len(labels), 1 + resources))
        value[:, 1:] = problem.demand[labels] / size
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(cost), count + len(agents) * resources
        model.col_cost_ = cost / scale
        model.col_lower_, model.col_upper_ = np.zeros(len(cost)), np.ones(len(cost))
        model.row_lower_ = np.concatenate([np.ones(count), np.full(len(agents) * resources, -np.inf)])
        model.row_upper_ = np.concatenate([np.ones(count), (room[agents] / size).ravel()])
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lengths = np.concatenate([np.full(len(labels), 1 + resources), np.ones(len(left_out), dtype=np.int64)])
        model.a_matrix_.start_ = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        model.a_matrix_.index_ = np.concatenate([index.ravel(), number[left_out].astype(np.int32)])
        model.a_matrix_.value_ = np.concatenate([value.ravel(), np.ones(len(left_out))])
        model.integrality_ = [highspy.HighsVarType.kInteger] * len(cost)
        return model

    def _value(self, assignment: Int32Array, free: BoolArray) -> float:
        """What the free tasks cost in an assignment."""
        entry = positions(self.problem, assignment)
        placed = free & (entry >= 0)
        return float(self.problem.cost[entry[placed]].sum() + self._missed[free & (entry < 0)].sum())
