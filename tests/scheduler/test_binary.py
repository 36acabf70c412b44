"""QUBO problems and their solvers."""

from __future__ import annotations

import itertools
import json
import math
import sys
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler import (
    Budget,
    InvalidAssignmentError,
    InvalidProblemError,
    MissingExtraError,
    ProblemTooLargeError,
    QuboProblem,
    UnknownSolverError,
    qubo_solver_names,
    read_problem,
    solve_qubo,
)
from scheduler.binary.spins import from_spins
from tests.scheduler.test_formats import files

SOLVERS = qubo_solver_names()


def random_qubo(seed: int, size: int, scale: float = 1.0) -> QuboProblem:
    rng = np.random.default_rng(seed)
    rows, columns = np.nonzero(rng.random((size, size)) < 0.5)
    weights = rng.integers(-9, 10, len(rows)) * scale
    return QuboProblem.from_terms(rng.integers(-9, 10, size) * scale, rows, columns, weights, float(rng.integers(5)))


def least(problem: QuboProblem) -> float:
    return min(problem.energy(x) for x in itertools.product((0, 1), repeat=problem.variables))


def test_terms_in_any_order_are_added_up_and_a_square_is_linear():
    problem = QuboProblem.from_terms([1.0, 0.0, 0.0], [2, 0, 0, 1], [0, 2, 1, 1], [3.0, 4.0, 5.0, -7.0], 0.5)
    assert problem.first.tolist() == [0, 0]
    assert problem.second.tolist() == [1, 2]
    assert problem.weight.tolist() == [5.0, 7.0]
    assert problem.linear.tolist() == [1.0, -7.0, 0.0]
    assert problem.energy([1, 1, 1]) == 6.5
    with pytest.raises(ValueError, match="read-only"):
        problem.linear[0] = 2.0


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        (([1.0, math.nan], [], [], []), "linear"),
        (([0.0, 0.0], [1], [0], [1.0]), "first"),
        (([0.0, 0.0], [0], [2], [1.0]), "first"),
        (([0.0] * 3, [0, 0], [1, 1], [1.0, 1.0]), "first"),
        (([0.0, 0.0], [0], [1], [1.0, 2.0]), "first"),
    ],
)
def test_malformed_arrays_are_named(fields, place):
    with pytest.raises(InvalidProblemError, match=place):
        QuboProblem(*fields)


def test_a_state_of_another_length_or_with_other_values_is_refused():
    problem = random_qubo(1, 4)
    for state in ([0, 1], [0, 1, 2, 0], [0, -1, 0, 0]):
        with pytest.raises(InvalidAssignmentError):
            problem.energy(state)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 8))
def test_energy_is_that_of_dimod_and_of_the_spins_it_came_from(seed, size):
    rng = np.random.default_rng(seed)
    problem = random_qubo(seed, size)
    field, coupling = rng.integers(-5, 6, size).astype(float), rng.integers(-5, 6, (size, size)).astype(float)
    rows, columns = np.triu_indices(size, 1)
    ising = from_spins(field, rows, columns, coupling[rows, columns], 2.0)
    x = rng.integers(0, 2, size)
    s = 2 * x - 1
    assert problem.energy(x) == problem.to_bqm().energy(dict(enumerate(x.tolist())))
    assert ising.energy(x) == 2.0 + field @ s + (np.triu(coupling, 1) * np.outer(s, s)).sum()


@pytest.mark.parametrize("name", SOLVERS)
def test_every_solver_finds_the_optimum_of_small_problems_and_states_its_energy(name):
    for seed in range(5):
        problem = random_qubo(seed, 9)
        plans = [solve_qubo(problem, name, Budget(sweeps=100), seed + 10 * run) for run in range(5)]
        assert min(plan.energy for plan in plans) == least(problem)
        for plan in plans:
            assert plan.energy == problem.energy(plan.state)
            assert plan.solver == name
            assert [value for _, value, _ in plan.trace] == sorted({v for _, v, _ in plan.trace}, reverse=True)
            json.dumps(plan.to_json(), allow_nan=False)


@pytest.mark.parametrize("name", SOLVERS)
def test_a_budget_in_sweeps_makes_the_plan_a_function_of_the_seed(name):
    problem = random_qubo(3, 60)
    one, again = (solve_qubo(problem, name, Budget(sweeps=20), 7) for _ in range(2))
    assert one.state.tolist() == again.state.tolist()


