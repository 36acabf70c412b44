"""The penalty QUBO says what the problem says: energies, minima, names."""

from __future__ import annotations

import itertools

import dimod
import numpy as np
import pytest
from hypothesis import given, settings

from scheduler import AssignmentProblem, PenaltyQUBO
from tests.scheduler.conftest import brute_force, problems, random_problem, value_of


@settings(max_examples=40, deadline=None)
@given(problems(whole=True, forced=False))
def test_energy_equals_objective_on_feasible_assignments(problem: AssignmentProblem) -> None:
    """For every feasible assignment the best idle bits give exactly its objective."""
    qubo = PenaltyQUBO.compile(problem)
    assert not qubo.rounded
    choices = [[*problem.eligible(task).tolist(), -1] for task in range(problem.tasks)]
    for assignment in itertools.islice(itertools.product(*choices), 100):
        value = value_of(problem, assignment)
        sample = qubo.encode(np.array(assignment, dtype=np.int32))
        if np.isfinite(value):
            assert qubo.bqm.energy(sample) == pytest.approx(value, abs=1e-6)
        else:
            assert qubo.bqm.energy(sample) > brute_force(problem)
        assert qubo.decode(sample)[0].tolist() == list(assignment)


@settings(max_examples=25, deadline=None)
@given(problems(tasks=3, agents=2, resources=1, whole=True, forced=False))
def test_every_minimum_is_feasible_and_optimal(problem: AssignmentProblem) -> None:
    """All ground states of the BQM decode one-hot, break no rule and cost the optimum."""
    qubo = PenaltyQUBO.compile(problem)
    if len(qubo.bqm) > 15:
        return
    found = dimod.ExactSolver().sample(qubo.bqm)
    for sample in found.lowest(atol=1e-9).samples():
        assignment, clean = qubo.decode(sample)
        assert clean
        assert not problem.violations(assignment)
        assert problem.objective(assignment).total == pytest.approx(brute_force(problem), abs=1e-6)


def test_groups_name_every_choice() -> None:
    """One group a task, one variable an eligible agent, one for leaving it out."""
    problem = random_problem(1)
    qubo = PenaltyQUBO.compile(problem)
    for task, group in enumerate(qubo.groups):
        assert [name[2] for name in group] == [*problem.eligible(task).tolist(), -1]
    assert qubo.penalties.keys() == {"choice", "capacity", "conflict"}


def test_decimal_demands_are_rounded_to_the_safe_side() -> None:
    """The rounding is stated, and a feasible point of the QUBO is feasible in the problem."""
    problem = random_problem(4, whole=False)
    assert PenaltyQUBO.compile(problem).rounded
