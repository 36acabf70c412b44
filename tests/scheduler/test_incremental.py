"""A plan outlives a change of its problem: valid, true to itself, and no more disturbed than it must be."""

from __future__ import annotations

import json
import math
import pickle
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from scheduler import (
    AssignmentProblem,
    Budget,
    Certificate,
    InvalidChangeError,
    Plan,
    Replan,
    agent_lost,
    capacity_changed,
    carry,
    from_triplets,
    insert,
    origin_of,
    refine,
    remove,
    replan,
    solve,
)
from simulations.instances import InstanceFamily, draw_instance
from tests.scheduler.conftest import brute_force, problems, random_problem, value_of

SMALL = Budget(sweeps=30)
CHANGES = ("remove", "lost", "capacity", "redrawn")


def changed(
    problem: AssignmentProblem, plan: Plan | Replan, change: str, seed: int, fixed: ArrayLike | None = None
) -> Replan:
    """Make some random change of a kind."""
    rng = np.random.default_rng(seed)
    if change == "remove":
        return remove(problem, plan, rng.random(problem.tasks) < 0.4, fixed)
    if change == "lost":
        return agent_lost(problem, plan, rng.random(problem.agents) < 0.4, fixed)
    if change == "capacity":
        agents = np.flatnonzero(rng.random(problem.agents) < 0.6)
        return capacity_changed(problem, plan, agents, rng.integers(0, 7, (len(agents), problem.resources)), fixed)
    other = random_problem(
        seed, problem.tasks, problem.agents, problem.resources, problem.has_pairs, problem.has_conflicts, forced=True
    )
    return replan(other, plan, problem, fixed=fixed)


def check(after: Replan) -> None:
    """Everything a re-plan says about itself is true; the oracle shares no code with the scheduler."""
    problem = after.problem
    assert not problem.violations(after.assignment).breaks_a_rule
    assert after.assignment.dtype == np.int32
    assert not after.assignment.flags.writeable
    assert after.objective.total == pytest.approx(value_of(problem, tuple(after.assignment.tolist())), abs=1e-9)
    was, now = after.before, after.assignment
    assert set(after.moved) == {t for t in range(problem.tasks) if was[t] >= 0 and now[t] >= 0 and was[t] != now[t]}
    assert set(after.dropped) == {t for t in range(problem.tasks) if was[t] >= 0 > now[t]}
    assert np.array_equal(now[after.fixed], was[after.fixed])
    assert not set(after.fixed) & set(after.released)
    assert after.seconds["total"] >= after.seconds["plan"]
    json.dumps(after.to_json(), allow_nan=False)


@settings(max_examples=100, deadline=None)
@given(problems(), st.sampled_from(CHANGES), st.integers(0, 2**16), st.floats(0.0, 20.0))
def test_no_change_and_no_refinement_breaks_a_rule(
    problem: AssignmentProblem, change: str, seed: int, stickiness: float
) -> None:
    """Neither do fixed tasks move; all say the truth, and the bound is below the optimum of the changed problem."""
    fixed = np.random.default_rng(seed + 1).random(problem.tasks) < 0.4
    after = changed(problem, solve(problem, "pga", SMALL), change, seed, fixed)
    check(after)
    optimum = brute_force(after.problem)
    assert after.bound is not None
    assert after.bound <= optimum + 1e-9 * max(1.0, abs(optimum))
    assert after.proof is not None
    assert after.proof.verify(after.problem) == pytest.approx(after.bound, abs=1e-9)
    better = refine(after, stickiness, SMALL, seed)
    check(better)
    again = changed(after.problem, better, change, seed + 2)
    check(again)
    assert again.bound is not None
    optimum = brute_force(again.problem)
    assert again.bound <= optimum + 1e-9 * max(1.0, abs(optimum))


@settings(max_examples=60, deadline=None)
@given(problems(), st.sampled_from(CHANGES), st.integers(0, 2**16), st.sampled_from([0.0, 1.0, 5.0, 40.0]))
def test_a_refinement_saves_more_than_its_moves_are_charged(
    problem: AssignmentProblem, change: str, seed: int, stickiness: float
) -> None:
    """So the higher the charge, the less may move: objective + charge x tasks away never rises."""
    after = changed(problem, solve(problem, "greedy", SMALL), change, seed)
    better = refine(after, stickiness, SMALL, seed)
    missing = [len(item.problem.violations(item.assignment).unplaced) for item in (after, better)]
    assert missing[1] <= missing[0]
    if missing[0] == missing[1] == 0:
        away = [len(item.moved) + len(item.dropped) for item in (after, better)]
        saved = after.objective.total - better.objective.total
        assert saved >= stickiness * (away[1] - away[0]) - 1e-9
        if stickiness == 0.0:
            assert saved >= 0.0


