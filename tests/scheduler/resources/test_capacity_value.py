"""Prices of capacity promise no less than more capacity can bring."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler import AssignmentProblem, CertificateError, capacity_value, from_triplets, lp_bound, solve
from tests.scheduler.conftest import brute_force, problems, random_problem


@settings(max_examples=60, deadline=None)
@given(problems(tasks=4, forced=False), st.integers(0, 2**32 - 1))
def test_no_change_of_capacity_brings_more_than_its_price(problem: AssignmentProblem, seed: int) -> None:
    """The optimum with changed capacities is no lower than the bound less price x change (brute force)."""
    plan = solve(problem, "greedy")
    if plan.proof is None:
        return
    prices = capacity_value(problem, plan).agents
    change = np.random.default_rng(seed).integers(-2, 3, problem.capacity.shape).astype(float)
    change = np.maximum(change, -problem.capacity)
    changed = dataclasses.replace(problem, capacity=problem.capacity + change)
    bound = dataclasses.replace(plan.proof, prices=prices).verify(problem)
    assert brute_force(changed) >= bound - float((prices * change).sum()) - 1e-6


def crowded() -> AssignmentProblem:
    """Two clusters: agent 0 has no room for five tasks that want it, agent 1 has room that nobody wants."""
    task = np.repeat(np.arange(5), 2)
    return from_triplets(
        task, [0, 1] * 5, [1.0, 9.0] * 5, np.ones(10), [2.0, 20.0], [50.0] * 5,
        agent_cluster=[0, 1], cluster_distance=np.ones((2, 2)),
    )  # fmt: skip


def test_capacity_goes_to_where_it_is_scarce() -> None:
    """The best addition and the best move are to the crowded agent, at the difference of its costs."""
    problem = crowded()
    plan = dataclasses.replace(solve(problem, "greedy"), prices=lp_bound(problem).prices)
    worth = capacity_value(problem, plan)
    assert worth.additions() == [(0, 0, pytest.approx(8.0))]
    assert worth.clusters[:, 0].tolist() == [pytest.approx(8.0), 0.0]
    [move] = worth.moves()
    assert (move.resource, move.giver, move.taker) == (0, 1, 0)
    moved = dataclasses.replace(problem, capacity=problem.capacity + np.array([[1.0], [-1.0]]))
    assert brute_force(problem) - brute_force(moved) == pytest.approx(move.gain)


def test_prices_of_another_problem_are_refused() -> None:
    """Shapes that do not match are an error, not a wrong answer."""
    with pytest.raises(CertificateError):
        capacity_value(crowded(), solve(random_problem(1), "greedy"))


def test_a_problem_without_agents_has_no_prices() -> None:
    """No agents, nothing to add or to move."""
    problem = from_triplets([], [], [], np.zeros((0, 1)), np.zeros((0, 1)), [1.0])
    worth = capacity_value(problem, solve(problem, "greedy"))
    assert worth.additions() == worth.moves() == []
