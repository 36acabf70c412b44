"""Anneals a large problem by rotating domains, round after round through the injected parallel map."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.annealing import anneal_once
from scheduler.arrays import FloatArray, Int32Array
from scheduler.hierarchy import HierarchicalQUBO, narrowed
from scheduler.insertion import insert
from scheduler.schedule import Schedule, course
from scheduler.search import CANDIDATES, Search, without_conflicts

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.plan import Parallel
    from scheduler.problem import AssignmentProblem
    from scheduler.recorder import Recorder
    from scheduler.relaxation import Relaxation

ROUNDS = 12
"""Rounds of domains, each cut along other lines."""
STOPS = 4
"""Points of the schedule that a domain stops at within a round."""
TOGETHER = 0.85
"""Point of the schedule at which the domains end and all tasks are annealed together."""
ROUND_SHARE = 0.7
"""Share of the search's sweeps or seconds that goes into the rounds."""
DEFAULT_SWEEPS = 300
"""Sweeps where the budget limits neither sweeps nor seconds."""


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """What a worker needs for one domain in one round: a message of arrays and numbers.

    `deadline` is in seconds since the epoch, infinite without a limit.
    """

    problem: AssignmentProblem
    prices: FloatArray
    belief: FloatArray
    start: Int32Array
    seed: int
    spread: float
    schedule: Schedule
    begin: float
    end: float
    sweeps: int
    deadline: float


def run_stage(stage: Stage) -> Int32Array:
    """Anneal one domain for one round; the result may overfill agents, as the schedule has it."""
    search = Search(stage.problem, stage.prices, stage.belief, stage.start, stage.seed, CANDIDATES, stage.spread)
    for stop in range(STOPS):
        progress = stage.begin + (stage.end - stage.begin) * stop / STOPS
        sweeps = stage.sweeps * (stop + 1) // STOPS - stage.sweeps * stop // STOPS
        search.sweep(stage.schedule, progress, sweeps, lambda: time.time() >= stage.deadline)
    return search.assignment


def serial(function: Callable[[Any], Any], items: list[Any]) -> list[Any]:
    """The map that is used when none is injected."""
    return [function(item) for item in items]


def rotate_domains(recorder: Recorder, relaxation: Relaxation, seed: int, parallel: Parallel | None, cold: bool) -> int:
    """Search by rotating domains, then all together; returns the number of domains."""
    problem, beliefs = narrowed(recorder.problem, relaxation, CANDIDATES)
    hierarchy = HierarchicalQUBO(problem, beliefs)
    schedule = course(problem, cold)
    current = without_conflicts(problem, hierarchy.start() if cold else without_strangers(problem, recorder.best))
    together = Search(problem, relaxation.prices, beliefs.belief, current, seed)
    watch, budget = recorder.stopwatch, recorder.stopwatch.budget
    sweeps = budget.sweeps
    if sweeps is None and budget.seconds is None:
        sweeps = DEFAULT_SWEEPS
    rounds_watch = watch.part(ROUND_SHARE)
    each = 4 if sweeps is None else max(1, int(sweeps * ROUND_SHARE / ROUNDS))
    turn, progress, proposals = 0, 0.0, 0
    while progress < 1.0 and not rounds_watch.expired():
        if sweeps is not None and rounds_watch.fraction() > turn / ROUNDS + 0.1:
            rounds_watch.press()
            sweeps = None
        before = rounds_watch.fraction()
        end = (turn + 1) / ROUNDS if sweeps is not None else min(1.0, progress + max(1 / ROUNDS, before / max(turn, 1)))
        level = hierarchy.lowest.rotated(turn, seed)
        parts = level.sub_problems(current)
        deadline = time.time() + rounds_watch.remaining()
        stages = [
            Stage(
                part.problem, relaxation.prices[part.agents], beliefs.belief[part.entries], part.restrict(current),
                _seed(seed, turn, number), together.spread, schedule, TOGETHER * progress, TOGETHER * end, each,
                deadline,
            )
            for number, part in enumerate(parts)
        ]  # fmt: skip
        for part, found in zip(parts, (parallel or serial)(run_stage, stages), strict=True):
            part.lift(found, current)
        proposals += each * problem.tasks if time.time() < deadline else 0  # a round that was cut counts nothing
        turn += 1
        progress = end if sweeps is not None else rounds_watch.fraction()
        if sweeps is None:
            spent = max(rounds_watch.fraction() - before, 1e-9)
            each = max(1, int(each * np.clip(1.0 / (ROUNDS * spent), 0.5, 4.0)))
    together.restart(current)
    left = None if sweeps is None else max(1, sweeps - each * ROUNDS)
    anneal_once(together, schedule, watch.part(0.9), left, since=TOGETHER)
    recorder.moves = proposals + together.proposals
    recorder.offer(insert(recorder.problem, relaxation.prices, together.finish()))
    return hierarchy.lowest.count


def without_strangers(problem: AssignmentProblem, assignment: Int32Array) -> Int32Array:
    """A copy with -1 where a task's agent is not among its labels."""
    from scheduler.evaluation import positions

    vector = assignment.copy()
    vector[positions(problem, vector) == -2] = -1
    return vector


def _seed(seed: int, turn: int, number: int) -> int:
    return int(np.random.SeedSequence((seed, turn, number)).generate_state(1)[0])
