"""The problem: what it refuses, what it keeps, and that its objective is what the definition says."""

from __future__ import annotations

import itertools
import pickle

import numpy as np
import pytest
from hypothesis import given, settings

from scheduler import AssignmentProblem, InvalidAssignmentError, InvalidProblemError, ProblemBuilder, from_triplets
from scheduler.problem import OPTIONAL_ARRAYS, REQUIRED_ARRAYS
from tests.scheduler.conftest import problems, random_problem, value_of


def arrays(**changed: object) -> dict[str, object]:
    """A valid problem of two tasks and two agents with a pair, as arrays."""
    good: dict[str, object] = {
        "task_ptr": np.array([0, 2, 3]),
        "agent": np.array([0, 1, 0], dtype=np.int32),
        "cost": np.array([1.0, 2.0, 3.0]),
        "demand": np.ones((3, 1)),
        "capacity": np.ones((2, 1)),
        "unassigned_cost": np.array([9.0, np.inf]),
        "pair_ptr": np.array([0, 1, 2]),
        "pair_task": np.array([1, 0], dtype=np.int32),
        "pair_weight": np.array([2.0, 2.0]),
    }
    return good | changed


@settings(max_examples=60, deadline=None)
@given(problems())
def test_objective_and_violations_equal_brute_force(problem: AssignmentProblem) -> None:
    """On every assignment of a small problem: the value is the loop's, and a rule is broken iff the loop says so."""
    choices = [[*problem.eligible(task).tolist(), -1] for task in range(problem.tasks)]
    for assignment in itertools.islice(itertools.product(*choices), 200):
        expected = value_of(problem, assignment)
        objective = problem.objective(assignment)
        broken = problem.violations(assignment)
        assert bool(broken) == np.isinf(expected)
        if not broken:
            assert objective.total == pytest.approx(expected, abs=1e-9)
            assert objective.total == objective.assignment + objective.unassigned + objective.pairs


@settings(max_examples=25, deadline=None)
@given(problems())
def test_save_and_load_give_the_same_problem(
    tmp_path_factory: pytest.TempPathFactory, problem: AssignmentProblem
) -> None:
    """Every array comes back bit for bit under its documented name."""
    path = tmp_path_factory.mktemp("npz") / "problem.npz"
    problem.save(path)
    back = AssignmentProblem.load(path)
    for name in REQUIRED_ARRAYS + OPTIONAL_ARRAYS:
        assert np.array_equal(getattr(back, name), getattr(problem, name)), name
    with np.load(path) as file:
        assert set(REQUIRED_ARRAYS) <= set(file.files) <= set(REQUIRED_ARRAYS + OPTIONAL_ARRAYS)


@pytest.mark.parametrize(
    ("array", "value", "index"),
    [
        ("cost", [1.0, np.nan, 3.0], 1),
        ("cost", [1.0, 2.0], None),
        ("demand", [[1.0], [-1.0], [1.0]], (1, 0)),
        ("demand", [1.0, 1.0, 1.0], None),
        ("demand", [[1.0, 1.0]] * 3, None),
        ("capacity", [[1.0], [np.inf]], (1, 0)),
        ("unassigned_cost", [np.nan, 1.0], 0),
        ("unassigned_cost", [-np.inf, 1.0], 0),
        ("agent", [0, 2, 0], 1),
        ("agent", [1, 0, 0], 1),
        ("agent", [0, 0, 0], 1),
        ("agent", [0.5, 1.0, 0.0], None),
        ("task_ptr", [0, 2, 4], 2),
        ("task_ptr", [0, 3], None),
        ("task_ptr", [1, 2, 3], 0),
        ("pair_weight", [2.0, 3.0], 0),
        ("pair_weight", [-2.0, -2.0], 0),
        ("pair_task", [1, 1], 1),
        ("pair_task", [1, 7], 1),
        ("pair_ptr", [0, 2, 2], None),
        ("agent_cluster", [0, 1], 1),
        ("cluster_distance", [[0.0, 1.0], [2.0, 0.0]], (0, 1)),
        ("unassigned_distance", -1.0, None),
        ("same_agent_distance", np.nan, None),
        ("agent", np.array([0, 2**40, 0]), 1),
    ],
)
def test_a_malformed_array_is_refused_by_name_and_index(array: str, value: object, index: object) -> None:
    """The error says which array, where and what to do, and survives pickling."""
    with pytest.raises(InvalidProblemError) as caught:
        AssignmentProblem(**arrays(**{array: value}))  # type: ignore[arg-type]
    if array != "pair_ptr":
        assert caught.value.array == array
    if index is not None:
        assert caught.value.index == index
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_arrays_are_frozen_and_the_callers_are_left_alone() -> None:
    """Neither the problem nor a view of it can be changed, and the caller's own array stays writeable and apart."""
    cost = np.array([1.0, 2.0, 3.0])
    problem = AssignmentProblem(**arrays(cost=cost))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="read-only"):
        problem.cost[0] = 5.0
    cost[0] = 5.0
    assert problem.cost[0] == 1.0


