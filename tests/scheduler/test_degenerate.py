"""Inputs at the edge: a right answer from every solver, or an error that says what to do."""

from __future__ import annotations

import json
import math
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from scheduler import (
    AssignmentProblem,
    Budget,
    InvalidAssignmentError,
    InvalidBudgetError,
    InvalidProblemError,
    ProblemBuilder,
    QuboProblem,
    SchedulerError,
    from_triplets,
    insert,
    lagrangian_bound,
    lp_bound,
    pair_bound,
    qubo_solver_names,
    solve,
    solve_qubo,
    verify,
    verify_qubo,
)
from scheduler.enumeration import enumerate_best
from scheduler.problem import REQUIRED_ARRAYS
from tests.scheduler.conftest import brute_force, random_problem

SOLVERS = ("auto", "exact", "greedy", "neal", "pga")
INF = math.inf


def two_by_two(**changed: object) -> AssignmentProblem:
    """Two tasks, two agents, each with room for one; the optimum is 5."""
    given: dict[str, object] = {
        "task": [0, 0, 1, 1],
        "agent": [0, 1, 0, 1],
        "cost": [1.0, 2.0, 3.0, 4.0],
        "demand": [1.0] * 4,
        "capacity": [1.0, 1.0],
        "unassigned_cost": [9.0, 9.0],
    }
    return from_triplets(**(given | changed))


def dense(tasks: int, agents: int, **changed: object) -> AssignmentProblem:
    """Every agent may do every task, cost and demand 1, room for all, 5 for a task left out."""
    count = tasks * agents
    given: dict[str, object] = {
        "task": np.repeat(np.arange(tasks), agents),
        "agent": np.tile(np.arange(agents), tasks),
        "cost": np.ones(count),
        "demand": np.ones(count),
        "capacity": np.full(agents, float(tasks)),
        "unassigned_cost": np.full(tasks, 5.0),
    }
    return from_triplets(**(given | changed))


def nothing(tasks: int, agents: int, resources: int = 1) -> AssignmentProblem:
    """Nobody may do anything; leaving a task out costs 3."""
    return from_triplets([], [], [], np.zeros((0, resources)), np.ones((agents, resources)), np.full(tasks, 3.0))


LINE = (np.arange(11), np.arange(1, 12))
# what the problem is, how to make it, what the best plan is worth
CASES: dict[str, tuple[Callable[[], AssignmentProblem], float]] = {
    "no tasks, no agents": (lambda: nothing(0, 0), 0.0),
    "no tasks": (lambda: nothing(0, 3), 0.0),
    "no agents": (lambda: nothing(3, 0), 9.0),
    "nobody eligible": (lambda: nothing(3, 3), 9.0),
    "neither agents nor resources": (lambda: nothing(2, 0, 0), 6.0),
    "no resources": (lambda: two_by_two(demand=np.zeros((4, 0)), capacity=np.zeros((2, 0))), 4.0),
    "one agent": (lambda: dense(12, 1, capacity=[7.0]), 7.0 + 5 * 5.0),
    "no capacity": (lambda: dense(12, 3, capacity=np.zeros(3)), 60.0),
    "no capacity, no demand": (lambda: dense(12, 3, capacity=np.zeros(3), demand=np.zeros(36)), 12.0),
    "one task eligible nowhere": (lambda: two_by_two(task=[0, 0], agent=[0, 1], cost=[1.0, 2.0], demand=[1.0] * 2), 10),
    "all costs equal": (lambda: dense(12, 3, unassigned_cost=np.ones(12)), 12.0),
    "all zero": (
        lambda: dense(12, 3, cost=np.zeros(36), unassigned_cost=np.zeros(12), pairs=(*LINE, np.zeros(11))),
        0.0,
    ),
    "negative costs": (lambda: two_by_two(cost=[-1.0, -2.0, -3.0, -5.0]), -6.0),
    "better left out": (lambda: two_by_two(unassigned_cost=[-9.0, -9.0]), -18.0),
    "pairs of weight zero": (lambda: two_by_two(pairs=([0], [1], [0.0]), unassigned_distance=1e9), 5.0),
    "empty pairs and conflicts": (lambda: two_by_two(pairs=([], [], []), conflicts=([], [])), 5.0),
    "a pair given four times": (lambda: two_by_two(pairs=([0, 0, 1, 1], [1, 1, 0, 0], [0.5] * 4)), 7.0),
    "demands beyond 2^53": (
        lambda: two_by_two(demand=[2.0**60, 2.0**60, 2.0**59, 2.0**59], capacity=[2.0**60, 2.0**60]),
        5.0,
    ),
    "capacity met exactly in decimals": (lambda: dense(3, 1, demand=np.full(3, 0.1), capacity=[0.3]), 3.0),
    "capacity met exactly by ten tenths": (lambda: dense(10, 1, demand=np.full(10, 0.1), capacity=[1.0]), 10.0),
    "tenths that do not fit": (lambda: dense(3, 1, demand=np.full(3, 0.1), capacity=[0.299999]), 7.0),
}


