"""The bound that knows whole tasks: valid whatever the prices, never below the linear one, checked by anyone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler import Budget, Certificate, from_triplets, solve, verify
from scheduler.bounds.knapsack import knapsack_bound
from scheduler.budget import Stopwatch
from scheduler.enumeration import enumerate_best
from scheduler.errors import CertificateError
from scheduler.relaxation import relax
from simulations.instances import InstanceFamily, draw_instance
from tests.scheduler.conftest import problems, random_problem


def optimum(problem):
    return problem.objective(enumerate_best(problem)).total


@pytest.fixture(scope="module")
def family():
    return draw_instance(InstanceFamily(tasks=400, agents=40, eligible=8), 3)


@pytest.mark.parametrize("seed", range(60))
def test_bound_lies_between_the_linear_one_and_the_optimum(seed):
    problem = random_problem(
        seed, tasks=2 + seed % 4, agents=1 + seed % 3, resources=seed % 4, pairs=seed % 2 == 0, whole=seed % 3 > 0
    )
    base = relax(problem).certificate
    lifted = knapsack_bound(problem, base, rounds=30)
    best = optimum(problem)
    assert base.bound <= lifted.bound
    assert lifted.bound <= best + 1e-9 * max(1.0, abs(best))
    assert lifted.verify(problem) == pytest.approx(lifted.bound, rel=1e-9, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(problems(), st.integers(0, 2**32 - 1))
def test_any_multipliers_and_prices_prove_a_lower_bound(problem, seed):
    rng = np.random.default_rng(seed)
    forged = Certificate(
        "knapsack", 0.0, np.abs(rng.normal(0.0, 5.0, problem.capacity.shape)), None, None,
        multipliers=rng.normal(5.0, 20.0, problem.tasks),
        kept=rng.integers(0, max(problem.resources, 1), problem.agents).astype(np.int32),
    )  # fmt: skip
    if not problem.resources or not problem.agents:
        return
    best = optimum(problem)
    assert forged.verify(problem) <= best + 1e-9 * max(1.0, abs(best))


def test_whole_tasks_lift_the_bound_where_the_linear_one_splits_them():
    # two agents of capacity 3, three tasks of size 2: the linear relaxation places 3, whole tasks only 2
    problem = from_triplets(
        [0, 0, 1, 1, 2, 2], [0, 1] * 3, [1.0] * 6, [2.0] * 6, [3.0, 3.0], unassigned_cost=[10.0] * 3
    )
    base = relax(problem).certificate
    lifted = knapsack_bound(problem, base)
    assert base.bound == pytest.approx(3.0, abs=0.01)
    assert lifted.kind == "knapsack"
    assert 11.5 < lifted.bound <= 12.0 + 1e-9


def test_generated_problems_gain(family):
    base = relax(family).certificate
    assert knapsack_bound(family, base).bound > base.bound * 1.0005


def test_prices_of_the_packed_resources_stay_what_they_were(family):
    """They prove nothing here, but say elsewhere what capacity is worth."""
    base = relax(family).certificate
    lifted = knapsack_bound(family, base)
    packed = np.arange(family.agents), lifted.kept
    assert np.array_equal(lifted.prices[packed], base.prices[packed])


def test_plan_carries_a_certificate_that_survives_a_file(family, tmp_path):
    plan = solve(family, "pga", Budget(sweeps=50))
    assert plan.proof.kind == "knapsack"
    plan.proof.save(tmp_path / "proof.npz")
    loaded = Certificate.load(tmp_path / "proof.npz")
    assert loaded.kept.dtype == np.int32
    found = verify(family, plan.assignment, loaded)
    assert found.holds, found.findings
    assert found.bound == pytest.approx(plan.proof.bound, rel=1e-12)


def test_raised_multipliers_do_not_prove_what_the_certificate_claims(family):
    plan = solve(family, "pga", Budget(sweeps=50))
    forged = replace(plan.proof, multipliers=plan.proof.multipliers + 5.0)
    assert not verify(family, plan.assignment, forged).holds


@pytest.mark.parametrize(
    ("name", "array"),
    [("multipliers", np.zeros(3)), ("kept", np.zeros(2, np.int32)), ("kept", np.full(40, 9, np.int32)),
     ("kept", np.full(40, -1, np.int32)), ("multipliers", None)],
)  # fmt: skip
def test_arrays_that_do_not_fit_are_refused_by_name(family, name, array):
    good = knapsack_bound(family, relax(family).certificate, rounds=3)
    with pytest.raises(CertificateError, match=name):
        replace(good, **{name: array}).verify(family)


def test_demands_without_a_common_step_are_rounded_to_the_safe_side():
    rng = np.random.default_rng(5)
    for _ in range(20):
        problem = from_triplets(
            np.repeat(np.arange(5), 2), [0, 1] * 5, rng.uniform(1, 9, 10), rng.uniform(0.1, 0.9, 10), [1.0, 1.3],
            unassigned_cost=np.full(5, 20.0),
        )  # fmt: skip
        assert knapsack_bound(problem, relax(problem).certificate).bound <= optimum(problem) + 1e-9


@pytest.mark.parametrize("huge", [1e10, 1e19, 1e30, 1e100])
def test_demands_beyond_any_integer_count_as_never_fitting(huge):
    problem = from_triplets(
        [0, 1, 2, 3, 4], [0] * 5, [1.0, 2.0, 3.0, 4.0, 5.0], [huge, 0.002, 0.005, huge, 0.003], [0.0045],
        unassigned_cost=[20.0, 30.0, 10.0, 9.0, 25.0],
    )  # fmt: skip
    assert optimum(problem) == 2.0 + 20.0 + 10.0 + 9.0 + 25.0
    assert knapsack_bound(problem, relax(problem).certificate).bound == pytest.approx(66.0, rel=1e-3)


def test_expired_watch_leaves_the_base(family):
    base = relax(family).certificate
    assert knapsack_bound(family, base, stopwatch=Stopwatch(Budget(seconds=0.0))) is base


@pytest.mark.parametrize("size", [1e15, 1e20, np.inf, np.nan])
def test_huge_multipliers_prove_no_more_than_the_optimum(size):
    problem = random_problem(4, tasks=5, agents=3, pairs=False)
    base = knapsack_bound(problem, relax(problem).certificate, rounds=3)
    kept = np.zeros(problem.agents, np.int32)
    forged = replace(base, kind="knapsack", multipliers=np.full(problem.tasks, size), kept=kept)
    assert forged.verify(problem) <= optimum(problem) * (1 + 1e-9)


def test_one_agent_with_very_many_tasks_gets_coarser_steps():
    tasks = 30_000
    problem = from_triplets(
        np.arange(tasks), np.zeros(tasks, int), np.ones(tasks), np.full(tasks, 3.0), [2000.0], np.full(tasks, 5.0)
    )
    base = relax(problem).certificate
    lifted = knapsack_bound(problem, base, rounds=3)
    assert base.bound <= lifted.bound <= 5.0 * tasks - 4.0 * (2000 // 3) + 1e-6
