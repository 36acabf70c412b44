"""Simulated QAOA: on the whole problem where it fits the simulator, else window by window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.bounds.linear import linear_bound
from scheduler.insertion import insert
from scheduler.quantum.options import QaoaOptions
from scheduler.quantum.sub_solver import fits, solve_sub_problem
from scheduler.recorder import Recorder

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scheduler.arrays import Int32Array
    from scheduler.budget import Budget
    from scheduler.plan import OnImprove, Parallel, Plan
    from scheduler.problem import AssignmentProblem

DEFAULT_OPTIONS = QaoaOptions()


class Qaoa:
    """Simulated QAOA, the exact optimum of the same energies beside it in `Plan.quantum`.

    Parameters
    ----------
    options
        See `QaoaOptions`.
    """

    name = "qaoa"

    def __init__(self, options: QaoaOptions = DEFAULT_OPTIONS) -> None:
        self.options = options

    def solve(
        self,
        problem: AssignmentProblem,
        budget: Budget,
        seed: int,
        start: ArrayLike | None = None,
        parallel: Parallel | None = None,
        on_improve: OnImprove | None = None,
    ) -> Plan:
        """See `Solver.solve`; `parallel` is not used, and a sweep is a pass of windows over all tasks.

        The plan is the better of priced insertion's and the best valid shot; the report says which figures are QAOA's.

        Raises
        ------
        ProblemTooLargeError
            With the X mixer only, which has no windows.
        """
        del parallel
        recorder = Recorder(problem, budget, on_improve)
        begun = recorder.offer_start(start)
        base = recorder.best if begun is None else begun
        if self.options.mixer == "x" or fits(problem, self.options):
            return self._at_once(recorder, seed, base)
        from scheduler.quantum.improving import improve_by_windows

        report = improve_by_windows(recorder, self.options, seed, base)
        reason = "cancelled before the first window"
        if report is not None:
            recorder.quantum = report.to_json()
            reason = f"priced insertion, then simulated QAOA on windows; {report.verdict}"
        return recorder.plan(self.name, seed, reason)

    def _at_once(self, recorder: Recorder, seed: int, base: Int32Array) -> Plan:
        problem = recorder.problem
        recorder.prove(linear_bound(problem, recorder.stopwatch.part(0.4)))
        placed = insert(problem, recorder.prices, base)
        recorder.offer(placed)
        wanted = placed if np.array_equal(recorder.best, placed) else recorder.best
        found = solve_sub_problem(problem, self.options, seed, wanted, recorder.stopwatch.expired)
        if found is None:
            recorder.fallbacks.append("no time for a QAOA run: priced insertion's plan stands")
            return recorder.plan(self.name, seed, "ended before the simulation did")
        assignment, report = found
        if assignment is not None:
            recorder.offer(assignment)
        if report.beaten_by(recorder.objective):
            recorder.fallbacks.append("a plan from before QAOA is better than its best shot, and stands")
        if report.optimum is not None and self.options.mixer == "xy":
            recorder.prove_by_search(report.optimum)
        recorder.quantum = report.to_json()
        return recorder.plan(self.name, seed, f"simulated QAOA; {report.verdict}")