@settings(max_examples=60, deadline=None)
@given(problems(), st.sampled_from(CHANGES), st.integers(0, 2**16))
def test_at_infinite_stickiness_nothing_moves_that_is_at_home(
    problem: AssignmentProblem, change: str, seed: int
) -> None:
    """What the change left in place stays there, whatever could be saved."""
    after = changed(problem, solve(problem, "greedy", SMALL), change, seed)
    better = refine(after, math.inf, SMALL, seed)
    check(better)
    assert set(better.moved) | set(better.dropped) <= set(after.moved) | set(after.dropped)


@settings(max_examples=60, deadline=None)
@given(problems(), st.integers(0, 2**16))
def test_without_pushing_only_what_must_moves(problem: AssignmentProblem, seed: int) -> None:
    """Losing agents moves their tasks alone; removing tasks moves none."""
    plan = solve(problem, "greedy", SMALL)
    lost = np.random.default_rng(seed).random(problem.agents) < 0.4
    after = agent_lost(problem, plan, lost, push=math.inf)
    assert set(np.flatnonzero(plan.assignment != after.assignment)) <= set(
        np.flatnonzero(np.append(lost, True)[plan.assignment])
    )
    rest = remove(problem, plan, np.random.default_rng(seed).random(problem.tasks) < 0.5, push=math.inf)
    assert not len(rest.moved)
    assert not len(rest.dropped)


@settings(max_examples=60, deadline=None)
@given(problems(conflicts=True), st.data())
def test_a_task_that_comes_back_costs_no_more_than_before(problem: AssignmentProblem, data: st.DataObject) -> None:
    """Removed and inserted again at price zero it finds its old place or a better one, and no other task moves."""
    plan = solve(problem, "pga", SMALL)
    plan = replace(plan, prices=np.zeros_like(plan.prices), proof=None)
    placed = np.flatnonzero(plan.assignment >= 0)
    if not len(placed) or (plan.assignment < 0).any():
        return
    task = data.draw(st.sampled_from(placed.tolist()))
    rest = remove(problem, plan, [task], push=math.inf)
    assert rest.origin.tolist() == [t for t in range(problem.tasks) if t != task]
    back = replan(problem, rest, rest.problem, origin_of(rest.origin.tolist(), range(problem.tasks)), push=math.inf)
    others = np.arange(problem.tasks) != task
    assert np.array_equal(back.assignment[others], plan.assignment[others])
    assert back.objective.total <= plan.objective.total + 1e-9


@settings(max_examples=40, deadline=None)
@given(problems(), st.randoms(use_true_random=False))
def test_another_numbering_changes_nothing(problem: AssignmentProblem, random: object) -> None:
    """Tasks shuffled: assignment, prices, messages and multipliers are carried over, and prove the same bound."""
    order = list(range(problem.tasks))
    random.shuffle(order)  # type: ignore[attr-defined]
    plan = solve(problem, "pga", SMALL)
    shuffled, back = _shuffled(problem, order), np.argsort(order)
    after = replan(shuffled, plan, problem, order)
    assert after.before.tolist() == plan.assignment[order].tolist()
    assert after.proof is not None
    assert plan.proof is not None
    proven = max(
        Certificate("mplp", 0.0, plan.proof.prices, plan.proof.messages).verify(problem), plan.proof.verify(problem)
    )
    assert after.bound == pytest.approx(proven, abs=1e-9)
    assert replan(problem, after, shuffled, back).bound == pytest.approx(proven, abs=1e-9)


def _shuffled(problem: AssignmentProblem, order: list[int]) -> AssignmentProblem:
    number = np.argsort(order)
    task = number[np.repeat(np.arange(problem.tasks), np.diff(problem.task_ptr))]
    columns = {}
    for name in ("pair", "conflict"):
        first = np.repeat(np.arange(problem.tasks), np.diff(getattr(problem, f"{name}_ptr")))
        second = getattr(problem, f"{name}_task")
        once = first < second
        weight = (problem.pair_weight[once],) if name == "pair" else ()
        columns[f"{name}s"] = (number[first[once]], number[second[once]], *weight)
    return from_triplets(
        task, problem.agent, problem.cost, problem.demand, problem.capacity, problem.unassigned_cost[order],
        agent_cluster=problem.agent_cluster, cluster_distance=problem.cluster_distance,
        same_agent_distance=problem.same_agent_distance, unassigned_distance=problem.unassigned_distance, **columns,
    )  # fmt: skip


def crowded(unassigned: tuple[float, float] = (9.0, 9.0)) -> tuple[AssignmentProblem, Replan]:
    """Two agents with room for one task each; task 0 sits on agent 0 and could go to 1, task 1 fits only on 0."""
    cost, capacity = [1.0, 2.0, 1.0], [1.0, 1.0]
    problem = from_triplets([0, 0, 1], [0, 1, 0], cost, [1.0] * 3, capacity, unassigned)
    return problem, replan(problem, replace(solve(problem, "greedy"), assignment=np.array([0, -1])), push=math.inf)


