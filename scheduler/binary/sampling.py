"""What a sampler of QUBOs is, and the one loop that holds all of them to a budget."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scheduler.binary.recorder import QuboRecorder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike

    from scheduler.binary.plan import OnState, QuboPlan
    from scheduler.binary.problem import QuboProblem
    from scheduler.budget import Budget, Stopwatch

State = NDArray[np.int8]
"""0 or 1 for each variable."""
LONGEST = 0.5
"""Seconds up to which a call is followed by one of twice the effort."""


class Sampler(ABC):
    """A way to draw states of low energy of one QUBO that is not without variables.

    Parameters
    ----------
    problem
        What to sample.
    rng
        Source of every random choice.
    start
        For samplers that go on from a state.

    Raises
    ------
    ProblemTooLargeError
        If the problem is beyond what the sampler documents.
    MissingExtraError
        If its package is not installed.
    """

    name: str
    unit: str
    """What effort counts."""
    first: int
    most: int
    """Efforts of the first and of the longest call within seconds."""
    default: int
    """Effort of a call where the budget has no limit."""

    @abstractmethod
    def __init__(self, problem: QuboProblem, rng: np.random.Generator, start: State | None) -> None: ...

    @abstractmethod
    def draw(self, effort: int, watch: Stopwatch) -> State:
        """The state that one call ends with, cut short when the watch expires; looks at it every few milliseconds."""


def draws(sampler: Sampler, watch: Stopwatch, calls: int) -> Iterator[tuple[State, int]]:
    """States of call after call, each with its effort, until the budget is spent.

    A budget in sweeps is the effort of each of `calls` calls. Within seconds the calls grow while they are short.
    """
    if watch.counted:
        effort = sampler.default if watch.budget.sweeps is None else watch.budget.sweeps
        for _ in range(calls if effort else 0):
            if watch.expired():
                return
            yield sampler.draw(effort, watch), effort
        return
    effort = sampler.first
    while not watch.expired():
        begun = watch.elapsed()
        state = sampler.draw(effort, watch)
        spent = watch.elapsed() - begun
        yield state, effort
        left = max(watch.remaining(), 0.0)
        if effort < sampler.most and 2.0 * spent < min(left, LONGEST):
            effort *= 2
        elif spent > left:
            effort = max(1, int(0.9 * effort * left / spent))


class SampledQubo:
    """A sampler as a QUBO solver; the subclasses name the sampler."""

    sampler: type[Sampler]
    name: str

    def __init_subclass__(cls) -> None:
        cls.name = cls.sampler.name

    def solve(
        self,
        problem: QuboProblem,
        budget: Budget,
        seed: int,
        start: ArrayLike | None = None,
        on_improve: OnState | None = None,
    ) -> QuboPlan:
        """See `solve_qubo`.

        Raises
        ------
        ProblemTooLargeError
            If the problem is beyond what the sampler documents.
        MissingExtraError
            If the sampler's package is not installed.
        """
        recorder = QuboRecorder(problem, budget, on_improve)
        if start is not None:
            recorder.offer(start)
        if not problem.variables:
            return recorder.plan(self.name, seed, "no variables, nothing to sample")
        begin = None if start is None else recorder.best
        sampler = self.sampler(problem, np.random.default_rng(seed), begin)
        calls, last = 0, 0
        for state, effort in draws(sampler, recorder.stopwatch, 1):
            recorder.offer(state)
            calls, last = calls + 1, effort
            if sampler.unit == "sweeps":
                recorder.moves = (recorder.moves or 0) + effort * problem.variables
        return recorder.plan(self.name, seed, f"{calls} calls of {self.name}, the last of {last} {sampler.unit}")
