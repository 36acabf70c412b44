"""Keeps the best valid assignment of a search, its trace and its times, and makes the plan of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.arrays import FloatArray, Int32Array
from scheduler.budget import Budget, Stopwatch
from scheduler.evaluation import as_assignment, positions
from scheduler.infeasibility import proves_infeasible
from scheduler.plan import Improvement, Plan, relative_gap

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

    from scheduler.bounds.certificate import Certificate
    from scheduler.plan import OnImprove
    from scheduler.problem import AssignmentProblem

PROVEN = 1e-9
"""Relative gap at which a plan counts as proven optimal."""


class Recorder:
    """Best-so-far of one solve.

    Parameters
    ----------
    problem, budget, on_improve
        As in `Solver.solve`.
    """

    def __init__(self, problem: AssignmentProblem, budget: Budget, on_improve: OnImprove | None = None) -> None:
        self.problem = problem
        self.stopwatch = Stopwatch(budget)
        self.bound: float | None = None
        self.bound_kind = "none"
        self.certificate: Certificate | None = None
        self.proof: Certificate | None = None
        self.moves: int | None = None
        self.quantum: Mapping[str, Any] | None = None
        self.prices: FloatArray = np.zeros(problem.capacity.shape)
        self.bound_seconds = 0.0
        self.trace: list[tuple[float, float, float | None]] = []
        self.fallbacks: list[str] = []
        self.infeasible = False
        self._on_improve = on_improve
        self.best: Int32Array = np.full(problem.tasks, -1, dtype=np.int32)
        self._rank = self._ranked(self.best)

    def _ranked(self, assignment: Int32Array) -> tuple[int, float]:
        """Rank: number of tasks that must be placed and are not, then the finite part of the objective."""
        forced = self.problem.must_place
        if not len(forced):
            return 0, self.problem.objective(assignment).total
        missing = int((assignment[forced] < 0).sum())
        value = self.problem.objective(assignment)
        left_out = self.problem.unassigned_cost[assignment < 0]
        return missing, value.assignment + value.pairs + float(left_out[np.isfinite(left_out)].sum())

    @property
    def objective(self) -> float:
        """Total objective of the best assignment so far."""
        return self._rank[1] if self._rank[0] == 0 else float("inf")

    def offer(self, assignment: ArrayLike) -> bool:
        """Record an assignment if it breaks no rule and is better than the best so far."""
        vector = as_assignment(self.problem, assignment)
        if self.problem.violations(vector).breaks_a_rule:
            return False
        rank = self._ranked(vector)
        if self.trace and rank >= self._rank:
            return False
        self.best, self._rank = vector.copy(), rank
        seconds = self.stopwatch.elapsed()
        self.trace.append((seconds, self.objective, self.bound))
        if self._on_improve is not None:
            self._on_improve(Improvement(seconds, self.objective, self.bound, self.best.copy()))
        return True

    def offer_start(self, start: ArrayLike | None) -> Int32Array | None:
        """Make a caller's start valid by dropping what breaks a rule, record it and return it."""
        if start is None:
            return None
        vector = without_violations(self.problem, as_assignment(self.problem, start))
        self.offer(vector)
        return vector

    def prove(self, certificate: Certificate) -> None:
        """Take over a bound if it is better than the one there is; its prices count either way."""
        self.prices = certificate.prices
        if certificate.kind != "exact" and (self.proof is None or certificate.bound > self.proof.bound):
            self.proof = certificate
        if np.isfinite(certificate.bound) and (self.bound is None or certificate.bound > self.bound):
            self.bound, self.bound_kind, self.certificate = certificate.bound, certificate.kind, certificate
        self.bound_seconds = self.stopwatch.elapsed()

    def prove_by_search(self, bound: float, kind: str = "exact", worth: float = 1e-6) -> None:
        """Take over a bound that branch and bound proved, for which there is no certificate, if it is worth that.

        Not more than the best plan's objective: that is the sharper truth where the search had tolerances.
        """
        bound = min(bound, self.objective)
        if np.isfinite(bound) and (self.bound is None or bound > self.bound + worth * abs(self.bound)):
            self.bound, self.bound_kind, self.certificate = bound, kind, None
        self.bound_seconds = self.stopwatch.elapsed()

    def close_enough(self) -> bool:
        """Whether the gap that the budget asks for is reached, or the bound proves the best plan optimal."""
        wanted, gap = self.stopwatch.budget.gap, relative_gap(self.objective, self.bound)
        return gap is not None and gap <= max(PROVEN, wanted or 0.0)

    def finished(self) -> bool:
        """Whether the gap is reached or optimality proven, time is over or the caller cancelled."""
        return self.close_enough() or self.stopwatch.expired()

    def plan(self, solver: str, seed: int, reason: str) -> Plan:
        """The plan of the best assignment."""
        if not self.trace:
            self.offer(self.best)
        total = self.stopwatch.elapsed()
        objective = self.problem.objective(self.best)
        seconds = {"bound": self.bound_seconds, "search": total - self.bound_seconds, "total": total}
        if self.stopwatch.cancelled():
            self.fallbacks.append("cancelled: another run may differ")
        elif self.stopwatch.pressed and self.stopwatch.budget.sweeps is not None:
            self.fallbacks.append("ended by the clock: another run may differ")
        assignment = self.best.copy()
        assignment.flags.writeable = False
        return Plan(
            assignment=assignment,
            objective=objective,
            bound=self.bound,
            gap=relative_gap(objective.total, self.bound),
            bound_kind=self.bound_kind,
            solver=solver,
            seed=seed,
            seconds=seconds,
            trace=self.trace,
            prices=self.prices,
            certificate=self.certificate,
            reason=reason,
            fallbacks=tuple(self.fallbacks),
            proof=self.proof,
            moves=self.moves,
            quantum=self.quantum,
            infeasible=objective.total == float("inf")
            and (self.infeasible or proves_infeasible(self.problem, self.bound)),
        )


def without_violations(problem: AssignmentProblem, assignment: Int32Array) -> Int32Array:
    """A copy with -1 for choices that are not eligible, that overfill an agent, or that break a conflict."""
    vector = assignment.copy()
    vector[positions(problem, vector) == -2] = -1
    for _, second in problem.violations(vector).conflicts:
        vector[second] = -1
    for over in problem.violations(vector).overload:
        room = problem.capacity[over.agent].copy() * (1.0 + 1e-12)
        tasks = np.flatnonzero(vector == over.agent)
        for task, entry in zip(tasks, positions(problem, vector)[tasks], strict=True):
            if (problem.demand[entry] <= room).all():
                room -= problem.demand[entry]
            else:
                vector[task] = -1
    return vector
