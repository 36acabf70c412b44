"""A budget in sweeps fixes everything about a plan; the clock beside it is a cap that owns up."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from scheduler import AssignmentProblem, Budget, Plan, from_triplets, solve
from tests.scheduler.conftest import random_problem


def scarce(tasks: int = 60, agents: int = 8, seed: int = 0) -> AssignmentProblem:
    """Half the tasks fit, and leaving one out costs many times the spread of costs; chains of pairs."""
    rng = np.random.default_rng(seed)
    task, agent = np.nonzero(rng.random((tasks, agents)) < 0.7)
    demand = np.column_stack([rng.integers(5, 20, len(task)), np.ones(len(task))]).astype(float)
    capacity = np.column_stack([np.full(agents, 12.5 * tasks / agents / 2), np.full(agents, float(tasks))])
    links = np.flatnonzero(np.arange(tasks - 1) % 3 < 2)
    return from_triplets(
        task,
        agent,
        rng.uniform(3, 40, len(task)),
        demand,
        capacity,
        rng.uniform(200, 2000, tasks),
        pairs=(links, links + 1, np.full(len(links), 2.0)),
        agent_cluster=np.arange(agents) % 3,
        cluster_distance=np.full((3, 3), 2.0) - np.eye(3),
        unassigned_distance=2.0,
    )


def facts(plan: Plan) -> tuple[object, ...]:
    """Everything a plan says, without its times."""
    trace = tuple((value, bound) for _, value, bound in plan.trace)
    numbers = (plan.objective, plan.bound, plan.gap, plan.bound_kind, plan.seed)
    texts = (plan.solver, plan.reason, plan.fallbacks)
    messages = None if plan.certificate is None or plan.certificate.messages is None else plan.certificate.messages
    arrays = (plan.assignment.tobytes(), plan.prices.tobytes(), None if messages is None else messages.tobytes())
    return (*numbers, *texts, *arrays, trace)


def busy(stop: threading.Event) -> None:
    while not stop.is_set():
        sum(range(20_000))


@pytest.mark.parametrize("name", ["auto", "pga", "greedy"])
def test_seconds_beside_sweeps_change_nothing(name: str) -> None:
    """Assignment, bound, gap, prices, messages, trace and texts are the same bit for bit."""
    for problem in (scarce(30), random_problem(5, tasks=30, agents=5, resources=2)):
        alone = facts(solve(problem, name, Budget(sweeps=60), seed=7))
        for seconds in (600.0, 900.0):
            assert facts(solve(problem, name, Budget(sweeps=60, seconds=seconds), seed=7)) == alone


@pytest.mark.parametrize("local", [0, 7])
def test_load_on_the_machine_changes_nothing(instance, local: int) -> None:
    """With and without threads that keep the cores busy; with pairs and without."""
    problem = instance(f"100x1000_pairs{local // 7}_local{local}")
    quiet = facts(solve(problem, "auto", Budget(sweeps=60, seconds=600), seed=1))
    stop = threading.Event()
    threads = [threading.Thread(target=busy, args=(stop,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        loaded = facts(solve(problem, "auto", Budget(sweeps=60, seconds=600), seed=1))
    finally:
        stop.set()
    assert loaded == quiet


def test_a_plan_that_the_clock_ended_says_so(instance) -> None:
    """In `fallbacks`, and only then."""
    problem = instance("100x1000_pairs1_local0")
    cut = solve(problem, "auto", Budget(sweeps=10**6, seconds=0.3))
    assert any("ended by the clock" in text for text in cut.fallbacks)
    assert not problem.violations(cut.assignment)
    assert solve(problem, "auto", Budget(sweeps=5, seconds=600)).fallbacks == ()


def test_rotating_domains_end_with_the_clock(instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """More sweeps than time: the schedule still comes to its end, and the plan owns up."""
    monkeypatch.setattr("scheduler.solvers.pga.FLAT_LIMIT", 100)
    monkeypatch.setattr("scheduler.hierarchy.TASKS_A_DOMAIN", 300)
    problem = instance("100x1000_pairs1_local7")
    plan = solve(problem, "pga", Budget(sweeps=10**6, seconds=1.0))
    assert any("ended by the clock" in text for text in plan.fallbacks)
    assert plan.gap is not None
    assert plan.gap < 0.1


def test_the_search_is_never_worse_than_insertion(instance) -> None:
    """The greedy plan is offered too, however few the sweeps."""
    problems = [random_problem(seed, tasks=40, agents=6, resources=2) for seed in range(15)]
    for problem in [*problems, scarce(30), instance("100x1000_pairs1_local0")]:
        greedy = solve(problem, "greedy", Budget(sweeps=1))
        found = solve(problem, "pga", Budget(sweeps=1))
        assert found.objective.total <= greedy.objective.total


def test_a_proven_plan_ends_the_search() -> None:
    """Without pairs the optimum of a small problem is proven in a moment, whatever the budget."""
    problem = random_problem(4, tasks=20, agents=6, resources=2, pairs=False)
    before = time.perf_counter()
    plan = solve(problem, "auto", Budget(seconds=60, sweeps=10**8))
    assert time.perf_counter() - before < 30
    assert plan.gap is not None
    assert plan.gap <= 1e-8


@pytest.mark.parametrize("delay", [0.0, 0.05, 0.3])
def test_cancelling_ends_the_bound_too(instance, delay: float) -> None:
    """Soon and with a valid plan, wherever it is; the plan says so."""
    problem, event = instance("1000x10000_pairs1_local7"), threading.Event()
    threading.Timer(delay, event.set).start()
    before = time.perf_counter()
    plan = solve(problem, "auto", Budget(sweeps=10**6, cancelled=event.is_set))
    assert time.perf_counter() - before < 10
    assert not problem.violations(plan.assignment).breaks_a_rule
    assert any("cancelled" in text for text in plan.fallbacks)
