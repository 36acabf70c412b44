"""Proven optima of small problems: enumeration for tiny ones, HiGHS branch and bound above.

The model is that of `scheduler.highs`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler import highs as models
from scheduler.bounds.certificate import Certificate
from scheduler.bounds.lagrangian import lagrangian_bound
from scheduler.enumeration import enumerate_best, states
from scheduler.errors import ProblemTooLargeError
from scheduler.insertion import insert
from scheduler.plan import relative_gap
from scheduler.recorder import Recorder, without_violations

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scheduler.budget import Budget
    from scheduler.plan import OnImprove, Parallel, Plan
    from scheduler.problem import AssignmentProblem

ENUMERATION_LIMIT = 20_000
"""Assignments that are enumerated rather than handed to HiGHS."""
VARIABLE_LIMIT = 2_000_000
"""Most variables (choices and linearised pairs) of the mixed-integer model."""


class Exact:
    """Proves optimality where the budget lets it, else returns the best found with HiGHS's bound."""

    name = "exact"

    def solve(
        self,
        problem: AssignmentProblem,
        budget: Budget,
        seed: int,
        start: ArrayLike | None = None,
        parallel: Parallel | None = None,
        on_improve: OnImprove | None = None,
    ) -> Plan:
        """See `Solver.solve`; `seed` and `parallel` are not used, a budget in sweeps does not apply.

        Raises
        ------
        ProblemTooLargeError
            If the linearised model would have more than `VARIABLE_LIMIT` variables.
        """
        del parallel
        recorder = Recorder(problem, budget, on_improve)
        begun = recorder.offer_start(start)
        priced = lagrangian_bound(problem, iterations=200, stopwatch=recorder.stopwatch)
        if states(problem) <= ENUMERATION_LIMIT:
            recorder.prove(priced)
            recorder.offer(enumerate_best(problem))
            _prove_exact(recorder, recorder.objective)
            return recorder.plan(self.name, seed, f"enumerated all {states(problem)} assignments")
        size = models.linearised_size(problem)
        if size > VARIABLE_LIMIT:
            raise ProblemTooLargeError(self.name, "variables", size, VARIABLE_LIMIT)
        recorder.prove(priced)
        recorder.offer(insert(problem, recorder.prices, recorder.best if begun is None else begun))
        status = self._branch_and_bound(problem, recorder)
        return recorder.plan(self.name, seed, f"HiGHS branch and bound on {size} variables: {status}")

    def _branch_and_bound(self, problem: AssignmentProblem, recorder: Recorder) -> str:
        model, scale = models.pair_model(problem)
        left = recorder.stopwatch.remaining()
        if left <= 0:
            recorder.fallbacks.append("HiGHS had no time left: priced insertion's plan stands")
            return "no time left"
        solver = models.new_highs(left)
        if recorder.stopwatch.budget.gap is not None:
            solver.setOptionValue("mip_rel_gap", recorder.stopwatch.budget.gap)
        solver.passModel(model)
        models.run(solver, recorder.stopwatch)
        values = np.asarray(solver.getSolution().col_value)
        if len(values):
            found = without_violations(problem, models.decode(problem, values))
            insertion_stands = not recorder.offer(insert(problem, recorder.prices, found))
        else:
            insertion_stands = True
        proven = solver.getInfo().mip_dual_bound * scale.cost
        if np.isfinite(proven):
            # HiGHS proves up to its tolerances; the value of a plan in hand is the sharper truth
            _prove_exact(recorder, min(proven - 1e-9 * abs(proven), recorder.objective))
        gap = relative_gap(recorder.objective, recorder.bound)
        if insertion_stands and (gap is None or gap > 1e-9):
            recorder.fallbacks.append("HiGHS found no better plan in time: priced insertion's plan stands")
        return str(solver.modelStatusToString(solver.getModelStatus())).lower()


def _prove_exact(recorder: Recorder, bound: float) -> None:
    seconds = recorder.stopwatch.elapsed()
    if np.isfinite(bound):
        recorder.prove(Certificate("exact", bound, recorder.prices))
        if recorder.bound_kind == "exact":
            recorder.certificate = None
        recorder.bound_seconds = seconds
