"""The memetic search keeps its books right, obeys its budget, and reaches what is known of small dense problems."""

from __future__ import annotations

import itertools
import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scheduler
from scheduler import AssignmentProblem, Budget, Improvement, ProblemTooLargeError, from_triplets, solve
from scheduler.formats import read_problem
from scheduler.kernels.dense import settle
from scheduler.population import Annealer, Individual, Population
from scheduler.recorder import Recorder
from tests.scheduler.conftest import brute_force, problems, random_problem, value_of
from tests.scheduler.test_budgets import facts
from tests.scheduler.test_solvers import check, empty

FEW = Budget(sweeps=40)


@settings(max_examples=60, deadline=None)
@given(problems(), st.integers(0, 3))
def test_no_plan_breaks_a_rule_or_beats_the_optimum(problem: AssignmentProblem, seed: int) -> None:
    """Whatever is in the problem: resources, conflicts, pairs, tasks that must be placed, decimal demands."""
    plan = solve(problem, "memetic", FEW, seed)
    check(problem, plan)
    optimum = brute_force(problem)
    if math.isfinite(plan.objective.total):
        assert plan.objective.total >= optimum - 1e-9 * max(1.0, abs(optimum))


def test_small_problems_are_solved_to_the_optimum() -> None:
    """Nearly all of forty, with the proof by branch and bound kept out of it; the others are no better than it."""
    hits = 0
    for seed in range(40):
        problem = random_problem(seed, tasks=6, resources=2, forced=seed % 2 == 0)
        found, optimum = searched(problem, seed, sweeps=400), brute_force(problem)
        assert found >= optimum - 1e-9
        hits += found <= optimum + 1e-9
    assert hits >= 38


def searched(problem: AssignmentProblem, seed: int, sweeps: int) -> float:
    """What anneals alone find, without bounds."""
    recorder = Recorder(problem, Budget())
    annealer = Annealer(recorder, seed)
    for _ in range(3):
        annealer.anneal(annealer.random(), sweeps, 1.0)
    return recorder.objective


@settings(max_examples=60, deadline=None)
@given(problems(), st.integers(0, 2**16))
def test_books_kept_move_by_move_are_those_made_anew(problem: AssignmentProblem, seed: int) -> None:
    """Objective, fields, loads, excesses and conflicts; and the best that is kept is valid and worth what it says."""
    if not len(problem.agent):
        return
    annealer = Annealer(Recorder(problem, Budget()), seed)
    best = annealer.anneal(annealer.random(), 20, 1.0)
    walk = annealer.walk
    kept = [walk.number[[0, 3]].copy(), walk.load.copy(), walk.strain.copy(), walk.field.copy(), walk.clash.copy()]
    settle(annealer.table, walk)
    for before, after in zip(kept, (walk.number[[0, 3]], walk.load, walk.strain, walk.field, walk.clash), strict=True):
        assert np.allclose(before, after, rtol=1e-9, atol=1e-9)
    assignment = annealer.assignment(best.label)
    assert not problem.violations(assignment).breaks_a_rule
    worth = value_of(problem, tuple(assignment.tolist()))
    if math.isfinite(worth):
        assert best.value == pytest.approx(worth, rel=1e-9, abs=1e-9)


def test_broken_rules_are_counted_as_they_are() -> None:
    """Overfull resources and conflicts of a random assignment, counted by plain loops."""
    for seed in range(20):
        problem = random_problem(seed, tasks=9, agents=3, resources=2)
        annealer = Annealer(Recorder(problem, Budget()), seed)
        labels = annealer.random()
        annealer.individual(annealer.assignment(labels))
        seen = problem.violations(annealer.assignment(labels))
        assert annealer.walk.number[3] == len(seen.overload) + len(seen.conflicts)


def test_sweeps_and_seed_fix_everything() -> None:
    """Plan, bound, trace and texts bit for bit, with seconds beside the sweeps too."""
    for problem in (random_problem(5, tasks=14, agents=4, resources=2), dense(12, 4)):
        alone = facts(solve(problem, "memetic", Budget(sweeps=300), seed=7))
        assert facts(solve(problem, "memetic", Budget(sweeps=300), seed=7)) == alone
        assert facts(solve(problem, "memetic", Budget(sweeps=300, seconds=600.0), seed=7)) == alone


def test_sweeps_are_a_limit() -> None:
    """The search proposes as many moves as the budget has, not more."""
    problem = dense(12, 4)
    for sweeps in (1, 7, 1000):
        plan = solve(problem, "memetic", Budget(sweeps=sweeps))
        assert plan.moves == sweeps * problem.tasks
    assert solve(problem, "memetic", Budget(sweeps=0)).moves is None


