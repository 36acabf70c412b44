"""VQE with a hardware-efficient ansatz on the penalty QUBO, simulated.

Layers of RY on every qubit with a ring of CZ between them (Kandala et al. 2017, arXiv 1704.05018), so amplitudes are
real. As a function of one angle the mean energy is a + b cos + c sin; three evaluations give its minimum exactly.
Setting one angle after the other to its minimum (rotosolve, Ostaszewski, Grant and Benedetti 2021, arXiv 1905.09692)
needs no step size and never gets worse; it stops in local minima, so it starts again from other random angles until a
shot is the exact optimum, or the budget ends.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scheduler.quantum.options import check_counts
from scheduler.quantum.qaoa import told_of
from scheduler.quantum.report import TIE, QuantumReport
from scheduler.quantum.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.arrays import FloatArray
    from scheduler.quantum.hamiltonian import Hamiltonian

VQE_QUBIT_LIMIT = 16
"""Most qubits that VQE takes: a sweep over the angles simulates hundreds of states."""
STALLED = 1e-4
"""Gain of a sweep, in standard deviations of the energies, below which a start counts as done."""


@dataclass(frozen=True, slots=True)
class VqeOptions:
    """Options of VQE.

    Parameters
    ----------
    layers
        Rings of CZ; one more layer of RY.
    shots
        Samples of every start's last state.

    Raises
    ------
    InvalidOptionError
        With the option at fault.
    """

    layers: int = 2
    shots: int = 1024

    def __post_init__(self) -> None:
        check_counts(self, "layers", "shots")


class Ansatz:
    """The state of RY layers with rings of CZ between them.

    Parameters
    ----------
    qubits
        Number of qubits.
    layers
        Rings of CZ.
    """

    def __init__(self, qubits: int, layers: int) -> None:
        self.qubits = qubits
        self.layers = layers
        states = np.arange(1 << qubits)
        self.sign = np.ones(len(states))
        links = [(q, (q + 1) % qubits) for q in range(qubits if qubits > 2 else qubits - 1)]
        for q, other in links:
            self.sign[(states >> q & states >> other & 1) == 1] *= -1.0

    @property
    def angles(self) -> int:
        """Number of angles."""
        return self.qubits * (self.layers + 1)

    def amplitudes(self, angles: FloatArray) -> FloatArray:
        """Amplitudes at some angles (layer by layer, qubit by qubit), shape (2^qubits,)."""
        from scheduler.quantum.kernels import rotate_qubit

        state = np.zeros(1 << self.qubits)
        state[0] = 1.0
        for layer in range(self.layers + 1):
            if layer:
                state *= self.sign
            for q in range(self.qubits):
                rotate_qubit(state, 1 << q, float(angles[layer * self.qubits + q]))
        return state


def run_vqe(
    model: Hamiltonian,
    options: VqeOptions,
    seed: int,
    sweeps: int | None,
    stop: Callable[[], bool],
    once: bool = False,
) -> tuple[int | None, QuantumReport] | None:
    """Run VQE and look at the diagonal, until a shot is its exact optimum or the budget ends.

    Parameters
    ----------
    model
        The energies.
    options
        See `VqeOptions`.
    seed
        Of the first angles and the shots.
    sweeps
        Sweeps over all angles, starts together; None: until `stop`.
    stop
        Asked between evaluations; once it is true the best so far is returned.
    once
        Whether one start is enough: for a caller that has a proven optimum already.

    Returns
    -------
    The best valid bit string measured (None where no shot is valid) and the report; None where it was stopped before
    the first measurement.

    Raises
    ------
    ProblemTooLargeError
        If there are more than `VQE_QUBIT_LIMIT` qubits.
    """
    model.fit(VQE_QUBIT_LIMIT, "vqe")
    began = time.perf_counter()
    diagonal = model.diagonal()
    filled = time.perf_counter() - began
    simulator = Simulator(diagonal, model.valid(diagonal), [2] * model.qubits)
    began = time.perf_counter()
    optimum = simulator.optimum()
    exact_seconds = filled + time.perf_counter() - began
    aim = -np.inf
    if optimum is not None:
        aim = float(diagonal[optimum]) + TIE * max(abs(float(diagonal[optimum])), simulator.scale)
    began = time.perf_counter()
    ansatz, search = Ansatz(model.qubits, options.layers), _Search(simulator, stop)
    best: tuple[float, float, int | None, FloatArray, float] | None = None
    start = left = 0
    while not stop() and (sweeps is None or left < sweeps):
        rng = np.random.default_rng((seed, start))
        angles, used = search.descend(ansatz, rng.uniform(-np.pi, np.pi, ansatz.angles), sweeps and sweeps - left)
        left, start = left + used, start + 1
        weights = ansatz.amplitudes(angles) ** 2
        shots = simulator.sample(weights, options.shots, int(rng.integers(2**31)))
        fine = shots[simulator.valid[shots]]
        state = int(fine[np.argmin(diagonal[fine])]) if len(fine) else None
        value = np.inf if state is None else float(diagonal[state])
        found = (value, simulator.expectation(weights), state, angles, len(fine) / len(shots))
        if best is None or found[:2] < best[:2]:
            best = found
        if once or best[0] <= aim:
            break
    seconds = filled + time.perf_counter() - began
    if best is None:
        return None
    value, expectation, state, angles, share = best
    report = QuantumReport(
        method="vqe",
        mixer="ry-cz",
        qubits=model.qubits,
        states=len(diagonal),
        layers=options.layers,
        parameters={"angles": tuple(angles.tolist())},
        evaluations=search.evaluations,
        shots=options.shots * start,
        expectation=expectation,
        valid_share=share,
        best_shot=None if state is None else value,
        seconds=seconds,
        exact_seconds=exact_seconds,
        **told_of(simulator, ansatz.amplitudes(angles) ** 2, optimum),
    )
    return state, report


class _Search:
    """Rotosolve, counting the states it simulates."""

    def __init__(self, simulator: Simulator, stop: Callable[[], bool]) -> None:
        self.simulator = simulator
        self.stop = stop
        self.evaluations = 0

    def energy(self, ansatz: Ansatz, angles: FloatArray) -> float:
        self.evaluations += 1
        return self.simulator.expectation(ansatz.amplitudes(angles) ** 2)

    def descend(self, ansatz: Ansatz, angles: FloatArray, most: int | None) -> tuple[FloatArray, int]:
        """Angles of a local minimum, or where the sweeps or the time ended; and the sweeps."""
        now, sweeps = self.energy(ansatz, angles), 0
        while most is None or sweeps < most:
            before = now
            for place in range(len(angles)):
                if self.stop():
                    return angles, sweeps + 1
                now = self._turn(ansatz, angles, place, now)
            sweeps += 1
            if before - now <= STALLED * self.simulator.scale:
                break
        return angles, sweeps

    def _turn(self, ansatz: Ansatz, angles: FloatArray, place: int, now: float) -> float:
        """Set one angle to the minimum of the sinusoid through three energies; return that minimum."""
        here = angles[place]
        values = []
        for shift in (np.pi / 2, -np.pi / 2):
            angles[place] = here + shift
            values.append(self.energy(ansatz, angles))
        middle = (values[0] + values[1]) / 2.0
        cosine, sine = now - middle, (values[0] - values[1]) / 2.0
        angles[place] = here + np.arctan2(-sine, -cosine)
        return float(middle - np.hypot(cosine, sine))
