"""The checks behind `AssignmentProblem`: each failure names the array, the index and the value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import BoolArray, FloatArray, Int32Array, Int64Array, row_of
from scheduler.errors import InvalidProblemError, WrongTypeError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.problem import AssignmentProblem

ARRAY_TYPES: dict[str, type[np.generic]] = {
    "task_ptr": np.int64,
    "agent": np.int32,
    "cost": np.float64,
    "demand": np.float64,
    "capacity": np.float64,
    "unassigned_cost": np.float64,
    "pair_ptr": np.int64,
    "pair_task": np.int32,
    "pair_weight": np.float64,
    "agent_cluster": np.int32,
    "cluster_distance": np.float64,
    "conflict_ptr": np.int64,
    "conflict_task": np.int32,
}
DIMENSIONS = {"demand": 2, "capacity": 2, "cluster_distance": 2}
LARGEST = 1e100
"""Largest number in an array: sums and products of what is larger may overflow."""
MOST = np.iinfo(np.int32).max
"""Most tasks and most agents: their indices are int32."""


def expect_problem(problem: object) -> None:
    """Raise `WrongTypeError` unless it is an `AssignmentProblem`."""
    from scheduler.problem import AssignmentProblem

    if not isinstance(problem, AssignmentProblem):
        advice = "build one with from_triplets or ProblemBuilder, or read a file with read_problem(path)"
        if type(problem).__name__ == "QuboProblem":
            advice = "a QUBO goes to solve_qubo and verify_qubo"
        raise WrongTypeError("problem", type(problem).__name__, "AssignmentProblem", advice)


def missing(name: str, path: str) -> InvalidProblemError:
    """Error for a file that lacks an array."""
    return InvalidProblemError(name, None, None, f"is not in {path}: write the file with AssignmentProblem.save")


def numbers(name: str, value: object) -> FloatArray:
    """The value as an array of float64, or an error."""
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidProblemError(name, None, type(value).__name__, "give an array of numbers") from None


def number(name: str, value: object) -> float:
    """The value as a finite number that is not negative, or an error."""
    array = numbers(name, value)
    if array.shape or not 0.0 <= array <= LARGEST:
        advice = f"must be one finite number, not negative, at most {LARGEST:g}"
        raise InvalidProblemError(name, None, array.tolist(), advice)
    return float(array)


def convertible(name: str, value: object, dtype: type[np.generic]) -> NDArray[np.generic]:
    """The value as an array that converts to `dtype` without loss of meaning, or an error."""
    try:
        array = np.asarray(value)
    except ValueError:
        raise InvalidProblemError(name, None, type(value).__name__, "its rows differ in length") from None
    wanted = DIMENSIONS.get(name, 1)
    if array.ndim != wanted:
        raise InvalidProblemError(name, None, array.shape, f"give an array of {wanted} dimension(s)")
    if name in {"unassigned_cost", "capacity"} and len(array) > MOST:
        raise InvalidProblemError(name, None, array.shape, f"at most {MOST} tasks and as many agents")
    if array.dtype.kind not in "iufb" or (np.issubdtype(dtype, np.integer) and array.dtype.kind == "f" and array.size):
        kind = "whole numbers" if np.issubdtype(dtype, np.integer) else "numbers"
        raise InvalidProblemError(name, None, str(array.dtype), f"give an array of {kind} ({dtype.__name__})")
    if np.issubdtype(dtype, np.integer) and array.size and not np.can_cast(array.dtype, dtype):
        limits = np.iinfo(dtype)  # type: ignore[arg-type, type-var, unused-ignore]
        _refuse(name, array, (array < limits.min) | (array > limits.max), f"does not fit {dtype.__name__}")
    return array


def check(problem: AssignmentProblem) -> None:
    """Raise `InvalidProblemError` unless every array is as `AssignmentProblem` documents it."""
    tasks, agents = len(problem.unassigned_cost), len(problem.capacity)
    _check_ptr("task_ptr", problem.task_ptr, tasks, len(problem.agent), "agent")
    _check_eligible(problem, agents)
    for name in ("cost", "demand", "capacity", "pair_weight", "cluster_distance"):
        values: FloatArray = getattr(problem, name)
        advice = f"must be finite, at most {LARGEST:g} in size"
        if name == "cluster_distance":
            advice += "; between clusters that nothing connects give a distance larger than all others"
        _refuse(name, values, ~(np.abs(values) <= LARGEST), advice)
        if name != "cost":
            _refuse(name, values, values < 0, "must not be negative")
    unassigned = problem.unassigned_cost
    wrong = ~((np.abs(unassigned) <= LARGEST) | np.isposinf(unassigned))
    _refuse("unassigned_cost", unassigned, wrong, f"give inf or a number, at most {LARGEST:g} in size")
    _check_links(problem, "pair", tasks)
    _check_links(problem, "conflict", tasks)
    _check_clusters(problem, agents)


def _refuse(name: str, values: NDArray[np.generic], wrong: BoolArray, advice: str) -> None:
    if wrong.any():
        index = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise InvalidProblemError(name, index[0] if len(index) == 1 else index, values[index].item(), advice)


def _expect_length(name: str, values: NDArray[np.generic], length: int, because: str) -> None:
    if len(values) != length:
        raise InvalidProblemError(name, None, len(values), f"must have length {length}, {because}")


def _check_ptr(name: str, ptr: Int64Array, rows: int, entries: int, of: str) -> None:
    _expect_length(name, ptr, rows + 1, "one more than there are tasks (unassigned_cost has one entry a task)")
    if ptr[0] != 0:
        raise InvalidProblemError(name, 0, int(ptr[0]), "must start at 0")
    _refuse(name, ptr[1:], np.diff(ptr) < 0, "must not decrease")
    if ptr[-1] != entries:
        raise InvalidProblemError(name, rows, int(ptr[-1]), f"must end at the length of {of}, {entries}")


def _check_eligible(problem: AssignmentProblem, agents: int) -> None:
    agent = problem.agent
    _expect_length("cost", problem.cost, len(agent), "as agent has")
    _expect_length("demand", problem.demand, len(agent), "as agent has")
    if problem.demand.shape[1] != problem.capacity.shape[1]:
        shape = problem.demand.shape
        raise InvalidProblemError(
            "demand", None, shape, f"must have {problem.capacity.shape[1]} resources, as capacity has"
        )
    _refuse("agent", agent, (agent < 0) | (agent >= agents), f"must be an agent index, 0 to {agents - 1}")
    _check_ascending("agent", problem.task_ptr, agent)


def _check_ascending(name: str, ptr: Int64Array, values: Int32Array) -> None:
    if len(values) < 2:
        return
    follows = np.ones(len(values), dtype=np.bool_)
    follows[ptr[:-1][np.diff(ptr) > 0]] = False
    wrong = follows[1:] & (np.diff(values) <= 0)
    if wrong.any():
        index = int(np.argmax(wrong)) + 1
        advice = "must ascend without duplicates within a task's row; from_triplets and ProblemBuilder sort"
        raise InvalidProblemError(name, index, int(values[index]), advice)


def _check_links(problem: AssignmentProblem, kind: str, tasks: int) -> None:
    """Check pairs or conflicts: in range, none with itself, none twice, each stored in both rows alike."""
    name, ptr = f"{kind}_task", getattr(problem, f"{kind}_ptr")
    other: Int32Array = getattr(problem, name)
    _check_ptr(f"{kind}_ptr", ptr, tasks, len(other), name)
    weight = problem.pair_weight if kind == "pair" else np.ones(len(other))
    _expect_length("pair_weight", problem.pair_weight, len(problem.pair_task), "as pair_task has")
    _refuse(name, other, (other < 0) | (other >= tasks), f"must be a task index, 0 to {tasks - 1}")
    owner = row_of(ptr)
    _refuse(name, other, owner == other, "a task cannot be linked with itself")
    forward, backward = owner * tasks + other, other * np.int64(tasks) + owner
    there, back = np.argsort(forward, kind="stable"), np.argsort(backward, kind="stable")
    twice = np.flatnonzero(np.diff(forward[there]) == 0)
    if len(twice):
        index = int(there[twice[0] + 1])
        raise InvalidProblemError(
            name, index, int(other[index]), "occurs twice in its row; from_triplets merges duplicates"
        )
    lonely = np.flatnonzero(forward[there] != backward[back])
    if len(lonely):
        index = int(min(there[lonely[0]], back[lonely[0]]))
        raise InvalidProblemError(name, index, int(other[index]), "store it in the rows of both tasks")
    uneven = np.flatnonzero(weight[there] != weight[back])
    if len(uneven):
        index = int(there[uneven[0]])
        raise InvalidProblemError(
            "pair_weight", index, float(weight[index]), "must be the same in both rows of the pair"
        )


def _check_clusters(problem: AssignmentProblem, agents: int) -> None:
    distance, cluster = problem.cluster_distance, problem.agent_cluster
    if distance.shape[0] != distance.shape[1]:
        raise InvalidProblemError("cluster_distance", None, distance.shape, "must be square")
    _refuse("cluster_distance", distance, distance != distance.T, "must be symmetric")
    _expect_length("agent_cluster", cluster, agents, "one entry an agent (as capacity has)")
    wrong = (cluster < 0) | (cluster >= len(distance))
    _refuse("agent_cluster", cluster, wrong, f"must be a cluster index, 0 to {len(distance) - 1}")
