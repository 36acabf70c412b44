"""What proved a bound before a change proves one after it, and not a weak one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler import (
    AssignmentProblem,
    Budget,
    Certificate,
    InvalidChangeError,
    Plan,
    Replan,
    agent_lost,
    capacity_changed,
    remove,
    replan,
    solve,
)
from scheduler.bounds.certificate import message_count
from simulations.instances import InstanceFamily, draw_instance
from tests.scheduler.conftest import brute_force, problems, random_problem


def with_any_proof(problem: AssignmentProblem, seed: int) -> Plan:
    """A plan with some multipliers, prices and messages of no merit."""
    rng = np.random.default_rng(seed)
    proof = Certificate(
        "knapsack", 0.0, rng.uniform(0.0, 3.0, problem.capacity.shape),
        rng.normal(0.0, 2.0, message_count(problem)) if problem.has_pairs else None,
        multipliers=rng.normal(5.0, 10.0, problem.tasks),
        kept=rng.integers(0, max(problem.resources, 1), problem.agents).astype(np.int32),
    )  # fmt: skip
    return replace(solve(problem, "greedy", Budget(sweeps=5)), prices=proof.prices, proof=proof)


@settings(max_examples=150, deadline=None)
@given(problems(), st.integers(1, 3), st.integers(0, 2**16))
def test_any_multipliers_prove_a_bound_of_any_changed_problem(
    problem: AssignmentProblem, resources: int, seed: int
) -> None:
    """Tasks gone, agents gone, capacities changed, everything redrawn in another order."""
    rng = np.random.default_rng(seed)
    problem = random_problem(seed, problem.tasks, problem.agents, resources, problem.has_pairs, problem.has_conflicts)
    plan = with_any_proof(problem, seed)
    other = random_problem(seed + 1, 4, problem.agents + 1, resources, problem.has_pairs, forced=True)
    chosen = np.flatnonzero(rng.random(problem.agents) < 0.5)
    for after in (
        remove(problem, plan, rng.random(problem.tasks) < 0.4),
        agent_lost(problem, plan, chosen),
        capacity_changed(problem, plan, chosen, rng.integers(0, 9, (len(chosen), resources))),
        replan(other, plan, problem, rng.permutation(np.append(np.arange(problem.tasks), [-1] * 4))[:4]),
    ):
        optimum = brute_force(after.problem)
        assert after.proof is not None
        assert after.proof.bound <= optimum + 1e-9 * max(1.0, abs(optimum))
        assert after.proof.verify(after.problem) == pytest.approx(after.bound, abs=1e-9)


@pytest.mark.parametrize("density", [0.0, 1.0])
def test_the_bound_of_a_changed_problem_is_about_as_strong_as_the_one_before(density: float) -> None:
    """Whole tasks count after the change too: most of what they lift the bound by is kept."""
    problem = draw_instance(InstanceFamily(tasks=400, agents=40, pair_density=density), 1)
    plan = solve(problem, "pga", Budget(sweeps=100), seed=1)
    assert plan.proof is not None
    assert plan.proof.kind == "knapsack"
    lift = plan.proof.bound - _priced(problem, plan.proof)
    assert lift > 0.0
    for after in _changes(problem, plan):
        assert after.proof is not None
        assert after.proof.kind == "knapsack"
        assert after.proof.bound - _priced(after.problem, after.proof) > 0.5 * lift
        again = capacity_changed(after.problem, after, [1], 0.9 * problem.capacity[1])
        assert again.proof is not None
        assert again.proof.kind == "knapsack"
    same = replan(problem, plan, problem)
    assert same.bound == pytest.approx(plan.proof.bound, rel=1e-12)
    without = replan(problem, plan)
    assert without.bound is not None
    assert same.bound is not None
    assert without.bound < same.bound


def _changes(problem: AssignmentProblem, plan: Plan) -> list[Replan]:
    return [
        remove(problem, plan, [3, 77]),
        agent_lost(problem, plan, [4]),
        capacity_changed(problem, plan, [0], 0.5 * problem.capacity[0]),
    ]


def _priced(problem: AssignmentProblem, proof: Certificate) -> float:
    """What the prices and messages of a certificate prove without its multipliers."""
    return Certificate("mplp", 0.0, proof.prices, proof.messages).verify(problem)


def test_multipliers_of_another_problem_are_refused() -> None:
    """The message says whose plan is asked for."""
    problem, larger = (random_problem(3, tasks, 3, pairs=False) for tasks in (4, 5))
    with pytest.raises(InvalidChangeError, match="multipliers of this problem") as raised:
        replan(problem, with_any_proof(problem, 1), larger)
    assert raised.value.argument == "previous"
