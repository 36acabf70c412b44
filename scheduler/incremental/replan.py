"""The answer of an incremental operation: the changed problem, its plan, and what became of the old one."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.arrays import FloatArray, Int32Array, Int64Array
from scheduler.bounds.certificate import Certificate
from scheduler.evaluation import Objective
from scheduler.plan import relative_gap

if TYPE_CHECKING:
    from scheduler.problem import AssignmentProblem


@dataclass(frozen=True, slots=True, eq=False)
class Replan:
    """A valid plan of a changed problem, made from the plan before; operations and `refine` take it like a plan.

    It never breaks a hard rule. Tasks are numbered as in `problem`.

    Parameters
    ----------
    problem
        The problem after the change.
    assignment
        int32 (T,): agent per task, -1 unassigned; read-only.
    objective
        Its value, split by term; whatever a move was charged is not in it.
    before
        int32 (T,): agent per task in the plan before, -1 where it was unassigned or the task is new; read-only.
    origin
        int64 (T,): number of every task in the problem before, -1 where it is new.
    fixed
        int64: tasks that may not move. They are where they were before.
    released
        int64: tasks that were to be fixed and that the change leaves no place where they were.
    prices
        float64 (A, R): of the plan before, carried over.
    proof
        A lower bound of the changed problem and what anyone needs to recompute it: prices, messages and multipliers of
        the plan before, carried over. None where none was asked for.
    seconds
        Wall clock: "plan", "bound" and "total".
    fallbacks
        What was given up, with the cause.
    """

    problem: AssignmentProblem
    assignment: Int32Array
    objective: Objective
    before: Int32Array
    origin: Int64Array
    fixed: Int64Array
    released: Int64Array
    prices: FloatArray
    proof: Certificate | None
    seconds: dict[str, float]
    fallbacks: tuple[str, ...] = ()

    @property
    def moved(self) -> Int64Array:
        """Tasks that were on one agent before and are on another now."""
        return np.flatnonzero((self.before >= 0) & (self.assignment >= 0) & (self.before != self.assignment))

    @property
    def dropped(self) -> Int64Array:
        """Tasks that had an agent before and have none now."""
        return np.flatnonzero((self.before >= 0) & (self.assignment < 0))

    @property
    def bound(self) -> float | None:
        """A lower bound of the changed problem, None where none was asked for."""
        return None if self.proof is None else self.proof.bound

    @property
    def gap(self) -> float | None:
        """(objective - bound) / max(|bound|, 1e-9), None without a bound or when a task that must be placed is not."""
        return relative_gap(self.objective.total, self.bound)

    def to_json(self) -> dict[str, Any]:
        """Plain dictionary for `json.dumps`; infinities become None, problem, prices and proof are left out."""
        terms = asdict(self.objective)
        return {
            "assignment": self.assignment.tolist(),
            "objective": {name: value if math.isfinite(value) else None for name, value in terms.items()},
            "bound": self.bound if self.bound is not None and math.isfinite(self.bound) else None,
            "gap": self.gap,
            "moved": self.moved.tolist(),
            "dropped": self.dropped.tolist(),
            "fixed": self.fixed.tolist(),
            "released": self.released.tolist(),
            "unassigned": int((self.assignment < 0).sum()),
            "seconds": self.seconds,
            "fallbacks": list(self.fallbacks),
        }
