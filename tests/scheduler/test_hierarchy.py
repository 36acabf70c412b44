"""Levels divide the work without changing what it is worth."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler import AssignmentProblem, Budget, HierarchicalQUBO, solve
from tests.scheduler.conftest import problems, random_problem


@settings(max_examples=40, deadline=None)
@given(problems(tasks=5, agents=3), st.integers(1, 3), st.integers(0, 4), st.integers(0, 99))
def test_a_change_in_a_sub_problem_is_the_same_change_of_the_whole(
    problem: AssignmentProblem, count: int, turn: int, seed: int
) -> None:
    """Folding is exact: objective differences inside a domain equal those of the whole assignment."""
    plan = solve(problem, "greedy")
    level = HierarchicalQUBO(problem, sizes=[count]).lowest.rotated(turn, seed)
    rng = np.random.default_rng(seed)
    for part in level.sub_problems(plan.assignment):
        before = part.restrict(plan.assignment)
        whole = plan.assignment.copy()
        part.lift(before, whole)
        assert np.array_equal(whole, plan.assignment)
        after = np.array([rng.choice([*part.problem.eligible(t), -1]) for t in range(part.problem.tasks)])
        part.lift(after, whole)
        inside = part.problem.objective(after), part.problem.objective(before)
        outside = problem.objective(whole), problem.objective(plan.assignment)
        totals = [value.total for value in (*inside, *outside)]
        if np.isfinite(totals).all():
            change = outside[0].total - outside[1].total
            assert inside[0].total - inside[1].total == pytest.approx(change, abs=1e-9)


def test_domains_share_out_agents_and_tasks() -> None:
    """Every agent has one domain; every placed task appears in one sub-problem; a part compiles to a QUBO."""
    problem = random_problem(3, tasks=12, agents=6)
    plan = solve(problem, "greedy")
    hierarchy = HierarchicalQUBO(problem, sizes=[1, 2, 3])
    assert [level.count for level in hierarchy.levels] == [1, 2, 3]
    for level in hierarchy.levels:
        parts = level.sub_problems(plan.assignment)
        tasks = np.concatenate([part.tasks for part in parts])
        assert len(np.unique(tasks)) == len(tasks)
        assert set(np.flatnonzero(plan.assignment >= 0)) <= set(tasks)
    assert parts[0].qubo().groups


def test_rotating_domains_give_the_same_plan_for_any_number_of_workers(
    instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other or in threads: the schedule is fixed, so the plan is the same bit for bit, and good."""
    monkeypatch.setattr("scheduler.solvers.pga.FLAT_LIMIT", 100)
    monkeypatch.setattr("scheduler.hierarchy.TASKS_A_DOMAIN", 300)
    problem = instance("100x1000_pairs1_local7")
    serial = solve(problem, "pga", Budget(sweeps=600), seed=3)
    with ThreadPoolExecutor(2) as pool:
        threaded = solve(
            problem, "pga", Budget(sweeps=600), seed=3, parallel=lambda function, items: list(pool.map(function, items))
        )
    assert np.array_equal(serial.assignment, threaded.assignment)
    assert not problem.violations(serial.assignment)
    assert "domains" in serial.reason
    assert serial.gap is not None
    assert serial.gap < 0.04
