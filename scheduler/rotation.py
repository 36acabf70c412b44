"""Anneals a large problem by rotating domains, round after round through the injected parallel map.

Domains stand alone, so they can be annealed side by side; but only labels inside a domain can be chosen in a round,
which costs sweeps: few large domains lose least. So all follow one schedule, each round cuts along other lines, and
what the pieces packed badly is walked through again: first by domains that start and end valid, then together.
Where only one processor works and no number of sweeps asks for the same plan as with many, all tasks are annealed
together from the start: at equal time that measured better up to a million tasks.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.annealing import SLACK, anneal_once
from scheduler.arrays import FloatArray, Int32Array
from scheduler.evaluation import positions
from scheduler.hierarchy import HierarchicalQUBO, narrowed
from scheduler.insertion import insert
from scheduler.relaxation import Relaxation
from scheduler.schedule import WALK, Schedule, course
from scheduler.search import CANDIDATES, Search, without_conflicts
from scheduler.sizing import Balance

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.level import Cut
    from scheduler.plan import Parallel
    from scheduler.problem import AssignmentProblem
    from scheduler.recorder import Recorder

ROUNDS, WALKS = 16, 4
"""Rounds of the anneal and of the walk after it, each cut along other lines."""
SWEEPS_A_ROUND = 8
"""Sweeps of a round that are worth the cutting; where there are fewer sweeps there are fewer rounds."""
STOPS = 4
"""Points of the schedule that a domain stops at within a round."""
ANNEAL_SHARE, WALK_SHARE = 0.6, 0.1
"""Shares of the search's sweeps or seconds for the rounds of either kind; the rest is for all tasks together."""
WHOLE_SHARE = 0.7
"""Share of the search for the anneal, where all tasks are annealed together; the rest is for the walk after it."""
DEFAULT_SWEEPS = 300
"""Sweeps where the budget limits neither sweeps nor seconds."""
FIRST_SWEEPS = 4
"""Sweeps of the first round where only seconds are given."""
SAMPLE = 20_000
"""Tasks from which the scale of temperatures is measured."""


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """What a worker needs for one domain in one round: a message of arrays and numbers.

    `deadline` is in seconds since the epoch, infinite without a limit. A `valid` stage starts from a valid assignment
    and ends with one that is no worse.
    """

    problem: AssignmentProblem
    prices: FloatArray
    start: Int32Array
    seed: int
    spread: float
    schedule: Schedule
    begin: float
    end: float
    sweeps: int
    valid: bool
    deadline: float

    def run(self, cancelled: Callable[[], bool] | None = None) -> Int32Array:
        """Anneal the domain; the result may overfill agents unless the stage is `valid`."""

        def stop() -> bool:
            return time.time() >= self.deadline or (cancelled is not None and cancelled())

        search = Search(self.problem, self.prices, self.problem.cost, self.start, self.seed, CANDIDATES, self.spread)
        for number in range(STOPS):
            progress = self.begin + (self.end - self.begin) * number / STOPS
            sweeps = self.sweeps * (number + 1) // STOPS - self.sweeps * number // STOPS
            search.sweep(self.schedule, progress, sweeps, stop)
        if not self.valid:
            return search.assignment
        if cancelled is not None and cancelled():
            return self.start
        found = search.finish()
        better = self.problem.objective(found).total < self.problem.objective(self.start).total
        return found if better and not self.problem.violations(found).breaks_a_rule else self.start


@dataclass(frozen=True, slots=True, eq=False)
class PendingStage:
    """A stage that is cut out of the whole where it runs, or when it is pickled to be sent elsewhere.

    So only the domains that are being annealed take memory.
    """

    cut: Cut
    number: int
    current: Int32Array
    prices: FloatArray
    numbers: dict[str, Any]
    cancelled: Callable[[], bool]

    def stage(self) -> Stage:
        """The stage with its sub-problem."""
        part = self.cut.part(self.number)
        prices = self.prices[part.agents]
        return Stage(problem=part.problem, prices=prices, start=part.restrict(self.current), **self.numbers)

    def __reduce__(self) -> tuple[Any, ...]:
        stage = self.stage()
        return Stage, tuple(getattr(stage, name) for name in Stage.__dataclass_fields__)


