"""The samplers of dwave-samplers on a QUBO, held to a wall clock: simulated annealing, tabu search, descent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.binary.recorder import QuboRecorder
from scheduler.errors import ProblemTooLargeError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scheduler.binary.plan import OnState, QuboPlan
    from scheduler.binary.problem import QuboProblem
    from scheduler.budget import Budget

TABU_LIMIT = 5_000
"""Most variables for tabu search: its matrix is dense, n x n numbers of 8 bytes (200 MB)."""
FIRST_SWEEPS, MOST_SWEEPS = 64, 8192
"""Sweeps of the first and of the longest sample of simulated annealing within seconds, each twice the one before."""
LONGEST = 0.5
"""Seconds of one call of a sampler at most, where that can be chosen: so late may a cancellation be noticed."""
ENDLESS = 2**31 - 1
"""Milliseconds, or restarts, that stand for no limit."""


class NealQubo:
    """Simulated annealing of dwave-samplers: one sample of all sweeps, or samples of growing length within seconds."""

    name = "neal"

    def solve(
        self,
        problem: QuboProblem,
        budget: Budget,
        seed: int,
        start: ArrayLike | None = None,
        on_improve: OnState | None = None,
    ) -> QuboPlan:
        """See `solve_qubo`; the clock is looked at between two samples."""
        from dwave.samplers import SimulatedAnnealingSampler

        recorder, seeds = _begin(problem, budget, seed, start, on_improve)
        bqm, sampler, watch = problem.to_bqm(), SimulatedAnnealingSampler(), recorder.stopwatch
        samples, sweeps, spent = 0, budget.sweeps or (FIRST_SWEEPS if budget.seconds is not None else 1000), 0.0
        flat = not (problem.linear.any() or problem.weight.any())
        while not flat and not watch.expired():
            begun = watch.elapsed()
            _offer(recorder, sampler.sample(bqm, num_reads=1, num_sweeps=sweeps, seed=_draw(seeds)))
            samples, spent = samples + 1, watch.elapsed() - begun
            recorder.moves = (recorder.moves or 0) + sweeps * problem.variables
            if watch.counted:
                break
            if sweeps < MOST_SWEEPS and 2.0 * spent < min(watch.remaining(), LONGEST):
                sweeps *= 2
            elif spent > watch.remaining():
                sweeps = max(1, int(0.9 * sweeps * max(watch.remaining(), 0.0) / spent))
        return recorder.plan(self.name, seed, f"{samples} samples, the last of {sweeps} sweeps")


class Steepest:
    """Steepest descent of dwave-samplers from random states."""

    name = "steepest"

    def solve(
        self,
        problem: QuboProblem,
        budget: Budget,
        seed: int,
        start: ArrayLike | None = None,
        on_improve: OnState | None = None,
    ) -> QuboPlan:
        """See `solve_qubo`; the clock is looked at between two batches of descents."""
        from dwave.samplers import SteepestDescentSampler

        recorder, seeds = _begin(problem, budget, seed, start, on_improve)
        bqm, sampler, watch = problem.to_bqm(), SteepestDescentSampler(), recorder.stopwatch
        limit = budget.sweeps if budget.sweeps is not None or budget.seconds is not None else 100
        descents, batch = 0, 1
        while problem.variables and (limit is None or descents < limit) and not watch.expired():
            reads, begun = batch if limit is None else min(batch, limit - descents), watch.elapsed()
            _offer(recorder, sampler.sample(bqm, num_reads=reads, seed=_draw(seeds), large_sparse_opt=_sparse(problem)))
            descents += reads
            if watch.counted or 2.0 * (watch.elapsed() - begun) < min(watch.remaining(), LONGEST):
                batch = min(2 * batch, 1024)
            elif watch.elapsed() - begun > watch.remaining():
                batch = max(1, batch // 2)
        return recorder.plan(self.name, seed, f"{descents} descents")


class Tabu:
    """Tabu search of dwave-samplers with restarts."""

    name = "tabu"

    def solve(
        self,
        problem: QuboProblem,
        budget: Budget,
        seed: int,
        start: ArrayLike | None = None,
        on_improve: OnState | None = None,
    ) -> QuboPlan:
        """See `solve_qubo`; within seconds it goes on from its best state every half second.

        Raises
        ------
        ProblemTooLargeError
            Above `TABU_LIMIT` variables.
        """
        from dwave.samplers import TabuSampler

        if problem.variables > TABU_LIMIT:
            raise ProblemTooLargeError(self.name, "variables", problem.variables, TABU_LIMIT, "anneal")
        recorder, seeds = _begin(problem, budget, seed, start, on_improve)
        bqm, sampler, watch = problem.to_bqm(), TabuSampler(), recorder.stopwatch
        calls, goes_on = 0, start is not None
        while problem.variables and not watch.expired():
            restarts = ENDLESS if not watch.counted else budget.sweeps or 10
            left = watch.remaining() if watch.counted else min(watch.remaining(), LONGEST)
            milliseconds = ENDLESS if left == float("inf") else max(1, int(1000 * left))
            begin = {"initial_states": recorder.best[np.newaxis, :].copy()} if goes_on else {}
            found = sampler.sample(
                bqm, num_reads=1, seed=_draw(seeds), timeout=milliseconds, num_restarts=restarts, **begin
            )
            _offer(recorder, found)
            calls, goes_on = calls + 1, True
            if watch.counted:
                watch.expired()
                break
        return recorder.plan(self.name, seed, f"tabu search, {calls} calls")


def _begin(
    problem: QuboProblem, budget: Budget, seed: int, start: ArrayLike | None, on_improve: OnState | None
) -> tuple[QuboRecorder, np.random.Generator]:
    recorder = QuboRecorder(problem, budget, on_improve)
    if start is not None:
        recorder.offer(start)
    return recorder, np.random.default_rng(seed)


def _draw(seeds: np.random.Generator) -> int:
    return int(seeds.integers(2**31 - 1))


def _sparse(problem: QuboProblem) -> bool:
    return problem.variables > 1000 and problem.interactions < 20 * problem.variables


def _offer(recorder: QuboRecorder, found: Any) -> None:
    best = int(np.argmin(found.record.energy))
    state = np.zeros(recorder.problem.variables, dtype=np.int8)
    state[np.asarray(found.variables, dtype=np.int64)] = found.record.sample[best]
    recorder.offer(state)
