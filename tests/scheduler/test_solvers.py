"""No solver returns a plan that breaks a rule or misstates itself, whatever it is given."""

from __future__ import annotations

import json
import math
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scheduler
from scheduler import (
    AssignmentProblem,
    Budget,
    InvalidBudgetError,
    Plan,
    ProblemTooLargeError,
    UnknownSolverError,
    from_triplets,
    insert,
    solve,
)
from tests.scheduler.conftest import brute_force, problems, random_problem

SMALL = Budget(sweeps=30)


def check(problem: AssignmentProblem, plan: Plan) -> None:
    """Everything a plan says about itself is true."""
    assert plan.assignment.dtype == np.int32
    assert not plan.assignment.flags.writeable
    assert not problem.violations(plan.assignment).breaks_a_rule
    objective = problem.objective(plan.assignment)
    assert plan.objective == objective
    if plan.bound is not None and math.isfinite(objective.total):
        assert plan.bound <= objective.total + 1e-9 * max(1.0, abs(objective.total))
        assert plan.gap == pytest.approx(max(objective.total - plan.bound, 0.0) / max(abs(plan.bound), 1e-9))
    if plan.certificate is not None:
        assert plan.certificate.verify(problem) == pytest.approx(plan.bound, rel=1e-9, abs=1e-12)
    assert plan.prices.shape == problem.capacity.shape
    assert plan.reason
    values = [value for _, value, _ in plan.trace]
    assert values == sorted(values, reverse=True)
    json.dumps(plan.to_json(), allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(problems(), st.sampled_from(["greedy", "pga", "exact", "auto"]), st.integers(0, 3))
def test_no_plan_breaks_a_rule_or_misstates_itself(problem: AssignmentProblem, name: str, seed: int) -> None:
    """And none is better than the optimum."""
    plan = solve(problem, name, SMALL, seed)
    check(problem, plan)
    optimum = brute_force(problem)
    if math.isfinite(plan.objective.total):
        assert plan.objective.total >= optimum - 1e-9 * max(1.0, abs(optimum))


@settings(max_examples=40, deadline=None)
@given(problems())
def test_exact_finds_the_optimum_and_proves_it(problem: AssignmentProblem) -> None:
    """Enumeration equals brute force, and the bound equals the objective."""
    plan = solve(problem, "exact")
    optimum = brute_force(problem)
    assert plan.objective.total == pytest.approx(optimum, abs=1e-9)
    if math.isfinite(optimum):
        assert plan.bound == pytest.approx(optimum, abs=1e-9)


def test_branch_and_bound_equals_enumeration(monkeypatch: pytest.MonkeyPatch) -> None:
    """HiGHS with linearised pairs and conflicts finds what looking at everything finds."""
    for seed in range(12):
        problem = random_problem(seed, resources=2, forced=seed % 2 == 0)
        enumerated = solve(problem, "exact")
        with monkeypatch.context() as patch:
            patch.setattr("scheduler.solvers.exact.ENUMERATION_LIMIT", 0)
            branched = solve(problem, "exact")
        check(problem, branched)
        assert branched.objective.total == pytest.approx(enumerated.objective.total, abs=1e-6)


def test_the_search_finds_most_optima_of_small_problems() -> None:
    """Price-guided annealing is not only valid: of forty small problems most are solved to the optimum."""
    hits = 0
    for seed in range(40):
        problem = random_problem(seed, tasks=6, resources=2)
        hits += solve(problem, "pga", Budget(sweeps=400)).objective.total <= brute_force(problem) + 1e-9
    assert hits >= 32


@pytest.mark.parametrize("name", ["pga", "greedy", "neal"])
def test_sweeps_and_seed_fix_the_plan(name: str) -> None:
    """The same seed and budget in sweeps give the same assignment bit for bit; pairs and conflicts included."""
    problem = random_problem(5, tasks=8, agents=4)
    plans = [solve(problem, name, Budget(sweeps=40), seed=11) for _ in range(2)]
    assert np.array_equal(plans[0].assignment, plans[1].assignment)
    assert plans[0].objective == plans[1].objective


def test_neal_counts_its_infeasible_samples_and_refuses_large_problems() -> None:
    """The repair is not silent, and the size limit is an error that says what to use."""
    problem = random_problem(3, tasks=6)
    plan = solve(problem, "neal", Budget(sweeps=100))
    check(problem, plan)
    assert "samples were infeasible before repair" in plan.reason
    count = 60_000
    large = from_triplets(np.arange(count), np.zeros(count, int), np.ones(count), np.ones(count), [1.0], np.ones(count))
    with pytest.raises(ProblemTooLargeError, match="pga"):
        solve(large, "neal")


def test_a_start_is_never_made_worse() -> None:
    """From a valid start the plan is at least as good; a start that breaks rules is cleaned, not trusted."""
    for seed in range(10):
        problem = random_problem(seed, tasks=6)
        best = solve(problem, "exact")
        again = solve(problem, "pga", SMALL, start=best.assignment)
        assert again.objective.total <= best.objective.total + 1e-9
        check(problem, solve(problem, "pga", SMALL, start=np.full(problem.tasks, 2)))


def test_improvements_are_streamed_in_order() -> None:
    """Every reported assignment is valid, better than the one before, and the last is the plan's."""
    problem = random_problem(2, tasks=12, agents=5)
    seen: list[scheduler.Improvement] = []
    plan = solve(problem, "pga", Budget(sweeps=100), on_improve=seen.append)
    assert [item.objective for item in seen] == [value for _, value, _ in plan.trace]
    assert all(not problem.violations(item.assignment).breaks_a_rule for item in seen)
    assert np.array_equal(seen[-1].assignment, plan.assignment)


def test_cancel_returns_the_best_so_far(instance) -> None:
    """A cancelled solve comes back soon with a valid plan."""
    problem, event = instance("100x1000_pairs0_local0"), threading.Event()
    timer = threading.Timer(0.2, event.set)
    timer.start()
    before = time.perf_counter()
    plan = solve(problem, "pga", Budget(seconds=60, cancelled=event.is_set))
    assert time.perf_counter() - before < 10
    check(problem, plan)


def test_a_fallback_is_recorded(instance) -> None:
    """Where HiGHS has no time for a plan of its own, the plan says whose it is; cancelling stops HiGHS too."""
    problem = instance("100x1000_pairs0_local0")
    plan = solve(problem, "exact", Budget(seconds=0.01))
    check(problem, plan)
    assert plan.fallbacks
    event = threading.Event()
    threading.Timer(0.3, event.set).start()
    before = time.perf_counter()
    check(problem, solve(problem, "exact", Budget(seconds=60, cancelled=event.is_set)))
    assert time.perf_counter() - before < 30


def test_unknown_solvers_and_budgets_are_refused() -> None:
    """The error lists the solvers there are."""
    with pytest.raises(UnknownSolverError, match="greedy"):
        solve(random_problem(0), "oracle")
    with pytest.raises(InvalidBudgetError):
        Budget(seconds=-1)
    with pytest.raises(InvalidBudgetError):
        Budget(gap=float("nan"))


def empty(tasks: int, agents: int) -> AssignmentProblem:
    """Tasks and agents, and nobody may do anything."""
    return from_triplets([], [], [], np.zeros((0, 1)), np.ones((agents, 1)), np.full(tasks, 3.0))


@pytest.mark.parametrize("name", ["auto", "exact", "greedy", "neal", "pga"])
@pytest.mark.parametrize(("tasks", "agents"), [(0, 0), (0, 3), (3, 0), (3, 3)])
def test_nothing_to_do_is_a_plan(name: str, tasks: int, agents: int) -> None:
    """No tasks, no agents, or nobody eligible: everything is left out at its cost."""
    problem = empty(tasks, agents)
    plan = solve(problem, name, SMALL)
    check(problem, plan)
    assert plan.assignment.tolist() == [-1] * tasks
    assert plan.objective.total == 3.0 * tasks


@settings(max_examples=30, deadline=None)
@given(problems(), st.integers(0, 2**16))
def test_insert_places_without_moving(problem: AssignmentProblem, seed: int) -> None:
    """Only asked-for tasks that were -1 change, and the result breaks no rule."""
    plan = solve(problem, "greedy", SMALL)
    rng = np.random.default_rng(seed)
    torn = np.where(rng.random(problem.tasks) < 0.5, -1, plan.assignment)
    asked = np.flatnonzero(rng.random(problem.tasks) < 0.5)
    after = insert(problem, plan, torn, asked)
    changed = np.flatnonzero(after != torn)
    assert set(changed) <= set(asked[torn[asked] < 0])
    assert not problem.violations(after).breaks_a_rule


@pytest.mark.parametrize(
    ("name", "gap"),
    [
        ("100x1000_pairs0_local0", 0.015),
        ("100x1000_pairs0_local7", 0.015),
        ("100x1000_pairs1_local0", 0.025),
        ("100x1000_pairs1_local7", 0.03),
    ],
)
def test_instances_are_solved_close_to_their_bound(instance, name: str, gap: float) -> None:
    """Four thousand sweeps end within a few percent of a bound that the plan carries."""
    problem = instance(name)
    plan = solve(problem, "pga", Budget(sweeps=4000), seed=1)
    check(problem, plan)
    assert plan.gap is not None
    assert plan.gap <= gap
