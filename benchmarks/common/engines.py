"""Seconds of one evaluation of QAOA's mean energy by Qiskit and by Aer, in processor time of one thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

from scheduler.quantum.circuits import pauli_hamiltonian, qaoa_circuit
from scheduler.quantum.hamiltonian import Hamiltonian
from scheduler.quantum.simulator import Angles


def timed(work: Callable[[], Any], repeats: int) -> float:
    """Median seconds of a call, after one that does not count."""
    work()
    seconds = []
    for _ in range(repeats):
        began = time.process_time()
        work()
        seconds.append(time.process_time() - began)
    return median(seconds)


def qiskit_seconds(model: Hamiltonian) -> tuple[float, int]:
    """Mean seconds between two evaluations of qiskit-optimization's QAOA, and how many there were."""
    from qiskit.primitives import StatevectorSampler
    from qiskit.transpiler import generate_preset_pass_manager
    from qiskit_optimization.minimum_eigensolvers import QAOA
    from qiskit_optimization.optimizers import COBYLA

    at: list[float] = []
    passes = generate_preset_pass_manager(1, basis_gates=["rz", "rx", "rzz", "cx", "h"], seed_transpiler=0)
    solver = QAOA(
        StatevectorSampler(default_shots=1024, seed=0), COBYLA(maxiter=6), reps=2, initial_point=np.full(4, 0.1),
        pass_manager=passes, callback=lambda *_: at.append(time.process_time()),
    )  # fmt: skip
    solver.compute_minimum_eigenvalue(pauli_hamiltonian(model)[0])
    return float(np.median(np.diff(at))), len(at)


def aer_seconds(model: Hamiltonian, angles: Angles, repeats: int) -> tuple[float, float]:
    """Seconds of Aer's EstimatorV2 for the mean energy, and that energy."""
    from qiskit import transpile
    from qiskit_aer.primitives import EstimatorV2

    operator, constant = pauli_hamiltonian(model)
    circuit = transpile(qaoa_circuit(model, angles, "x", measure=False), basis_gates=["rz", "rx", "ry", "rzz", "cx"])
    single = {"max_parallel_threads": 1}
    estimator = EstimatorV2(options={"backend_options": single})
    found: list[float] = []

    def work() -> None:
        found.append(float(estimator.run([(circuit, operator)]).result()[0].data.evs) + constant)

    return timed(work, repeats), found[-1]
