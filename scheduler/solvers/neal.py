"""Simulated annealing on the penalty QUBO (dwave-samplers): the baseline of every quantum claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.bounds.lagrangian import lagrangian_bound
from scheduler.insertion import insert
from scheduler.qubo import PenaltyQUBO
from scheduler.recorder import Recorder, without_violations

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scheduler.budget import Budget
    from scheduler.plan import OnImprove, Parallel, Plan
    from scheduler.problem import AssignmentProblem

READS = 16
"""Samples a run."""
DEFAULT_SWEEPS = 1000
"""Sweeps of each sample where the budget names none."""


class Neal:
    """Samples the penalty QUBO, decodes every sample and repairs it.

    For problems that `PenaltyQUBO` compiles. The plan's `reason` says how many samples were infeasible before the
    repair.
    """

    name = "neal"

    def solve(
        self,
        problem: AssignmentProblem,
        budget: Budget,
        seed: int,
        start: ArrayLike | None = None,
        parallel: Parallel | None = None,
        on_improve: OnImprove | None = None,
    ) -> Plan:
        """See `Solver.solve`; a budget in seconds stops the sampler between two of its samples.

        Raises
        ------
        ProblemTooLargeError
            If the penalty QUBO would be too large.
        """
        del parallel
        recorder = Recorder(problem, budget, on_improve)
        recorder.offer_start(start)
        recorder.prove(lagrangian_bound(problem, iterations=200, stopwatch=recorder.stopwatch))
        qubo = PenaltyQUBO.compile(problem)
        if not problem.tasks:
            return recorder.plan(self.name, seed, "no tasks, no samples")
        from dwave.samplers import SimulatedAnnealingSampler

        samples = SimulatedAnnealingSampler().sample(
            qubo.bqm,
            num_reads=READS,
            num_sweeps=budget.sweeps or DEFAULT_SWEEPS,
            seed=seed % 2**31,
            interrupt_function=recorder.stopwatch.expired,
        )
        infeasible = 0
        for sample in samples.samples():
            assignment, clean = qubo.decode(sample)
            infeasible += not clean or bool(problem.violations(assignment))
            recorder.offer(insert(problem, recorder.prices, without_violations(problem, assignment)))
        reason = f"{infeasible} of {len(samples)} samples were infeasible before repair"
        return recorder.plan(self.name, seed, reason)
