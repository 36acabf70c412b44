"""Exact neighbourhoods: never worse, always valid, and optimal where one holds the whole problem."""

from __future__ import annotations

import numpy as np
import pytest

from scheduler import Budget, insert, solve
from scheduler.budget import Stopwatch
from scheduler.core import CoreSearch, fits, search_core
from scheduler.enumeration import enumerate_best
from scheduler.recorder import Recorder
from scheduler.relaxation import relax
from simulations.instances import InstanceFamily, draw_instance
from tests.scheduler.conftest import random_problem

ENDLESS = Stopwatch(Budget())


def greedy(problem):
    prices = relax(problem).prices
    return prices, insert(problem, prices, np.full(problem.tasks, -1, dtype=np.int32))


@pytest.mark.parametrize("seed", range(25))
def test_reaches_the_optimum_where_the_neighbourhood_is_the_whole(seed):
    problem = random_problem(seed, tasks=6, agents=3, resources=1 + seed % 2, pairs=False, conflicts=False)
    prices, start = greedy(problem)
    core = CoreSearch(problem, prices, start, 0)
    core.step(ENDLESS)
    best = problem.objective(enumerate_best(problem)).total
    assert problem.objective(core.assignment).total == pytest.approx(best, rel=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_every_step_is_valid_and_not_worse(seed):
    problem = draw_instance(InstanceFamily(tasks=60, agents=10, eligible=5, pair_density=0.0), seed)
    prices, start = relax(problem).prices, np.full(problem.tasks, -1, dtype=np.int32)
    core, value = CoreSearch(problem, prices, start, seed), problem.objective(start).total
    for _ in range(4):
        better = core.step(ENDLESS)
        now = problem.objective(core.assignment).total
        assert not problem.violations(core.assignment)
        assert (now < value) == better
        assert now <= value
        value = now
    assert value < problem.objective(start).total


@pytest.mark.parametrize("seed", range(10))
def test_tasks_in_conflict_stay_where_they_are(seed):
    problem = random_problem(seed, tasks=12, agents=4, pairs=False, conflicts=True)
    prices, start = greedy(problem)
    core = CoreSearch(problem, prices, start, seed)
    for _ in range(3):
        core.step(ENDLESS)
    bound = np.diff(problem.conflict_ptr) > 0
    assert np.array_equal(core.assignment[bound], start[bound])
    assert not problem.violations(core.assignment).breaks_a_rule


def test_effort_follows_the_sweeps_and_repeats():
    problem = draw_instance(InstanceFamily(tasks=60, agents=8, eligible=5, pair_density=0.0), 1)
    one, two = (solve(problem, "pga", Budget(sweeps=9000), seed=4) for _ in range(2))
    assert np.array_equal(one.assignment, two.assignment)
    recorder = Recorder(problem, Budget(sweeps=9000))
    recorder.offer(one.assignment)
    assert search_core(recorder, one.prices, 0, recorder.stopwatch, 3000) == 3


def test_problems_with_pairs_are_left_to_the_anneal():
    assert not fits(random_problem(1, pairs=True))
    assert fits(random_problem(1, pairs=False))


def test_a_task_that_must_be_placed_and_is_not_is_no_obstacle():
    problem = random_problem(3, tasks=8, agents=3, pairs=False, conflicts=False, forced=True)
    core = CoreSearch(problem, relax(problem).prices, np.full(8, -1, dtype=np.int32), 0)
    core.step(ENDLESS)
    best = enumerate_best(problem)
    assert (core.assignment < 0).sum() == (best < 0).sum()
    assert not problem.violations(core.assignment).breaks_a_rule
