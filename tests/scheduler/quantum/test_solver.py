"""The solvers "qaoa" and "vqe": whole problems, windows, and what their reports claim."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings

from scheduler import AssignmentProblem, Budget, ProblemTooLargeError, from_triplets, relax, solve
from scheduler.quantum.options import QaoaOptions
from scheduler.quantum.report import QuantumReport, rows_of
from scheduler.quantum.vqe import Ansatz, VqeOptions, run_vqe
from scheduler.quantum.windows import WindowCutter
from scheduler.solvers.qaoa import Qaoa
from scheduler.solvers.vqe import Vqe
from tests.scheduler.conftest import brute_force, problems, random_problem


def large(seed: int = 1, tasks: int = 24, agents: int = 6) -> AssignmentProblem:
    return random_problem(seed, tasks=tasks, agents=agents, resources=2, whole=seed % 2 == 0)


@settings(max_examples=40, deadline=None)
@given(problems())
def test_qaoa_breaks_no_rule_and_is_never_better_than_the_optimum(problem: AssignmentProblem) -> None:
    plan = solve(problem, "qaoa", Budget(sweeps=1))
    assert not problem.violations(plan.assignment).breaks_a_rule
    assert plan.objective == problem.objective(plan.assignment)
    optimum = brute_force(problem)
    if math.isfinite(plan.objective.total):
        assert plan.objective.total >= optimum - 1e-9 * max(1.0, abs(optimum))
        assert plan.bound is None or plan.bound <= optimum + 1e-6
    if plan.quantum["optimum"] is not None and math.isfinite(optimum):
        assert plan.quantum["optimum"] == pytest.approx(optimum, abs=1e-9)
    json.dumps(plan.to_json(), allow_nan=False)
    assert rows_of(plan.quantum)


@settings(max_examples=15, deadline=None)
@given(problems(pairs=True, conflicts=True, forced=False))
def test_windows_break_no_rule_and_never_make_a_plan_worse(problem: AssignmentProblem) -> None:
    """Every window stands alone: its change of objective is the change of the whole."""
    begin = solve(problem, "greedy").assignment
    relaxation = relax(problem)
    cutter = WindowCutter(problem, relaxation.belief, begin.copy())
    rng = np.random.default_rng(0)
    for task in range(problem.tasks):
        window = cutter.around(task, 2, 30, 0)
        now = window.restrict(cutter.assignment)
        for _ in range(20):
            part = window.problem
            other = [int(rng.choice([*part.eligible(t), -1])) for t in range(part.tasks)]
            if part.violations(other).breaks_a_rule:
                continue
            whole = cutter.assignment.copy()
            window.lift(other, whole)
            assert not problem.violations(whole).breaks_a_rule
            change = problem.objective(whole).total - problem.objective(cutter.assignment).total
            assert part.objective(other).total - part.objective(now).total == pytest.approx(change, abs=1e-9)
            cutter.accept(window, np.array(other, dtype=np.int32))
            assert np.allclose(cutter.load, problem.loads(cutter.assignment))
            now = window.restrict(cutter.assignment)


def test_windows_improve_a_large_problem_and_count_what_they_did() -> None:
    problem = large()
    before = solve(problem, "greedy").objective.total
    plan = solve(problem, "qaoa", Budget(sweeps=2), seed=3)
    told = plan.quantum
    assert told["kind"] == "windows"
    assert told["windows"] >= problem.tasks
    assert 0 < told["improved"] <= told["windows"]
    assert 0.8 * told["windows"] <= told["hits"] <= told["windows"] - told["skipped"]
    assert told["states"] <= QaoaOptions().window_states
    assert told["after"] == pytest.approx(plan.objective.total)
    assert plan.objective.total < before
    assert not problem.violations(plan.assignment).breaks_a_rule
    assert plan.bound <= plan.objective.total


@pytest.mark.parametrize("name", ["qaoa", "vqe"])
def test_the_same_seed_and_sweeps_give_the_same_plan_bit_for_bit(name: str) -> None:
    problem = large(2) if name == "qaoa" else random_problem(3, tasks=3, agents=2)
    plans = [solve(problem, name, Budget(sweeps=1), seed=5) for _ in range(2)]
    assert np.array_equal(plans[0].assignment, plans[1].assignment)
    told = [
        {k: v for k, v in plan.quantum.items() if k not in {"seconds", "exact_seconds", "verdict"}} for plan in plans
    ]
    assert told[0] == told[1]


def test_a_cancelled_solve_returns_its_start() -> None:
    """A valid plan comes back although nothing was simulated."""
    small, big = random_problem(3, tasks=6), large()
    for problem in (small, big):
        plan = solve(problem, "qaoa", Budget(cancelled=lambda: True))
        assert not problem.violations(plan.assignment).breaks_a_rule
        assert plan.quantum is None
    plan = solve(random_problem(3, tasks=3, agents=2), "vqe", Budget(cancelled=lambda: True))
    assert plan.quantum is None


def test_the_x_mixer_is_far_behind_the_one_hot_subspace() -> None:
    """On the same problem both know the same optimum; the X mixer measures it far less often."""
    problem = random_problem(8, tasks=4, agents=3, resources=0)
    xy, x = (Qaoa(QaoaOptions(mixer=mixer)).solve(problem, Budget(), 0).quantum for mixer in ("xy", "x"))
    assert x["optimum"] == pytest.approx(xy["optimum"])
    assert x["states"] == 2 ** x["qubits"] > xy["states"]
    assert xy["optimum_probability"] > 3 * x["optimum_probability"]


def test_the_verdict_names_the_faster_of_two_that_know_the_optimum() -> None:
    """And never a run that missed it."""
    plan = solve(random_problem(8, tasks=4, agents=3), "qaoa", Budget(sweeps=1))
    told = {name: value for name, value in plan.quantum.items() if name not in {"kind", "hit", "verdict"}}
    assert plan.quantum["hit"]
    for seconds, exact, winner in ((2.0, 1.0, "exact"), (1.0, 2.0, "qaoa")):
        assert QuantumReport(**told | {"seconds": seconds, "exact_seconds": exact}).verdict.startswith(f"{winner} wins")
    missed = QuantumReport(**told | {"seconds": 1.0, "exact_seconds": 2.0, "best_shot": told["optimum"] + 1.0})
    assert missed.verdict.startswith("exact wins")


def test_the_ansatz_equals_its_gates() -> None:
    """Against dense matrices of RY and CZ."""
    ansatz, rng = Ansatz(3, 2), np.random.default_rng(1)
    angles = rng.uniform(-3, 3, ansatz.angles)
    state = np.eye(8)[0]
    for layer in range(3):
        if layer:
            for q, other in ((0, 1), (1, 2), (2, 0)):
                state = np.array([-v if s >> q & s >> other & 1 else v for s, v in enumerate(state)])
        for q in range(3):
            a = angles[layer * 3 + q] / 2
            gate = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
            full = np.kron(np.eye(2 ** (2 - q)), np.kron(gate, np.eye(2**q)))
            state = full @ state
    assert np.allclose(ansatz.amplitudes(angles), state, atol=1e-12)


def test_vqe_never_gets_worse_and_finds_most_optima_of_tiny_problems() -> None:
    from scheduler.quantum.hamiltonian import Hamiltonian

    hits = 0
    for seed in range(8):
        problem = random_problem(seed, tasks=2, agents=2)
        plan = solve(problem, "vqe", Budget(sweeps=20), seed)
        assert not problem.violations(plan.assignment).breaks_a_rule
        assert plan.quantum["optimum"] == pytest.approx(brute_force(problem), abs=1e-9)
        hits += run_vqe(Hamiltonian.compile(problem), VqeOptions(), seed, 20, lambda: False)[1].hit
    assert hits >= 6
    model = Hamiltonian.compile(random_problem(1, tasks=2, agents=2))
    few, many = (run_vqe(model, VqeOptions(shots=64), 0, sweeps, lambda: False)[1] for sweeps in (1, 3))
    assert many.expectation <= few.expectation + 1e-9


def test_vqe_ends_when_the_optimum_is_measured_or_proven() -> None:
    """A budget of a year would never end otherwise."""
    from scheduler.quantum.hamiltonian import Hamiltonian

    model = Hamiltonian.compile(random_problem(1, tasks=2, agents=2))
    _, report = run_vqe(model, VqeOptions(), 0, None, lambda: False)
    assert report.hit
    few = VqeOptions(layers=1, shots=1)
    _, report = run_vqe(model, few, 3, None, lambda: False, once=True)
    assert report.shots == 1
    proven = from_triplets([0, 1], [0, 1], [1.0, 2.0], [1.0, 1.0], [1.0, 1.0], unassigned_cost=[9.0, 9.0])
    plan = Vqe(few).solve(proven, Budget(seconds=1e7), 0)
    assert plan.gap == 0.0
    assert plan.quantum["shots"] == 1


def test_what_is_too_large_for_vqe_is_refused() -> None:
    rows, columns = np.repeat(np.arange(9), 3), np.tile(np.arange(3), 9)
    problem = from_triplets(rows, columns, np.ones(27), np.ones(27), np.full(3, 9.0), np.ones(9))
    with pytest.raises(ProblemTooLargeError, match="qubits"):
        Vqe().solve(problem, Budget(), 0)
