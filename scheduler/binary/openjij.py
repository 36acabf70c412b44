"""The samplers of OpenJij on a QUBO: simulated annealing, and simulated quantum annealing with a transverse field.

Both get a schedule scaled to the problem: OpenJij's own one for quantum annealing has an absolute temperature, which
is right only for couplings of about one. As with dwave-samplers the compiled core is called a part of the schedule at a
time, so that a cancellation is noticed within some ten milliseconds.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.binary.sampling import SampledQubo, Sampler, State
from scheduler.binary.spins import random_spins, to_spins, up
from scheduler.errors import MissingExtraError

if TYPE_CHECKING:
    from scheduler.arrays import FloatArray
    from scheduler.binary.problem import QuboProblem
    from scheduler.binary.spins import SpinModel
    from scheduler.budget import Stopwatch

WORK = 2_000_000
"""Variables and interactions passed in one call of the core: some ten milliseconds."""
MOST_STEPS = 5_000
"""Most steps of a schedule handed over at once."""
SLICES = 4
"""Replicas of the state along imaginary time: OpenJij's default."""


class JijAnnealing(Sampler):
    """Simulated annealing with a geometric schedule from the hottest to the coldest; the effort is in sweeps."""

    name, unit = "openjij", "sweeps"
    first, most, default = 64, 8192, 1000

    def __init__(self, problem: QuboProblem, rng: np.random.Generator, start: State | None) -> None:
        del start
        self._core = _core(self.name)
        self._problem, self._model, self._rng = problem, to_spins(problem), rng
        if not self._model.flat:
            hottest, coldest = self._model.beta_range()
            self._coldest = coldest / hottest
            self._graph = self._core.graph.CSRSparse(_interactions(self._model, hottest))
        self._chunk = min(MOST_STEPS, max(1, WORK // (problem.variables + 2 * problem.interactions)))

    def draw(self, effort: int, watch: Stopwatch) -> State:
        """One anneal from a random state, a part of its schedule a call."""
        if self._model.flat:
            return self._rng.integers(0, 2, len(self._model.field), dtype=np.int8)
        system, run = self._system(), self._core.algorithm.Algorithm_SingleSpinFlip_run
        for begin in range(0, effort, self._chunk):
            if watch.expired():
                break
            share = np.arange(begin, min(begin + self._chunk, effort)) / max(effort - 1, 1)
            run(system, int(self._rng.integers(2**31)), self._schedule(share))
        return self._result(system)

    def _result(self, system: Any) -> State:
        return up(self._core.result.get_solution(system))

    def _spins(self) -> State:
        spins: State = random_spins(self._rng, 1, len(self._model.field))[0]
        return spins

    def _system(self) -> Any:
        return self._core.system.make_classical_ising(self._spins(), self._graph)

    def _schedule(self, share: FloatArray) -> list[Any]:
        """The part of the schedule at shares 0 to 1 of the anneal, one sweep a step."""
        return [(beta, 1) for beta in (self._coldest**share).tolist()]


class JijQuantumAnnealing(JijAnnealing):
    """Path-integral Monte Carlo: replicas of the state, bound the closer the weaker the transverse field."""

    name = "openjij-sqa"

    def _system(self) -> Any:
        replicas = [self._spins() for _ in range(SLICES)]
        return self._core.system.make_transverse_ising(replicas, self._graph, 1.0)

    def _schedule(self, share: FloatArray) -> list[Any]:
        """Cold throughout; the field fades along a polynomial flat at both ends (Morita and Nishimori, 2008)."""
        faded = share**4 * (35.0 - 84.0 * share + 70.0 * share**2 - 20.0 * share**3)
        return [((self._coldest, value), 1) for value in faded.tolist()]

    def _result(self, system: Any) -> State:
        """The best replica."""
        replicas = [up(spins) for spins in np.asarray(system.trotter_spins)[:-1].T]
        return min(replicas, key=self._problem.energy)


class OpenJij(SampledQubo):
    """Simulated annealing of OpenJij."""

    sampler = JijAnnealing


class OpenJijQuantum(SampledQubo):
    """Simulated quantum annealing of OpenJij."""

    sampler = JijQuantumAnnealing


def _core(solver: str) -> Any:
    try:
        return import_module("openjij.cxxjij")
    except ImportError as error:
        raise MissingExtraError(solver, "openjij", "peers") from error


def _interactions(model: SpinModel, scale: float) -> Any:
    """Couplings times scale above the diagonal, and the fields as a last column, shape (n + 1, n + 1)."""
    from scipy.sparse import csr_matrix

    size = len(model.field)
    on = np.flatnonzero(model.field)
    rows = np.concatenate([model.first, on, [size]])
    columns = np.concatenate([model.second, np.full(len(on), size), [size]])
    values = np.concatenate([model.coupling * scale, model.field[on] * scale, [1.0]])
    return csr_matrix((values, (rows, columns)), shape=(size + 1, size + 1))
