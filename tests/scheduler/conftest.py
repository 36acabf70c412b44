"""Shared fixtures: random problems, a brute-force oracle that shares no code with the scheduler, benchmark data."""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import strategies as st

import scheduler
from scheduler import AssignmentProblem, from_triplets


@pytest.fixture(scope="session", autouse=True)
def _compiled() -> None:
    scheduler.warm_up()


@pytest.fixture
def instance() -> Callable[[str], AssignmentProblem]:
    """Loads an instance of QAM_DATA/assignment, or skips where the data is not there."""
    root = Path(os.environ.get("QAM_DATA", Path(__file__).parents[3] / "shared" / "data"))

    def read(name: str) -> AssignmentProblem:
        path = root / "assignment" / f"{name}.npz"
        if not path.exists():
            pytest.skip(f"{path} is not there: set QAM_DATA to the folder with the benchmark data")
        return AssignmentProblem.load(path)

    return read


def random_problem(
    seed: int,
    tasks: int = 5,
    agents: int = 3,
    resources: int = 1,
    pairs: bool = True,
    conflicts: bool = True,
    whole: bool = True,
    forced: bool = False,
    scale: float = 1.0,
) -> AssignmentProblem:
    """A small random problem with everything in it."""
    rng = np.random.default_rng(seed)
    row, column = np.nonzero(rng.random((tasks, agents)) < 0.8)
    demand = rng.integers(0, 5, (len(row), resources)).astype(float)
    capacity = rng.integers(0, 8, (agents, resources)).astype(float)
    if not whole:
        demand, capacity = demand * 0.1, capacity * 0.1
    missed = rng.integers(0, 30, tasks).astype(float)
    if forced:
        missed[rng.random(tasks) < 0.5] = np.inf
    links = [(i, j) for i, j in itertools.combinations(range(tasks), 2) if rng.random() < 0.5]
    bans = [(i, j) for i, j in itertools.combinations(range(tasks), 2) if rng.random() < 0.2]
    apart = rng.integers(0, 9, (2, 2)).astype(float)
    return from_triplets(
        row,
        column,
        rng.integers(-5, 20, len(row)) * scale,
        demand,
        capacity,
        missed * scale,
        pairs=(*zip(*links, strict=True), rng.integers(0, 5, len(links)) * scale) if pairs and links else None,
        conflicts=tuple(zip(*bans, strict=True)) if conflicts and bans else None,
        agent_cluster=rng.integers(0, 2, agents),
        cluster_distance=np.maximum(apart, apart.T),
        same_agent_distance=float(rng.integers(0, 3)),
        unassigned_distance=float(rng.integers(0, 9)),
    )


def problems(**fixed: object) -> st.SearchStrategy[AssignmentProblem]:
    """Hypothesis strategy over `random_problem`."""
    drawn = {
        "seed": st.integers(0, 2**32 - 1),
        "tasks": st.integers(1, 5),
        "agents": st.integers(1, 3),
        "resources": st.integers(0, 3),
        "pairs": st.booleans(),
        "conflicts": st.booleans(),
        "whole": st.booleans(),
        "forced": st.booleans(),
    }
    drawn |= {name: st.just(value) for name, value in fixed.items()}
    return st.builds(random_problem, **drawn)


def value_of(problem: AssignmentProblem, assignment: tuple[int, ...]) -> float:
    """Objective by plain loops, infinite where a rule is broken or a task that must be placed is not."""
    total, load = 0.0, np.zeros(problem.capacity.shape)
    for task, agent in enumerate(assignment):
        if agent < 0:
            total += problem.unassigned_cost[task]
            continue
        entry = problem.task_ptr[task] + problem.eligible(task).tolist().index(agent)
        total += problem.cost[entry]
        load[agent] += problem.demand[entry]
    for i in range(problem.tasks):
        for e in range(problem.pair_ptr[i], problem.pair_ptr[i + 1]):
            j = int(problem.pair_task[e])
            if i < j:
                total += problem.pair_weight[e] * distance_of(problem, assignment[i], assignment[j])
        for e in range(problem.conflict_ptr[i], problem.conflict_ptr[i + 1]):
            if assignment[i] == assignment[int(problem.conflict_task[e])] >= 0:
                return math.inf
    return total if (load <= problem.capacity * (1 + 1e-9)).all() else math.inf


def distance_of(problem: AssignmentProblem, a: int, b: int) -> float:
    if a < 0 or b < 0:
        return problem.unassigned_distance
    if a == b:
        return problem.same_agent_distance
    return float(problem.cluster_distance[problem.agent_cluster[a], problem.agent_cluster[b]])


def brute_force(problem: AssignmentProblem) -> float:
    """Optimal objective by looking at everything (infinite when a task that must be placed cannot be)."""
    choices = [[*problem.eligible(task).tolist(), -1] for task in range(problem.tasks)]
    return min(value_of(problem, assignment) for assignment in itertools.product(*choices))