def test_an_assignment_with_a_stranger_is_refused_by_objective_and_reported_by_violations() -> None:
    """An agent that may not do a task has no cost there; the report names the task."""
    problem = AssignmentProblem(**arrays())  # type: ignore[arg-type]
    with pytest.raises(InvalidAssignmentError) as caught:
        problem.objective([0, 1])
    assert (caught.value.task, caught.value.agent) == (1, 1)
    assert problem.violations([0, 1]).ineligible.tolist() == [1]
    assert problem.violations([0, 7]).ineligible.tolist() == [1]
    with pytest.raises(InvalidAssignmentError):
        problem.objective([0])


def test_overload_and_unplaced_are_reported_with_their_numbers() -> None:
    """Both tasks on one agent overfill it by one; leaving out the second breaks its must-place rule."""
    problem = AssignmentProblem(**arrays())  # type: ignore[arg-type]
    over = problem.violations([0, 0]).overload[0]
    assert (over.agent, over.resource, over.load, over.capacity) == (0, 0, 2.0, 1.0)
    left = problem.violations([0, -1])
    assert left.unplaced.tolist() == [1]
    assert not left.breaks_a_rule
    assert left


def test_rounding_of_decimal_demands_is_no_overload() -> None:
    """Three demands of 0.1 fit a capacity of 0.3."""
    problem = from_triplets([0, 1, 2], [0, 0, 0], [1.0] * 3, [0.1] * 3, [0.3], [9.0] * 3)
    assert not problem.violations([0, 0, 0])


def test_a_pickled_problem_is_as_frozen_as_before() -> None:
    """Workers get the same arrays, read-only again (compiled kernels are specialised on that)."""
    problem = random_problem(3)
    back = pickle.loads(pickle.dumps(problem))
    assert all(np.array_equal(getattr(back, name), getattr(problem, name)) for name in REQUIRED_ARRAYS)
    assert not back.cost.flags.writeable


def test_triplets_sort_merge_and_refuse() -> None:
    """Rows come out sorted, a pair given twice adds up, an eligible pair given twice is refused."""
    problem = from_triplets(
        [1, 0, 0], [1, 1, 0], [3.0, 2.0, 1.0], [1.0] * 3, [2.0, 2.0], [9.0, 9.0], pairs=([0, 1], [1, 0], [1.0, 2.0])
    )
    assert problem.agent.tolist() == [0, 1, 1]
    assert problem.cost.tolist() == [1.0, 2.0, 3.0]
    assert problem.pair_weight.tolist() == [3.0, 3.0]
    with pytest.raises(InvalidProblemError, match="twice"):
        from_triplets([0, 0], [1, 1], [1.0, 2.0], [1.0, 1.0], [1.0, 1.0], [9.0])
    with pytest.raises(InvalidProblemError, match="itself"):
        from_triplets([0], [0], [1.0], [1.0], [1.0], [9.0], pairs=([0], [0], [1.0]))


def test_builder_builds_what_triplets_do() -> None:
    """The builder and the columns give the same arrays; wrong widths are refused at once."""
    builder = ProblemBuilder(resources=2, cluster_distance=[[1.0, 4.0], [4.0, 1.0]], unassigned_distance=5.0)
    first, second = builder.add_agent([5.0, 5.0]), builder.add_agent([1.0, 2.0], cluster=1)
    one, two = builder.add_task(10.0), builder.add_task(float("inf"))
    builder.allow(one, second, 2.0, [1.0, 0.0])
    builder.allow(one, first, 1.0, [1.0, 1.0])
    builder.allow(two, first, 1.0, [5.0, 1.0])
    builder.pair(one, two, 3.0)
    builder.conflict(one, two)
    problem = builder.build()
    assert problem.agent.tolist() == [0, 1, 0]
    assert problem.objective([1, 0]).pairs == 12.0
    assert problem.violations([0, 0]).conflicts.tolist() == [[0, 1]]
    with pytest.raises(InvalidProblemError, match="2 resource"):
        builder.add_agent([1.0])
    with pytest.raises(InvalidProblemError, match="2 resource"):
        builder.allow(two, second, 1.0, [1.0])


def test_data_instances_load_and_are_checked(instance) -> None:
    """A published instance passes every check."""
    problem = instance("100x1000_pairs1_local0")
    assert (problem.tasks, problem.agents, problem.resources) == (1000, 100, 2)


def test_random_problem_is_reproducible() -> None:
    """The tests' own generator is a function of its seed."""
    assert np.array_equal(random_problem(7).cost, random_problem(7).cost)
