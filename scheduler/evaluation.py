"""What an assignment costs and which rules it breaks: the only place where the objective is defined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from scheduler.arrays import FloatArray, Int32Array, Int64Array, row_of
from scheduler.errors import InvalidAssignmentError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scheduler.problem import AssignmentProblem

CAPACITY_TOLERANCE = 1e-9
"""A load up to capacity x (1 + this) fits: it absorbs the rounding of sums of decimal demands."""


@dataclass(frozen=True, slots=True)
class Objective:
    """The value of an assignment, split by term.

    Parameters
    ----------
    assignment
        Sum of the costs of the chosen (task, agent) pairs.
    unassigned
        Sum of `unassigned_cost` over the tasks that are -1; infinite when one of them must be placed.
    pairs
        Sum over unordered pairs of weight x distance.
    total
        Sum of the three; what is minimised.
    """

    assignment: float
    unassigned: float
    pairs: float
    total: float


@dataclass(frozen=True, slots=True)
class Overload:
    """One agent that has more of one resource to do than it has capacity for."""

    agent: int
    resource: int
    load: float
    capacity: float


@dataclass(frozen=True, slots=True)
class Violations:
    """The rules that an assignment breaks; all empty for a valid one.

    Parameters
    ----------
    ineligible
        Tasks whose agent is not among their eligible agents (or does not exist), shape (n,).
    overload
        Loads above capacity (relative tolerance 1e-9).
    conflicts
        Task pairs (lower, higher) that must not share an agent and do, shape (n, 2).
    unplaced
        Tasks that must be placed (infinite `unassigned_cost`) and are -1, shape (n,).
    """

    ineligible: Int64Array
    overload: tuple[Overload, ...]
    conflicts: Int64Array
    unplaced: Int64Array

    @property
    def breaks_a_rule(self) -> bool:
        """Whether a hard rule is broken: eligibility, capacity or a conflict (not an unplaced task)."""
        return bool(len(self.ineligible) or self.overload or len(self.conflicts))

    def __bool__(self) -> bool:
        return self.breaks_a_rule or bool(len(self.unplaced))


def as_assignment(problem: AssignmentProblem, assignment: ArrayLike) -> Int32Array:
    """Check length and type of an assignment and return it as int32; what does not fit int32 is no agent either.

    Raises
    ------
    InvalidAssignmentError
        If it does not have one whole number per task.
    """
    vector = np.asarray(assignment)
    if vector.dtype == np.int32 and vector.shape == (problem.tasks,):
        return cast("Int32Array", vector)
    advice = f"give one agent index (or -1) for each of {problem.tasks} tasks"
    if vector.shape != (problem.tasks,):
        raise InvalidAssignmentError(None, vector.size, advice)
    if vector.size and vector.dtype.kind not in "iu":
        raise InvalidAssignmentError(None, str(vector.dtype), advice)
    result = vector.astype(np.int32)
    limits = np.iinfo(np.int32)
    result[(vector < limits.min) | (vector > limits.max)] = limits.min
    return result


def positions(problem: AssignmentProblem, assignment: Int32Array) -> Int64Array:
    """Index into `agent`/`cost`/`demand` of every task's choice, -1 where unassigned, -2 where not eligible.

    A binary search in all rows at once: log2(longest row) vectorised steps, no key array.
    """
    low = problem.task_ptr[:-1].copy()
    high = problem.task_ptr[1:].copy()
    end = problem.task_ptr[1:]
    longest = int(np.diff(problem.task_ptr).max(initial=0))
    last = max(len(problem.agent) - 1, 0)
    for _ in range(longest.bit_length()):
        open_ = low < high
        middle = (low + high) // 2
        if not open_.any():
            break
        before = open_ & (problem.agent[np.minimum(middle, last)] < assignment)
        low = np.where(before, middle + 1, low)
        high = np.where(open_ & ~before, middle, high)
    found = low < end
    if len(problem.agent):
        found &= problem.agent[np.minimum(low, last)] == assignment
    result = np.where(found, low, -2)
    result[assignment == -1] = -1
    return result


def loads(problem: AssignmentProblem, assignment: ArrayLike) -> FloatArray:
    """Load of every agent and resource, shape (A, R); choices that are not eligible count nothing."""
    vector = as_assignment(problem, assignment)
    where = positions(problem, vector)
    placed = where >= 0
    agents = vector[placed]
    total = np.zeros((problem.agents, problem.resources))
    for resource in range(problem.resources):
        amounts = problem.demand[where[placed], resource]
        total[:, resource] = np.bincount(agents, weights=amounts, minlength=problem.agents)
    return total


def distances(problem: AssignmentProblem, first: Int32Array, second: Int32Array) -> FloatArray:
    """Distance between agents, elementwise; -1 on either side gives `unassigned_distance`."""
    result = np.full(len(first), problem.unassigned_distance)
    both = (first >= 0) & (second >= 0)
    a, b = first[both], second[both]
    apart = problem.cluster_distance[problem.agent_cluster[a], problem.agent_cluster[b]]
    result[both] = np.where(a == b, problem.same_agent_distance, apart)
    return result


def objective(problem: AssignmentProblem, assignment: ArrayLike) -> Objective:
    """Value of an assignment by term.

    Raises
    ------
    InvalidAssignmentError
        If a task has an agent that is not eligible: such a choice has no cost.
    """
    vector = as_assignment(problem, assignment)
    where = positions(problem, vector)
    wrong = np.flatnonzero(where == -2)
    if len(wrong):
        task = int(wrong[0])
        raise InvalidAssignmentError(task, int(vector[task]), "choose an eligible agent of the task, or -1")
    placed = where >= 0
    chosen = float(problem.cost[where[placed]].sum())
    missed = float(problem.unassigned_cost[~placed].sum())
    owner = row_of(problem.pair_ptr)
    once = owner < problem.pair_task
    first, second = owner[once], problem.pair_task[once]
    # no dot product: its threads cost more than they save
    pairs = float((problem.pair_weight[once] * distances(problem, vector[first], vector[second])).sum())
    return Objective(chosen, missed, pairs, chosen + missed + pairs)


def violations(problem: AssignmentProblem, assignment: ArrayLike) -> Violations:
    """Every rule that an assignment breaks."""
    vector = as_assignment(problem, assignment)
    where = positions(problem, vector)
    load = loads(problem, vector)
    over = np.argwhere(load > problem.capacity * (1.0 + CAPACITY_TOLERANCE))
    overload = tuple(Overload(int(a), int(r), float(load[a, r]), float(problem.capacity[a, r])) for a, r in over)
    owner = row_of(problem.conflict_ptr)
    other = problem.conflict_task
    somewhere = (vector >= 0) & (vector < problem.agents)  # what is on no agent of the problem shares none
    clash = (owner < other) & (vector[owner] == vector[other]) & somewhere[owner]
    conflicts = np.column_stack([owner[clash], other[clash]]).astype(np.int64)
    unplaced = np.flatnonzero((vector == -1) & np.isinf(problem.unassigned_cost))
    return Violations(np.flatnonzero(where == -2), overload, conflicts, unplaced)
