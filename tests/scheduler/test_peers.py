"""Solvers that other projects made: samplers on the penalty QUBO, CP-SAT in a process of its own."""

from __future__ import annotations

import math
import sys
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler import (
    AssignmentProblem,
    Budget,
    Improvement,
    MissingExtraError,
    PenaltyQUBO,
    ProblemTooLargeError,
    from_triplets,
    solve,
)
from scheduler.solvers import cpsat_model
from scheduler.solvers.penalty import compile_qubo
from tests.scheduler.conftest import brute_force, problems, random_problem
from tests.scheduler.test_solvers import check

SAMPLERS = ("dwave-steepest", "dwave-tabu", "neal", "openjij", "openjij-sqa")


@settings(max_examples=40, deadline=None)
@given(problems(), st.sampled_from(SAMPLERS), st.integers(0, 3))
def test_no_sampler_breaks_a_rule_misstates_itself_or_beats_the_optimum(problem, name, seed):
    plan = solve(problem, name, Budget(sweeps=10), seed)
    check(problem, plan)
    optimum = brute_force(problem)
    assert plan.objective.total >= optimum - 1e-9 * max(1.0, abs(optimum)) or math.isinf(optimum)
    if plan.bound is not None and math.isfinite(optimum):
        assert plan.bound <= optimum + 1e-9 * max(1.0, abs(optimum))


@pytest.mark.parametrize("name", SAMPLERS)
def test_the_best_of_all_samples_is_the_optimum_of_most_small_problems(name):
    hits = 0
    for seed in range(6):
        problem = random_problem(seed, tasks=6)
        hits += solve(problem, name, Budget(sweeps=20), seed).objective.total <= brute_force(problem) + 1e-9
    assert hits >= 4


@pytest.mark.parametrize("name", SAMPLERS)
def test_sweeps_and_seed_fix_what_a_sampler_does(name):
    problem = random_problem(5, tasks=8, agents=4)
    one, again = (solve(problem, name, Budget(sweeps=40), seed=11) for _ in range(2))
    assert one.assignment.tolist() == again.assignment.tolist()
    assert one.reason == again.reason
    assert "samples were infeasible before repair" in one.reason


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_cancelled_sampler_asks_no_more(name):
    """A few looks at the watch after the cancellation, a few milliseconds of work apart, and the plan is valid."""
    problem, asked = random_problem(8, tasks=20, agents=6), []

    def cancelled():
        asked.append(len(asked) >= 40)
        return asked[-1]

    plan = solve(problem, name, Budget(sweeps=10**7, cancelled=cancelled))
    check(problem, plan)
    assert sum(asked) < 20
    assert "cancelled: another run may differ" in plan.fallbacks


@pytest.mark.parametrize("name", SAMPLERS)
def test_without_time_for_a_sample_the_inserted_plan_stands_and_says_so(name):
    problem = random_problem(8, tasks=20, agents=6, pairs=False)
    empty = problem.objective(np.full(problem.tasks, -1)).total
    for budget in (Budget(seconds=0.0), Budget(sweeps=50, cancelled=lambda: True)):
        plan = solve(problem, name, budget)
        check(problem, plan)
        assert plan.objective.total < empty
        assert plan.fallbacks[0] == "no sample in time: priced insertion's plan stands"


def test_energies_of_the_arrays_are_those_of_the_model():
    problem = random_problem(4, tasks=4, agents=3)
    qubo, binary, names = compile_qubo(problem)
    rng = np.random.default_rng(0)
    for _ in range(5):
        state = rng.integers(0, 2, binary.variables)
        assert binary.energy(state) == pytest.approx(qubo.bqm.energy(dict(zip(names, state.tolist(), strict=True))))


def test_tabu_search_goes_on_from_a_start():
    """With next to no work it ends at the start's value at worst."""
    problem = random_problem(6, tasks=7)
    best = solve(problem, "exact")
    plan = solve(problem, "dwave-tabu", Budget(sweeps=1), start=best.assignment)
    assert plan.objective.total == best.objective.total


def test_sizes_beyond_a_sampler_are_refused_with_a_way_out():
    count = 6_000
    rows, ones = np.arange(count), np.ones(count)
    large = from_triplets(rows, np.zeros(count, int), ones, ones, [float(count)], ones)
    with pytest.raises(ProblemTooLargeError, match="at most 5000 variables"):
        solve(large, "dwave-tabu", Budget(sweeps=1))
    assert PenaltyQUBO.compile(large).bqm.num_variables > 5_000


def test_a_peer_without_its_package_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "openjij", None)
    monkeypatch.setitem(sys.modules, "openjij.cxxjij", None)
    monkeypatch.setattr("scheduler.solvers.cpsat.find_spec", lambda _: None)
    for name, package in (("openjij", "openjij"), ("openjij-sqa", "openjij"), ("ortools", "ortools")):
        with pytest.raises(MissingExtraError, match="NAME=peers") as caught:
            solve(random_problem(1), name)
        assert (caught.value.solver, caught.value.package) == (name, package)


@settings(max_examples=80, deadline=None)
@given(problems())
def test_the_integer_model_charges_no_plan_more_than_it_costs(problem: AssignmentProblem):
    """So that its optimum is a bound: a valid plan keeps all rows and costs there what it costs, or a bit less."""
    plan = solve(problem, "greedy", start=np.full(problem.tasks, 1))
    model = cpsat_model.integer_model(problem, plan.assignment)
    for columns, factors, least, most in model.rows:
        assert least <= sum(f * model.hint[c] for c, f in zip(columns, factors, strict=True)) <= most
    charged = sum(c * h for c, h in zip(model.cost, model.hint, strict=True)) / model.scale
    if math.isfinite(plan.objective.total):
        assert charged <= plan.objective.total + 1e-9
        assert charged >= plan.objective.total - len(model.cost) / model.scale - 1e-9


def test_cp_sat_proves_optima_and_streams_improving_plans():
    pytest.importorskip("ortools")
    problem, seen = random_problem(9, tasks=9, agents=4, resources=2, whole=False), []
    plan = solve(problem, "ortools", Budget(seconds=60), on_improve=seen.append)
    check(problem, plan)
    best = solve(problem, "exact")
    assert plan.objective.total == pytest.approx(best.objective.total)
    assert plan.bound == pytest.approx(best.objective.total, rel=1e-8)
    assert plan.bound_kind in {"cp-sat", "lagrangian"}
    assert all(isinstance(item, Improvement) for item in seen)
    assert [item.objective for item in seen] == [value for _, value, _ in plan.trace]


def test_a_cancelled_cp_sat_is_ended_and_the_best_plan_stands(instance):
    pytest.importorskip("ortools")
    problem, event = instance("100x1000_pairs0_local0"), threading.Event()
    threading.Timer(1.0, event.set).start()
    before = time.perf_counter()
    plan = solve(problem, "ortools", Budget(seconds=300, cancelled=event.is_set))
    assert time.perf_counter() - before < 60
    check(problem, plan)
    assert "cancelled" in plan.reason