@pytest.mark.parametrize("name", SOLVERS)
@pytest.mark.parametrize("case", CASES)
def test_every_solver_gives_the_right_plan_at_the_edges(case: str, name: str) -> None:
    """Its value is the optimum, its bound at most that, and all of it verifies."""
    make, optimum = CASES[case]
    problem = make()
    plan = solve(problem, name, Budget(sweeps=200))
    assert plan.objective.total == pytest.approx(optimum, abs=1e-9)
    assert plan.bound <= optimum + 1e-9 * max(1.0, abs(optimum))
    assert verify(problem, plan.assignment, plan.proof).holds
    json.dumps(plan.to_json(), allow_nan=False)


@pytest.mark.parametrize("case", CASES)
def test_edges_survive_saving_bounding_and_inserting(case: str, tmp_path: Path) -> None:
    """Every array comes back; three bounds hold; insertion at their prices breaks no rule."""
    make, optimum = CASES[case]
    problem = make()
    problem.save(tmp_path / "p")
    back = AssignmentProblem.load(tmp_path / "p")
    assert all(np.array_equal(getattr(back, name), getattr(problem, name)) for name in REQUIRED_ARRAYS)
    for certificate in (lagrangian_bound(problem), lp_bound(problem), pair_bound(problem)):
        assert certificate.bound <= optimum + 1e-9 * max(1.0, abs(optimum))
        placed = insert(problem, certificate.prices, np.full(problem.tasks, -1))
        assert not problem.violations(placed).breaks_a_rule


MUST = {
    "no room": lambda: two_by_two(capacity=[0.0, 0.0], unassigned_cost=[INF, 2.0]),
    "room for one of two": lambda: two_by_two(capacity=[1.0, 0.0], unassigned_cost=[INF, INF]),
    "eligible nowhere": lambda: two_by_two(
        task=[0, 0], agent=[0, 1], cost=[1.0, 2.0], demand=[1.0] * 2, unassigned_cost=[9.0, INF]
    ),
    "no agents": lambda: from_triplets([], [], [], np.zeros((0, 1)), np.zeros((0, 1)), [INF, 1.0]),
    "in conflict on the only agent": lambda: dense(2, 1, unassigned_cost=[INF, INF], conflicts=([0], [1])),
    "thirty tasks for ten": lambda: dense(30, 2, capacity=[5.0, 5.0], unassigned_cost=np.full(30, INF)),
}


@pytest.mark.parametrize("name", SOLVERS)
@pytest.mark.parametrize("case", MUST)
def test_tasks_that_must_be_placed_and_cannot_be_are_named(case: str, name: str) -> None:
    """The plan breaks no other rule, its objective is infinite, its gap unknown, and as many as can be are placed."""
    problem = MUST[case]()
    plan = solve(problem, name, Budget(sweeps=100))
    found = problem.violations(plan.assignment)
    assert not found.breaks_a_rule
    assert len(found.unplaced)
    assert math.isinf(plan.objective.total)
    assert plan.gap is None
    assert not verify(problem, plan.assignment, plan.proof).holds
    json.dumps(plan.to_json(), allow_nan=False)
    if case == "room for one of two":
        assert len(found.unplaced) == 1
    if case == "thirty tasks for ten" and name != "neal":
        assert len(found.unplaced) == 20