def test_a_task_that_fits_nowhere_pushes_another() -> None:
    """Unless pushing is charged more than it saves, or the other task is fixed."""
    problem, before = crowded()
    assert before.assignment.tolist() == [0, -1]
    assert replan(problem, before).assignment.tolist() == [1, 0]
    assert replan(problem, before, push=6.9).assignment.tolist() == [1, 0]
    assert replan(problem, before, push=7.1).assignment.tolist() == [0, -1]
    assert replan(problem, before, fixed=[0]).assignment.tolist() == [0, -1]
    assert refine(before, 6.9, SMALL).assignment.tolist() == [1, 0]
    assert refine(before, 7.1, SMALL).assignment.tolist() == [0, -1]


def test_a_task_that_must_be_placed_pushes_one_that_need_not() -> None:
    """Out of the plan, where there is no other place for it."""
    problem, before = crowded((9.0, math.inf))
    after = replan(agent_lost(problem, before, [1]).problem, before)
    assert after.assignment.tolist() == [-1, 0]
    assert after.dropped.tolist() == [0]


def test_fixed_tasks_that_have_no_place_are_released_and_named() -> None:
    """Hard rules come first: a lost agent, a capacity below what runs there."""
    problem = from_triplets([0, 0, 1, 1, 2, 2], [0, 1] * 3, np.ones(6), np.full(6, 2.0), [6.0, 4.0], np.full(3, 9.0))
    plan = replace(solve(problem, "greedy"), assignment=np.zeros(3, dtype=np.int32))
    lost = agent_lost(problem, plan, [0], fixed=[0, 2])
    assert lost.released.tolist() == [0, 2]
    assert not len(lost.fixed)
    cut = capacity_changed(problem, plan, [0], [3.0], fixed=[0, 2])
    assert cut.fixed.tolist() == [0]
    assert cut.released.tolist() == [2]
    assert cut.assignment.tolist() == [0, 1, 1]


@pytest.mark.parametrize("seed", range(4))
def test_degenerate_changes_are_plans(seed: int) -> None:
    """All agents lost, no capacity left, no task left: everything is left out at its cost, or there is nothing."""
    problem = random_problem(seed, forced=False)
    plan = solve(problem, "pga", SMALL)
    everything = float(problem.unassigned_cost.sum() + problem.pair_weight.sum() / 2 * problem.unassigned_distance)
    lost = agent_lost(problem, plan, np.arange(problem.agents))
    assert lost.objective.total == everything
    assert lost.bound == pytest.approx(everything, rel=1e-12)
    assert len(lost.dropped) == (plan.assignment >= 0).sum()
    check(refine(lost, 1.0, SMALL))
    none = capacity_changed(problem, plan, np.arange(problem.agents), [0.0])
    check(refine(none, 0.0, SMALL))
    empty = remove(problem, plan, np.arange(problem.tasks))
    assert empty.problem.tasks == 0
    assert empty.objective.total == 0.0
    check(refine(empty, 1.0, SMALL))
    assert np.array_equal(replan(problem, plan, problem).before, plan.assignment)


def test_an_agent_that_joins_comes_last_and_is_used() -> None:
    """Its price begins at zero, and the bound stays below the optimum."""
    for seed in range(10):
        problem = random_problem(seed, agents=2)
        plan = solve(problem, "pga", SMALL)
        larger = random_problem(seed + 100, agents=3)
        after = replan(larger, plan, problem)
        check(after)
        assert not after.prices[2:].any()
        assert after.bound is not None
        assert after.bound <= brute_force(larger) + 1e-9


INVALID: dict[str, Callable[[AssignmentProblem, Plan], object]] = {
    "tasks[1] = 5": lambda problem, plan: remove(problem, plan, [0, 5]),
    "agents[0] = -1": lambda problem, plan: agent_lost(problem, plan, [-1]),
    "agents[0] = 9": lambda problem, plan: capacity_changed(problem, plan, [9], [1.0]),
    "capacity[0]": lambda problem, plan: capacity_changed(problem, plan, [0], [-1.0]),
    "capacity = (2,)": lambda problem, plan: capacity_changed(problem, plan, [0], [1.0, 2.0]),
    "tasks = 'float64": lambda problem, plan: remove(problem, plan, [0.5]),
    "fixed[0] = 7": lambda problem, plan: agent_lost(problem, plan, [0], fixed=[7]),
    "push = nan": lambda problem, plan: replan(problem, plan, push=math.nan),
    "stickiness = -1": lambda problem, plan: refine(replan(problem, plan), -1.0),
    "origin = 5": lambda problem, plan: replan(random_problem(1, tasks=4), plan),
    "origin[1] = 5": lambda problem, plan: carry(plan.assignment, [0, 5]),
    "prices = (3, 1)": lambda problem, plan: replan(random_problem(1, agents=2), plan),
    "new_keys[2] = 'a'": lambda problem, plan: origin_of("ab", "aba"),
    "previous = ": lambda problem, plan: replan(problem, plan, random_problem(2)),
}


