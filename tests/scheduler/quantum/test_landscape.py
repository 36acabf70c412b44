"""What the energies aim at: the least is the optimum of the problem, and no ratio says more than that."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import scheduler
from scheduler import AssignmentProblem, from_triplets, read_problem
from scheduler.quantum.encoding import OneHotEncoding
from scheduler.quantum.options import QaoaOptions
from scheduler.quantum.qaoa import told_of
from scheduler.quantum.simulator import Simulator
from scheduler.quantum.sub_solver import solve_sub_problem
from tests.scheduler.conftest import brute_force, problems, value_of

DATA = Path(os.environ.get("QAM_DATA", Path(scheduler.__file__).parents[2] / "shared" / "data"))


def tempting(gain: float, tasks: int = 4, forced: bool = True) -> AssignmentProblem:
    """The pairs save `gain` each where all tasks sit on agent 0, which has room for one, as every agent has."""
    row, column = np.divmod(np.arange(tasks * tasks), tasks)
    links = [(i, j) for i in range(tasks) for j in range(i)]
    return from_triplets(
        row, column, np.where(column == 0, 1.0, 2.0 + row), np.ones(len(row)), np.ones(tasks),
        np.full(tasks, np.inf if forced else 50.0), pairs=(*zip(*links, strict=True), np.full(len(links), gain)),
        conflicts=([1], [2]), cluster_distance=[[1.0]], same_agent_distance=0.0, unassigned_distance=1.0,
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(problems())
@example(tempting(40.0))
@example(tempting(1e9))
@example(tempting(40.0, forced=False))
def test_the_least_energy_of_all_states_is_the_optimum_and_no_ratio_is_above_one(problem: AssignmentProblem) -> None:
    """Over several resources, conflicts, tasks that must be placed, and pairs that pay for breaking a rule."""
    encoding, optimum = OneHotEncoding.of(problem), brute_force(problem)
    energy, valid = encoding.diagonal()
    if math.isfinite(optimum):
        least = int(np.argmin(energy))
        assert valid[least]
        assert value_of(problem, tuple(encoding.decode(least).tolist())) == pytest.approx(optimum, rel=1e-12, abs=1e-9)
        assert energy[least] == pytest.approx(optimum, rel=1e-12, abs=1e-9)
        assert (energy[~valid] > energy[least]).all()
    for layers in (1, 8):
        _, report = solve_sub_problem(problem, QaoaOptions(layers=layers, shots=20))
        assert report.approximation_ratio is None or report.approximation_ratio <= 1.0
        assert report.optimum is None or report.expectation >= report.optimum - 1e-9 * max(1.0, abs(report.optimum))


@settings(max_examples=60, deadline=None)
@given(problems(), st.integers(0, 2**32 - 1))
def test_the_ratio_is_one_at_the_optimum_nought_when_guessing_and_never_more(
    problem: AssignmentProblem, seed: int
) -> None:
    """Whatever the distribution; what breaks a rule gains nothing, whatever it is charged."""
    encoding = OneHotEncoding.of(problem)
    energy, valid = encoding.diagonal()
    model = Simulator(energy, valid, encoding.widths.tolist())
    best = model.optimum()
    if best is None or np.ptp(energy[valid]) == 0.0:
        assert told_of(model, np.full(len(energy), 1 / len(energy)), best)["approximation_ratio"] is None
        return

    def ratio(weights: np.ndarray) -> float:
        return float(told_of(model, weights / weights.sum(), best)["approximation_ratio"])

    at = np.arange(len(energy)) == best
    assert ratio(at * 1.0) == pytest.approx(1.0)
    assert ratio(np.ones(len(energy))) == pytest.approx(0.0, abs=1e-9)
    assert ratio(at + (~valid).sum() ** -1.0 * ~valid if (~valid).any() else at * 1.0) == pytest.approx(
        0.5 if (~valid).any() else 1.0
    )
    drawn = np.random.default_rng(seed).random(len(energy)) ** 8
    found = drawn / drawn.sum()
    blind = energy[valid].mean()
    mean = float(found[valid] @ energy[valid] + found[~valid].sum() * blind)
    assert ratio(drawn) <= 1.0
    assert ratio(drawn) == pytest.approx((blind - mean) / (blind - energy[best]), abs=1e-7)


def test_walls_stay_as_low_as_they_may() -> None:
    """Breaking a rule is charged no more where it did not pay before."""
    calm, wild = (OneHotEncoding.of(tempting(gain)).diagonal() for gain in (0.01, 40.0))
    assert np.array_equal(calm[1], wild[1])
    assert (wild[0][~wild[1]].max() - wild[0][wild[1]].min()) > 10 * (calm[0][~calm[1]].max() - calm[0][calm[1]].min())
    assert calm[0][~calm[1]].max() < 100.0


@pytest.mark.parametrize("name", [f"tassc1003{kind}{draw}.dat" for kind in "ABCD" for draw in "ce"])
def test_published_task_assignments_are_aimed_at_and_measured(name: str) -> None:
    """Tight capacities, dense pairs, all tasks to be placed: most of what breaks a rule is cheaper than the optimum."""
    path = DATA / "gqap" / "elloumi" / "CTAP" / name
    if not path.exists():
        pytest.skip(f"{path} is not there: set QAM_DATA to the folder with the benchmark data")
    problem = read_problem(path)
    energy, valid = OneHotEncoding.of(problem).diagonal()
    assert valid[np.argmin(energy)]
    assignment, report = solve_sub_problem(problem)
    assert not problem.violations(assignment).breaks_a_rule
    assert report.hit
    assert report.valid_share > 0.4
    assert 0.2 < report.approximation_ratio <= 1.0
