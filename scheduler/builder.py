"""A small builder in front of the arrays, for problems written by hand or task by task."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scheduler.errors import InvalidProblemError
from scheduler.problem import AssignmentProblem
from scheduler.triplets import from_triplets
from scheduler.validation import LARGEST, number, numbers


class ProblemBuilder:
    """Collects agents, tasks and links, and builds an `AssignmentProblem`.

    Every call checks what it is given: agents and tasks are added before they are named.

    Parameters
    ----------
    resources
        Number of resources that capacities and demands have.
    cluster_distance
        Distances between clusters, shape (C, C); None: every two agents are 1 apart.
    same_agent_distance, unassigned_distance
        As in `AssignmentProblem`.

    Raises
    ------
    InvalidProblemError
        Here and in every method: names the argument at fault, and where in it. `index` is the agent or task, for
        `allow` (task, agent), and a last number the resource.

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
        if not _whole(resources) or resources < 0:
            raise InvalidProblemError("resources", None, resources, "give a whole number, 0 or above")
        self._resources = resources
        self._cluster_distance = None if cluster_distance is None else numbers("cluster_distance", cluster_distance)
        self._same_agent_distance = number("same_agent_distance", same_agent_distance)
        self._unassigned_distance = number("unassigned_distance", unassigned_distance)
        self._capacity: list[tuple[float, ...]] = []
        self._cluster: list[int] = []
        self._unassigned_cost: list[float] = []
        self._eligible: dict[tuple[int, int], tuple[float, tuple[float, ...]]] = {}
        self._pairs: list[tuple[int, int, float]] = []
        self._conflicts: list[tuple[int, int]] = []

    def add_agent(self, capacity: Sequence[float], cluster: int = 0) -> int:
        """Add an agent and return its index."""
        agent = len(self._capacity)
        row = self._row("capacity", (agent,), capacity)
        clusters = 1 if self._cluster_distance is None else len(np.atleast_1d(self._cluster_distance))
        if not _whole(cluster) or not 0 <= cluster < clusters:
            advice = f"must be a cluster of cluster_distance, 0 to {clusters - 1}"
            if self._cluster_distance is None:
                advice = "there is one cluster, 0: give the builder a cluster_distance for more"
            raise InvalidProblemError("cluster", agent, cluster, advice)
        self._capacity.append(row)
        self._cluster.append(int(cluster))
        return agent

    def add_task(self, unassigned_cost: float) -> int:
        """Add a task (`inf`: it must be placed) and return its index."""
        task = len(self._unassigned_cost)
        self._unassigned_cost.append(_cost("unassigned_cost", task, unassigned_cost, most=np.inf))
        return task

    def allow(self, task: int, agent: int, cost: float, demand: Sequence[float]) -> None:
        """Make an agent eligible for a task, once."""
        key = self._known("task", task), self._known("agent", agent)
        if key in self._eligible:
            raise InvalidProblemError("agent", key, key[1], f"task {key[0]} has this agent already: allow it once")
        self._eligible[key] = _cost("cost", key, cost), self._row("demand", key, demand)

    def pair(self, first: int, second: int, weight: float) -> None:
        """Prefer two tasks near each other; the weights of a pair given twice are added."""
        one, other = self._two(first, second)
        value = _cost("weight", (one, other), weight)
        if value < 0.0:
            raise InvalidProblemError("weight", (one, other), value, "must not be negative")
        self._pairs.append((one, other, value))

    def conflict(self, first: int, second: int) -> None:
        """Forbid two tasks to share an agent."""
        self._conflicts.append(self._two(first, second))

    def build(self) -> AssignmentProblem:
        """Build the problem; the builder can go on and build again."""
        width = self._resources
        return from_triplets(
            task=[task for task, _ in self._eligible],
            agent=[agent for _, agent in self._eligible],
            cost=[cost for cost, _ in self._eligible.values()],
            demand=np.array([demand for _, demand in self._eligible.values()]).reshape(len(self._eligible), width),
            capacity=np.array(self._capacity).reshape(len(self._capacity), width),
            unassigned_cost=self._unassigned_cost,
            pairs=_columns3(self._pairs),
            conflicts=_columns2(self._conflicts),
            agent_cluster=self._cluster,
            cluster_distance=self._cluster_distance,
            same_agent_distance=self._same_agent_distance,
            unassigned_distance=self._unassigned_distance,
        )

    def _row(self, name: str, index: tuple[int, ...], values: Sequence[float]) -> tuple[float, ...]:
        """Amounts by resource, or an error that names the place."""
        where = index[0] if len(index) == 1 else index
        advice = f"give one number for each of {self._resources} resource(s)"
        try:
            row = np.asarray(values, dtype=np.float64)
        except (TypeError, ValueError):
            raise InvalidProblemError(name, where, values, advice) from None
        if row.shape != (self._resources,):
            raise InvalidProblemError(name, where, values, advice)
        wrong = np.flatnonzero(~((row >= 0.0) & (row <= LARGEST)))
        if len(wrong):
            resource = int(wrong[0])
            advice = f"must be finite, not negative, at most {LARGEST:g}"
            raise InvalidProblemError(name, (*index, resource), float(row[resource]), advice)
        return tuple(row.tolist())

    def _known(self, name: str, index: int) -> int:
        """An index that `add_task` or `add_agent` has returned, or an error."""
        count = len(self._unassigned_cost if name == "task" else self._capacity)
        if not _whole(index) or not 0 <= index < count:
            found = f"there are {count}" if count else "there is none yet"
            raise InvalidProblemError(name, None, index, f"give what add_{name} returned: {found}")
        return int(index)

    def _two(self, first: int, second: int) -> tuple[int, int]:
        """Two different tasks, or an error."""
        one, other = self._known("task", first), self._known("task", second)
        if one == other:
            raise InvalidProblemError("task", None, one, "a task cannot be linked with itself: give two tasks")
        return one, other


def _whole(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _cost(name: str, index: object, value: float, most: float = LARGEST) -> float:
    """A number, finite unless `most` is infinite, or an error that names the place."""
    try:
        cost = float(value)
    except (TypeError, ValueError):
        raise InvalidProblemError(name, index, value, "give a number") from None
    if not (abs(cost) <= LARGEST or cost == most):
        kind = "inf or a number" if most == np.inf else "a finite number"
        raise InvalidProblemError(name, index, cost, f"give {kind}, at most {LARGEST:g} in size")
    return cost


def _columns3(rows: list[tuple[int, int, float]]) -> tuple[list[int], list[int], list[float]] | None:
    return ([r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows]) if rows else None


def _columns2(rows: list[tuple[int, int]]) -> tuple[list[int], list[int]] | None:
    return ([r[0] for r in rows], [r[1] for r in rows]) if rows else None
