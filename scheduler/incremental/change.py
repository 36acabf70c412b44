"""The changed problem: some tasks gone, some agents gone, other capacities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.arrays import BoolArray, FloatArray, Int64Array, pointers, row_of
from scheduler.incremental.errors import InvalidChangeError
from scheduler.problem import AssignmentProblem

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def indices(argument: str, values: ArrayLike, count: int, least: int = 0) -> Int64Array:
    """Indices from `least` to `count` - 1 as int64, shape (n,); a mask of length `count` counts as its true places.

    Raises
    ------
    InvalidChangeError
        If one is out of range, or they are no whole numbers.
    """
    array = np.atleast_1d(np.asarray(values))
    if array.dtype.kind == "b" and array.shape == (count,):
        return np.flatnonzero(array)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        told = f"{array.dtype} of shape {array.shape}"
        raise InvalidChangeError(argument, None, told, f"give indices, or a mask of length {count}")
    array = array.astype(np.int64)
    wrong = np.flatnonzero((array < least) | (array >= count))
    if len(wrong):
        index = int(wrong[0])
        advice = f"give indices from {least} to {count - 1}" if count > least else "there are none to name"
        raise InvalidChangeError(argument, index, int(array[index]), advice)
    return array


def without_tasks(problem: AssignmentProblem, tasks: ArrayLike) -> tuple[AssignmentProblem, Int64Array]:
    """The problem without some tasks, and the old number of every task that is left; pairs with the lost go too.

    Raises
    ------
    InvalidChangeError
        If there is no such task.
    """
    kept = np.ones(problem.tasks, dtype=np.bool_)
    kept[indices("tasks", tasks, problem.tasks)] = False
    number = np.cumsum(kept) - 1
    entries = kept[row_of(problem.task_ptr)]
    fields: dict[str, Any] = {
        "task_ptr": _shortened(problem.task_ptr, kept),
        "agent": problem.agent[entries],
        "cost": problem.cost[entries],
        "demand": problem.demand[entries],
        "unassigned_cost": problem.unassigned_cost[kept],
    }
    for name in ("pair", "conflict"):
        ptr, partner = getattr(problem, f"{name}_ptr"), getattr(problem, f"{name}_task")
        owner = row_of(ptr)
        links = kept[owner] & kept[partner]
        fields[f"{name}_ptr"] = pointers(number[owner[links]], int(kept.sum()))
        fields[f"{name}_task"] = number[partner[links]].astype(np.int32)
        if name == "pair":
            fields["pair_weight"] = problem.pair_weight[links]
    return _changed(problem, fields), np.flatnonzero(kept)


def without_agents(problem: AssignmentProblem, agents: ArrayLike) -> AssignmentProblem:
    """The problem in which nobody may go to some agents, whose capacity is zero; all keep their numbers.

    Raises
    ------
    InvalidChangeError
        If there is no such agent.
    """
    lost = np.zeros(problem.agents, dtype=np.bool_)
    lost[indices("agents", agents, problem.agents)] = True
    entries = ~lost[problem.agent]
    ends = np.concatenate([[0], np.cumsum(entries)])
    return _changed(
        problem,
        {
            "task_ptr": ends[problem.task_ptr],
            "agent": problem.agent[entries],
            "cost": problem.cost[entries],
            "demand": problem.demand[entries],
            "capacity": np.where(lost[:, np.newaxis], 0.0, problem.capacity),
        },
    )


def with_capacity(problem: AssignmentProblem, agents: ArrayLike, capacity: ArrayLike) -> AssignmentProblem:
    """The problem in which some agents have other capacities.

    Parameters
    ----------
    agents
        Which, shape (n,).
    capacity
        What they have now, shape (n, R), or (R,) for each of them; >= 0.

    Raises
    ------
    InvalidChangeError
        If there is no such agent, or a capacity is negative, not finite or of another shape.
    """
    chosen = indices("agents", agents, problem.agents)
    given = np.asarray(capacity, dtype=np.float64)
    shape = (len(chosen), problem.resources)
    if given.shape not in {shape, shape[1:]}:
        raise InvalidChangeError("capacity", None, given.shape, f"give shape {shape}: agents by resources")
    rows = np.broadcast_to(given, shape)
    wrong = np.flatnonzero(~(np.isfinite(rows) & (rows >= 0.0)).all(axis=1))
    if len(wrong):
        raise InvalidChangeError("capacity", int(wrong[0]), rows[wrong[0]].tolist(), "give finite numbers >= 0")
    room: FloatArray = problem.capacity.copy()
    room[chosen] = rows
    return _changed(problem, {"capacity": room})


def _shortened(ptr: Int64Array, kept: BoolArray) -> Int64Array:
    """Row pointers of the kept rows alone."""
    return np.concatenate([[0], np.cumsum(np.diff(ptr)[kept])])


def _changed(problem: AssignmentProblem, fields: dict[str, Any]) -> AssignmentProblem:
    kept = {name: getattr(problem, name) for name in AssignmentProblem.__dataclass_fields__}
    return AssignmentProblem.trusted(**(kept | fields))
