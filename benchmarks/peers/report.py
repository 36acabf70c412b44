"""How a peer tells its parent what it finds."""

from __future__ import annotations

import json
import math
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scheduler import AssignmentProblem
    from scheduler.arrays import Int32Array


class Report:
    """Lines of JSON on stdout, with seconds since the model stood.

    Parameters
    ----------
    problem
        What is solved: the last plan is recomputed from it.
    """

    def __init__(self, problem: AssignmentProblem) -> None:
        self.problem = problem
        self._began = time.perf_counter()
        self.best = math.inf

    def seconds(self) -> float:
        """Seconds since the model stood."""
        return time.perf_counter() - self._began

    def built(self, size: int, **facts: Any) -> None:
        """The model of so many variables stands; seconds count from now."""
        spent = self.seconds()
        self._say("built", build_seconds=spent, variables=size, **facts)
        self._began = time.perf_counter()

    def plan(self, objective: float, bound: float | None = None, seconds: float | None = None) -> None:
        """A better plan."""
        if objective < self.best:
            self.best = objective
            self._say("plan", seconds=seconds, objective=objective, bound=bound)

    def bound(self, bound: float) -> None:
        """A better bound of the solver's own."""
        self._say("bound", bound=bound)

    def end(self, assignment: Int32Array | None, bound: float | None, note: str = "", **facts: Any) -> None:
        """The last plan, recomputed here: its objective, whether it keeps every rule, and how many tasks it leaves."""
        found: dict[str, Any] = {"objective": None, "feasible": None, "unassigned": None}
        if assignment is not None:
            found = {
                "objective": self.problem.objective(assignment).total,
                "feasible": not self.problem.violations(assignment),
                "unassigned": int((assignment < 0).sum()),
            }
        self._say("end", **found, own_bound=bound, note=note, **facts)

    def _say(self, event: str, seconds: float | None = None, **facts: Any) -> None:
        line = {"event": event, "seconds": self.seconds() if seconds is None else seconds, **facts}
        clean = {
            key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in line.items()
        }
        sys.stdout.write(json.dumps(clean) + "\n")
        sys.stdout.flush()
