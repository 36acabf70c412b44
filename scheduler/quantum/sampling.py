"""Runs QAOA's circuits with Qiskit: exact statevectors, Aer with noise, and qiskit-optimization's QAOA as a peer.

Needs the extra "quantum". Each run returns the same record, with the exact optimum beside it.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.quantum.circuits import library, pauli_hamiltonian, qaoa_circuit
from scheduler.quantum.costing import BASIS, BackendV2, transpiled
from scheduler.quantum.encoding import OneHotEncoding
from scheduler.quantum.errors import InvalidOptionError

if TYPE_CHECKING:
    from scheduler.arrays import Int32Array
    from scheduler.quantum.hamiltonian import Hamiltonian
    from scheduler.quantum.simulator import Angles

ENGINES = ("statevector", "aer")


@dataclass(frozen=True, slots=True)
class Noise:
    """A simple noise model.

    Parameters
    ----------
    one, two
        Depolarising probability of each gate on one qubit and on two qubits.
    readout
        Probability that a measured bit is read wrongly.
    """

    one: float = 3e-4
    two: float = 8e-3
    readout: float = 1e-2

    def __post_init__(self) -> None:
        for name in ("one", "two", "readout"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise InvalidOptionError(name, getattr(self, name), "give a probability")

    def model(self) -> Any:
        """Aer's noise model for circuits in the gates `BASIS`."""
        noise = library("qiskit_aer.noise")
        model = noise.NoiseModel(basis_gates=list(BASIS))
        model.add_all_qubit_quantum_error(noise.depolarizing_error(self.one, 1), ["sx", "x"])
        model.add_all_qubit_quantum_error(noise.depolarizing_error(self.two, 2), ["cx"])
        wrong = self.readout
        model.add_all_qubit_readout_error(noise.ReadoutError([[1 - wrong, wrong], [wrong, 1 - wrong]]))
        return model


@dataclass(frozen=True, slots=True, eq=False)
class CircuitRun:
    """Shots of a circuit.

    Parameters
    ----------
    counts
        How often each bit string was measured, by its number.
    assignment
        The best valid assignment measured, None where no shot keeps all rules.
    best_shot
        Its objective.
    valid_share, one_hot_share
        Share of the shots that keep all rules, and that choose one label a task.
    mean_energy
        Of all shots, penalties included.
    optimum
        Exact optimum over all assignments, None where no assignment keeps all rules.
    seconds, exact_seconds
        Of the run, building of the circuit included, and of the exact search.
    """

    counts: dict[int, int]
    assignment: Int32Array | None
    best_shot: float | None
    valid_share: float
    one_hot_share: float
    mean_energy: float
    optimum: float | None
    seconds: float
    exact_seconds: float

    def to_json(self) -> dict[str, Any]:
        """Plain dictionary for `json.dumps`."""
        raw = {name: value for name, value in asdict(self).items() if name not in {"counts", "assignment"}}
        return raw | {"assignment": None if self.assignment is None else self.assignment.tolist()}


def run_circuit(
    model: Hamiltonian,
    angles: Angles,
    mixer: str = "xy",
    engine: str = "statevector",
    shots: int = 1024,
    seed: int = 0,
    noise: Noise | None = None,
    backend: BackendV2 | None = None,
    start: Int32Array | None = None,
    warm_start: float = 0.0,
) -> CircuitRun:
    """Build QAOA's circuit and sample it.

    Parameters
    ----------
    model, angles, mixer, start, warm_start
        As in `qaoa_circuit`.
    engine
        "statevector" (Qiskit's StatevectorSampler) or "aer" (Aer's simulator).
    shots, seed
        Samples and their seed.
    noise
        A noise model, for "aer".
    backend
        Run here instead: any `BackendV2`, a provider's too. The circuit is transpiled for it.

    Raises
    ------
    InvalidOptionError
        If there is no such engine or mixer, or noise is asked of the statevector or of a backend.
    QuantumLibraryMissingError
        Without Qiskit, or for "aer" without Aer.
    """
    if engine not in ENGINES:
        raise InvalidOptionError("engine", engine, f"choose one of {', '.join(ENGINES)}")
    if noise is not None and engine != "aer":
        raise InvalidOptionError("noise", noise, "only the engine 'aer' has noise")
    if noise is not None and backend is not None:
        raise InvalidOptionError("noise", noise, "a backend has its own: leave one of them out")
    began = time.perf_counter()
    circuit = qaoa_circuit(model, angles, mixer, start, warm_start)
    if backend is not None:
        options = {"seed_simulator": seed} if hasattr(backend.options, "seed_simulator") else {}
        raw = backend.run(transpiled(circuit, backend, seed), shots=shots, **options).result().get_counts()
    elif engine == "aer":
        simulator = library("qiskit_aer").AerSimulator(noise_model=None if noise is None else noise.model())
        plain = library("qiskit").transpile(
            circuit, basis_gates=list(BASIS), optimization_level=1, seed_transpiler=seed
        )
        raw = simulator.run(plain, shots=shots, seed_simulator=seed).result().get_counts()
    else:
        sampler = library("qiskit.primitives").StatevectorSampler(seed=seed)
        raw = sampler.run([circuit], shots=shots).result()[0].data.meas.get_counts()
    counts = {int(bits.replace(" ", ""), 2): int(count) for bits, count in raw.items()}
    return _judged(model, counts, time.perf_counter() - began)