def dense(tasks: int, agents: int, tight: float = 0.9, seed: int = 0, must: bool = True) -> AssignmentProblem:
    """Every two tasks are a pair, every agent is a cluster of its own, and little room is left."""
    rng = np.random.default_rng(seed)
    task, agent = np.divmod(np.arange(tasks * agents), agents)
    demand = rng.integers(5, 50, tasks).astype(float)
    apart = np.triu(rng.integers(1, 50, (agents, agents)), 1).astype(float)
    one, other = zip(*itertools.combinations(range(tasks), 2), strict=True)
    return from_triplets(
        task,
        agent,
        rng.integers(0, 2000, tasks * agents).astype(float),
        demand[task],
        np.full(agents, np.ceil(demand.sum() / agents / tight)),
        np.full(tasks, np.inf if must else 3e4),
        pairs=(one, other, rng.integers(1, 50, len(one)).astype(float)),
        agent_cluster=np.arange(agents),
        cluster_distance=apart + apart.T,
    )


def test_dense_pairs_in_scarce_room_are_solved_to_the_optimum() -> None:
    """Anneals alone find what enumeration finds."""
    for seed in range(8):
        problem = dense(7, 3, tight=0.75, seed=seed)
        assert searched(problem, seed, sweeps=2000) == solve(problem, "exact").objective.total < math.inf


def test_a_start_is_never_made_worse() -> None:
    """From a valid start the plan is at least as good; a start that breaks rules is cleaned, not trusted."""
    for seed in range(10):
        problem = random_problem(seed, tasks=6)
        best = solve(problem, "exact")
        again = solve(problem, "memetic", FEW, start=best.assignment)
        assert again.objective.total <= best.objective.total + 1e-9
        check(problem, solve(problem, "memetic", FEW, start=np.full(problem.tasks, 2)))


def test_improvements_are_streamed_in_order() -> None:
    """Every reported assignment is valid, better than the one before, and the last is the plan's."""
    problem, seen = dense(20, 5, tight=0.8), list[Improvement]()
    plan = solve(problem, "memetic", Budget(sweeps=2000), on_improve=seen.append)
    assert [item.objective for item in seen] == [value for _, value, _ in plan.trace]
    assert all(not problem.violations(item.assignment).breaks_a_rule for item in seen)
    assert np.array_equal(seen[-1].assignment, plan.assignment)


@pytest.mark.parametrize("asks", [0, 1, 5, 60])
def test_cancelling_ends_it_between_two_looks(asks: int) -> None:
    """Whenever the caller cancels, a valid plan comes back, it says so, and the watch is hardly asked again."""
    asked = itertools.count()
    problem = dense(30, 8, must=False)
    plan = solve(problem, "memetic", Budget(sweeps=10**9, cancelled=lambda: next(asked) >= asks))
    check(problem, plan)
    assert any("cancelled" in text for text in plan.fallbacks)
    assert next(asked) < asks + 40


def test_a_plan_that_the_clock_ended_says_so() -> None:
    """More sweeps than time."""
    plan = solve(dense(30, 8), "memetic", Budget(sweeps=10**9, seconds=0.2))
    assert any("ended by the clock" in text for text in plan.fallbacks)


def test_a_proven_plan_ends_the_search() -> None:
    """Without pairs HiGHS proves it after the first population; nearly all of the budget is left unspent."""
    problem = random_problem(4, tasks=20, agents=6, resources=2, pairs=False)
    plan = solve(problem, "memetic", Budget(sweeps=10**9))
    assert plan.gap is not None
    assert plan.gap <= 1e-8
    assert (plan.moves or 0) < 10**7


@pytest.mark.parametrize(("tasks", "agents"), [(0, 0), (0, 3), (3, 0), (3, 3)])
def test_nothing_to_do_is_a_plan(tasks: int, agents: int) -> None:
    """No tasks, no agents, or nobody eligible: everything is left out at its cost."""
    problem = empty(tasks, agents)
    plan = solve(problem, "memetic", FEW)
    check(problem, plan)
    assert plan.assignment.tolist() == [-1] * tasks
    assert plan.objective.total == 3.0 * tasks


