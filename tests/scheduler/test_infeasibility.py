"""A problem is called infeasible only where no plan places all that must be placed."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from scheduler import Budget, from_triplets, solve
from scheduler.infeasibility import largest_objective, proves_infeasible


def drawn(rng):
    """Four tasks, the first three of which must be placed, on two agents, with a pair."""
    task, agent = np.repeat(np.arange(4), 2), np.tile([0, 1], 4)
    return from_triplets(
        task, agent, rng.uniform(-5.0, 5.0, 8), rng.integers(1, 4, 8).astype(float), rng.integers(1, 5, 2).astype(float),
        unassigned_cost=[np.inf, np.inf, np.inf, 2.0], pairs=([0], [3], [1.5]), unassigned_distance=3.0,
    )  # fmt: skip


def complete_plans(problem):
    plans = [np.array(plan) for plan in itertools.product((-1, 0, 1), repeat=4) if min(plan[:3]) >= 0]
    return [plan for plan in plans if not problem.violations(plan)]


@pytest.mark.parametrize("solver", ["greedy", "exact", "pga"])
def test_infeasible_is_said_only_where_no_complete_plan_exists_and_always_after_enumeration(solver):
    seen = set()
    for seed in range(12):
        problem = drawn(np.random.default_rng(seed))
        impossible = not complete_plans(problem)
        plan = solve(problem, solver, Budget(sweeps=10))
        assert impossible or not plan.infeasible
        assert plan.to_json()["infeasible"] is plan.infeasible
        if solver == "exact":
            assert plan.infeasible is impossible
        seen.add(impossible)
    assert seen == {True, False}


def test_no_complete_plan_costs_more_than_the_largest_objective():
    for seed in range(12):
        problem = drawn(np.random.default_rng(seed))
        largest = largest_objective(problem)
        for plan in complete_plans(problem):
            assert problem.objective(plan).total <= largest
        assert not proves_infeasible(problem, largest)
        assert proves_infeasible(problem, largest + 1.0)
        assert not proves_infeasible(problem, None)


def test_a_task_that_nobody_may_do_and_must_be_placed_proves_it_without_a_bound():
    problem = from_triplets([0], [0], [1.0], [1.0], [1.0], unassigned_cost=[9.0, np.inf])
    assert proves_infeasible(problem, None)
