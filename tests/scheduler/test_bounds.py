"""Bounds never exceed the optimum, and certificates prove themselves."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler import AssignmentProblem, CertificateError, from_triplets, lagrangian_bound, lp_bound, pair_bound
from scheduler.bounds.branching import integer_bound
from scheduler.bounds.certificate import dual_value
from scheduler.bounds.linear import linear_bound
from tests.scheduler.conftest import brute_force, problems, random_problem
from tests.scheduler.test_budgets import scarce


@settings(max_examples=150, deadline=None)
@given(problems())
def test_bounds_are_at_most_the_optimum(problem: AssignmentProblem) -> None:
    """With and without pairs, conflicts, several resources and tasks that must be placed."""
    optimum = brute_force(problem)
    for bound in (lagrangian_bound(problem, 60), pair_bound(problem, 6)):
        if math.isfinite(optimum):
            assert bound.bound <= optimum + 1e-9 * max(1.0, abs(optimum))
        assert bound.verify(problem) == pytest.approx(bound.bound, abs=1e-9)
        assert (bound.prices >= 0).all()


@settings(max_examples=15, deadline=None)
@given(problems(pairs=False))
def test_the_linear_relaxation_is_a_bound_and_the_ascent_stays_below_it(problem: AssignmentProblem) -> None:
    """HiGHS's dual value bounds the optimum; the Lagrangian ascent is not above it."""
    linear, priced = lp_bound(problem), lagrangian_bound(problem, 400)
    optimum = brute_force(problem)
    if math.isfinite(optimum):
        assert linear.bound <= optimum + 1e-6
        assert priced.bound <= linear.bound + 1e-6


def test_the_ascent_reaches_the_linear_relaxation(instance) -> None:
    """On an instance of a thousand tasks it is at most 0.01 % below HiGHS's value."""
    problem = instance("100x1000_pairs0_local7")
    assert lagrangian_bound(problem).bound >= lp_bound(problem).bound * (1 - 1e-4)


def test_random_prices_and_messages_prove_less_but_never_too_much() -> None:
    """Any tampered certificate still verifies to a lower bound."""
    rng = np.random.default_rng(0)
    for seed in range(20):
        problem = random_problem(seed, resources=2)
        good = pair_bound(problem, 5)
        if good.messages is None:
            continue
        wild = replace(
            good,
            prices=np.abs(good.prices + rng.normal(0, 2, good.prices.shape)),
            messages=good.messages + rng.normal(0, 2, good.messages.shape),
        )
        assert wild.verify(problem) <= brute_force(problem) + 1e-9


def test_a_certificate_of_another_problem_is_refused() -> None:
    """Shapes are checked before anything is computed."""
    certificate = pair_bound(random_problem(1), 3)
    with pytest.raises(CertificateError):
        certificate.verify(random_problem(1, agents=4))
    with pytest.raises(CertificateError):
        replace(certificate, messages=np.zeros(1)).verify(random_problem(1))


@pytest.mark.parametrize(
    ("name", "least"), [("100x1000_pairs0_local0", 39_000.0), ("100x1000_pairs1_local0", 47_300.0)]
)
def test_bounds_of_the_instances_are_near_the_best_known(instance, name: str, least: float) -> None:
    """Within half a percent of the best known lower bound."""
    problem = instance(name)
    bound = pair_bound(problem) if problem.has_pairs else lagrangian_bound(problem)
    assert bound.bound >= least


@settings(max_examples=60, deadline=None)
@given(problems(), st.booleans())
def test_branch_and_bound_proves_at_most_the_optimum(problem: AssignmentProblem, linearised: bool) -> None:
    """On the linear part with messages and on linearised pairs; no weaker than the messages alone."""
    optimum = brute_force(problem)
    with pytest.MonkeyPatch.context() as patch:
        if not linearised:
            patch.setattr("scheduler.bounds.branching.LINEARISED", 0)
        certificate = pair_bound(problem, 6)
        bound, _ = integer_bound(problem, certificate)
    if math.isfinite(optimum):
        assert bound <= optimum + 1e-6 * max(1.0, abs(optimum))
        assert bound >= certificate.bound - 1e-6 * max(1.0, abs(certificate.bound))


@pytest.mark.parametrize("seed", range(4))
def test_dear_capacity_is_priced_as_such(seed: int) -> None:
    """Where prices are many times the spread of costs the bound is still that of the linear relaxation, and verifies."""
    problem = scarce(seed=seed)
    best = lp_bound(problem).bound
    assert linear_bound(problem).bound >= best * (1 - 1e-9)
    assert lagrangian_bound(problem).bound >= best * 0.97
    paired = pair_bound(problem)
    assert paired.bound >= best
    assert paired.verify(problem) == pytest.approx(paired.bound, rel=1e-9)


def test_tasks_with_too_many_labels_for_a_table_of_pairs_are_bounded_without_messages() -> None:
    agents = 6_000
    problem = from_triplets(
        np.repeat([0, 1], agents), np.tile(np.arange(agents), 2), np.linspace(1.0, 2.0, 2 * agents),
        np.ones(2 * agents), np.ones(agents), unassigned_cost=[9.0, 9.0], pairs=([0], [1], [1.0]),
    )  # fmt: skip
    linear = lagrangian_bound(problem, 10)
    assert pair_bound(problem, linear=linear) is linear


@pytest.mark.parametrize(
    "forged", [[1e20] * 4, [1e20, 1e20, 0.0, 0.0], [1e308] * 4, [np.nan, 0.0, 0.0, 0.0], [np.nan, 0.0, np.nan, 0.0],
               [np.inf, 0.0, -np.inf, 0.0]],
)  # fmt: skip
def test_messages_whose_digits_swallow_the_costs_prove_no_more_than_the_optimum(forged: list[float]) -> None:
    problem = from_triplets(
        [0, 1], [0, 0], [9000.0] * 2, [1.0] * 2, [2.0], unassigned_cost=[20000.0] * 2, pairs=([0], [1], [1.0])
    )
    certificate = replace(lagrangian_bound(problem), kind="mplp", prices=np.zeros((1, 1)), messages=np.array(forged))
    assert certificate.verify(problem) <= 18000.0


@pytest.mark.parametrize("price", [np.nan, np.inf, 1e308])
def test_prices_that_are_not_finite_prove_nothing(price: float) -> None:
    problem = from_triplets([0, 1], [0, 0], [9.0] * 2, [1.0] * 2, [2e10], unassigned_cost=[20.0] * 2)
    assert dual_value(problem, np.full((1, 1), price), None) == -np.inf