def test_tasks_that_must_be_placed_and_cannot_are_left_out() -> None:
    """As few of them as possible, and the plan says that they are."""
    for capacity, left_out in ((0.0, 4), (2.5, 2)):
        problem = from_triplets(
            range(4), [0] * 4, [1.0, 2.0, 3.0, 4.0], [1.0] * 4, [capacity], [np.inf] * 4,
            pairs=([0, 1], [2, 3], [1.0, 1.0]), unassigned_distance=2.0,
        )  # fmt: skip
        plan = solve(problem, "memetic", FEW)
        assert (plan.assignment < 0).sum() == left_out
        assert math.isinf(plan.objective.total)
        assert plan.gap is None


@pytest.mark.parametrize("scale", [1e-9, 1e9])
def test_the_scale_of_costs_does_not_matter(scale: float) -> None:
    """Tiny and huge costs give the plan of ordinary ones."""
    for seed in range(5):
        plain, scaled = random_problem(seed, tasks=6), random_problem(seed, tasks=6, scale=scale)
        expected = solve(plain, "memetic", Budget(sweeps=300)).objective.total
        plan = solve(scaled, "memetic", Budget(sweeps=300))
        check(scaled, plan)
        assert plan.objective.total == pytest.approx(expected * scale, rel=1e-6)


def test_large_problems_are_refused_with_the_reason() -> None:
    """Too many tasks for a matrix of pairs, too many labels for a table: the error says what and what else to use."""
    count = 2_500
    once = (np.arange(count), np.zeros(count, int), np.ones(count), np.ones(count), [1.0], np.ones(count))
    with pytest.raises(ProblemTooLargeError, match=r"tasks with pairs or conflicts.*'pga'"):
        solve(from_triplets(*once, pairs=([0], [1], [1.0])), "memetic")
    check(from_triplets(*once), solve(from_triplets(*once), "memetic", Budget(sweeps=3)))
    count = 10_000
    wide = from_triplets([0], [0], [1.0], [1.0], np.ones(count), np.ones(count))
    with pytest.raises(ProblemTooLargeError, match="labels"):
        solve(wide, "memetic")


def test_anneals_alone_make_a_valid_plan_with_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on problems with so many pairs that insertion and messages would take too long; unplaced tasks are fitted in."""
    monkeypatch.setattr("scheduler.solvers.memetic.INSERTION_LIMIT", -1)
    monkeypatch.setattr("scheduler.solvers.memetic.ROUND_LIMIT", -1)
    for must in (True, False):
        problem = dense(20, 5, tight=0.8, must=must)
        plan = solve(problem, "memetic", Budget(sweeps=300))
        check(problem, plan)
        assert plan.bound_kind in ("lagrangian", "lp")
        assert (plan.assignment >= 0).all()


def test_a_child_has_every_label_from_a_parent() -> None:
    """And what both share is kept."""
    one, other = np.array([0, 1, 2, 3, 4, 5]), np.array([0, 1, 5, 4, 3, 2])
    population, rng = Population([Individual(1.0, one), Individual(2.0, other)]), np.random.default_rng(0)
    children = [population.child(rng) for _ in range(20)]
    assert all(((child == one) | (child == other)).all() for child in children)
    assert len({child.tobytes() for child in children}) > 5


def test_a_population_takes_what_is_better_and_new() -> None:
    """The worst member goes; twins and worse ones are turned away; a new best is reported."""
    labels = [np.full(3, k) for k in range(4)]
    population = Population([Individual(5.0, labels[0]), Individual(9.0, labels[1])])
    assert not population.add(Individual(9.0, labels[2]))
    assert not population.add(Individual(5.0, labels[0].copy()))
    assert not population.add(Individual(7.0, labels[2]))
    assert [member.value for member in population.members] == [5.0, 7.0]
    assert population.add(Individual(4.0, labels[3]))
    assert [member.value for member in population.members] == [5.0, 4.0]


@pytest.mark.parametrize(("name", "known"), [("20-15-35", 1471896.0), ("30-06-95", 5160920.0), ("35-15-75", 6301723.0)])
def test_published_instances_are_solved_to_their_best_known_value(name: str, known: float) -> None:
    """Instances of Cordeau et al.; three seeds of three."""
    data = Path(os.environ.get("QAM_DATA", Path(scheduler.__file__).parents[2] / "shared" / "data"))
    path = data / "gqap" / "cordeau" / f"{name}.txt"
    if not path.exists():
        pytest.skip(f"{path} is not there: set QAM_DATA to the folder with the benchmark data")
    problem = read_problem(path, "cordeau")
    assert isinstance(problem, AssignmentProblem)
    for seed in range(3):
        assert solve(problem, "memetic", Budget(sweeps=300_000), seed).objective.total == known
