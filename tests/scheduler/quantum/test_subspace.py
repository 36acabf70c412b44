"""The simulator of the one-hot subspace does what matrices say, and reports what is true."""

from __future__ import annotations

import itertools
import json
import math

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings

from scheduler import AssignmentProblem, Budget, ProblemTooLargeError, from_triplets, solve
from scheduler.hierarchy import HierarchicalQUBO
from scheduler.quantum.encoding import OneHotEncoding, state_count
from scheduler.quantum.errors import InvalidOptionError
from scheduler.quantum.options import QaoaOptions
from scheduler.quantum.simulator import Angles, Simulator
from scheduler.quantum.sub_solver import solve_sub_problem
from scheduler.qubo import PenaltyQUBO
from tests.scheduler.conftest import brute_force, problems, random_problem, value_of

ANGLES = Angles((0.3, 0.7, 1.1), (1.2, 0.8, 0.4))


def simulator(widths: list[int], seed: int, uniform: bool = True) -> Simulator:
    rng = np.random.default_rng(seed)
    states = math.prod(widths)
    vectors = None
    if not uniform:
        parts = [rng.random(width) + 0.1 for width in widths]
        vectors = np.concatenate([part / np.linalg.norm(part) for part in parts])
    return Simulator(rng.normal(size=states) * 3.0, rng.random(states) < 0.5, widths, vectors)


def by_matrices(model: Simulator, angles: Angles) -> np.ndarray:
    """The same layers with dense matrix exponentials of the Hamiltonians."""
    projector = np.zeros((len(model.diagonal),) * 2)
    parts = [model.vectors[a:b] for a, b in itertools.pairwise(model.ptr)]
    for place, vector in enumerate(parts):
        factor = np.ones((1, 1))
        for other, part in enumerate(parts):
            factor = np.kron(factor, np.outer(vector, vector) if other == place else np.eye(len(part)))
        projector += factor
    state = model.first_state().astype(complex)
    for gamma, beta in zip(angles.gammas, angles.betas, strict=True):
        state = scipy.linalg.expm(-1j * gamma * np.diag(model.diagonal)) @ state
        state = scipy.linalg.expm(1j * beta * projector) @ state
    return np.abs(state) ** 2


@pytest.mark.parametrize("uniform", [True, False])
@pytest.mark.parametrize("widths", [[3], [2, 3], [4, 1, 3], [2, 2, 2, 2, 2, 2], [40, 4]])
def test_layers_equal_matrix_exponentials(widths: list[int], uniform: bool) -> None:
    """For labels that are mixed one by one and in tiles, uniform and with a warm start."""
    model = simulator(widths, 5, uniform)
    assert np.allclose(model.probabilities(ANGLES), by_matrices(model, ANGLES), atol=1e-12)


def test_blocks_and_tiles_equal_group_by_group() -> None:
    """More states than fit a block: the same as mixing every group on its own with numpy."""
    widths = [3, 5, 4, 2, 7, 3, 6, 5, 2, 3]
    model = simulator(widths, 1, uniform=False)
    state = model.first_state().astype(complex)
    for gamma, beta in zip(ANGLES.gammas, ANGLES.betas, strict=True):
        state = state * np.exp(-1j * gamma * (model.diagonal - model.origin))
        shaped = state.reshape(widths)
        for place, (a, b) in enumerate(itertools.pairwise(model.ptr)):
            u = model.vectors[a:b]
            total = np.tensordot(u, shaped, axes=(0, place))
            shaped = shaped + (np.exp(1j * beta) - 1.0) * np.moveaxis(np.multiply.outer(u, total), 0, place)
        state = shaped.ravel()
    real, imaginary = model.amplitudes(ANGLES)
    assert np.allclose(real + 1j * imaginary, state, atol=1e-12)
    assert np.sum(real**2 + imaginary**2) == pytest.approx(1.0, abs=1e-12)


