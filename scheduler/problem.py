"""The assignment problem as arrays: what every bound, solver and file format of the scheduler speaks.

A generalized (quadratic) assignment problem with several resources, soft placement and sparse pairs:

    minimise    sum of cost of the chosen (task, agent) pairs
              + sum of unassigned_cost of the tasks left out
              + sum over unordered task pairs of weight x distance(agent of one, agent of the other)
    subject to  every task on one of its eligible agents or left out,
                load of every agent and resource <= capacity,
                no agent holds two tasks in conflict.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from scheduler import evaluation, validation
from scheduler.arrays import FloatArray, Int32Array, Int64Array, frozen

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from scheduler.cqm import AssignmentCQM
    from scheduler.evaluation import Objective, Violations
    from scheduler.qubo import PenaltyQUBO

REQUIRED_ARRAYS = (
    "task_ptr",
    "agent",
    "cost",
    "demand",
    "capacity",
    "unassigned_cost",
    "pair_ptr",
    "pair_task",
    "pair_weight",
    "agent_cluster",
    "cluster_distance",
    "same_agent_distance",
    "unassigned_distance",
)
OPTIONAL_ARRAYS = ("conflict_ptr", "conflict_task")


def _no_int64() -> Int64Array:
    return np.zeros(0, dtype=np.int64)


def _no_int32() -> Int32Array:
    return np.zeros(0, dtype=np.int32)


def _no_float() -> FloatArray:
    return np.zeros(0)


def _no_matrix() -> FloatArray:
    return np.zeros((0, 0))


def _unpickled(fields: dict[str, Any]) -> AssignmentProblem:
    return AssignmentProblem.trusted(**fields)


@dataclass(frozen=True, slots=True, eq=False)
class AssignmentProblem:
    """An immutable assignment problem of T tasks, A agents, R resources and C agent clusters.

    Arrays are converted to the stated types, copied unless read-only, checked and frozen. Optional arrays
    left out mean: no pairs, one cluster with inner distance 1, no conflicts.

    Parameters
    ----------
    task_ptr
        int64 (T + 1,): row pointers of the eligible pairs.
    agent
        int32 (nnz,): eligible agents, ascending and unique within a task's row.
    cost
        float64 (nnz,): cost of each eligible pair; may be negative.
    demand
        float64 (nnz, R): what each eligible pair takes of the agent's capacity, >= 0.
    capacity
        float64 (A, R), >= 0.
    unassigned_cost
        float64 (T,): cost of leaving a task out; `inf` for a task that must be placed.
    pair_ptr, pair_task, pair_weight
        int64 (T + 1,), int32, float64: weighted task pairs, each stored in both rows; weights >= 0.
    agent_cluster
        int32 (A,): cluster of each agent.
    cluster_distance
        float64 (C, C), symmetric, >= 0; the diagonal is the distance of two agents of one cluster.
    same_agent_distance
        Distance of a pair on one agent.
    unassigned_distance
        Distance of a pair of which one or both are left out.
    conflict_ptr, conflict_task
        int64 (T + 1,), int32: tasks that must not share an agent, each pair stored in both rows.

    Raises
    ------
    InvalidProblemError
        With the array, the index and the value at fault.
    """

    task_ptr: Int64Array
    agent: Int32Array
    cost: FloatArray
    demand: FloatArray
    capacity: FloatArray
    unassigned_cost: FloatArray
    pair_ptr: Int64Array = field(default_factory=_no_int64)
    pair_task: Int32Array = field(default_factory=_no_int32)
    pair_weight: FloatArray = field(default_factory=_no_float)
    agent_cluster: Int32Array = field(default_factory=_no_int32)
    cluster_distance: FloatArray = field(default_factory=_no_matrix)
    same_agent_distance: float = 0.0
    unassigned_distance: float = 0.0
    conflict_ptr: Int64Array = field(default_factory=_no_int64)
    conflict_task: Int32Array = field(default_factory=_no_int32)

    def __post_init__(self) -> None:
        for name, dtype in validation.ARRAY_TYPES.items():
            value = validation.convertible(name, getattr(self, name), dtype)
            object.__setattr__(self, name, frozen(value, dtype))
        tasks, agents = len(self.unassigned_cost), len(self.capacity)
        for name in ("pair_ptr", "conflict_ptr"):
            if not len(getattr(self, name)):
                object.__setattr__(self, name, frozen(np.zeros(tasks + 1), np.int64))
        if not len(self.agent_cluster):
            object.__setattr__(self, "agent_cluster", frozen(np.zeros(agents), np.int32))
        if not self.cluster_distance.size:
            object.__setattr__(self, "cluster_distance", frozen(np.ones((1, 1)), np.float64))
        for name in ("same_agent_distance", "unassigned_distance"):
            object.__setattr__(self, name, validation.number(name, getattr(self, name)))
        validation.check(self)

    def __reduce__(self) -> tuple[Callable[[dict[str, Any]], AssignmentProblem], tuple[dict[str, Any]]]:
        return _unpickled, ({name: getattr(self, name) for name in self.__dataclass_fields__},)

    @classmethod
    def trusted(cls, **fields: Any) -> AssignmentProblem:
        """A problem from fields that are known to be right: not checked again.

        All fields are given, of the stated types. For parts of a problem that was checked; the arrays are frozen in
        place, not copied.
        """
        problem = object.__new__(cls)
        for name, value in fields.items():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False
            object.__setattr__(problem, name, value)
        return problem

    @property
    def tasks(self) -> int:
        """Number of tasks, T."""
        return len(self.unassigned_cost)

    @property
    def agents(self) -> int:
        """Number of agents, A."""
        return len(self.capacity)

    @property
    def resources(self) -> int:
        """Number of resources, R."""
        return int(self.capacity.shape[1])

    @property
    def clusters(self) -> int:
        """Number of agent clusters, C."""
        return len(self.cluster_distance)

    @property
    def has_pairs(self) -> bool:
        """Whether any pair has weight."""
        return bool(self.pair_weight.any())

    @property
    def has_conflicts(self) -> bool:
        """Whether any two tasks must not share an agent."""
        return len(self.conflict_task) > 0

    @property
    def must_place(self) -> Int64Array:
        """Tasks that must be placed."""
        return np.flatnonzero(np.isinf(self.unassigned_cost))

    def eligible(self, task: int) -> Int32Array:
        """Agents that may do a task, ascending (a read-only view)."""
        return self.agent[self.task_ptr[task] : self.task_ptr[task + 1]]

    def objective(self, assignment: ArrayLike) -> Objective:
        """Value of an assignment (agent index or -1 per task), split by term."""
        return evaluation.objective(self, assignment)

    def violations(self, assignment: ArrayLike) -> Violations:
        """Every rule that an assignment breaks; falsy when it breaks none."""
        return evaluation.violations(self, assignment)

    def loads(self, assignment: ArrayLike) -> FloatArray:
        """Load of every agent and resource, shape (A, R)."""
        return evaluation.loads(self, assignment)

    def qubo(self) -> PenaltyQUBO:
        """As a penalty QUBO (see `scheduler.qubo`)."""
        from scheduler.qubo import PenaltyQUBO

        return PenaltyQUBO.compile(self)

    def cqm(self) -> AssignmentCQM:
        """As a constrained quadratic model (see `scheduler.cqm`)."""
        from scheduler.cqm import AssignmentCQM

        return AssignmentCQM.compile(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a compressed `.npz` with the names of the fields (conflicts only where there are any)."""
        names = REQUIRED_ARRAYS + (OPTIONAL_ARRAYS if self.has_conflicts else ())
        arrays = {name: np.asarray(getattr(self, name)) for name in names}
        with Path(path).open("wb") as file:
            np.savez_compressed(file, **cast("dict[str, Any]", arrays))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> AssignmentProblem:
        """Read a problem that `save` wrote.

        Raises
        ------
        InvalidProblemError
            If an array is missing or malformed.
        """
        with np.load(Path(path), allow_pickle=False) as file:
            for name in REQUIRED_ARRAYS:
                if name not in file.files:
                    raise validation.missing(name, str(path))
            names = REQUIRED_ARRAYS + tuple(name for name in OPTIONAL_ARRAYS if name in file.files)
            arrays = {name: file[name] for name in names}
        for value in arrays.values():
            value.flags.writeable = False
        return cls(**arrays)
