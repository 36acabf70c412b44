"""Levels divide the work without changing what it is worth."""

from __future__ import annotations

import json
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler import AssignmentProblem, Budget, HierarchicalQUBO, relax, solve
from scheduler.hierarchy import narrowed
from scheduler.level import first_believed
from scheduler.relaxation import most_believed
from scheduler.rotation import serial
from scheduler.sizing import merge, split
from tests.scheduler.conftest import problems, random_problem


@settings(max_examples=40, deadline=None)
@given(problems(tasks=5, agents=3), st.integers(1, 3), st.integers(0, 4), st.integers(0, 99))
def test_a_change_in_a_sub_problem_is_the_same_change_of_the_whole(
    problem: AssignmentProblem, count: int, turn: int, seed: int
) -> None:
    """Folding is exact: objective differences inside a domain equal those of the whole assignment."""
    plan = solve(problem, "greedy")
    level = HierarchicalQUBO(problem, sizes=[count]).lowest.rotated(turn, seed)
    rng = np.random.default_rng(seed)
    for part in level.sub_problems(plan.assignment):
        before = part.restrict(plan.assignment)
        whole = plan.assignment.copy()
        part.lift(before, whole)
        assert np.array_equal(whole, plan.assignment)
        after = np.array([rng.choice([*part.problem.eligible(t), -1]) for t in range(part.problem.tasks)])
        part.lift(after, whole)
        inside = part.problem.objective(after), part.problem.objective(before)
        outside = problem.objective(whole), problem.objective(plan.assignment)
        totals = [value.total for value in (*inside, *outside)]
        if np.isfinite(totals).all():
            change = outside[0].total - outside[1].total
            assert inside[0].total - inside[1].total == pytest.approx(change, abs=1e-9)


def test_domains_share_out_agents_and_tasks() -> None:
    """Every agent has one domain; every placed task appears in one sub-problem; a part compiles to a QUBO."""
    problem = random_problem(3, tasks=12, agents=6)
    plan = solve(problem, "greedy")
    hierarchy = HierarchicalQUBO(problem, sizes=[1, 2, 3])
    assert [level.count for level in hierarchy.levels] == [1, 2, 3]
    for level in hierarchy.levels:
        parts = level.sub_problems(plan.assignment)
        tasks = np.concatenate([part.tasks for part in parts])
        assert len(np.unique(tasks)) == len(tasks)
        assert set(np.flatnonzero(plan.assignment >= 0)) <= set(tasks)
    assert parts[0].qubo().groups


@settings(max_examples=30, deadline=None)
@given(problems(tasks=6, agents=4), st.integers(1, 5))
def test_narrowing_keeps_the_most_believed_labels_of_every_task(problem: AssignmentProblem, most: int) -> None:
    """As many as asked for where there are that many, in order, none left out that is believed more."""
    belief = relax(problem).belief
    narrow, kept = narrowed(problem, belief, most)
    for task in range(problem.tasks):
        row, part = (slice(p.task_ptr[task], p.task_ptr[task + 1]) for p in (problem, narrow))
        agents, values = problem.agent[row], belief[row]
        assert (np.diff(narrow.agent[part]) > 0).all()
        assert set(narrow.agent[part]) <= set(agents)
        assert sorted(kept[part]) == sorted(values)[:most]


@settings(max_examples=30, deadline=None)
@given(problems(tasks=6, agents=4))
def test_the_start_is_what_the_relaxation_believes(problem: AssignmentProblem) -> None:
    """The streaming kernel and the vectorised function agree."""
    relaxation = relax(problem)
    assert np.array_equal(HierarchicalQUBO(problem, relaxation).start(), most_believed(problem, relaxation))
    likely = first_believed(problem, relaxation)
    assert (likely[np.diff(problem.task_ptr) > 0] >= 0).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 60), st.integers(1, 8), st.integers(1, 8), st.integers(0, 99), st.booleans())
def test_pieces_keep_to_clusters_and_domains_are_even(
    agents: int, clusters: int, count: int, seed: int, drawn: bool
) -> None:
    """A piece has agents of one cluster; every domain has a piece, none far more than its share."""
    rng = np.random.default_rng(seed)
    cluster = rng.integers(0, clusters, agents).astype(np.int32)
    work = rng.uniform(1, 9, agents)
    most = work.sum() / (3 * count)
    piece, pieces = split(cluster, work, most, rng if drawn else None)
    assert len(np.unique(np.column_stack([piece, cluster]), axis=0)) == pieces == piece.max() + 1
    sizes = np.bincount(piece, weights=work)
    assert sizes.max() <= most + work.max()
    coupling = rng.random((pieces, pieces))
    domain = merge(coupling + coupling.T, sizes, count)
    held = np.bincount(domain, weights=sizes)
    assert (np.bincount(domain) > 0).all()
    assert len(held) == min(count, pieces)
    if pieces >= 2 * count:
        assert held.max() <= work.sum() / count + 2 * sizes.max()


def test_a_coupled_cluster_stays_together() -> None:
    """Pieces that share most are merged before pieces that share little."""
    coupling = np.ones((4, 4))
    coupling[0, 2] = coupling[2, 0] = coupling[1, 3] = coupling[3, 1] = 9.0
    domain = merge(coupling, np.ones(4), 2)
    assert domain[0] == domain[2] != domain[1] == domain[3]


