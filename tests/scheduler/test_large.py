"""What large problems take another way for: bounds in float32, thinned starts, the whole annealed at once, cancelling."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler import AssignmentProblem, Budget, lagrangian_bound, pair_bound, relax, solve
from scheduler.bounds.certificate import dual_value
from scheduler.bounds.lagrangian import coarse_start, step_unit, thinned
from scheduler.budget import Stopwatch
from scheduler.insertion import regret
from scheduler.spaces import full_space
from tests.scheduler.conftest import brute_force, distance_of, problems, random_problem


class Patience:
    """Says stop from the n-th question on, and notes when it did and how long the questions were apart."""

    def __init__(self, questions: int) -> None:
        self.left = questions
        self.asked = 0

    def __call__(self) -> bool:
        self.asked += 1
        self.left -= 1
        return self.left < 0


@settings(max_examples=60, deadline=None)
@given(problems())
def test_bounds_from_messages_in_float32_hold(problem: AssignmentProblem) -> None:
    """At most the optimum, and what `verify` recomputes in float64 is the bound, exactly."""
    bound = pair_bound(problem, 6, single=True)
    optimum = brute_force(problem)
    if math.isfinite(optimum):
        assert bound.bound <= optimum + 1e-9 * max(1.0, abs(optimum))
    assert bound.messages is None or bound.messages.dtype == np.float32
    assert bound.verify(problem) == bound.bound


def test_messages_in_float32_prove_as_much(instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within a hundred-thousandth of what float64 proves with the same price steps."""
    problem = instance("100x1000_pairs1_local7")
    monkeypatch.setattr("scheduler.bounds.pairs.PRICE_STEPS_LARGE", 10)
    linear = lagrangian_bound(problem)
    double = pair_bound(problem, 20, linear=linear)
    single = pair_bound(problem, 20, linear=linear, single=True)
    assert single.kind == double.kind == "mplp"
    assert single.bound == pytest.approx(double.bound, rel=1e-5)


@settings(max_examples=60, deadline=None)
@given(problems(), st.booleans(), st.integers(0, 99))
def test_the_dual_value_is_the_sum_of_its_least_parts(problem: AssignmentProblem, messages: bool, seed: int) -> None:
    """The streaming kernels agree with plain loops over tasks and pairs, however the tasks are cut."""
    rng = np.random.default_rng(seed)
    prices = rng.uniform(0, 2, problem.capacity.shape)
    labels = [[*problem.eligible(task).tolist(), -1] for task in range(problem.tasks)]
    widths = [len(row) for row in labels]
    rows = np.repeat(np.arange(problem.tasks), np.diff(problem.pair_ptr))
    said = [rng.normal(0, 3, widths[task]) if messages else np.zeros(widths[task]) for task in rows]
    costs = []
    for task, row in enumerate(labels):
        first = problem.task_ptr[task]
        cost = [problem.cost[first + k] + prices[a] @ problem.demand[first + k] for k, a in enumerate(row[:-1])]
        costs.append(np.array([*cost, min(problem.unassigned_cost[task], 1e9)]))
    total = -float((prices * problem.capacity).sum())
    for entry, (task, other) in enumerate(zip(rows, problem.pair_task, strict=True)):
        costs[task] = costs[task] + said[entry]
        if task < other:
            back = next(e for e in range(len(rows)) if rows[e] == other and problem.pair_task[e] == task)
            table = [[distance_of(problem, a, b) for b in labels[other]] for a in labels[task]]
            remainder = problem.pair_weight[entry] * np.array(table) - said[entry][:, None] - said[back][None]
            total += remainder.min()
    forced = np.isinf(problem.unassigned_cost)
    if forced.any():
        return  # charged with a finite cost of the scheduler's own
    total += sum(float(cost.min()) for cost in costs)
    given_messages = np.concatenate([np.zeros(0), *said]) if messages else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scheduler.bounds.certificate.WORK_BETWEEN_LOOKS", 1)
        assert dual_value(problem, prices, given_messages) == pytest.approx(total, abs=1e-9)


def test_a_stopped_check_proves_nothing() -> None:
    """Minus infinity, never a part of the sum."""
    problem = random_problem(1, tasks=8)
    bound = pair_bound(problem, 3)
    assert dual_value(problem, bound.prices, bound.messages, stop=lambda: True) == -math.inf


