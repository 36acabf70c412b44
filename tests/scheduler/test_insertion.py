"""Priced insertion keeps the rules whatever the sizes of the demands."""

from __future__ import annotations

import numpy as np
import pytest

from scheduler import Budget, capacity_changed, from_triplets, insert, refine, solve


@pytest.mark.parametrize("seed", range(60))
def test_small_tasks_beside_giants_that_leave_keep_within_what_is_left(seed: int) -> None:
    """The load is what the tasks that are there ask, not what rounding left of a difference of giants."""
    rng = np.random.default_rng(seed)
    tasks, agents, giant = 7, 2, 10.0 ** rng.integers(9, 16)
    demand = rng.uniform(0.1, 0.9, (tasks, agents))
    demand[:2] = giant * rng.uniform(0.3, 1.0, (2, agents))
    row, column = np.divmod(np.arange(tasks * agents), agents)
    cost, room = rng.uniform(1.0, 9.0, tasks * agents), np.full(agents, 3.0 * giant)
    problem = from_triplets(row, column, cost, demand.ravel(), room, np.full(tasks, 20.0))
    plan = solve(problem, "greedy", Budget(sweeps=5))
    after = capacity_changed(problem, plan, [0, 1], [1.0])
    assert not after.problem.violations(after.assignment)
    better = refine(after, budget=Budget(sweeps=10))
    assert not better.problem.violations(better.assignment)


@pytest.mark.parametrize(("cheap", "pushed"), [(100, True), (250, False)])
def test_a_crowded_agent_is_not_searched_through_for_whom_to_push(cheap: int, pushed: bool) -> None:
    """One of 300 tasks could leave at no cost; only the first 200 of the agent's list are asked."""
    seated = 300
    leave = np.full(seated + 1, 100.0)
    leave[cheap] = 0.0
    problem = from_triplets(
        np.arange(seated + 1), np.zeros(seated + 1, int), np.zeros(seated + 1), np.ones(seated + 1), [float(seated)],
        unassigned_cost=leave,
    )  # fmt: skip
    before = np.append(np.zeros(seated, dtype=np.int32), np.int32(-1))
    after = insert(problem, np.zeros((1, 1)), before, push=0.0)
    assert (after[-1] == 0) == pushed
    assert after[cheap] == (-1 if pushed else 0)
