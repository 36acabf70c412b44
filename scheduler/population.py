"""Anneals of one small problem on dense arrays, and a population of their results that breeds starts for more."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scheduler.arrays import Int32Array, Int64Array
from scheduler.insertion import insert
from scheduler.kernels.dense import Course, Walk, anneal_table, settle
from scheduler.recorder import without_violations
from scheduler.tables import table_of

if TYPE_CHECKING:
    from scheduler.recorder import Recorder

HOT, COLD = 0.3, 0.02
"""Temperature at the start and the end of an anneal, in spreads."""
MILD, HARSH = 1e-3, 1e12
"""Least and largest penalty of a mean demand too much, in spreads."""
UP, DOWN = 1.02, 0.93
"""Factors of the penalty after a sweep that ends with a rule broken, and without."""
EFFORT = 50_000
"""Proposals' worth of work between two looks at the watch: about two milliseconds."""

_SURPRISE = -np.log((np.arange(65536) + 0.5) / 65536)


class Individual(NamedTuple):
    """A valid assignment as labels (A: left out), and its value with finite charges for tasks that must be placed."""

    value: float
    label: Int64Array


class Annealer:
    """Anneals on the dense arrays of a problem, from wherever it is told to.

    Parameters
    ----------
    recorder
        Of the solve: is offered every improvement, and says when to stop.
    seed
        Seed of all moves.
    """

    def __init__(self, recorder: Recorder, seed: int) -> None:
        self.recorder = recorder
        self.problem = recorder.problem
        self.table = table_of(self.problem)
        sequence = np.random.SeedSequence(seed)
        self.rng = np.random.default_rng(sequence)
        tasks, labels = self.table.cost.shape
        self.walk = Walk(
            label=np.zeros(tasks, dtype=np.int64),
            load=np.zeros(self.table.room.shape),
            strain=np.zeros(labels),
            field=np.zeros((tasks, labels)),
            clash=np.zeros((tasks, labels) if len(self.table.conflict) else (0, 0)),
            best=np.zeros(tasks, dtype=np.int64),
            number=np.zeros(4),
            word=sequence.generate_state(1, np.uint64) | np.uint64(1),
        )
        self.least = np.inf
        self.sweeps = 0
        self.spread = 1.0
        self.spread = self._measured()

    def _measured(self) -> float:
        """Median of what a move adds to the objective at a random assignment, of the moves that add anything."""
        self._begin(self.random())
        tasks = np.arange(self.problem.tasks)
        change = self.walk.field - self.walk.field[tasks, self.walk.label][:, np.newaxis]
        change[self.problem.must_place, -1] = np.inf
        change = change[np.isfinite(change) & (change > 0.0)]
        if len(change):
            return float(np.median(change))
        return float(np.abs(self.problem.cost).max(initial=0.0)) or 1.0

    def random(self) -> Int64Array:
        """A label for every task, drawn from its eligible agents."""
        eligible = self.table.breadth - 1
        drawn = (self.rng.random(self.problem.tasks) * eligible).astype(np.int64)
        return np.asarray(self.table.choices[np.arange(self.problem.tasks), drawn])

    def labels(self, assignment: Int32Array) -> Int64Array:
        """An assignment as labels."""
        return np.where(assignment < 0, self.problem.agents, assignment).astype(np.int64)

    def assignment(self, label: Int64Array) -> Int32Array:
        """Labels as an assignment."""
        return np.where(label == self.problem.agents, -1, label).astype(np.int32)

    def individual(self, assignment: Int32Array) -> Individual:
        """A valid assignment with its value."""
        label = self.labels(assignment)
        self._begin(label)
        return Individual(float(self.walk.number[0]), label)

    def pace(self) -> float:
        """Sweeps a second at the hot end, measured on one stretch of work."""
        self._begin(self.random())
        before = self.recorder.stopwatch.elapsed()
        done = anneal_table(self.table, self.walk, self._course(1.0, EFFORT), _SURPRISE, 0, EFFORT)
        return done / self.problem.tasks / max(self.recorder.stopwatch.elapsed() - before, 1e-9)

    def anneal(self, start: Int64Array, sweeps: int, heat: float) -> Individual:
        """The best valid assignment of one anneal from `start`, at `heat` times the usual temperatures at first."""
        course, end, since = self._course(heat, sweeps), sweeps * self.problem.tasks, 0
        self._begin(start)
        while since < end and not self.recorder.finished():
            since = anneal_table(self.table, self.walk, course, _SURPRISE, since, EFFORT)
            self._offer()
        self._count(since)
        if np.isfinite(self.walk.number[1]):
            return Individual(float(self.walk.number[1]), self.walk.best.copy())
        valid = without_violations(self.problem, self.assignment(self.walk.label))
        valid = insert(self.problem, self.recorder.prices, valid)
        self.recorder.offer(valid)
        return self.individual(valid)

    def _course(self, heat: float, sweeps: int) -> Course:
        spread = self.spread
        return Course(spread * HOT * heat, spread * COLD, sweeps, spread * MILD, spread * HARSH, UP, DOWN)

    def _begin(self, label: Int64Array) -> None:
        self.walk.label[:] = label
        self.walk.number[1] = np.inf
        self.walk.number[2] = self.spread
        settle(self.table, self.walk)

    def _offer(self) -> None:
        if self.walk.number[1] < self.least:
            self.least = float(self.walk.number[1])
            self.recorder.offer(self.assignment(self.walk.best))

    def _count(self, proposals: int) -> None:
        self.sweeps += -(-proposals // max(self.problem.tasks, 1))
        self.recorder.moves = (self.recorder.moves or 0) + proposals


class Population:
    """Individuals, all different, of which two breed the start of the next anneal.

    Parameters
    ----------
    members
        The first ones.
    """

    def __init__(self, members: list[Individual]) -> None:
        self.members = members

    def child(self, rng: np.random.Generator) -> Int64Array:
        """Labels that two members share, and for the other tasks those of one or the other at random."""
        one, other = rng.choice(len(self.members), 2, replace=False)
        takes = rng.random(len(self.members[one].label)) < 0.5
        return np.asarray(np.where(takes, self.members[one].label, self.members[other].label))

    def add(self, newcomer: Individual) -> bool:
        """Put a newcomer in the place of the worst member if it is better and new; whether it is the best of all."""
        values = [member.value for member in self.members]
        worst = int(np.argmax(values))
        if newcomer.value >= values[worst]:
            return False
        if any(np.array_equal(newcomer.label, member.label) for member in self.members):
            return False
        best = newcomer.value < min(values)
        self.members[worst] = newcomer
        return best
