"""Keeps the best state of a QUBO search, its trace and its times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.binary.plan import QuboImprovement, QuboPlan
from scheduler.budget import Budget, Stopwatch

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from scheduler.binary.plan import OnState
    from scheduler.binary.problem import QuboProblem


class QuboRecorder:
    """Best-so-far of one solve; begins with all zeros.

    Parameters
    ----------
    problem, budget, on_improve
        As in `solve_qubo`.
    """

    def __init__(self, problem: QuboProblem, budget: Budget, on_improve: OnState | None = None) -> None:
        self.problem = problem
        self.stopwatch = Stopwatch(budget)
        self.trace: list[tuple[float, float, float | None]] = []
        self.best: NDArray[np.int8] = np.zeros(problem.variables, dtype=np.int8)
        self.energy = float("inf")
        self.moves: int | None = None
        self._on_improve = on_improve
        self.offer(self.best)

    def offer(self, state: ArrayLike) -> bool:
        """Record a state if it is better than the best so far; its energy is recomputed."""
        vector = self.problem.as_state(state)
        energy = self.problem.energy(vector)
        if energy >= self.energy:
            return False
        self.best, self.energy = vector.copy(), energy
        seconds = self.stopwatch.elapsed()
        self.trace.append((seconds, energy, None))
        if self._on_improve is not None:
            self._on_improve(QuboImprovement(seconds, energy, None, self.best.copy()))
        return True

    def plan(self, solver: str, seed: int, reason: str) -> QuboPlan:
        """The plan of the best state."""
        state = self.best.copy()
        state.flags.writeable = False
        fallbacks = []
        if self.stopwatch.cancelled():
            fallbacks.append("cancelled: another run may differ")
        elif self.stopwatch.pressed and self.stopwatch.budget.sweeps is not None:
            fallbacks.append("ended by the clock: another run may differ")
        seconds = self.stopwatch.elapsed()
        return QuboPlan(
            state, self.energy, solver, seed, seconds, self.trace,
            moves=self.moves, reason=reason, fallbacks=tuple(fallbacks),
        )  # fmt: skip
