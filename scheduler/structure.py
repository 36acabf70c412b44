"""What a problem looks like, in the few numbers that decide which solver is best for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import row_of
from scheduler.enumeration import states
from scheduler.highs import linearised_size

if TYPE_CHECKING:
    from scheduler.problem import AssignmentProblem


@dataclass(frozen=True, slots=True)
class Structure:
    """Size and structure of a problem.

    Parameters
    ----------
    tasks, agents, resources, clusters
        Counts.
    labels
        Eligible pairs, nnz.
    assignments
        Number of assignments, eligible ones and being left out; 10^18 stands for more.
    pairs
        Unordered pairs of tasks with weight.
    density
        Share of all pairs of tasks that have weight.
    conflicts
        Unordered pairs of tasks that must not share an agent.
    forced
        Tasks that must be placed.
    tightness
        Mean demand of all tasks over the capacity, of the scarcest resource; infinite where there is none at all.
    variables
        Columns of the linearised mixed-integer model.
    """

    tasks: int
    agents: int
    resources: int
    clusters: int
    labels: int
    assignments: int
    pairs: int
    density: float
    conflicts: int
    forced: int
    tightness: float
    variables: int


def structure(problem: AssignmentProblem) -> Structure:
    """Measure a problem, in a pass or two over its arrays."""
    tasks = problem.tasks
    pairs = int((problem.pair_weight > 0.0).sum()) // 2
    return Structure(
        tasks=tasks,
        agents=problem.agents,
        resources=problem.resources,
        clusters=problem.clusters,
        labels=len(problem.agent),
        assignments=min(states(problem), 10**18),
        pairs=pairs,
        density=pairs / max(tasks * (tasks - 1) / 2, 1.0),
        conflicts=len(problem.conflict_task) // 2,
        forced=len(problem.must_place),
        tightness=_tightness(problem),
        variables=linearised_size(problem),
    )


def _tightness(problem: AssignmentProblem) -> float:
    rows, widths = row_of(problem.task_ptr), np.diff(problem.task_ptr)
    tightest = 0.0
    for r in range(problem.resources):
        total = np.bincount(rows, problem.demand[:, r], problem.tasks)
        need, room = float((total / np.maximum(widths, 1)).sum()), float(problem.capacity[:, r].sum())
        if need > 0.0:
            tightest = max(tightest, need / room if room > 0.0 else np.inf)
    return tightest
