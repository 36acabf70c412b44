"""Samplers on the penalty QUBO as solvers of assignment problems: compile, sample, decode, repair.

What annealers and circuits are handed when they take nothing but a QUBO: the baselines of every claim about them. They
begin cold, without what the dual knows; only the repair uses its prices, and the plan says how many samples needed it.
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from scheduler.aside import run_aside
from scheduler.bounds.lagrangian import lagrangian_bound
from scheduler.insertion import insert, offer_insertion
from scheduler.recorder import Recorder, without_violations

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scheduler.arrays import Int32Array
    from scheduler.binary.problem import QuboProblem
    from scheduler.binary.sampling import Sampler
    from scheduler.budget import Budget
    from scheduler.plan import OnImprove, Parallel, Plan
    from scheduler.problem import AssignmentProblem
    from scheduler.qubo import PenaltyQUBO

CALLS = 16
"""Samples where the budget does not limit seconds."""


class PenaltySampling:
    """A sampler on the penalty QUBO; the subclasses name the sampler.

    For problems that `PenaltyQUBO` compiles. A budget in sweeps is the effort of each of `CALLS` samples; within
    seconds the samples grow longer while there is time.
    """

    name: ClassVar[str]
    sampler: ClassVar[str]
    """Where the sampler's class is, `module:class`."""

    def solve(
        self,
        problem: AssignmentProblem,
        budget: Budget,
        seed: int,
        start: ArrayLike | None = None,
        parallel: Parallel | None = None,
        on_improve: OnImprove | None = None,
    ) -> Plan:
        """See `Solver.solve`; only samplers that go on from a state (tabu search) use `start`.

        Raises
        ------
        ProblemTooLargeError
            If the penalty QUBO would be too large, or larger than the sampler takes.
        MissingExtraError
            If the sampler's package is not installed.
        """
        del parallel
        recorder = Recorder(problem, budget, on_improve)
        begun = recorder.offer_start(start)
        recorder.prove(lagrangian_bound(problem, iterations=200, stopwatch=recorder.stopwatch))
        compiled = run_aside(partial(compile_qubo, problem), recorder.stopwatch)
        if compiled is None:
            return self._without_samples(recorder, begun, seed)
        qubo, binary, names = compiled
        if not problem.tasks:
            return recorder.plan(self.name, seed, "no tasks, no samples")
        module, _, attribute = self.sampler.partition(":")
        kind: type[Sampler] = getattr(import_module(module), attribute)
        first = None if begun is None else _state(qubo.encode(begun), names)
        sampler = kind(binary, np.random.default_rng(seed), first)
        samples, infeasible = self._sample(recorder, sampler, qubo, names)
        if not samples:
            return self._without_samples(recorder, begun, seed)
        size = f"{binary.variables} variables, {binary.interactions} couplings"
        reason = f"{infeasible} of {samples} samples were infeasible before repair ({size})"
        return recorder.plan(self.name, seed, reason)

    def _without_samples(self, recorder: Recorder, begun: Int32Array | None, seed: int) -> Plan:
        """The plan where there was no time for a sample."""
        offer_insertion(recorder, begun)
        recorder.fallbacks.append("no sample in time: priced insertion's plan stands")
        return recorder.plan(self.name, seed, "no time for a sample")

    def _sample(self, recorder: Recorder, sampler: Sampler, qubo: PenaltyQUBO, names: list[object]) -> tuple[int, int]:
        """Offer every sample, repaired; returns how many there were and how many were infeasible."""
        from scheduler.binary.sampling import draws

        problem, samples, infeasible = recorder.problem, 0, 0
        for state, _ in draws(sampler, recorder.stopwatch, CALLS):
            assignment, clean = qubo.decode(dict(zip(names, state.tolist(), strict=True)))
            samples, infeasible = samples + 1, infeasible + (not clean or bool(problem.violations(assignment)))
            recorder.offer(insert(problem, recorder.prices, without_violations(problem, assignment)))
            if recorder.close_enough():
                break
        return samples, infeasible


def compile_qubo(problem: AssignmentProblem) -> tuple[PenaltyQUBO, QuboProblem, list[object]]:
    """The penalty QUBO, the same as arrays, and the names of its variables in their order."""
    from scheduler.binary.problem import QuboProblem
    from scheduler.qubo import PenaltyQUBO

    qubo = PenaltyQUBO.compile(problem)
    linear, (rows, columns, weights), offset, names = qubo.bqm.to_numpy_vectors(return_labels=True)
    return qubo, QuboProblem.from_terms(linear, rows, columns, weights, float(offset)), list(names)


def _state(sample: dict[object, int], names: list[object]) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    return np.array([sample[name] for name in names], dtype=np.int8)
