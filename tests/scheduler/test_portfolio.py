"""Branch and bound that starts, streams and stops, and the portfolio that puts solvers in order."""

from __future__ import annotations

import math
import threading
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler import AssignmentProblem, Budget, Improvement, solve
from scheduler import highs as models
from scheduler.aside import run_aside
from scheduler.budget import Stopwatch
from scheduler.errors import ProblemTooLargeError
from scheduler.solvers import portfolio
from scheduler.structure import structure
from tests.scheduler.conftest import brute_force, problems, random_problem
from tests.scheduler.test_solvers import check

NEVER = lambda: False  # noqa: E731


@settings(max_examples=40, deadline=None)
@given(problems())
def test_an_assignment_survives_the_mixed_integer_model(problem: AssignmentProblem):
    """Its columns decode to itself, keep every row and cost what it costs."""
    plan = solve(problem, "greedy", start=np.full(problem.tasks, 1))
    model, scale = models.pair_model(problem)
    values = models.encode(problem, plan.assignment)
    assert models.decode(problem, values).tolist() == plan.assignment.tolist()
    assert len(values) == model.num_col_
    if math.isfinite(plan.objective.total):
        assert scale.cost * float(np.dot(model.col_cost_, values)) == pytest.approx(plan.objective.total, abs=1e-6)
    activity = np.zeros(model.num_row_)
    for column in np.flatnonzero(values):
        begin, end = model.a_matrix_.start_[column], model.a_matrix_.start_[column + 1]
        activity[model.a_matrix_.index_[begin:end]] += model.a_matrix_.value_[begin:end]
    assert (activity <= np.asarray(model.row_upper_) + 1e-9).all()
    assert (activity >= np.asarray(model.row_lower_) - 1e-9).all()


