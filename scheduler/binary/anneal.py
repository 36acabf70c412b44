"""Our own annealer of QUBOs: one-flip Metropolis with incremental fields, from short runs to long ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import FloatArray
from scheduler.binary.recorder import QuboRecorder
from scheduler.kernels.flips import Spins, anneal_flips, settle_fields

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scheduler.binary.plan import OnState, QuboPlan
    from scheduler.binary.problem import QuboProblem
    from scheduler.budget import Budget

DEFAULT_SWEEPS = 2000
"""Sweeps where the budget limits neither sweeps nor seconds."""
FIRST, LONGEST = 100, 16000
"""Sweeps of the first run and of the longest; each run has twice the sweeps of the one before."""
HOT, COLD = 0.7, 0.05
"""First and last temperature in units of the typical change of energy of a flip."""
GENTLE = 0.3
"""First temperature where there is a state to start from."""
WORK_BETWEEN_LOOKS = 2_000_000
"""Interactions and variables passed between two looks at the watch: some milliseconds."""
_SURPRISE = -np.log((np.arange(65536) + 0.5) / 65536)


class Anneal:
    """Runs of growing length, each from a random state; the sweeps of a budget are those of all runs together."""

    name = "anneal"

    def solve(
        self,
        problem: QuboProblem,
        budget: Budget,
        seed: int,
        start: ArrayLike | None = None,
        on_improve: OnState | None = None,
    ) -> QuboPlan:
        """See `solve_qubo`."""
        recorder = QuboRecorder(problem, budget, on_improve)
        if start is not None:
            recorder.offer(start)
        if not problem.variables:
            return recorder.plan(self.name, seed, "no variables, nothing to search")
        rng = np.random.default_rng(seed)
        spins, unit = _spins(problem, rng), typical_change(problem)
        limit = budget.sweeps if budget.sweeps is not None or budget.seconds is not None else DEFAULT_SWEEPS
        done, runs, length = 0, 0, FIRST
        while (limit is None or done < limit) and not recorder.stopwatch.expired():
            begin = recorder.best if start is not None and runs % 2 == 0 else None
            sweeps = length if limit is None else min(length, limit - done)
            if limit is not None and limit - done - sweeps < FIRST:
                sweeps = limit - done
            done += _run(recorder, spins, unit, sweeps, rng, begin)
            runs, length = runs + 1, min(2 * length, LONGEST)
        recorder.moves = done * problem.variables
        return recorder.plan(self.name, seed, f"annealed {runs} times, {done} sweeps")


def typical_change(problem: QuboProblem) -> float:
    """Root mean square over the variables of what a flip changes, others random: the unit of temperature."""
    squares = np.zeros(problem.variables)
    mean = problem.linear.copy()
    for end in (problem.first, problem.second):
        squares += np.bincount(end, problem.weight**2, problem.variables) / 4.0
        mean += np.bincount(end, problem.weight, problem.variables) / 2.0
    return float(np.sqrt(np.median(squares + mean**2))) or float(np.abs(problem.linear).max(initial=0.0)) or 1.0


def _spins(problem: QuboProblem, rng: np.random.Generator) -> Spins:
    size = problem.variables
    word = rng.integers(1, 2**63, 1, dtype=np.int64).astype(np.uint64)
    return Spins(
        np.zeros(size, np.int8), np.zeros(size), np.zeros(size, np.int8), np.zeros(2), *problem.neighbours(), word
    )


def _run(
    recorder: QuboRecorder,
    spins: Spins,
    unit: float,
    sweeps: int,
    rng: np.random.Generator,
    begin: ArrayLike | None,
) -> int:
    """One anneal, its best state recorded; returns the sweeps made."""
    problem, watch = recorder.problem, recorder.stopwatch
    spins.state[:] = rng.integers(0, 2, problem.variables, dtype=np.int8) if begin is None else np.asarray(begin)
    settle_fields(spins, problem.linear)
    spins.energy[:] = problem.energy(spins.state)
    spins.best[:] = spins.state
    temperatures: FloatArray = np.geomspace((HOT if begin is None else GENTLE) * unit, COLD * unit, sweeps)
    temperatures[-max(1, sweeps // 50) :] = 0.0
    block = max(1, WORK_BETWEEN_LOOKS // (problem.variables + 2 * problem.interactions))
    done = 0
    while done < sweeps and not watch.expired():
        part = temperatures[done : done + block]
        anneal_flips(spins, _SURPRISE, part)
        done += len(part)
    if done < sweeps:
        anneal_flips(spins, _SURPRISE, np.zeros(2))
    recorder.offer(spins.best)
    return done