def peer_qaoa(
    model: Hamiltonian,
    layers: int = 2,
    evaluations: int = 20,
    shots: int = 1024,
    seed: int = 0,
    engine: str = "statevector",
    mixer: str = "x",
    cvar: float | None = None,
) -> tuple[CircuitRun, int]:
    """QAOA of qiskit-optimization on the same energies, optimised by COBYLA; for comparison.

    Parameters
    ----------
    model
        The energies.
    layers, evaluations, shots, seed
        Layers, states that COBYLA may look at, samples each, seed.
    engine
        "statevector" or "aer".
    mixer
        "x", or "xy" for the complete-graph XY mixer of every group from uniform one-hot states (Trotterised by Qiskit).
    cvar
        Share of the shots whose mean is minimised; None: all.

    Returns
    -------
    The shots of its last state, and how many states it looked at. It gets a pass manager: without one its evolution
    gates are dense matrices, a thousand times slower.

    Raises
    ------
    InvalidOptionError
        If there is no such engine or mixer.
    QuantumLibraryMissingError
        Without Qiskit, qiskit-optimization, or Aer for "aer".
    """
    if engine not in ENGINES or mixer not in {"x", "xy"}:
        raise InvalidOptionError("engine, mixer", (engine, mixer), "choose statevector or aer, and x or xy")
    solvers, optimizers = library("qiskit_optimization.minimum_eigensolvers"), library("qiskit_optimization.optimizers")
    basis = ["rz", "rx", "ry", "rzz", "cx", "h", "x", "sx", "p", "u"]
    passes = library("qiskit.transpiler").generate_preset_pass_manager(
        optimization_level=1, basis_gates=basis, seed_transpiler=seed
    )
    if engine == "aer":
        primitives = library("qiskit_aer.primitives")
        sampler = primitives.SamplerV2(default_shots=shots, seed=seed)
    else:
        sampler = library("qiskit.primitives").StatevectorSampler(default_shots=shots, seed=seed)
    own = {} if mixer == "x" else {"mixer": _xy_operator(model), "initial_state": _one_hot_start(model)}
    began = time.perf_counter()
    operator, _ = pauli_hamiltonian(model)
    seen: list[int] = []
    solver = solvers.QAOA(
        sampler,
        optimizers.COBYLA(maxiter=evaluations),
        reps=layers,
        initial_point=np.full(2 * layers, 0.1),
        aggregation=cvar,
        callback=lambda count, *_: seen.append(count),
        pass_manager=passes,
        **own,
    )
    result = solver.compute_minimum_eigenvalue(operator)
    seconds = time.perf_counter() - began
    counts = {int(state): round(share * shots) for state, share in result.eigenstate.items()}
    return _judged(model, counts, seconds), len(seen)


def _xy_operator(model: Hamiltonian) -> Any:
    terms: list[tuple[str, list[int], float]] = []
    for group in model.groups:
        for n, i in enumerate(group):
            terms += [(pauli, [i, j], -0.5) for j in group[n + 1 :] for pauli in ("XX", "YY")]
    grouped = {q for group in model.groups for q in group}
    terms += [("X", [q], -1.0) for q in range(model.qubits) if q not in grouped]
    return library("qiskit.quantum_info").SparsePauliOp.from_sparse_list(terms, num_qubits=model.qubits)


def _one_hot_start(model: Hamiltonian) -> Any:
    from scheduler.quantum.simulator import Angles

    return qaoa_circuit(model, Angles((), ()), "xy", measure=False)


def _judged(model: Hamiltonian, counts: dict[int, int], seconds: float) -> CircuitRun:
    """The shots by the problem's own measure, and the exact optimum of all assignments."""
    problem, total = model.problem, max(sum(counts.values()), 1)
    valid = one_hot = 0
    best: tuple[float, Int32Array | None] = (np.inf, None)
    for state, count in counts.items():
        assignment, clean = model.decode(state)
        if not clean:
            continue
        one_hot += count
        if problem.violations(assignment):
            continue
        valid += count
        value = problem.objective(assignment).total
        if value < best[0]:
            best = (value, assignment)
    energy = float(model.energies(counts) @ np.array(list(counts.values()), dtype=np.float64)) / total
    began = time.perf_counter()
    filled = OneHotEncoding.of(problem).diagonal()
    assert filled is not None
    least = float(np.where(filled[1], filled[0], np.inf).min())
    return CircuitRun(
        counts=counts,
        assignment=best[1],
        best_shot=None if best[1] is None else best[0],
        valid_share=valid / total,
        one_hot_share=one_hot / total,
        mean_energy=energy,
        optimum=least if np.isfinite(least) else None,
        seconds=seconds,
        exact_seconds=time.perf_counter() - began,
    )
