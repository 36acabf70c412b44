"""The penalty QUBO says what the problem says: energies, minima, names."""

from __future__ import annotations

import itertools
import math

import dimod
import numpy as np
import pytest
from hypothesis import given, settings

from scheduler import AssignmentProblem, HierarchicalQUBO, PenaltyQUBO, ProblemTooLargeError, from_triplets
from tests.scheduler.conftest import brute_force, problems, random_problem, value_of


def all_assignments(problem: AssignmentProblem, most: int = 100) -> list[tuple[int, ...]]:
    """Some ways to place every task somewhere it is eligible, or to leave it out."""
    choices = [[*problem.eligible(task).tolist(), -1] for task in range(problem.tasks)]
    return list(itertools.islice(itertools.product(*choices), most))


def minima(qubo: PenaltyQUBO) -> list[dict]:
    """Every sample of least energy, of all there are."""
    return list(dimod.ExactSolver().sample(qubo.bqm).lowest(rtol=1e-9, atol=1e-9).samples())


@settings(max_examples=40, deadline=None)
@given(problems(whole=True, forced=False))
def test_energy_equals_objective_on_feasible_assignments(problem: AssignmentProblem) -> None:
    """For every feasible assignment the best idle bits give exactly its objective."""
    qubo = PenaltyQUBO.compile(problem)
    assert not qubo.rounded
    for assignment in all_assignments(problem):
        value = value_of(problem, assignment)
        sample = qubo.encode(np.array(assignment, dtype=np.int32))
        if np.isfinite(value):
            assert qubo.bqm.energy(sample) == pytest.approx(value, abs=1e-6)
        else:
            assert qubo.bqm.energy(sample) > brute_force(problem)
        assert qubo.decode(sample)[0].tolist() == list(assignment)


@settings(max_examples=60, deadline=None)
@given(problems(tasks=3, agents=2, whole=True))
def test_every_minimum_is_feasible_and_optimal(problem: AssignmentProblem) -> None:
    """All ground states of the BQM decode one-hot, break no hard rule, place what can be placed, cost the optimum."""
    qubo = PenaltyQUBO.compile(problem)
    if not 0 < len(qubo.bqm.variables) <= 16:
        return
    best = brute_force(problem)
    for sample in minima(qubo):
        assignment, clean = qubo.decode(sample)
        assert clean
        assert not problem.violations(assignment).breaks_a_rule
        if math.isfinite(best):
            assert problem.objective(assignment).total == pytest.approx(best, abs=1e-6)


def test_as_many_tasks_as_can_be_are_placed_where_not_all_that_must_be_can() -> None:
    """Two of three tasks fit: each minimum of the penalty form places two, breaking no rule."""
    problem = from_triplets([0, 1, 2], [0, 0, 0], [1.0, 5.0, 2.0], [1.0] * 3, [2.0], [np.inf] * 3)
    assert {tuple(PenaltyQUBO.compile(problem).decode(s)[0]) for s in minima(PenaltyQUBO.compile(problem))} == {
        (0, -1, 0)
    }


def test_one_task_that_must_be_placed_outweighs_all_the_others() -> None:
    """Leaving out many costly tasks is the only way to place the one that must be."""
    costly = 6
    problem = from_triplets(
        range(costly + 1), [0] * (costly + 1), [0.0] * (costly + 1), [1.0] * costly + [costly], [costly],
        [100.0] * costly + [np.inf],
    )  # fmt: skip
    qubo = PenaltyQUBO.compile(problem)
    for sample in dimod.ExactSolver().sample(qubo.bqm).lowest().samples():
        assert qubo.decode(sample)[0].tolist() == [-1] * costly + [0]


@settings(max_examples=30, deadline=None)
@given(problems(tasks=3, agents=2, resources=1, whole=False, pairs=False, forced=False))
def test_demands_of_few_decimals_are_exact(problem: AssignmentProblem) -> None:
    """Tenths lie on a grid of tenths: nothing is rounded and every minimum is the optimum."""
    qubo = PenaltyQUBO.compile(problem)
    assert not qubo.rounded
    if 0 < len(qubo.bqm.variables) <= 16:
        for sample in minima(qubo):
            assert problem.objective(qubo.decode(sample)[0]).total == pytest.approx(brute_force(problem), abs=1e-6)


