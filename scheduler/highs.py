"""The assignment problem as a scaled model for HiGHS (https://highs.dev)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.arrays import FloatArray, Int64Array, row_of
from scheduler.spaces import finite_unassigned_cost

if TYPE_CHECKING:
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


def run(highs: Any, stopwatch: Stopwatch | None) -> None:
    """Run HiGHS, ended when the caller cancels; that its time was over is noted on the stopwatch."""
    import highspy

    if stopwatch is not None and stopwatch.budget.cancelled is not None:

        def ask(event: Any) -> None:
            if stopwatch.cancelled():
                event.interrupt()

        for interrupt in (highs.cbMipInterrupt, highs.cbSimplexInterrupt):
            interrupt.subscribe(ask)
    highs.run()
    if stopwatch is not None and highs.getModelStatus() == highspy.HighsModelStatus.kTimeLimit:
        stopwatch.press()


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
