"""QAOA on a simulator: angles, final state, shots, and the exact optimum of the same energies beside it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.quantum.report import TIE, QuantumReport
from scheduler.quantum.simulator import Angles, Simulator

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.arrays import FloatArray
    from scheduler.quantum.options import QaoaOptions


def run_qaoa(
    simulator: Simulator,
    options: QaoaOptions,
    seed: int,
    qubits: int,
    filled: float = 0.0,
    stop: Callable[[], bool] | None = None,
) -> tuple[int | None, QuantumReport] | None:
    """Run QAOA and look at the diagonal.

    Parameters
    ----------
    simulator
        The energies and the mixer.
    options
        See `QaoaOptions`; `mixer` is only told.
    seed
        Of the shots.
    qubits
        What hardware would need, for the report.
    filled
        Seconds that filling the diagonal took; they count for both sides.
    stop
        Asked between layers; once it is true the run is given up.

    Returns
    -------
    The best valid state measured (None where no shot is valid) and the report; None where it was stopped.
    """
    began = time.perf_counter()
    angles, evaluations = choose_angles(simulator, options, stop)
    probabilities = simulator.probabilities(angles, stop)
    if probabilities is None:
        return None
    shots = simulator.sample(probabilities, options.shots, seed)
    fine = shots[simulator.valid[shots]]
    best = int(fine[np.argmin(simulator.diagonal[fine])]) if len(fine) else None
    seconds = filled + time.perf_counter() - began
    expectation = simulator.expectation(probabilities)
    began = time.perf_counter()
    optimum = simulator.optimum()
    exact_seconds = filled + time.perf_counter() - began
    told = told_of(simulator, probabilities, optimum)
    report = QuantumReport(
        method="qaoa",
        mixer=options.mixer,
        qubits=qubits,
        states=len(simulator.diagonal),
        layers=options.layers,
        parameters={"gammas": angles.gammas, "betas": angles.betas},
        evaluations=evaluations + 1,
        shots=options.shots,
        expectation=expectation,
        valid_share=len(fine) / len(shots),
        best_shot=None if best is None else float(simulator.diagonal[best]),
        seconds=seconds,
        exact_seconds=exact_seconds,
        **told,
    )
    return best, report


def told_of(simulator: Simulator, probabilities: FloatArray, optimum: int | None) -> dict[str, Any]:
    """The figures of a report that compare a distribution with the optimum."""
    if optimum is None:
        return {"optimum": None, "optimum_probability": None, "approximation_ratio": None}
    least = float(simulator.diagonal[optimum])
    ties = simulator.valid & (simulator.diagonal <= least + TIE * max(abs(least), simulator.scale))
    below = np.where(simulator.valid, simulator.diagonal - least, 0.0)
    span = float(below.sum()) / int(np.count_nonzero(simulator.valid))
    np.subtract(span, below, out=below, where=simulator.valid)
    spread = span > TIE * max(abs(least), abs(least + span))
    return {
        "optimum": least,
        "optimum_probability": float(probabilities[ties].sum()),
        "approximation_ratio": min(1.0, simulator.mean_of(probabilities, below) / span) if spread else None,
    }


def choose_angles(
    simulator: Simulator, options: QaoaOptions, stop: Callable[[], bool] | None = None
) -> tuple[Angles, int]:
    """The fixed ramp, or its four ends improved by COBYLA; and how many states that took."""
    ends = np.array([0.0, options.gamma, options.beta, 0.0])
    if options.optimise is None:
        return _ramp(simulator, options, ends), 0
    from scipy.optimize import minimize

    seen: list[tuple[float, FloatArray]] = []

    def value(point: FloatArray) -> float:
        probabilities = simulator.probabilities(_ramp(simulator, options, point), stop)
        if probabilities is None:
            return np.inf
        energy = simulator.expectation(probabilities)
        if options.optimise == "cvar":
            energy = simulator.tail_mean(probabilities, options.cvar)
        seen.append((energy, np.array(point)))
        return (energy - simulator.origin) / simulator.scale

    minimize(value, ends, method="COBYLA", options={"maxiter": options.evaluations, "rhobeg": 0.3})
    best = min(seen, key=lambda item: item[0])[1] if seen else ends
    return _ramp(simulator, options, best), len(seen)


def _ramp(simulator: Simulator, options: QaoaOptions, ends: FloatArray) -> Angles:
    first, last, begin, end = ends.tolist()
    return Angles.ramp(options.layers, (first, last), (begin, end), simulator.scale)