@pytest.mark.parametrize("scale", [1e-9, 1e-3, 1e9, 1e30])
@pytest.mark.parametrize("name", ["exact", "pga"])
def test_the_unit_of_cost_and_of_capacity_does_not_matter(scale: float, name: str) -> None:
    """Plans in tiny and huge units are worth what ordinary ones are."""
    for seed in range(8):
        plain = random_problem(seed, tasks=6, resources=2)
        arrays = {field: getattr(plain, field) for field in AssignmentProblem.__dataclass_fields__}
        costs = {field: arrays[field] * scale for field in ("cost", "unassigned_cost", "pair_weight")}
        rooms = {field: arrays[field] * scale for field in ("demand", "capacity")}
        expected = solve(plain, name, Budget(sweeps=100)).objective.total
        for changed, unit in ((costs, scale), (rooms, 1.0)):
            problem = AssignmentProblem(**(arrays | changed))
            plan = solve(problem, name, Budget(sweeps=100))
            assert plan.objective.total / unit == pytest.approx(expected, rel=1e-6, abs=1e-6)
            assert plan.bound <= plan.objective.total + 1e-9 * max(abs(plan.objective.total), unit)
            assert verify(problem, plan.assignment, plan.proof).holds


def scales_within(seed: int) -> AssignmentProblem:
    """Costs, weights and demands from 1e-9 to 1e9 in one problem."""
    rng, plain = np.random.default_rng(seed), random_problem(seed, tasks=5, resources=2, forced=seed % 4 == 0)
    arrays = {field: getattr(plain, field) for field in AssignmentProblem.__dataclass_fields__}
    for field in ("cost", "unassigned_cost", "demand", "capacity"):
        arrays[field] = arrays[field] * 10.0 ** rng.uniform(-9, 9, arrays[field].shape)
    return AssignmentProblem(**arrays)


def test_plans_of_problems_with_all_scales_in_them_hold() -> None:
    """Rules, values and proofs hold; sums of doubles, so to nine digits of the largest number in them."""
    for seed in range(60):
        problem = scales_within(seed)
        optimum = brute_force(problem)
        rounding = 1e-9 * max(np.abs(problem.cost).max(), abs(optimum) if math.isfinite(optimum) else 0.0)
        for name in SOLVERS:
            plan = solve(problem, name, Budget(sweeps=10), seed)
            assert not problem.violations(plan.assignment).breaks_a_rule
            assert verify(problem, plan.assignment, plan.proof).holds == math.isfinite(plan.objective.total)
            if math.isfinite(optimum):
                assert plan.proof.verify(problem) <= optimum + rounding
                assert plan.objective.total >= optimum - rounding


def test_thousands_of_conflicts_are_kept() -> None:
    """A hundred tasks of which no two may share an agent, on five agents: five are placed."""
    problem = dense(100, 5, conflicts=np.triu_indices(100, 1))
    assert len(problem.conflict_task) == 9_900
    for name in ("auto", "greedy", "pga"):
        plan = solve(problem, name, Budget(sweeps=20, seconds=20))
        assert not problem.violations(plan.assignment).breaks_a_rule
        assert (plan.assignment >= 0).sum() == 5
    assert len(problem.violations(np.zeros(100, dtype=int)).conflicts) == 4_950
    started = solve(problem, "greedy", start=np.zeros(100, dtype=int))
    assert not problem.violations(started.assignment).breaks_a_rule