def test_the_mixer_is_the_complete_graph_xy_mixer() -> None:
    """exp(i beta |u><u|) is exp(-i beta/k H) with H = -(XX + YY)/2 over all pairs of a group, up to a phase."""
    x, y = np.array([[0, 1], [1, 0]], complex), np.array([[0, -1j], [1j, 0]])
    k, beta = 3, 0.7
    hamiltonian = np.zeros((8, 8), complex)
    for i, j in itertools.combinations(range(k), 2):
        for pauli in (x, y):
            term = np.ones((1, 1), complex)
            for place in range(k):
                term = np.kron(term, pauli if place in (i, j) else np.eye(2))
            hamiltonian -= term / 2
    one_hot = [1, 2, 4]
    xy = scipy.linalg.expm(-1j * beta / k * hamiltonian)[np.ix_(one_hot, one_hot)]
    ours = scipy.linalg.expm(1j * beta * np.full((k, k), 1 / k))
    phase = xy[0, 1] / ours[0, 1]
    assert abs(phase) == pytest.approx(1.0)
    assert np.allclose(xy, phase * ours)


@settings(max_examples=40, deadline=None)
@given(problems())
def test_the_diagonal_is_the_objective_of_valid_states_and_more_for_others(problem: AssignmentProblem) -> None:
    """State by state, by plain loops that share no code with the kernel; and the minimum is the optimum."""
    encoding = OneHotEncoding.of(problem)
    diagonal, valid = encoding.diagonal()
    assert len(diagonal) == encoding.states == state_count(problem)
    least = math.inf
    for state in range(encoding.states):
        assignment = encoding.decode(state)
        assert encoding.encode(assignment) == state
        value = value_of(problem, tuple(assignment.tolist()))
        impossible = [task for task in problem.must_place if not len(problem.eligible(task))]
        if impossible:
            continue
        assert valid[state] == math.isfinite(value)
        if valid[state]:
            assert diagonal[state] == pytest.approx(value, abs=1e-9)
            least = min(least, diagonal[state])
    if not len(problem.must_place):
        assert least == pytest.approx(brute_force(problem), abs=1e-9)


def test_the_diagonal_is_the_energy_of_the_penalty_qubo() -> None:
    """On valid states of problems with whole demands, where the penalty QUBO rounds nothing."""
    for seed in range(6):
        problem = random_problem(seed, tasks=4)
        encoding, qubo = OneHotEncoding.of(problem), PenaltyQUBO.compile(problem)
        diagonal, valid = encoding.diagonal()
        for state in np.flatnonzero(valid)[::7]:
            energy = qubo.bqm.energy(qubo.encode(encoding.decode(int(state))))
            assert energy == pytest.approx(diagonal[state], abs=1e-6)


def test_more_layers_come_nearer_to_the_optimum() -> None:
    """The sign is right: from one layer on better than blind guessing, and better with every doubling."""
    problem = random_problem(8, tasks=6, agents=4, conflicts=False)
    ratios = [solve_sub_problem(problem, QaoaOptions(layers=p))[1].approximation_ratio for p in (1, 4, 16, 64)]
    assert ratios[0] > 0.0
    assert ratios == sorted(ratios)
    assert ratios[-1] > 0.7


def test_the_optimum_is_measured_on_most_unseen_problems() -> None:
    """With the fixed ramp, on problems that it was not chosen on."""
    hits = 0
    for seed in range(100, 120):
        _, report = solve_sub_problem(random_problem(seed, tasks=7, agents=3, resources=2))
        hits += report.hit
        assert report.best_shot is None or report.best_shot >= report.optimum - 1e-9
    assert hits >= 18


def test_the_same_seed_measures_the_same_and_another_seed_something_else() -> None:
    problem = random_problem(4, tasks=7, agents=4)
    few = QaoaOptions(layers=1, shots=6)
    runs = [solve_sub_problem(problem, few, seed) for seed in (3, 3, 4, 5, 6)]
    assert np.array_equal(runs[0][0], runs[1][0])
    assert runs[0][1].valid_share == runs[1][1].valid_share
    assert len({report.best_shot for _, report in runs}) > 1


