"""What a plan of one problem says about another: assignments by task numbers or keys, prices, messages, multipliers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import FloatArray, Int32Array, Int64Array, frozen
from scheduler.bounds.certificate import Certificate, dual_value, message_count
from scheduler.incremental.change import indices
from scheduler.incremental.errors import InvalidChangeError
from scheduler.relaxation import least_labels, priced_labels
from scheduler.spaces import full_space

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from numpy.typing import ArrayLike

    from scheduler.problem import AssignmentProblem


def origin_of(old_keys: Iterable[Hashable], new_keys: Iterable[Hashable]) -> Int64Array:
    """Old number of every new task, found by its key; -1 where the key is new.

    Parameters
    ----------
    old_keys, new_keys
        One key a task, in the order of the two problems' tasks; each key once.

    Returns
    -------
    int64 (T',)

    Raises
    ------
    InvalidChangeError
        If a key occurs twice on one side.

    Examples
    --------
    >>> origin_of(["a", "b", "c"], ["c", "d", "a"]).tolist()
    [2, -1, 0]
    """
    place = _places("old_keys", old_keys)
    return np.array([place.get(key, -1) for key in _places("new_keys", new_keys)], dtype=np.int64)


def _places(argument: str, keys: Iterable[Hashable]) -> dict[Hashable, int]:
    place: dict[Hashable, int] = {}
    for index, key in enumerate(keys):
        if key in place:
            raise InvalidChangeError(argument, index, key, f"task {place[key]} has this key too: keys must differ")
        place[key] = index
    return place


def carry(assignment: ArrayLike, origin: ArrayLike) -> Int32Array:
    """The assignment in the numbering of another problem; tasks that are new are -1.

    Parameters
    ----------
    assignment
        Agent per old task, -1 unassigned, shape (T,).
    origin
        Old number of every new task, -1 where it is new, shape (T',).

    Raises
    ------
    InvalidChangeError
        If an old number is out of range.

    Examples
    --------
    >>> carry([7, 8, 9], [2, -1, 0]).tolist()
    [9, -1, 7]
    """
    vector = np.asarray(assignment, dtype=np.int32)
    numbers = indices("origin", origin, len(vector), least=-1)
    return np.append(vector, np.int32(-1))[numbers]


def carried_prices(problem: AssignmentProblem, prices: FloatArray) -> FloatArray:
    """The prices for a problem whose agents are the old ones and perhaps some more, which begin at price zero.

    Raises
    ------
    InvalidChangeError
        If there are fewer agents than prices, or other resources.
    """
    known = np.asarray(prices, dtype=np.float64)
    if known.ndim != 2 or known.shape[1] != problem.resources or len(known) > problem.agents:
        advice = f"agents keep their numbers and new ones come last: give (agents before, {problem.resources})"
        raise InvalidChangeError("prices", None, known.shape, advice)
    result = np.zeros(problem.capacity.shape)
    result[: len(known)] = np.maximum(known, 0.0)
    return result


def carried_messages(
    problem: AssignmentProblem, messages: FloatArray, previous: AssignmentProblem, origin: Int64Array
) -> FloatArray:
    """Messages for the pairs and labels that `previous` had too, zero for others; see `Certificate` for the shape.

    Raises
    ------
    InvalidChangeError
        If the messages are not those of `previous`.
    """
    from scheduler.kernels.messages import message_offsets
    from scheduler.kernels.replanning import carry_messages

    count = message_count(previous)
    if messages.shape != (count,):
        advice = f"the messages of this problem have shape {(count,)}: give the problem that the plan is of"
        raise InvalidChangeError("previous", None, messages.shape, advice)
    old, new = full_space(previous), full_space(problem)
    new_offset = message_offsets(new)
    carried = np.zeros(new_offset[-1])
    carry_messages(old, new, message_offsets(old), new_offset, origin, frozen(messages, np.float64), carried)
    return carried


def carried_proof(
    problem: AssignmentProblem, known: Certificate, previous: AssignmentProblem | None, origin: Int64Array
) -> Certificate:
    """What a certificate of `previous` proves of the changed problem: the stronger of two bounds.

    Prices alone, and with messages, prove one; the multipliers of a "knapsack" another. Without `previous` only the
    prices are carried over.

    Raises
    ------
    InvalidChangeError
        If the certificate is not of `previous`, or its agents are not the first ones of the problem.
    """
    prices, messages = carried_prices(problem, known.prices), None
    if known.messages is not None and previous is not None and problem.has_pairs:
        messages = carried_messages(problem, known.messages, previous, origin)
    kind = "lagrangian" if messages is None else "mplp"
    priced = Certificate(kind, dual_value(problem, prices, messages), prices, messages)
    if known.multipliers is None or known.kept is None or previous is None or not len(problem.agent):
        return priced
    from scheduler.bounds.knapsack import knapsack_value

    kept = np.zeros(problem.agents, dtype=np.int32)
    kept[: len(known.kept)] = known.kept
    multipliers = carried_multipliers(problem, known, previous, origin, priced)
    packed = Certificate("knapsack", 0.0, prices, messages, multipliers=multipliers, kept=kept)
    packed = replace(packed, bound=knapsack_value(problem, packed))
    return packed if packed.bound > priced.bound else priced


def carried_multipliers(
    problem: AssignmentProblem,
    known: Certificate,
    previous: AssignmentProblem,
    origin: Int64Array,
    priced: Certificate,
) -> FloatArray:
    """Multipliers that stand as far above every task's least priced label as they did before, shape (T,).

    So a task whose labels or messages changed is worth what they changed, and a new one its least label. `priced` has
    the prices and messages of the changed problem.

    Raises
    ------
    InvalidChangeError
        If the multipliers are not those of `previous`.
    """
    if known.multipliers is None or known.multipliers.shape != (previous.tasks,):
        shape = None if known.multipliers is None else known.multipliers.shape
        advice = f"the multipliers of this problem have shape {(previous.tasks,)}: give the problem that the plan is of"
        raise InvalidChangeError("previous", None, shape, advice)
    before = least_labels(previous, *priced_labels(previous, known.prices, known.messages))
    above = np.append(known.multipliers - before, 0.0)
    multipliers: FloatArray = least_labels(problem, *priced_labels(problem, priced.prices, priced.messages))
    multipliers += above[origin]
    return multipliers