REFUSED: dict[str, tuple[dict[str, object], str]] = {
    "nan cost": ({"cost": [1.0, math.nan, 3.0, 4.0]}, r"cost\[1\] = nan: must be finite"),
    "infinite cost": ({"cost": [1.0, INF, 3.0, 4.0]}, r"cost\[1\] = inf"),
    "cost that overflows": ({"cost": [1.0, 1e300, 3.0, 4.0]}, r"cost\[1\] = 1e\+300: must be finite, at most 1e\+100"),
    "nan demand": ({"demand": [1.0, 1.0, math.nan, 1.0]}, r"demand\[\(2, 0\)\] = nan"),
    "infinite capacity": ({"capacity": [1.0, INF]}, r"capacity\[\(1, 0\)\] = inf"),
    "nan for leaving out": ({"unassigned_cost": [math.nan, 1.0]}, r"unassigned_cost\[0\] = nan: give inf or a number"),
    "too much for leaving out": ({"unassigned_cost": [1.0, 1e200]}, r"unassigned_cost\[1\] = 1e\+200"),
    "clusters without a way": (
        {"cluster_distance": [[0.0, INF], [INF, 0.0]], "agent_cluster": [0, 1]},
        r"cluster_distance\[\(0, 1\)\] = inf: must be finite.* a distance larger than all others",
    ),
    "infinite distance of what is left out": ({"unassigned_distance": INF}, "unassigned_distance = inf"),
    "no distance": ({"same_agent_distance": "near"}, "same_agent_distance = 'str': give an array of numbers"),
    "several distances": ({"same_agent_distance": [1.0, 2.0]}, "must be one finite number"),
    "nan weight": ({"pairs": ([0], [1], [math.nan])}, "pair_weight.*nan"),
    "negative weight": ({"pairs": ([0], [1], [-1.0])}, "pair_weight.*must not be negative"),
    "self pair": ({"pairs": ([1], [1], [1.0])}, "cannot be linked with itself"),
    "self conflict": ({"conflicts": ([1], [1])}, "cannot be linked with itself"),
    "pair of a task there is not": ({"pairs": ([0], [2], [1.0])}, r"pair_task\[0\] = 2: must be an index from 0 to 1"),
    "pair of half a task": ({"pairs": ([0.5], [1.0], [1.0])}, "give a column of whole numbers"),
    "pairs without weights": ({"pairs": ([0], [1])}, "give three columns"),
    "fewer weights than pairs": ({"pairs": ([0], [1], [])}, "must have length 1"),
    "second ends without first ones": ({"pairs": ([], [1], [1.0])}, "must have length 0"),
    "duplicate eligible pair": ({"agent": [0, 0, 0, 1]}, "task 0 has this agent twice"),
    "agent beyond int32": ({"agent": [0, 2**33, 0, 1]}, r"agent\[1\] = 8589934592: must be an index"),
    "agent beyond int64": ({"agent": np.array([0, 2**63 + 5, 0, 1], dtype=np.uint64)}, r"agent\[1\] = 92233720368547"),
    "task beyond int32": ({"task": [0, 2**33, 1, 1]}, r"task\[1\] = 8589934592"),
    "cluster beyond int32": ({"agent_cluster": [0, 2**40]}, r"agent_cluster\[1\] = 1099511627776: does not fit int32"),
    "more tasks than int32": (
        {"unassigned_cost": np.broadcast_to(np.float64(1.0), 2**31)},
        r"unassigned_cost = \(2147483648,\): at most 2147483647 tasks",
    ),
    "more agents than int32": ({"capacity": np.broadcast_to(np.float64(1.0), (2**31, 1))}, "at most 2147483647 tasks"),
    "rows of other lengths": ({"demand": [[1.0], [1.0, 2.0], [1.0], [1.0]]}, "demand = 'list': give an array"),
    "words": ({"cost": ["a", "b", "c", "d"]}, "cost = 'list': give an array of numbers"),
    "one number for a column": ({"cost": 3.0}, "cost = 1: must have length 4"),
    "no agents but pairs": ({"capacity": []}, r"agent\[0\] = 0: there is none to name"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_problem_is_refused_with_the_place(case: str) -> None:
    """By name, index and value, without anything large being made."""
    changed, message = REFUSED[case]
    with pytest.raises(InvalidProblemError, match=message):
        two_by_two(**changed)


def test_pointers_beyond_the_arrays_are_refused() -> None:
    """A row that would end beyond 2^31 or 2^62 entries, where there are four."""
    good = two_by_two()
    arrays = {field: getattr(good, field) for field in AssignmentProblem.__dataclass_fields__}
    for last in (2**31, 2**62, -1):
        with pytest.raises(InvalidProblemError, match="task_ptr"):
            AssignmentProblem(**(arrays | {"task_ptr": np.array([0, 2, last])}))
        with pytest.raises(InvalidProblemError, match="pair_ptr"):
            AssignmentProblem(**(arrays | {"pair_ptr": np.array([0, 0, last])}))
    with pytest.raises(InvalidProblemError, match="rows differ in length"):
        AssignmentProblem(**(arrays | {"demand": [[1.0], [1.0, 2.0]]}))


def test_the_builder_takes_no_resources_and_refuses_what_is_no_index() -> None:
    builder = ProblemBuilder(resources=0)
    agent, task = builder.add_agent([]), builder.add_task(5.0)
    builder.allow(task, agent, 1.0, [])
    assert solve(builder.build()).objective.total == 1.0
    assert solve(ProblemBuilder().build()).objective.total == 0.0
    with pytest.raises(InvalidProblemError, match=r"task = 0\.5"):
        builder.allow(0.5, agent, 1.0, [])  # type: ignore[arg-type]
    with pytest.raises(InvalidProblemError, match=r"cluster\[0\] = 1099511627776"):
        ProblemBuilder().add_agent([1.0], cluster=2**40)
    with pytest.raises(InvalidProblemError, match="one number for each of 1 resource"):
        ProblemBuilder().add_agent(3.0)  # type: ignore[arg-type]


NO_VECTOR = ([0], [0, 1, 1], [[0, 1]], [], [0.5, 1.0], [math.nan, 1.0], ["a", "b"], [None, None], [[0], [1, 2]])


@pytest.mark.parametrize("vector", NO_VECTOR, ids=str)
def test_a_vector_that_is_no_assignment_is_refused_everywhere(vector: object) -> None:
    """By objective, violations, insertion and every solver as a start; `verify` makes a finding of it."""
    problem = two_by_two()
    calls = [problem.objective, problem.violations, problem.loads]
    calls += [lambda v: insert(problem, np.zeros((2, 1)), v)]
    calls += [lambda v, name=name: solve(problem, name, Budget(sweeps=5), start=v) for name in SOLVERS]
    for call in calls:
        with pytest.raises((InvalidAssignmentError, ValueError)) as caught:
            call(vector)
        if vector != NO_VECTOR[-1]:  # numpy itself refuses ragged rows
            assert isinstance(caught.value, InvalidAssignmentError)
            assert "for each of 2 tasks" in str(caught.value)
    if vector != NO_VECTOR[-1]:
        assert not verify(problem, vector).holds


STRANGE = ([5, 5], [-7, 1], [0, 0], [2**32, 1], np.array([2**63, 1], dtype=np.uint64), [-(2**40), 2**31])


@pytest.mark.parametrize("start", STRANGE, ids=str)
@pytest.mark.parametrize("name", SOLVERS)
def test_a_start_that_breaks_rules_is_cleaned(start: object, name: str) -> None:
    """Agents out of range, beyond int32 and overfull are dropped, and the plan is as good as without a start."""
    problem = two_by_two(conflicts=([0], [1]), pairs=([0], [1], [2.0]))
    plan = solve(problem, name, Budget(sweeps=20), start=start)
    assert plan.objective.total == 7.0
    found = verify(problem, start)
    assert not found.holds
    assert bool(len(found.violations.ineligible)) == bool(len(problem.violations(start).ineligible))


def test_insertion_refuses_agents_tasks_and_prices_there_are_not() -> None:
    """Compiled code would read beyond its arrays."""
    problem, free = two_by_two(pairs=([0], [1], [1.0])), np.zeros((2, 1))
    for stranger in (7, -7, 2**31 - 1):
        with pytest.raises(InvalidAssignmentError, match=rf"assignment\[0\] = {stranger}: choose an eligible agent"):
            insert(problem, free, [stranger, -1], [1])
    for tasks in ([5], [-1], [0.5]):
        with pytest.raises(SchedulerError, match="tasks"):
            insert(problem, free, [-1, -1], tasks)
    for prices in (np.zeros((1, 1)), np.zeros((2, 2)), 0.0):
        with pytest.raises(SchedulerError, match="prices"):
            insert(problem, prices, [-1, -1])


def test_an_empty_assignment_of_an_empty_problem_holds() -> None:
    assert verify(nothing(0, 2), []).holds
    assert nothing(0, 2).objective([]).total == 0.0


@pytest.mark.parametrize("budget", [Budget(seconds=0), Budget(sweeps=0), Budget(seconds=0, sweeps=0, gap=0.0)], ids=str)
@pytest.mark.parametrize("name", SOLVERS)
def test_a_budget_of_nothing_is_a_valid_plan(budget: Budget, name: str) -> None:
    problem = random_problem(3, tasks=12, agents=4, resources=2)
    plan = solve(problem, name, budget)
    assert verify(problem, plan.assignment, plan.proof).holds


@pytest.mark.parametrize(
    "limits", [{"seconds": -1}, {"sweeps": 1.5}, {"sweeps": -1}, {"gap": math.nan}, {"seconds": "1"}], ids=str
)
def test_a_budget_that_cannot_be_spent_is_refused(limits: dict[str, object]) -> None:
    with pytest.raises(InvalidBudgetError, match=next(iter(limits))):
        Budget(**limits)


@pytest.mark.parametrize("seed", [-1, 0.5, None])
def test_a_seed_that_cannot_be_sown_is_refused(seed: object) -> None:
    with pytest.raises(InvalidBudgetError, match="seed = "):
        solve(two_by_two(), seed=seed)


QUBOS = {
    "no variables": ([], [], [], [], 0.0),
    "no interactions": ([1.0, -2.0], [], [], [], -2.0),
    "all zero": ([0.0] * 3, [0], [1], [0.0], 0.0),
    "one pair four times": ([0.0, 0.0], [0, 0, 1, 1], [1, 1, 0, 0], [-1.0] * 4, -4.0),
    "own interaction": ([1.0], [0], [0], [-3.0], -2.0),
    "tiny": ([1e-9, -1e-9], [0], [1], [-1.5e-9], -1.5e-9),
    "huge": ([1e9, -1e9], [0], [1], [-1.5e9], -1.5e9),
    "mixed": ([1e9, -1.0, -1.0], [0], [1], [1.0], -2.0),
}


@pytest.mark.parametrize("name", ["auto", *qubo_solver_names()])
@pytest.mark.parametrize("case", QUBOS)
def test_every_qubo_solver_gives_the_minimum_at_the_edges(case: str, name: str) -> None:
    *terms, least = QUBOS[case]
    problem = QuboProblem.from_terms(*terms)
    plan = solve_qubo(problem, name, Budget(sweeps=100))
    assert plan.energy == pytest.approx(least, rel=1e-9, abs=1e-12)
    found = verify_qubo(problem, plan.state)
    assert found.holds
    assert found.objective.total == pytest.approx(plan.energy, rel=1e-12)
    for nothing_left in (Budget(seconds=0), Budget(sweeps=0)):
        plan = solve_qubo(problem, name, nothing_left)
        assert plan.energy == problem.energy(plan.state)


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        (([math.nan], [], [], []), r"linear\[0\] = nan: must be finite"),
        (([1e300], [], [], []), "must be finite, at most"),
        (([0.0, 0.0], [0], [1], [INF]), r"weight\[0\] = inf"),
        (([0.0], [5], [0], [1.0]), r"first\[0\] = 5: must be below 1"),
        (([0.0], [0], [2**40], [1.0]), r"second\[0\] = 1099511627776"),
        (([0.0], [-1], [0], [1.0]), r"first\[0\] = -1"),
        (([0.0, 0.0], [0.5], [1], [1.0]), "first = 'float64': give whole numbers"),
        (([0.0, 0.0], [0], [1], [1.0, 2.0]), "first.*as long as weight"),
        (([0.0, 0.0], [0], [], [1.0]), "second.*as long as weight"),
        ((["a"], [], [], []), "linear = 'list': give an array of numbers"),
    ],
)
def test_what_is_no_qubo_is_refused_with_the_place(terms: tuple[object, ...], message: str) -> None:
    with pytest.raises(InvalidProblemError, match=message):
        QuboProblem.from_terms(*terms)