@settings(max_examples=25, deadline=None)
@given(problems(), st.booleans())
def test_branch_and_bound_proves_no_more_than_the_optimum_and_streams_valid_plans(problem, threaded):
    """In the thread of the caller and beside it."""
    seen: list[Improvement] = []
    budget = Budget(cancelled=NEVER if threaded else None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scheduler.solvers.exact.ENUMERATION_LIMIT", 0)
        plan = solve(problem, "exact", budget, on_improve=seen.append)
    check(problem, plan)
    optimum = brute_force(problem)
    assert plan.objective.total == pytest.approx(optimum, abs=1e-6)
    if math.isfinite(optimum):
        assert plan.bound == pytest.approx(optimum, rel=1e-8, abs=1e-6)
        assert plan.bound <= optimum + 1e-9 * max(1.0, abs(optimum))
    assert [item.objective for item in seen] == [value for _, value, _ in plan.trace]
    assert all(not problem.violations(item.assignment).breaks_a_rule for item in seen)


def test_branch_and_bound_finds_better_plans_one_after_the_other(monkeypatch: pytest.MonkeyPatch):
    """From a poor start it tells of each better plan as it comes, not only of the last."""
    monkeypatch.setattr("scheduler.solvers.exact.insert", lambda problem, prices, assignment: assignment)
    monkeypatch.setattr(
        "scheduler.solvers.exact.offer_insertion", lambda recorder, begun: recorder.offer(recorder.best)
    )
    problem, seen = random_problem(3, tasks=25, agents=6, resources=2, pairs=False), []
    plan = solve(problem, "exact", on_improve=seen.append)
    check(problem, plan)
    assert len(seen) >= 2
    assert plan.gap is not None
    assert plan.gap <= 1e-9


def test_a_gap_ends_branch_and_bound_early():
    problem = random_problem(1, tasks=24, agents=5, resources=2)
    plan = solve(problem, "exact", Budget(gap=0.2))
    check(problem, plan)
    assert plan.gap is not None
    assert plan.gap <= 0.2 + 1e-9


def test_work_aside_is_left_alone_when_cancelled_and_its_errors_come_through():
    begun, release = threading.Event(), threading.Event()

    def work() -> int:
        begun.set()
        release.wait(30)
        return 1

    watch = Stopwatch(Budget(cancelled=begun.is_set))
    assert run_aside(work, watch) is None
    release.set()
    assert run_aside(lambda: 2, Stopwatch(Budget(cancelled=NEVER))) == 2

    def fails() -> int:
        raise ZeroDivisionError

    for budget in (Budget(), Budget(cancelled=NEVER)):
        with pytest.raises(ZeroDivisionError):
            run_aside(fails, Stopwatch(budget))


@pytest.mark.parametrize("name", ["auto", "portfolio"])
def test_the_portfolio_says_why_with_numbers(name: str):
    tiny, small = random_problem(1, tasks=4), random_problem(1, tasks=24, agents=5, resources=2)
    plan = solve(tiny, name, Budget(sweeps=20))
    assert plan.reason.startswith(f"{name} chose exact: its {structure(tiny).assignments} assignments")
    plan = solve(small, name, Budget(seconds=0.5))
    check(small, plan)
    assert f"{structure(small).variables} variables" in plan.reason
    assert plan.solver in {"memetic", "exact"}


def test_rules_go_by_size_density_and_budget():
    facts = structure(random_problem(1, tasks=24, agents=5, pairs=False))
    timed, counted = Budget(seconds=3.0), Budget(sweeps=50)

    def first(facts, budget):
        return [name for name, _ in portfolio.rules_for(facts, budget)[0].stages]

    assert first(replace(facts, assignments=100), timed) == ["exact"]
    assert first(facts, timed) == ["pga", "exact"]
    assert first(facts, counted) == ["pga"]
    assert first(replace(facts, density=0.5), timed) == ["memetic", "exact"]
    assert first(replace(facts, density=0.5, variables=10**6), timed) == ["memetic"]
    assert first(replace(facts, variables=10**6), timed) == ["pga"]


def test_a_solver_that_refuses_is_followed_by_the_next_rule(monkeypatch: pytest.MonkeyPatch):
    """In the open: the plan tells of it."""

    def refuse(*_args, **_options):
        raise ProblemTooLargeError("memetic", "tasks", 10, 5)

    monkeypatch.setattr("scheduler.solvers.memetic.Memetic.solve", refuse)
    problem = random_problem(1, tasks=24, agents=5, resources=2)
    plan = solve(problem, "auto", Budget(sweeps=20))
    check(problem, plan)
    assert plan.solver == "pga"
    assert "memetic takes at most 5 tasks" in plan.fallbacks[0]


def test_the_stages_of_the_portfolio_add_up():
    """The plan is the best of all stages, its trace only descends, and the bound is the best that any proved."""
    problem, seen = random_problem(2, tasks=24, agents=5, resources=2, pairs=False), []
    plan = solve(problem, "auto", Budget(seconds=1.0), on_improve=seen.append)
    check(problem, plan)
    assert [item.objective for item in seen] == [value for _, value, _ in plan.trace]
    alone = solve(problem, "pga", Budget(sweeps=1))
    assert plan.bound is not None
    assert alone.bound is not None
    assert plan.objective.total <= alone.objective.total + 1e-9
    assert plan.bound >= alone.bound - 1e-9 * abs(alone.bound)


def test_structure_counts_what_it_says():
    problem = random_problem(7, tasks=6, agents=4, resources=2, forced=True)
    facts = structure(problem)
    assert (facts.tasks, facts.agents, facts.resources, facts.labels) == (6, 4, 2, len(problem.agent))
    assert facts.pairs == (problem.pair_weight > 0).sum() // 2
    assert facts.density == pytest.approx(facts.pairs / 15)
    assert facts.forced == np.isinf(problem.unassigned_cost).sum()
    assert facts.conflicts == len(problem.conflict_task) // 2
    assert facts.variables == models.pair_model(problem)[0].num_col_
    out = np.isfinite(problem.unassigned_cost)
    assert facts.assignments == math.prod((np.diff(problem.task_ptr) + out).tolist())
    assert facts.tightness > 0