@settings(max_examples=50, deadline=None)
@given(problems())
def test_regret_is_the_difference_of_the_two_cheapest_places(problem: AssignmentProblem) -> None:
    """With leaving out as a place; infinite where there is no other."""
    prices = np.full(problem.capacity.shape, 0.5)
    found = regret(problem, prices, np.arange(problem.tasks))
    for task in range(problem.tasks):
        row = slice(problem.task_ptr[task], problem.task_ptr[task + 1])
        places = sorted([*(problem.cost[row] + 0.5 * problem.demand[row].sum(axis=1)), problem.unassigned_cost[task]])
        expected = places[1] - places[0] if len(places) > 1 and np.isfinite(places[1]) else math.inf
        assert found[task] == pytest.approx(expected)


def test_a_thinned_space_asks_for_prices_of_the_same_size(instance) -> None:
    """Every fourth task on a fourth of the capacity leads to the same step size and to near prices."""
    problem = instance("100x1000_pairs0_local7")
    space = full_space(problem)
    unit = step_unit(problem, space.missed)
    factor, value, prices = coarse_start(space, unit, None)
    thin = thinned(space, 4)
    assert len(thin.missed) == 250
    assert thin.task_ptr[-1] == len(thin.agent) == len(thin.cost)
    again, part, near = coarse_start(thin, unit, None)
    assert again == factor
    assert 4 * part == pytest.approx(value, rel=0.1)
    assert near.sum() == pytest.approx(prices.sum(), rel=0.5)


def test_the_ascent_on_large_problems_comes_near_the_linear_relaxation(
    instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fewer steps from a thinned start lose little."""
    problem = instance("1000x10000_pairs0_local7")
    best = lagrangian_bound(problem).bound
    monkeypatch.setattr("scheduler.bounds.lagrangian.SAMPLE", 40_000)
    monkeypatch.setattr("scheduler.bounds.lagrangian.FULL_WORK", 150 * len(problem.agent))
    bound = lagrangian_bound(problem).bound
    assert best * (1 - 1e-3) <= bound <= best * (1 + 1e-6)


def test_one_processor_against_the_clock_anneals_all_tasks_together(instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Valid, no worse than insertion, and the reason says so; with a parallel map the reason tells the sizes of the domains."""
    monkeypatch.setattr("scheduler.solvers.pga.FLAT_LIMIT", 100)
    monkeypatch.setattr("scheduler.hierarchy.TASKS_A_DOMAIN", 300)
    problem = instance("100x1000_pairs1_local7")
    alone = solve(problem, "pga", Budget(seconds=1.0), seed=1)
    assert "annealed all 1000 tasks together" in alone.reason
    shared = solve(
        problem, "pga", Budget(seconds=1.0), seed=1, parallel=lambda function, items: [*map(function, items)]
    )
    assert "3 domains of" in shared.reason
    for plan in (alone, shared):
        assert not problem.violations(plan.assignment)
        assert plan.objective.total <= solve(problem, "greedy").objective.total


@pytest.mark.parametrize("questions", [0, 1, 2, 5, 12, 30, 80])
@pytest.mark.parametrize("parallel", [False, True])
def test_a_cancelled_rotation_returns_a_valid_plan(
    instance, monkeypatch: pytest.MonkeyPatch, questions: int, parallel: bool
) -> None:
    """Wherever it is cancelled: nothing breaks a rule, and after the answer is yes few questions are asked."""
    monkeypatch.setattr("scheduler.solvers.pga.FLAT_LIMIT", 100)
    monkeypatch.setattr("scheduler.hierarchy.TASKS_A_DOMAIN", 300)
    problem = instance("100x1000_pairs1_local7")
    patience = Patience(questions)
    mapping: Callable | None = (lambda function, items: [*map(function, items)]) if parallel else None
    plan = solve(problem, "pga", Budget(sweeps=200, cancelled=patience), seed=1, parallel=mapping)
    assert not problem.violations(plan.assignment).breaks_a_rule
    assert any("cancelled" in text for text in plan.fallbacks)
    assert patience.asked < questions + 60


def test_the_bound_looks_at_the_watch_often(instance) -> None:
    """On ten thousand tasks no two looks are further apart than a small part of the work."""
    problem = instance("1000x10000_pairs1_local7")
    never = Patience(10**9)
    relax(problem, Stopwatch(Budget(sweeps=200, cancelled=never)))
    assert never.asked > 40
    for questions in (0, never.asked // 4, never.asked // 2):
        patience = Patience(questions)
        relax(problem, Stopwatch(Budget(sweeps=200, cancelled=patience)))
        assert patience.asked <= questions + 8