def test_qubo_arrays_beyond_int32_are_refused_and_states_are_checked() -> None:
    with pytest.raises(InvalidProblemError, match="index of a variable"):
        QuboProblem([0.0, 0.0], [0], np.array([2**32 + 1]), [1.0])
    with pytest.raises(InvalidProblemError, match="offset"):
        QuboProblem.from_terms([0.0], [], [], [], math.nan)
    problem = QuboProblem.from_terms([0.0, -1.0], [0], [1], [3.0])
    for start in ([0], [0, 2], [0, math.nan], ["a", "b"], [None, 1]):
        for name in qubo_solver_names():
            with pytest.raises(InvalidAssignmentError):
                solve_qubo(problem, name, Budget(sweeps=3), start=start)


def test_few_assignments_over_many_agents_are_enumerated_in_little_memory() -> None:
    tasks, agents = 9, 50_000
    chosen = np.sort(np.random.default_rng(0).permutation(agents)[: 2 * tasks].reshape(tasks, 2), axis=1).ravel()
    problem = from_triplets(
        np.repeat(np.arange(tasks), 2), chosen, np.tile([1.0, 2.0], tasks), np.tile([2.0, 1.0], tasks),
        np.ones(agents), unassigned_cost=np.full(tasks, 9.0),
    )  # fmt: skip
    tracemalloc.start()
    best = enumerate_best(problem)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert problem.objective(best).total == 2.0 * tasks
    assert peak < 50_000_000
