"""The constrained model says what the problem says: objective, rules, names."""

from __future__ import annotations

import dimod
import numpy as np
import pytest
from hypothesis import given, settings

from scheduler import AssignmentCQM, AssignmentProblem, ProblemTooLargeError, from_triplets
from tests.scheduler.conftest import brute_force, problems, random_problem
from tests.scheduler.test_qubo import all_assignments


@settings(max_examples=50, deadline=None)
@given(problems())
def test_objective_and_feasibility_are_those_of_the_problem(problem: AssignmentProblem) -> None:
    """For every assignment dimod's check agrees with `violations`, and its energy with `objective`."""
    compiled = AssignmentCQM.compile(problem)
    for assignment in all_assignments(problem):
        vector = np.array(assignment, dtype=np.int32)
        sample = compiled.encode(vector)
        broken = bool(problem.violations(vector))
        assert compiled.cqm.check_feasible(sample) is not broken
        assert compiled.is_feasible(sample) is not broken
        if not problem.violations(vector).unplaced.size:
            energy = compiled.cqm.objective.energy(sample)
            assert energy == pytest.approx(problem.objective(vector).total, abs=1e-6)
        found, clean = compiled.decode(sample)
        assert clean
        assert np.array_equal(found, vector)


@settings(max_examples=25, deadline=None)
@given(problems(tasks=3, agents=2, forced=False))
def test_the_best_feasible_sample_of_all_is_the_optimum(problem: AssignmentProblem) -> None:
    """Exhaustive search of the model, groups included, ends at the brute-force optimum."""
    compiled = AssignmentCQM.compile(problem)
    if 0 < len(compiled.cqm.variables) <= 12:
        found = dimod.ExactCQMSolver().sample_cqm(compiled.cqm)
        best = found.filter(lambda row: row.is_feasible).first
        assert best.energy == pytest.approx(brute_force(problem), abs=1e-6)
        assert problem.objective(compiled.decode(best.sample)[0]).total == pytest.approx(best.energy, abs=1e-6)


def test_constraints_are_named_and_groups_are_discrete() -> None:
    """One discrete group a task; capacities, conflicts and tasks that must be placed by their indices."""
    problem = from_triplets([0, 0, 1], [0, 1, 0], [1.0] * 3, [2.0] * 3, [3.0, 9.0], [5.0, np.inf], conflicts=([0], [1]))
    compiled = AssignmentCQM.compile(problem)
    groups = {("choice", 0), ("choice", 1)}
    assert all(compiled.cqm.constraints[name].lhs.is_discrete() for name in groups)
    others = set(compiled.cqm.constraints) - groups
    assert others == {("capacity", 0, 0), ("conflict", 0, 1, 0), ("placed", 1)}
    assert set(compiled.cqm.constraints["choice", 0].lhs.variables) == set(compiled.groups[0])


def test_a_sample_that_is_not_one_hot_is_not_clean() -> None:
    """Two labels of a task, or none: the task is left out and the sample infeasible."""
    problem = from_triplets([0, 0], [0, 1], [1.0, 1.0], [1.0, 1.0], [3.0, 3.0], [5.0])
    compiled = AssignmentCQM.compile(problem)
    for labels in ([1, 1, 0], [0, 0, 0]):
        sample = dict(zip(compiled.groups[0], labels, strict=True))
        assert not compiled.is_feasible(sample)
        assert compiled.decode(sample)[0].tolist() == [-1]
        assert compiled.decode(sample)[1] is False


def test_a_capacity_of_a_billion_is_kept_to_the_unit() -> None:
    """One unit too many is within dimod's default tolerance, but not within ours."""
    problem = from_triplets([0, 1], [0, 0], [0.0, 0.0], [1e9, 2.0], [1e9 + 0.5], [1.0, 1.0])
    compiled = AssignmentCQM.compile(problem)
    both = compiled.encode(np.zeros(2, dtype=np.int32))
    assert bool(problem.violations([0, 0]))
    assert not compiled.is_feasible(both)


def test_a_task_that_must_be_placed_and_can_go_nowhere_leaves_nothing_feasible() -> None:
    """Its group has one label, and that one is forbidden."""
    problem = from_triplets([], [], [], np.zeros((0, 1)), [[1.0]], [np.inf])
    compiled = AssignmentCQM.compile(problem)
    assert not any(compiled.is_feasible({("x", 0, -1): value}) for value in (0, 1))


def test_no_tasks_compile_and_too_many_are_refused() -> None:
    """An empty model, and an error that carries the count."""
    empty = AssignmentCQM.compile(random_problem(0, tasks=0))
    assert len(empty.cqm.variables) == 0
    with pytest.raises(ProblemTooLargeError):
        AssignmentCQM.compile(from_triplets([], [], [], np.zeros((0, 1)), np.ones((1, 1)), np.ones(600_000)))
