"""The assignment problem as a scaled model for HiGHS (https://highs.dev), without pairs or with them.

Pairs are linearised by one flow variable per pair and pair of labels, whose sums over either side equal the
choice on the other (the reformulation-linearisation of Adams and Sherali, 1986): large, but its relaxation is
as tight as message passing at its best. The product form x + y - 1 <= z is far smaller and bounds next to
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.arrays import FloatArray, Int32Array, Int64Array, row_of
from scheduler.aside import run_aside
from scheduler.evaluation import positions
from scheduler.spaces import finite_unassigned_cost

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.budget import Stopwatch
    from scheduler.problem import AssignmentProblem


@dataclass(frozen=True, slots=True)
class Scale:
    """What costs and capacity rows were divided by: `cost` a number, `room` of shape (A, R)."""

    cost: float
    room: FloatArray


@dataclass(slots=True)
class Rows:
    """Triplets and right-hand sides of a constraint matrix under construction."""

    row: list[Int64Array]
    column: list[Int64Array]
    value: list[FloatArray]
    lower: list[FloatArray]
    upper: list[FloatArray]
    count: int = 0

    def add(self, row: Int64Array, column: Int64Array, value: FloatArray, lower: FloatArray, upper: FloatArray) -> None:
        """Append a block of rows; `row` counts from 0 within the block."""
        self.row.append(row + self.count)
        self.column.append(column)
        self.value.append(value)
        self.lower.append(lower)
        self.upper.append(upper)
        self.count += len(lower)


def new_highs(seconds: float | None = None) -> Any:
    """A silent, single-threaded, tight-tolerance HiGHS."""
    import highspy

    highs = highspy.Highs()
    options = {
        "output_flag": False, "threads": 1, "mip_rel_gap": 0.0, "mip_abs_gap": 1e-9,
        "mip_feasibility_tolerance": 1e-9,
        "primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9, "random_seed": 0,
    }  # fmt: skip
    if seconds is not None and np.isfinite(seconds):
        options["time_limit"] = max(seconds, 0.01)
    for name, value in options.items():
        highs.setOptionValue(name, value)
    return highs


def proven(bound: float, cost_scale: float) -> float:
    """A bound of HiGHS in the problem's own unit, less what its tolerances may hide.

    They are relative to the largest cost of the model: next to a cost of 1e9, a cost of 1 is hardly seen.
    """
    value = bound * cost_scale
    return value - 5e-10 * (abs(value) + cost_scale)


def begin_from(highs: Any, values: FloatArray) -> None:
    """Hand HiGHS a solution of the model that it has been passed."""
    import highspy

    solution = highspy.HighsSolution()
    solution.col_value = values.tolist()
    highs.setSolution(solution)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What HiGHS came back with.

    Parameters
    ----------
    optimal
        Whether it came to the optimum.
    values, duals
        Of the columns and rows; empty where there is no solution.
    bound
        Lower bound of a mixed-integer model, -inf without one.
    status
        In HiGHS's words, in lower case.
    """

    optimal: bool
    values: FloatArray
    duals: FloatArray
    bound: float
    status: str


def run(
    highs: Any, stopwatch: Stopwatch | None, on_improve: Callable[[FloatArray, float], None] | None = None
) -> Outcome:
    """Run HiGHS; `highs` is not to be used afterwards.

    It is interrupted when the caller cancels. It looks only between parts of its work, some of which take seconds: it
    is not waited for, and ends on its own. That its time was over is noted on the stopwatch.

    Parameters
    ----------
    highs
        With its model.
    stopwatch
        Ends it.
    on_improve
        Called with the columns' values and the bound for every better solution of a mixed-integer model.
    """
    news: SimpleQueue[tuple[FloatArray, float]] = SimpleQueue()

    def drain() -> None:
        while on_improve is not None and not news.empty():
            on_improve(*news.get())

    def ask(event: Any) -> None:
        if stopwatch is not None and stopwatch.cancelled():
            event.interrupt()

    def tell(event: Any) -> None:
        news.put((np.array(event.data_out.mip_solution), float(event.data_out.mip_dual_bound)))

    if stopwatch is not None and stopwatch.budget.cancelled is not None:
        highs.cbMipInterrupt.subscribe(ask)
        highs.cbSimplexInterrupt.subscribe(ask)
    if on_improve is not None:
        highs.cbMipImprovingSolution.subscribe(tell)
    outcome = run_aside(partial(_outcome, highs), stopwatch, drain)
    if outcome is None:
        return Outcome(False, np.zeros(0), np.zeros(0), -np.inf, "not waited for")
    if stopwatch is not None and outcome.status == "time limit reached":
        stopwatch.press()
    return outcome


