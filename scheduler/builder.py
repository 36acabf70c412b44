"""A small builder in front of the arrays, for problems written by hand or task by task."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scheduler.errors import InvalidProblemError
from scheduler.problem import AssignmentProblem
from scheduler.triplets import from_triplets


class ProblemBuilder:
    """Collects agents, tasks and links, and builds an `AssignmentProblem`.

    Parameters
    ----------
    resources
        Number of resources that capacities and demands have.
    cluster_distance
        Distances between clusters, shape (C, C); None: every two agents are 1 apart.
    same_agent_distance, unassigned_distance
        As in `AssignmentProblem`.

    Examples
    --------
    >>> builder = ProblemBuilder()
    >>> nurse, doctor = builder.add_agent([60.0]), builder.add_agent([30.0])
    >>> visit = builder.add_task(unassigned_cost=100.0)
    >>> builder.allow(visit, nurse, cost=3.0, demand=[20.0])
    >>> builder.allow(visit, doctor, cost=9.0, demand=[10.0])
    >>> builder.build().objective([nurse]).total
    3.0
    """

    def __init__(
        self,
        resources: int = 1,
        cluster_distance: Sequence[Sequence[float]] | None = None,
        same_agent_distance: float = 0.0,
        unassigned_distance: float = 0.0,
    ) -> None:
        self._resources = resources
        self._cluster_distance = cluster_distance
        self._same_agent_distance = same_agent_distance
        self._unassigned_distance = unassigned_distance
        self._capacity: list[Sequence[float]] = []
        self._cluster: list[int] = []
        self._unassigned_cost: list[float] = []
        self._eligible: list[tuple[int, int, float, Sequence[float]]] = []
        self._pairs: list[tuple[int, int, float]] = []
        self._conflicts: list[tuple[int, int]] = []

    def add_agent(self, capacity: Sequence[float], cluster: int = 0) -> int:
        """Add an agent and return its index."""
        self._width("capacity", len(self._capacity), capacity)
        self._capacity.append(capacity)
        self._cluster.append(cluster)
        return len(self._capacity) - 1

    def add_task(self, unassigned_cost: float) -> int:
        """Add a task (`inf`: it must be placed) and return its index."""
        self._unassigned_cost.append(unassigned_cost)
        return len(self._unassigned_cost) - 1

    def allow(self, task: int, agent: int, cost: float, demand: Sequence[float]) -> None:
        """Make an agent eligible for a task."""
        self._width("demand", len(self._eligible), demand)
        self._eligible.append((task, agent, cost, demand))

    def pair(self, first: int, second: int, weight: float) -> None:
        """Prefer two tasks near each other; the weights of a pair given twice are added."""
        self._pairs.append((first, second, weight))

    def conflict(self, first: int, second: int) -> None:
        """Forbid two tasks to share an agent."""
        self._conflicts.append((first, second))

    def build(self) -> AssignmentProblem:
        """Build the problem; the builder can go on and build again."""
        width = self._resources
        return from_triplets(
            task=[row[0] for row in self._eligible],
            agent=[row[1] for row in self._eligible],
            cost=[row[2] for row in self._eligible],
            demand=np.array([row[3] for row in self._eligible]).reshape(len(self._eligible), width),
            capacity=np.array(self._capacity).reshape(len(self._capacity), width),
            unassigned_cost=self._unassigned_cost,
            pairs=_columns3(self._pairs),
            conflicts=_columns2(self._conflicts),
            agent_cluster=self._cluster,
            cluster_distance=None if self._cluster_distance is None else np.asarray(self._cluster_distance),
            same_agent_distance=self._same_agent_distance,
            unassigned_distance=self._unassigned_distance,
        )

    def _width(self, name: str, index: int, values: Sequence[float]) -> None:
        if np.shape(values) != (self._resources,):
            raise InvalidProblemError(name, index, values, f"give one number for each of {self._resources} resource(s)")


def _columns3(rows: list[tuple[int, int, float]]) -> tuple[list[int], list[int], list[float]] | None:
    return ([r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows]) if rows else None


def _columns2(rows: list[tuple[int, int]]) -> tuple[list[int], list[int]] | None:
    return ([r[0] for r in rows], [r[1] for r in rows]) if rows else None