@pytest.mark.parametrize("objective", ["mean", "cvar"])
def test_optimised_angles_are_no_worse_than_the_ramp(objective: str) -> None:
    problem = random_problem(8, tasks=5, agents=3)
    plain = solve_sub_problem(problem, QaoaOptions(layers=2))[1]
    better = solve_sub_problem(problem, QaoaOptions(layers=2, optimise=objective, evaluations=30))[1]
    assert better.evaluations > 10
    if objective == "mean":
        assert better.expectation <= plain.expectation + 1e-9
    assert better.parameters != plain.parameters


def test_the_tail_mean_is_the_mean_of_the_best_share() -> None:
    model = simulator([4, 4], 2)
    weights = np.full(16, 1 / 16)
    ranked = np.sort(model.diagonal)
    assert model.tail_mean(weights, 0.25) == pytest.approx(ranked[:4].mean())
    assert model.tail_mean(weights, 1.0) == pytest.approx(model.expectation(weights))


def test_a_warm_start_at_the_optimum_measures_it_more_often() -> None:
    problem = random_problem(8, tasks=6, agents=3)
    best = solve(problem, "exact").assignment
    cold = solve_sub_problem(problem, QaoaOptions(layers=1))[1]
    warm = solve_sub_problem(problem, QaoaOptions(layers=1, warm_start=0.5), start=best)[1]
    assert warm.optimum == cold.optimum
    assert warm.optimum_probability > 5 * cold.optimum_probability


def test_a_part_of_a_hierarchy_is_solved_and_lifted() -> None:
    """Solving the parts to their optima never makes the whole worse."""
    problem = random_problem(3, tasks=8, agents=4)
    start = solve(problem, "greedy").assignment
    whole = start.copy()
    for part in HierarchicalQUBO(problem, sizes=[2]).lowest.sub_problems(start):
        assignment, report = solve_sub_problem(part)
        assert report.hit
        part.lift(assignment, whole)
        break
    assert not problem.violations(whole).breaks_a_rule
    assert problem.objective(whole).total <= problem.objective(start).total + 1e-9


def test_what_is_too_large_or_means_nothing_is_refused() -> None:
    count = 30
    rows, columns = np.repeat(np.arange(count), 3), np.tile(np.arange(3), count)
    large = from_triplets(rows, columns, np.ones(90), np.ones(90), np.full(3, 30.0), np.ones(count))
    with pytest.raises(ProblemTooLargeError, match="states"):
        solve_sub_problem(large)
    with pytest.raises(ProblemTooLargeError, match="qubits"):
        solve_sub_problem(large, QaoaOptions(mixer="x"))
    for wrong in ({"layers": 0}, {"mixer": "z"}, {"optimise": "best"}, {"cvar": 0.0}, {"warm_start": 1.0}):
        with pytest.raises(InvalidOptionError, match=next(iter(wrong))):
            QaoaOptions(**wrong)


def test_empty_and_forced_problems() -> None:
    """No tasks: one state. A task that must be placed and cannot be: no valid state, no answer, no crash."""
    empty = from_triplets([], [], [], np.zeros((0, 1)), [1.0], [])
    assignment, report = solve_sub_problem(empty)
    assert (len(assignment), report.optimum, report.hit) == (0, 0.0, True)
    stuck = from_triplets([0], [0], [1.0], [5.0], [1.0], [math.inf])
    assignment, report = solve_sub_problem(stuck)
    assert assignment is None
    assert report.optimum is None
    json.dumps(report.to_json(), allow_nan=False)
    plan = solve(stuck, "qaoa", Budget(sweeps=1))
    assert plan.assignment.tolist() == [-1]
