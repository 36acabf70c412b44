"""The samplers of dwave-samplers on a QUBO: simulated annealing, tabu search, steepest descent.

Their compiled cores are called directly, in many short calls on arrays that are made once: so a cancellation is noticed
within some ten milliseconds, which the samplers themselves do only between two of their samples.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from scheduler.aside import run_aside
from scheduler.binary.sampling import SampledQubo, Sampler, State
from scheduler.binary.spins import random_spins, to_spins, up
from scheduler.errors import ProblemTooLargeError

if TYPE_CHECKING:
    from scheduler.binary.problem import QuboProblem
    from scheduler.budget import Stopwatch

TABU_LIMIT = 5_000
"""Most variables for tabu search: its matrix is dense, n x n numbers of 8 bytes (200 MB)."""
WORK = 4_000_000
"""Variables and interactions passed in one call of a core: some ten milliseconds."""
MOST_STEPS = 20_000
"""Most steps of a schedule handed over at once."""
UPDATES, MOST_UPDATES = 2_500, 10_000_000
"""Moves looked at in one restart of tabu search: for each variable, and at most."""


class Annealing(Sampler):
    """Simulated annealing with a geometric schedule; the effort is in sweeps."""

    name, unit = "neal", "sweeps"
    first, most, default = 64, 8192, 1000

    def __init__(self, problem: QuboProblem, rng: np.random.Generator, start: State | None) -> None:
        del start
        self._model, self._rng = to_spins(problem), rng
        self._chunk = min(MOST_STEPS, max(1, WORK // (problem.variables + 2 * problem.interactions)))

    def draw(self, effort: int, watch: Stopwatch) -> State:
        """One anneal from a random state, a part of its schedule a call."""
        from dwave.samplers.sa.simulated_annealing import simulated_annealing

        model = self._model
        spins = random_spins(self._rng, 1, len(model.field))
        if model.flat:
            return up(spins[0])
        hottest, coldest = model.beta_range()
        for begin in range(0, effort, self._chunk):
            if watch.expired():
                break
            share = np.arange(begin, min(begin + self._chunk, effort)) / max(effort - 1, 1)
            part, seed = hottest * (coldest / hottest) ** share, int(self._rng.integers(1, 2**31))
            arrays = (model.field, model.first, model.second, model.coupling)
            done = run_aside(partial(simulated_annealing, 1, *arrays, 1, part, seed, spins.copy()), watch)
            if done is None:
                break
            spins = done[0]
        return up(spins[0])


class Descent(Sampler):
    """Steepest descent from random states; the effort is the number of descents, of which the best counts."""

    name, unit = "steepest", "descents"
    first, most, default = 1, 1024, 100

    def __init__(self, problem: QuboProblem, rng: np.random.Generator, start: State | None) -> None:
        del start
        self._model, self._rng = to_spins(problem), rng
        self._sparse = problem.variables > 1000 and problem.interactions < 20 * problem.variables
        self._chunk = max(1, WORK // (problem.variables * (1 if self._sparse else problem.variables)))

    def draw(self, effort: int, watch: Stopwatch) -> State:
        """The best of so many descents."""
        from dwave.samplers.greedy.descent import steepest_gradient_descent

        model, least = self._model, np.inf
        best = random_spins(self._rng, 1, len(model.field))[0]
        for begin in range(0, effort, self._chunk):
            if watch.expired():
                break
            reads = min(self._chunk, effort - begin)
            arrays = (model.field, model.first, model.second, model.coupling)
            states = random_spins(self._rng, reads, len(model.field))
            done = run_aside(partial(steepest_gradient_descent, reads, *arrays, states, self._sparse), watch)
            if done is None:
                break
            index = int(np.argmin(done[1]))
            if done[1][index] < least:
                best, least = done[0][index].copy(), float(done[1][index])
        return up(best)


class TabuSearch(Sampler):
    """Tabu search that restarts near its best state; the effort is the number of restarts.

    The first call goes on from the state to start from, if any, each other one begins at random.
    """

    name, unit = "tabu", "restarts"
    first, most, default = 4, 4096, 10

    def __init__(self, problem: QuboProblem, rng: np.random.Generator, start: State | None) -> None:
        if problem.variables > TABU_LIMIT:
            raise ProblemTooLargeError(self.name, "variables", problem.variables, TABU_LIMIT, "anneal")
        size = problem.variables
        self._problem, self._rng = problem, rng
        self._matrix = np.zeros((size, size))
        self._matrix[problem.first, problem.second] = self._matrix[problem.second, problem.first] = problem.weight / 2.0
        self._matrix[np.diag_indices(size)] = problem.linear
        self._start = start

    def draw(self, effort: int, watch: Stopwatch) -> State:
        """The best state of so many restarts."""
        from dwave.samplers.tabu.tabu_search import TabuSearch as Core

        size = self._problem.variables
        best: State = self._rng.integers(0, 2, size, dtype=np.int8) if self._start is None else self._start
        least, self._start = self._problem.energy(best), None
        tenure, each = min(20, size // 4), max(1, min(UPDATES, MOST_UPDATES // size))
        for _ in range(effort):
            if watch.expired():
                break
            seed, begin = int(self._rng.integers(2**31)), best.copy()
            search = run_aside(partial(Core, self._matrix, begin, tenure, -1, 1, seed, None, each, each, 0), watch)
            if search is None:
                break
            found = np.asarray(search.bestSolution(), dtype=np.int8)
            energy = self._problem.energy(found)
            if energy < least:
                best, least = found, energy
        return best


class Neal(SampledQubo):
    """Simulated annealing of dwave-samplers: one anneal of all sweeps, or anneals of growing length within seconds."""

    sampler = Annealing


class Steepest(SampledQubo):
    """Steepest descent of dwave-samplers from random states."""

    sampler = Descent


class Tabu(SampledQubo):
    """Tabu search of dwave-samplers with restarts."""

    sampler = TabuSearch