def test_the_balance_counts_what_is_there(instance) -> None:
    """Tasks, loads, eligible pairs and cut weights recounted one by one; the report is plain JSON."""
    problem = instance("100x1000_pairs1_local7")
    plan = solve(problem, "greedy")
    level = HierarchicalQUBO(problem, sizes=[5]).rotated(1, 0, plan.assignment)
    balance = level.balance(plan.assignment)
    place = level.domain[plan.assignment]
    place[plan.assignment < 0] = level.task_domains(plan.assignment)[plan.assignment < 0]
    owner = np.repeat(np.arange(problem.tasks), np.diff(problem.pair_ptr))
    loads = problem.loads(plan.assignment)
    for number, part in enumerate(level.sub_problems(plan.assignment)):
        assert balance.tasks[number] == part.problem.tasks == (place == number).sum()
        assert balance.eligible[number] == len(part.problem.agent)
        mine, theirs = place[owner] == number, place[problem.pair_task] == number
        weight = problem.pair_weight[mine]
        assert balance.coupling_cut[number] == pytest.approx(weight[~theirs[mine]].sum() / weight.sum())
        share = loads[level.domain == number].sum(axis=0) / problem.capacity[level.domain == number].sum(axis=0)
        assert balance.load_share[number] == pytest.approx(share.max())
    assert balance.largest_to_mean < 1.3
    assert max(balance.coupling_cut) < 0.8
    assert json.loads(json.dumps(balance.to_json()))["largest_to_mean"] == balance.largest_to_mean
    assert str(balance).startswith("5 domains of ")


def test_the_level_above_is_a_problem_that_any_solver_takes() -> None:
    """Groups lie in one domain, demands and capacities add up, and its answer becomes a start for the whole."""
    problem = random_problem(5, tasks=14, agents=6, resources=2, conflicts=False)
    level = HierarchicalQUBO(problem, sizes=[3]).lowest
    above = level.aggregate(most=4)
    assert above.problem.agents == 3
    assert np.bincount(above.group).max() <= 4
    assert above.problem.tasks == above.group.max() + 1 < problem.tasks
    assert above.problem.capacity.sum() == pytest.approx(problem.capacity.sum())
    assert above.problem.unassigned_cost.sum() == pytest.approx(problem.unassigned_cost.sum())
    assert above.qubo().groups == above.cqm().groups
    plan = solve(above.problem, "exact")
    start = above.start(plan.assignment)
    for task, agent in enumerate(start):
        wanted = plan.assignment[above.group[task]]
        assert agent == -1 or agent in problem.eligible(task)
        if wanted >= 0:
            assert level.domain[agent] == wanted


def test_the_level_above_keeps_what_pairs_weigh() -> None:
    """Single tasks as groups: every pair is there with its weight, and distances are means over agents."""
    problem = random_problem(9, tasks=10, agents=5)
    level = HierarchicalQUBO(problem, sizes=[2]).lowest
    above = level.aggregate(most=1)
    assert above.problem.tasks == problem.tasks
    assert above.problem.pair_weight.sum() == pytest.approx(problem.pair_weight.sum())
    one, other = (np.flatnonzero(level.domain == number) for number in (0, 1))
    between = problem.cluster_distance[np.ix_(problem.agent_cluster[one], problem.agent_cluster[other])]
    assert above.problem.cluster_distance[0, 1] == pytest.approx(between.mean())


def test_a_stage_sent_elsewhere_gives_the_same_plan(instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pickled and unpickled, a stage is a self-contained message with the same answer."""
    monkeypatch.setattr("scheduler.solvers.pga.FLAT_LIMIT", 100)
    monkeypatch.setattr("scheduler.hierarchy.TASKS_A_DOMAIN", 300)
    problem = instance("100x1000_pairs1_local7")
    sizes: list[int] = []

    def elsewhere(function, items):
        messages = [pickle.dumps(item) for item in items]
        sizes.extend(len(message) for message in messages)
        return serial(function, [pickle.loads(message) for message in messages])

    here = solve(problem, "pga", Budget(sweeps=100), seed=3)
    there = solve(problem, "pga", Budget(sweeps=100), seed=3, parallel=elsewhere)
    assert np.array_equal(here.assignment, there.assignment)
    assert len(sizes) >= 4
    assert max(sizes) < len(pickle.dumps(problem))


def test_rotating_domains_give_the_same_plan_for_any_number_of_workers(
    instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other or in threads: the schedule is fixed, so the plan is the same bit for bit, and good."""
    monkeypatch.setattr("scheduler.solvers.pga.FLAT_LIMIT", 100)
    monkeypatch.setattr("scheduler.hierarchy.TASKS_A_DOMAIN", 300)
    problem = instance("100x1000_pairs1_local7")
    serial = solve(problem, "pga", Budget(sweeps=600), seed=3)
    with ThreadPoolExecutor(2) as pool:
        threaded = solve(
            problem, "pga", Budget(sweeps=600), seed=3, parallel=lambda function, items: list(pool.map(function, items))
        )
    assert np.array_equal(serial.assignment, threaded.assignment)
    assert not problem.violations(serial.assignment)
    assert "domains" in serial.reason
    assert serial.gap is not None
    assert serial.gap < 0.04