def _outcome(highs: Any) -> Outcome:
    import highspy

    highs.run()
    status, solution = highs.getModelStatus(), highs.getSolution()
    return Outcome(
        bool(status == highspy.HighsModelStatus.kOptimal),
        np.asarray(solution.col_value, dtype=np.float64),
        np.asarray(solution.row_dual, dtype=np.float64),
        float(highs.getInfo().mip_dual_bound),
        str(highs.modelStatusToString(status)).lower(),
    )


def base_rows(problem: AssignmentProblem) -> tuple[Rows, Scale]:
    """One row a task (exactly one place), then one row an agent and resource (capacity).

    Columns: the eligible pairs, then one column a task for leaving it out.
    """
    entries, tasks = len(problem.agent), problem.tasks
    rows = Rows([], [], [], [], [])
    owner = np.concatenate([row_of(problem.task_ptr), np.arange(tasks)])
    ones = np.ones(tasks)
    rows.add(owner, np.arange(entries + tasks), np.ones(entries + tasks), ones, ones)
    demanded = np.zeros(problem.capacity.shape)
    np.maximum.at(demanded, problem.agent, problem.demand)
    room = np.where(demanded > 0.0, demanded, 1.0)
    base = problem.agent.astype(np.int64) * problem.resources
    columns = np.arange(entries)
    block_row = (base[:, None] + np.arange(problem.resources)).ravel()
    block_column = np.repeat(columns, problem.resources)
    block_value = (problem.demand / room[problem.agent]).ravel()
    keep = block_value > 0.0
    upper = (problem.capacity / room).ravel()
    rows.add(block_row[keep], block_column[keep], block_value[keep], np.full(len(upper), -np.inf), upper)
    return rows, Scale(float(np.abs(problem.cost).max(initial=0.0)) or 1.0, room)


def linear_model(problem: AssignmentProblem, integer: bool = False) -> tuple[Any, Scale]:
    """The model without pairs as a `HighsLp`, and its scale."""
    rows, scale = base_rows(problem)
    cost = np.concatenate([problem.cost, finite_unassigned_cost(problem)]) / scale.cost
    return assemble(rows, cost, np.ones(len(cost)), len(cost) if integer else 0), scale


def assemble(rows: Rows, cost: FloatArray, upper: FloatArray, integers: int) -> Any:
    """A `HighsLp` of the collected rows; the first `integers` columns are integer."""
    import highspy

    row, column = np.concatenate(rows.row), np.concatenate(rows.column)
    value = np.concatenate(rows.value)
    order = np.lexsort((row, column))
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(cost), rows.count
    model.col_cost_ = cost
    model.col_lower_ = np.zeros(len(cost))
    model.col_upper_ = upper
    model.row_lower_ = np.concatenate(rows.lower)
    model.row_upper_ = np.concatenate(rows.upper)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    starts = np.zeros(len(cost) + 1, dtype=np.int32)
    np.cumsum(np.bincount(column, minlength=len(cost)), out=starts[1:])
    model.a_matrix_.start_ = starts
    model.a_matrix_.index_ = row[order].astype(np.int32)
    model.a_matrix_.value_ = value[order]
    if integers:
        kind = highspy.HighsVarType
        model.integrality_ = [kind.kInteger] * integers + [kind.kContinuous] * (len(cost) - integers)
    return model


def linearised_size(problem: AssignmentProblem) -> int:
    """Columns of the mixed-integer model: choices, left-outs, and label pairs of every pair with weight."""
    labels = np.diff(problem.task_ptr) + 1
    first, second, _ = weighted_pairs(problem)
    return int(len(problem.agent) + problem.tasks + (labels[first] * labels[second]).sum())


def model_size(problem: AssignmentProblem) -> int:
    """Columns of the mixed-integer model and rows for conflicts: what it takes to build and to solve it."""
    return linearised_size(problem) + len(problem.conflict_task) // 2


