"""Proven optima of small problems: enumeration for tiny ones, HiGHS branch and bound above.

The model is that of `scheduler.highs`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from scheduler import highs as models
from scheduler.aside import run_aside
from scheduler.bounds.lagrangian import lagrangian_bound
from scheduler.enumeration import enumerate_best, states
from scheduler.errors import ProblemTooLargeError
from scheduler.insertion import insert, offer_insertion
from scheduler.plan import relative_gap
from scheduler.recorder import Recorder, without_violations

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scheduler.arrays import FloatArray
    from scheduler.budget import Budget
    from scheduler.plan import OnImprove, Parallel, Plan
    from scheduler.problem import AssignmentProblem

ENUMERATION_LIMIT = 100_000
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
            recorder.prove_by_search(recorder.objective, worth=0.0)
            recorder.infeasible = recorder.objective == float("inf")
            return recorder.plan(self.name, seed, f"enumerated all {states(problem)} assignments")
        size = models.model_size(problem)
        if size > VARIABLE_LIMIT:
            raise ProblemTooLargeError(self.name, "variables", size, VARIABLE_LIMIT)
        recorder.prove(priced)
        offer_insertion(recorder, begun)
        stands = "priced insertion's plan stands" if begun is None else "the plan it began with stands"
        status = self._branch_and_bound(problem, recorder, stands)
        return recorder.plan(self.name, seed, f"HiGHS branch and bound on {size} variables: {status}")

    def _branch_and_bound(self, problem: AssignmentProblem, recorder: Recorder, stands: str) -> str:
        """HiGHS from the best plan on, each better solution offered as it comes; returns how it ended."""
        watch, insertion = recorder.stopwatch, recorder.objective
        built = run_aside(partial(models.pair_model, problem), watch)
        if built is None or watch.remaining() <= 0:
            recorder.fallbacks.append(f"HiGHS had no time left: {stands}")
            return "no time left"
        model, scale = built
        solver = models.new_highs(watch.remaining())
        if watch.budget.gap is not None:
            solver.setOptionValue("mip_rel_gap", watch.budget.gap)
        solver.passModel(model)
        models.begin_from(solver, models.encode(problem, recorder.best))

        def offer(values: FloatArray, bound: float) -> None:
            found = without_violations(problem, models.decode(problem, values))
            recorder.offer(insert(problem, recorder.prices, found))
            recorder.prove_by_search(models.proven(bound, scale.cost), worth=0.0)

        solved = models.run(solver, watch, offer)
        if len(solved.values):
            offer(solved.values, solved.bound)
        else:
            recorder.prove_by_search(models.proven(solved.bound, scale.cost), worth=0.0)
        gap = relative_gap(recorder.objective, recorder.bound)
        if recorder.objective >= insertion and (gap is None or gap > 1e-9):
            recorder.fallbacks.append(f"HiGHS found no better plan in time: {stands}")
        return solved.status