def test_other_demands_are_rounded_to_the_safe_side() -> None:
    """The rounding is stated, and what is feasible on the grid is feasible in the problem."""
    rng = np.random.default_rng(4)
    for _ in range(20):
        demand, room = rng.random(6), rng.random(2)
        problem = from_triplets([0, 0, 1, 1, 2, 2], [0, 1] * 3, np.ones(6), demand, room, [9.0] * 3)
        qubo = PenaltyQUBO.compile(problem)
        assert qubo.rounded
        assert qubo.grid.unit[0] == pytest.approx(demand.max() / 256)
        for assignment in all_assignments(problem):
            vector = np.array(assignment, dtype=np.int32)
            if qubo.bqm.energy(qubo.encode(vector)) <= problem.objective(vector).total + 1e-9:
                assert not problem.violations(vector)


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_penalties_follow_the_scale_of_costs_and_demands(scale: float) -> None:
    """The minimum is the same whatever the units of costs and amounts."""
    cost, demand = np.array([3.0, 1.0, 2.0, 2.0]) * scale, np.array([2.0, 2.0, 3.0, 3.0]) * scale
    problem = from_triplets([0, 0, 1, 1], [0, 1, 0, 1], cost, demand, [3.0 * scale, 3.0 * scale], [9.0 * scale] * 2)
    qubo = PenaltyQUBO.compile(problem)
    assert not qubo.rounded
    for sample in minima(qubo):
        assert problem.objective(qubo.decode(sample)[0]).total == pytest.approx(3.0 * scale)


def test_huge_whole_demands_keep_their_grid() -> None:
    """Multiples of a large number are counted in it, not in ones."""
    problem = from_triplets([0, 1], [0, 0], [0.0, 0.0], [2e9, 3e9], [4e9], [1.0, 2.0])
    qubo = PenaltyQUBO.compile(problem)
    assert not qubo.rounded
    assert qubo.grid.unit.tolist() == [1e9]
    assert {tuple(qubo.decode(sample)[0]) for sample in minima(qubo)} == {(-1, 0)}


def test_groups_name_every_choice() -> None:
    """One group a task, one variable an eligible agent, one for leaving it out."""
    problem = random_problem(1)
    qubo = PenaltyQUBO.compile(problem)
    for task, group in enumerate(qubo.groups):
        assert [name[2] for name in group] == [*problem.eligible(task).tolist(), -1]
    assert {name for group in qubo.groups for name in group} <= set(qubo.bqm.variables)
    assert qubo.penalties.keys() == {"choice", "capacity", "conflict"}
    assert all((values > 0).all() for values in qubo.penalties.values())


@pytest.mark.parametrize(("tasks", "agents"), [(0, 0), (0, 2), (2, 0)])
def test_a_problem_without_tasks_or_agents_compiles(tasks: int, agents: int) -> None:
    """Nothing to choose: the least energy is the cost of leaving all out."""
    problem = from_triplets([], [], [], np.zeros((0, 1)), np.ones((agents, 1)), [2.0] * tasks)
    qubo = PenaltyQUBO.compile(problem)
    assert qubo.bqm.energy(qubo.encode(np.full(tasks, -1, dtype=np.int32))) == 2.0 * tasks
    assert len(qubo.bqm.variables) == tasks


def test_a_qubo_beyond_the_limits_is_refused_before_it_fills_the_memory() -> None:
    """Ten thousand tasks on one agent are fifty million terms: an error that names them."""
    count = 10_000
    problem = from_triplets(range(count), [0] * count, np.ones(count), np.ones(count), [5.0], np.ones(count))
    with pytest.raises(ProblemTooLargeError, match="quadratic terms"):
        PenaltyQUBO.compile(problem)
    with pytest.raises(ProblemTooLargeError, match="binary variables"):
        PenaltyQUBO.compile(from_triplets([], [], [], np.zeros((0, 1)), np.ones((1, 1)), np.ones(60_000)))


@settings(max_examples=20, deadline=None)
@given(problems(forced=False, whole=True))
def test_a_problem_and_every_sub_problem_of_a_level_compile_both_ways(problem: AssignmentProblem) -> None:
    """The forms of a part carry the part's own objective."""
    level = HierarchicalQUBO(problem, sizes=[2]).lowest
    for part in (problem, *level.sub_problems(np.full(problem.tasks, -1))):
        small = part if isinstance(part, AssignmentProblem) else part.problem
        out = np.full(small.tasks, -1, dtype=np.int32)
        total = small.objective(out).total
        qubo, cqm = part.qubo(), part.cqm()
        assert qubo.bqm.energy(qubo.encode(out)) == pytest.approx(total, abs=1e-6)
        assert cqm.cqm.objective.energy(cqm.encode(out)) == pytest.approx(total, abs=1e-6)
