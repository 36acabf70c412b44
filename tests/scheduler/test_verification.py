"""What `verify` holds for true, and that nothing tampered with passes."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler import (
    AssignmentProblem,
    Budget,
    Certificate,
    CertificatePriceError,
    FormatError,
    from_triplets,
    solve,
    verify,
    verify_qubo,
)
from simulations.instances import InstanceFamily, draw_instance
from tests.scheduler.conftest import problems, random_problem
from tests.scheduler.test_binary import random_qubo


@pytest.fixture(scope="module")
def solved():
    problem = draw_instance(InstanceFamily(tasks=60, agents=12, eligible=6), 1)
    plan = solve(problem, budget=Budget(sweeps=100))
    return problem, plan, replace(plan.proof, objective=plan.objective.total)


@settings(max_examples=80, deadline=None)
@given(problems(), st.integers(0, 2**32 - 1))
def test_verify_agrees_with_the_definition_on_any_assignment(problem, seed):
    rng = np.random.default_rng(seed)
    x = rng.integers(-2, problem.agents + 1, problem.tasks)
    found, broken = verify(problem, x), problem.violations(x)
    assert found.holds == (not broken)
    assert found.violations.ineligible.tolist() == broken.ineligible.tolist()
    assert found.violations.unplaced.tolist() == broken.unplaced.tolist()
    assert found.violations.conflicts.tolist() == broken.conflicts.tolist()
    assert [(o.agent, o.resource) for o in found.violations.overload] == [
        (o.agent, o.resource) for o in broken.overload
    ]
    if not len(broken.ineligible):
        expected = problem.objective(x)
        for term in ("assignment", "unassigned", "pairs", "total"):
            assert getattr(found.objective, term) == pytest.approx(getattr(expected, term), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("nowhere", [-2, 1, -1])
def test_tasks_on_no_agent_of_the_problem_share_none(nowhere):
    problem = random_problem(0, tasks=3, agents=1, resources=0, conflicts=True)
    x = np.full(3, nowhere)
    assert not len(verify(problem, x).violations.conflicts)
    assert not len(problem.violations(x).conflicts)


@settings(max_examples=15, deadline=None)
@given(problems())
def test_every_plan_of_a_solver_holds_with_its_proof(problem):
    for name in ("pga", "greedy", "exact"):
        plan = solve(problem, name, Budget(sweeps=20))
        found = verify(problem, plan.assignment, plan.proof)
        assert found.holds == (not len(found.violations.unplaced)), found.findings
        if found.bound is not None and plan.bound is not None:
            assert found.bound <= plan.bound + 1e-6 * max(abs(plan.bound), 1.0)


def test_a_certificate_comes_back_as_it_was_saved(solved, tmp_path):
    problem, plan, certificate = solved
    certificate.save(tmp_path / "c")
    again = Certificate.load(tmp_path / "c")
    assert (again.kind, again.bound, again.objective) == ("knapsack", certificate.bound, plan.objective.total)
    assert np.array_equal(again.prices, certificate.prices)
    assert np.array_equal(again.messages, certificate.messages)
    assert np.array_equal(again.multipliers, certificate.multipliers)
    found = verify(problem, plan.assignment, again)
    assert found.holds
    assert found.bound == pytest.approx(again.bound, rel=1e-12)
    assert found.gap == pytest.approx((plan.objective.total - found.bound) / abs(found.bound))
    replace(certificate, messages=None, objective=None).save(tmp_path / "bare")
    assert Certificate.load(tmp_path / "bare").messages is None


def test_a_tampered_certificate_is_found_out(solved):
    problem, plan, certificate = solved
    rng = np.random.default_rng(0)
    scaled = certificate.prices * rng.uniform(0.5, 1.5, certificate.prices.shape)
    assert certificate.prices.any()
    for wrong, finding in (
        (replace(certificate, bound=certificate.bound * 1.001), "claims the bound"),
        (replace(certificate, bound=certificate.bound * 0.999), "claims the bound"),
        (replace(certificate, prices=scaled), "claims the bound"),
        (replace(certificate, messages=certificate.messages * 1.1), "claims the bound"),
        (replace(certificate, messages=certificate.messages[:-1]), "messages has shape"),
        (replace(certificate, prices=certificate.prices[:, :1]), "prices has shape"),
        (replace(certificate, objective=plan.objective.total - 1.0), "written for a plan of"),
    ):
        found = verify(problem, plan.assignment, wrong)
        assert not found.holds
        assert finding in " ".join(found.findings)


def test_a_tampered_assignment_is_found_out(solved):
    problem, plan, certificate = solved
    assert verify(problem, plan.assignment, certificate).holds
    for task in range(problem.tasks):
        for agent in (-1, 0, problem.agents - 1, problem.agents, -5):
            wrong = plan.assignment.copy()
            wrong[task] = agent
            same_value = verify(problem, wrong).objective == plan.objective
            if agent != plan.assignment[task] and not same_value:
                assert not verify(problem, wrong, certificate).holds, (task, agent)
    for wrong in (plan.assignment[:-1], np.append(plan.assignment, 0), plan.assignment + 0.5):
        found = verify(problem, wrong, certificate)
        assert not found.holds
        assert found.objective is None


def test_the_certificate_of_another_problem_is_found_out(solved):
    problem, plan, certificate = solved
    cheaper = AssignmentProblem(
        **{name: getattr(problem, name) for name in problem.__dataclass_fields__ if name != "cost"},
        cost=problem.cost * 0.9,
    )
    assert not verify(cheaper, plan.assignment, certificate).holds


def test_every_kind_of_broken_rule_is_told():
    problem = from_triplets(
        [0, 1, 1, 2], [0, 0, 1, 1], [1.0, 1.0, 1.0, 1.0], [3.0, 3.0, 3.0, 3.0], [4.0, 4.0], [np.inf, 9.0, 9.0],
        conflicts=([0], [1]),
    )  # fmt: skip
    for assignment, finding in (
        ([0, 0, -1], "loads over capacity, first agent 0: 6 > 4"),
        ([0, 0, -1], "share an agent and must not, first 0 and 1"),
        ([-1, 0, 1], "not placed and must be, first task 0"),
        ([1, 0, -1], "may not do them, first task 0 on agent 1"),
    ):
        found = verify(problem, assignment)
        assert not found.holds
        assert finding in " ".join(found.findings)
        assert not found.to_json()["feasible"]
    assert verify(problem, [-1, 0, 1]).to_json()["objective"] is None
    assert verify(problem, [0, 1, -1]).to_json()["unassigned"] == 1


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"kind": np.array("exact")}, "kind: found 'exact', expected lagrangian or lp or mplp"),
        ({"bound": np.float64("nan")}, "bound"),
        ({"bound": np.zeros(2)}, "bound"),
        ({"prices": np.array([["a"]])}, "prices"),
        ({"prices": np.array([[np.inf]])}, "prices"),
        ({"messages": np.zeros((2, 2))}, "messages"),
        ({"prices": None}, "no array prices"),
    ],
)
def test_a_damaged_certificate_file_is_named(tmp_path, change, place):
    arrays = {"kind": np.array("lp"), "bound": np.float64(1.0), "prices": np.zeros((1, 1))} | change
    with (tmp_path / "c").open("wb") as file:
        np.savez(file, **{name: value for name, value in arrays.items() if value is not None})
    with pytest.raises(FormatError, match=place):
        Certificate.load(tmp_path / "c")


def test_a_certificate_that_is_no_archive_or_cannot_be_written_is_named(tmp_path):
    (tmp_path / "c").write_text("hello")
    with pytest.raises(FormatError, match="a damaged archive"):
        Certificate.load(tmp_path / "c")
    with pytest.raises(FormatError, match="cannot be written"):
        Certificate("lp", 1.0, np.zeros((1, 1))).save(tmp_path / "absent" / "c")


def test_a_bound_by_branch_and_bound_has_no_certificate_but_a_weaker_proof():
    problem = random_problem(8, tasks=5, agents=3, conflicts=True)
    plan = solve(problem, "exact", Budget(seconds=5))
    if plan.bound_kind == "exact":
        assert plan.certificate is None
    assert plan.proof.verify(problem) <= plan.objective.total + 1e-9


def test_a_qubo_is_verified_by_its_energy():
    problem = random_qubo(2, 8)
    x = np.random.default_rng(1).integers(0, 2, 8)
    assert verify_qubo(problem, x).objective.total == problem.energy(x)
    for wrong in (x[:-1], np.where(x == x[0], 2, x), np.full(8, -1)):
        found = verify_qubo(problem, wrong)
        assert not found.holds
        assert found.findings


@pytest.mark.parametrize("price", [-1e-9, -1.0, np.nan, np.inf])
@pytest.mark.parametrize("kind", ["lagrangian", "knapsack"])
def test_a_price_that_is_negative_or_not_finite_proves_nothing(solved, price, kind):
    """It is refused by place and value, and is a finding of `verify`; so is none that a solver wrote."""
    problem, plan, proof = solved
    assert proof.verify(problem) == pytest.approx(proof.bound)
    prices = proof.prices.copy()
    prices[3, 0] = price
    wrong = replace(proof, kind=kind, prices=prices)
    with pytest.raises(CertificatePriceError, match=r"prices\[3, 0\]") as caught:
        wrong.verify(problem)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    found = verify(problem, plan.assignment, wrong)
    assert not found.holds
    assert found.bound is None
    assert any("prices[3, 0]" in finding for finding in found.findings)