@pytest.mark.parametrize("name", SOLVERS)
def test_a_budget_in_seconds_is_kept_and_a_cancelled_solve_returns_its_best(name):
    problem = random_qubo(4, 300)
    solve_qubo(problem, name, Budget(sweeps=1))
    begun = time.perf_counter()
    plan = solve_qubo(problem, name, Budget(seconds=0.4))
    assert time.perf_counter() - begun < 1.5
    assert plan.energy < 0
    plan = solve_qubo(problem, name, Budget(seconds=60.0, cancelled=lambda: time.perf_counter() - begun > 0.1))
    assert plan.energy == problem.energy(plan.state)
    assert plan.fallbacks


@pytest.mark.parametrize("name", SOLVERS)
def test_degenerate_problems_have_an_answer(name):
    for problem, energy in (
        (QuboProblem([], [], [], [], 2.5), 2.5),
        (QuboProblem([-1.0], [], [], []), -1.0),
        (QuboProblem([0.0] * 5, [], [], []), 0.0),
    ):
        assert solve_qubo(problem, name, Budget(sweeps=50)).energy == energy


@pytest.mark.parametrize("name", SOLVERS)
def test_a_cancelled_solve_asks_no_more(name):
    """Some ten calls of the watch after the cancellation at most, each a few milliseconds of work apart."""
    problem, asked = random_qubo(8, 200), []

    def cancelled() -> bool:
        asked.append(len(asked) >= 5)
        return asked[-1]

    plan = solve_qubo(problem, name, Budget(sweeps=10**7, cancelled=cancelled))
    assert plan.energy == problem.energy(plan.state)
    assert sum(asked) < 20
    assert "cancelled" in plan.fallbacks[0]


def test_a_solver_without_its_package_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "openjij", None)
    monkeypatch.setitem(sys.modules, "openjij.cxxjij", None)
    with pytest.raises(MissingExtraError, match="make extra NAME=peers") as caught:
        solve_qubo(random_qubo(1, 4), "openjij")
    assert caught.value.package == "openjij"


@pytest.mark.parametrize("scale", [1e-9, 1e9])
def test_scale_does_not_matter_to_the_annealer(scale):
    problem = random_qubo(11, 12, scale)
    assert solve_qubo(problem, budget=Budget(sweeps=300)).energy == pytest.approx(least(problem), rel=1e-12)


def test_a_start_is_never_made_worse():
    problem = random_qubo(5, 40)
    good = solve_qubo(problem, budget=Budget(sweeps=400))
    for name in SOLVERS:
        assert solve_qubo(problem, name, Budget(sweeps=1), start=good.state).energy <= good.energy


def test_tabu_refuses_what_its_dense_matrix_would_not_hold_and_unknown_names_are_told():
    problem = QuboProblem(np.zeros(5001), [], [], [])
    with pytest.raises(ProblemTooLargeError, match="'anneal'"):
        solve_qubo(problem, "tabu")
    with pytest.raises(UnknownSolverError, match="anneal, neal, openjij, openjij-sqa, steepest, tabu"):
        solve_qubo(problem, "oracle")


def test_improvements_are_told_as_they_come():
    told = []
    plan = solve_qubo(random_qubo(6, 30), budget=Budget(sweeps=50), on_improve=told.append)
    assert [(t.seconds, t.objective, t.bound) for t in told] == plan.trace


@pytest.mark.parametrize(("pattern", "kind", "name"), [
    ("beasley/bqp50-1.sparse", None, "bqp50.1"),
    ("beasley/bqp100-1.sparse", None, "bqp100.1"),
    ("beasley/bqp250-1.sparse", None, "bqp250.1"),
    ("gset/G1.txt", "gset", "G1"),
])  # fmt: skip
def test_the_annealer_reaches_the_best_known_values(pattern, kind, name):
    known = {"bqp50.1": -2098, "bqp100.1": -7970, "bqp250.1": -45607, "G1": -11624}[name]
    (path,) = files(f"qubo/{pattern}")
    plan = solve_qubo(read_problem(path, kind), budget=Budget(sweeps=12_000), seed=1)
    assert plan.energy == known