def weighted_pairs(problem: AssignmentProblem) -> tuple[Int64Array, Int64Array, FloatArray]:
    """Unordered pairs with positive weight: lower task, higher task, weight."""
    owner = row_of(problem.pair_ptr)
    once = (owner < problem.pair_task) & (problem.pair_weight > 0.0)
    return owner[once], problem.pair_task[once].astype(np.int64), problem.pair_weight[once]


def pair_model(problem: AssignmentProblem) -> tuple[Any, Scale]:
    """The mixed-integer model and its scale."""
    rows, scale = base_rows(problem)
    entries, tasks = len(problem.agent), problem.tasks
    cost = [problem.cost, finite_unassigned_cost(problem)]
    count = entries + tasks
    choice_columns = [
        np.append(np.arange(problem.task_ptr[t], problem.task_ptr[t + 1]), entries + t) for t in range(tasks)
    ]
    for i, j, weight in zip(*weighted_pairs(problem), strict=True):
        left, right = choice_columns[i], choice_columns[j]
        flow = count + np.arange(len(left) * len(right))
        count += len(flow)
        cost.append(weight * _label_distances(problem, int(i), int(j)).ravel())
        zero = np.zeros(len(left) + len(right))
        row = np.concatenate([np.repeat(np.arange(len(left)), len(right)), np.arange(len(left)),
                              len(left) + np.tile(np.arange(len(right)), len(left)),
                              len(left) + np.arange(len(right))])  # fmt: skip
        value = np.concatenate([np.ones(len(flow)), -np.ones(len(left)), np.ones(len(flow)), -np.ones(len(right))])
        rows.add(row, np.concatenate([flow, left, flow, right]), value, zero, zero)
    _add_conflicts(problem, rows)
    total = np.concatenate(cost) / scale.cost
    return assemble(rows, total, np.ones(count), entries + tasks), scale


def _label_distances(problem: AssignmentProblem, i: int, j: int) -> FloatArray:
    """Distances of the labels of two tasks (eligible agents, then left out), shape (k_i + 1, k_j + 1)."""
    first, second = problem.eligible(i), problem.eligible(j)
    table = np.full((len(first) + 1, len(second) + 1), problem.unassigned_distance)
    inner = problem.cluster_distance[np.ix_(problem.agent_cluster[first], problem.agent_cluster[second])]
    table[:-1, :-1] = np.where(first[:, None] == second[None, :], problem.same_agent_distance, inner)
    return table


def _add_conflicts(problem: AssignmentProblem, rows: Rows) -> None:
    owner = row_of(problem.conflict_ptr)
    for i, j in zip(owner, problem.conflict_task, strict=True):
        if i < j:
            _, one, other = np.intersect1d(problem.eligible(i), problem.eligible(j), return_indices=True)
            columns = np.column_stack([problem.task_ptr[i] + one, problem.task_ptr[j] + other]).ravel()
            shared = np.arange(len(one))
            rows.add(
                np.repeat(shared, 2),
                columns,
                np.ones(len(columns)),
                np.full(len(one), -np.inf),
                np.ones(len(one)),
            )


def decode(problem: AssignmentProblem, values: FloatArray) -> Int32Array:
    """The assignment that a solution of either model stands for; all -1 where there is none."""
    assignment = np.full(problem.tasks, -1, dtype=np.int32)
    taken = np.flatnonzero(values[: len(problem.agent)] > 0.5)
    assignment[row_of(problem.task_ptr)[taken]] = problem.agent[taken]
    return assignment


def encode(problem: AssignmentProblem, assignment: Int32Array) -> FloatArray:
    """The columns of the mixed-integer model that stand for an assignment, the inverse of `decode`."""
    entries, chosen = len(problem.agent), positions(problem, assignment)
    values = np.zeros(linearised_size(problem))
    values[np.where(chosen >= 0, chosen, entries + np.arange(problem.tasks))] = 1.0
    widths = np.diff(problem.task_ptr) + 1
    label = np.where(chosen >= 0, chosen - problem.task_ptr[:-1], widths - 1)
    first, second, _ = weighted_pairs(problem)
    sizes = widths[first] * widths[second]
    begin = entries + problem.tasks + np.cumsum(sizes) - sizes
    values[begin + label[first] * widths[second] + label[second]] = 1.0
    return values