def run_stage(stage: Stage | PendingStage) -> Int32Array | None:
    """Anneal one domain for one round; None where the caller cancelled before."""
    if isinstance(stage, Stage):
        return stage.run()
    return None if stage.cancelled() else stage.stage().run(stage.cancelled)


def serial(function: Callable[[Any], Any], items: list[Any]) -> list[Any]:
    """The map that is used when none is injected."""
    return [function(item) for item in items]


@dataclass(slots=True)
class Rotation:
    """A search by rotating domains in progress."""

    recorder: Recorder
    hierarchy: HierarchicalQUBO
    prices: FloatArray
    seed: int
    parallel: Parallel
    current: Int32Array
    spread: float
    turn: int = 0
    proposals: int = 0
    each: int = field(default=FIRST_SWEEPS)

    def rounds(self, schedule: Schedule, count: int, share: float, sweeps: int | None, valid: bool) -> None:
        """Some rounds over a whole schedule, within a number of sweeps or a share of the seconds left."""
        watch, progress = self.recorder.stopwatch.part(share), 0.0
        paced = sweeps is None
        count = count if sweeps is None else min(count, max(sweeps // SWEEPS_A_ROUND, 1))
        for number in range(count):
            if watch.expired() or progress >= 1.0:
                return
            before = watch.fraction()
            if not paced and before > number / count + SLACK:
                watch.press()
                paced = True
            if sweeps is not None and not paced:
                self.each, end = max(1, sweeps // count), (number + 1) / count
            else:
                end = min(1.0, progress + 1.0 / count)
            allowed = watch.remaining()
            if (
                watch.budget.seconds is not None
            ):  # a round is no longer than its part, so that the schedule comes to its end
                allowed = min(allowed, (end + SLACK - before) * watch.budget.seconds)
            self.one(schedule, progress, end, valid, time.time() + allowed)
            if not paced and watch.fraction() >= end + SLACK:
                watch.press()
                paced = True
            progress = max(end, watch.fraction()) if paced else end
            if paced:
                spent = max(watch.fraction() - before, 1e-9)
                self.each = max(1, int(self.each * np.clip(1.0 / (count * spent), 0.1, 4.0)))

    def one(self, schedule: Schedule, begin: float, end: float, valid: bool, deadline: float) -> None:
        """One round: cut along new lines, anneal every domain, put the whole together again."""
        level = self.hierarchy.rotated(self.turn, self.seed, self.current)
        cut = level.cut(self.current)
        common = {"spread": self.spread, "schedule": schedule, "begin": begin, "end": end, "sweeps": self.each}
        common |= {"valid": valid, "deadline": deadline}
        stages = [
            PendingStage(
                cut, number, self.current, self.prices, common | {"seed": _seed(self.seed, self.turn, number)},
                self.recorder.stopwatch.cancelled,
            )
            for number in cut.filled
        ]  # fmt: skip
        whole, agents = self.current.copy(), cut.agents
        tasks = cut.tasks
        for number, found in zip(cut.filled, self.parallel(run_stage, stages), strict=True):
            if found is not None:
                inside = agents[1][agents[0][number] : agents[0][number + 1]].astype(np.int32)
                placed = np.append(inside, np.int32(-1))[found]
                whole[tasks[1][tasks[0][number] : tasks[0][number + 1]]] = placed
        self.current = whole
        if time.time() < deadline:  # of a round that was cut it is not known how much was done
            self.proposals += self.each * len(whole)
        self.turn += 1


def rotate_domains(
    recorder: Recorder, relaxation: Relaxation, seed: int, parallel: Parallel | None, cold: bool
) -> Balance | None:
    """Search by rotating domains, then all together; returns the balance of the domains at the start.

    None where there is neither a parallel map nor a number of sweeps: then all tasks are annealed together.
    """
    budget, prices = recorder.stopwatch.budget, relaxation.prices
    problem = recorder.problem
    start = most_believed_start(recorder, relaxation) if cold else without_strangers(problem, recorder.best)
    spread = spread_of(problem, prices)
    if parallel is None and not recorder.stopwatch.counted:
        search = Search(problem, prices, relaxation.belief, start, seed, CANDIDATES, spread)
        anneal_once(search, course(problem, cold), recorder.stopwatch.part(WHOLE_SHARE), None)
        conclude(recorder, search, None)
        return None
    sweeps = budget.sweeps
    if sweeps is None and budget.seconds is None:
        sweeps = DEFAULT_SWEEPS
    problem, belief = narrowed(problem, relaxation.belief, CANDIDATES)
    start = without_strangers(problem, start)
    hierarchy = HierarchicalQUBO(problem, Relaxation(relaxation.certificate, belief, relaxation.missed_belief))
    rotation = Rotation(recorder, hierarchy, prices, seed, parallel or serial, start, spread)
    balance = hierarchy.lowest.balance(start)
    rotation.rounds(course(problem, cold), ROUNDS, ANNEAL_SHARE, _share(sweeps, ANNEAL_SHARE), valid=False)
    if not recorder.stopwatch.cancelled():
        search = Search(problem, prices, belief, rotation.current, seed, CANDIDATES, spread)
        rotation.current = search.finish(stop=recorder.stopwatch.overdue)
        share = WALK_SHARE / (1.0 - ANNEAL_SHARE)
        rotation.rounds(WALK, WALKS, share, _share(sweeps, WALK_SHARE), valid=True)
        search.restart(rotation.current)
        search.proposals += rotation.proposals
        conclude(recorder, search, _share(sweeps, 1.0 - ANNEAL_SHARE - WALK_SHARE))
    return balance


def most_believed_start(recorder: Recorder, relaxation: Relaxation) -> Int32Array:
    """What the relaxation believes in, without conflicts; it may overfill agents."""
    return without_conflicts(recorder.problem, HierarchicalQUBO(recorder.problem, relaxation, sizes=[1]).start())


def conclude(recorder: Recorder, search: Search, sweeps: int | None) -> None:
    """Walk all tasks together, make the result valid and record it; nothing where the caller cancelled."""
    watch = recorder.stopwatch
    if watch.cancelled():
        return
    begun = watch.elapsed()
    search.restart(search.finish(sweeps=1, stop=watch.overdue))
    reserve = 2.0 * (watch.elapsed() - begun)
    anneal_once(search, WALK, watch.part(1.0, reserve), sweeps)
    if watch.cancelled():
        return
    recorder.moves = search.proposals
    recorder.offer(insert(recorder.problem, search.prices, search.finish(stop=watch.overdue)))


def spread_of(problem: AssignmentProblem, prices: FloatArray) -> float:
    """Scale of temperatures: mean distance of the fourth-best priced cost from the best, over some tasks."""
    rows = np.arange(0, problem.tasks, 1 + problem.tasks // SAMPLE)
    gaps = []
    for row in rows[np.diff(problem.task_ptr)[rows] > 1]:
        inside = slice(problem.task_ptr[row], problem.task_ptr[row + 1])
        priced = problem.cost[inside] + (prices[problem.agent[inside]] * problem.demand[inside]).sum(axis=1)
        ranked = np.sort(priced)
        gaps.append(ranked[min(len(ranked) - 1, 3)] - ranked[0])
    spread = float(np.mean(gaps)) if gaps else 0.0
    return spread if spread > 0.0 else float(np.abs(problem.cost).mean()) if problem.cost.any() else 1.0


def without_strangers(problem: AssignmentProblem, assignment: Int32Array) -> Int32Array:
    """A copy with -1 where a task's agent is not among its labels."""
    vector = assignment.copy()
    vector[positions(problem, vector) == -2] = -1
    return vector


def _share(sweeps: int | None, share: float) -> int | None:
    return None if sweeps is None else max(1, round(sweeps * share))


def _seed(seed: int, turn: int, number: int) -> int:
    return int(np.random.SeedSequence((seed, turn, number)).generate_state(1)[0])