@pytest.mark.parametrize("told", INVALID)
def test_what_cannot_be_is_refused_with_its_place(told: str) -> None:
    """Unknown indices, wrong shapes, numbers out of range: an error of ours that names argument and index."""
    problem = random_problem(0)
    with pytest.raises(InvalidChangeError) as caught:
        INVALID[told](problem, solve(problem, "pga", SMALL))
    assert str(caught.value).startswith(told)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_sweeps_and_seed_fix_the_refinement_and_a_cancelled_one_changes_nothing() -> None:
    """Bit for bit; a gap that is reached already asks for nothing more; without a bound there is no gap."""
    problem = draw_instance(InstanceFamily(tasks=300, agents=30, locality=0.5))
    plan = solve(problem, "greedy", SMALL)
    after = agent_lost(problem, plan, [3, 4])
    check(after)
    runs = [refine(after, 1.0, Budget(sweeps=20), seed=5) for _ in range(2)]
    assert np.array_equal(runs[0].assignment, runs[1].assignment)
    assert runs[0].objective.total < after.objective.total
    assert np.array_equal(refine(after, 1.0, Budget(sweeps=20, gap=1.0)).assignment, after.assignment)
    stopped = refine(after, 1.0, Budget(cancelled=lambda: True))
    assert np.array_equal(stopped.assignment, after.assignment)
    assert stopped.fallbacks
    bare = agent_lost(problem, plan, [3, 4], bound=False)
    assert (bare.bound, bare.gap, bare.proof) == (None, None, None)


def test_labels_that_differ_by_rounding_alone_break_no_rule() -> None:
    """Where priced costs are all but equal the search has no scale to charge overload by."""
    problem = random_problem(4725, 6, 3, 3, pairs=False, conflicts=True, whole=False)
    for seed in range(5):
        after = agent_lost(problem, solve(problem, "pga", Budget(sweeps=20), seed), [2])
        check(refine(after, 1.0, SMALL, seed))


def test_dearer_moves_are_fewer_on_a_larger_problem() -> None:
    """From free to infinite, each charge ten times the last moves fewer tasks, and costs more in objective."""
    problem = draw_instance(InstanceFamily(tasks=400, agents=40, locality=0.7))
    after = capacity_changed(problem, solve(problem, "pga", Budget(sweeps=100)), [1, 2, 3], [20.0, 10.0])
    refined = [refine(after, charge, Budget(sweeps=60)) for charge in (0.0, 3.0, 30.0, math.inf)]
    away = [len(item.moved) + len(item.dropped) for item in refined]
    assert away == sorted(away, reverse=True)
    assert away[0] > away[2]


@settings(max_examples=40, deadline=None)
@given(problems(), st.integers(0, 2**16), st.sampled_from([0.0, 3.0, math.inf]))
def test_insertion_that_may_push_breaks_no_rule_and_loses_nothing(
    problem: AssignmentProblem, seed: int, push: float
) -> None:
    """Without prices every push saves what it is charged for, so the objective does not rise."""
    whole = solve(problem, "greedy", SMALL).assignment
    torn = np.where(np.random.default_rng(seed).random(problem.tasks) < 0.5, -1, whole)
    after = insert(problem, np.zeros(problem.capacity.shape), torn, push=push)
    assert not problem.violations(after).breaks_a_rule
    unplaced = [len(problem.violations(item).unplaced) for item in (torn, after)]
    assert unplaced[1] <= unplaced[0]
    if unplaced == [0, 0]:
        assert problem.objective(after).total <= problem.objective(torn).total + 1e-9
    if push == math.inf:
        assert np.array_equal(after[torn >= 0], torn[torn >= 0])


def test_a_second_change_is_refused_with_the_problem_of_the_first() -> None:
    """Else the agent lost first would be back; with the problem of the `Replan`, or a copy of it, it stays away."""
    problem = random_problem(3, agents=4, forced=False)
    first = agent_lost(problem, solve(problem, "greedy", SMALL), [0])
    for change in (
        lambda p: agent_lost(p, first, [1]),
        lambda p: capacity_changed(p, first, [1], np.zeros(p.resources)),
        lambda p: remove(p, first, [0]),
        lambda p: replan(first.problem, first, p),
    ):
        with pytest.raises(InvalidChangeError, match="of the Replan"):
            change(problem)
        change(first.problem)
        assert not (change(pickle.loads(pickle.dumps(first.problem))).assignment == 0).any()
