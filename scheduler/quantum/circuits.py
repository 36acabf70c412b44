"""QAOA as a Qiskit circuit: for statevector and noisy samplers, for export and for costing.

Needs the extra "quantum". Qubit q is bit q of a `Hamiltonian`. With mixer "xy" the one-hot groups are mixed exactly as
in `scheduler.quantum.simulator`: the preparation of u undone, a phase on the group's first qubit, the preparation done
again. That is exp(i beta |u><u|) on one-hot states, with 4 (k - 1) two-qubit rotations a group and layer. "xy-ring"
mixes neighbours of each group in turn, the usual way to save gates, which is another mixer; "x" mixes every qubit.
Qubits of idle capacity have the X mixer always.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from scheduler.quantum.errors import InvalidOptionError, QuantumLibraryMissingError

if TYPE_CHECKING:
    from scheduler.arrays import Int32Array
    from scheduler.quantum.hamiltonian import Hamiltonian
    from scheduler.quantum.simulator import Angles

QuantumCircuit: TypeAlias = Any
"""`qiskit.QuantumCircuit`; Qiskit declares no types."""
CIRCUIT_MIXERS = ("x", "xy", "xy-ring")


def library(name: str) -> Any:
    """A module of the extra "quantum".

    Raises
    ------
    QuantumLibraryMissingError
        If it cannot be imported; the message says what to install.
    """
    try:
        return import_module(name)
    except ImportError:
        raise QuantumLibraryMissingError(name) from None


def qaoa_circuit(
    model: Hamiltonian,
    angles: Angles,
    mixer: str = "xy",
    start: Int32Array | None = None,
    warm_start: float = 0.0,
    measure: bool = True,
) -> QuantumCircuit:
    """Build the circuit of QAOA.

    Parameters
    ----------
    model
        The energies.
    angles
        Gammas per unit of energy, betas as in `scheduler.quantum.simulator`.
    mixer
        "xy", "xy-ring" or "x".
    start, warm_start
        As in `QaoaOptions`: agent per task, and the weight of its labels in the first state and the mixer.
    measure
        Whether all qubits are measured at the end.

    Raises
    ------
    InvalidOptionError
        If there is no such mixer.
    QuantumLibraryMissingError
        Without Qiskit.
    """
    if mixer not in CIRCUIT_MIXERS:
        raise InvalidOptionError("mixer", mixer, f"choose one of {', '.join(CIRCUIT_MIXERS)}")
    circuit = library("qiskit").QuantumCircuit(model.qubits)
    here = _qubits_of(model, start) if start is not None and warm_start else set()
    groups = [] if mixer == "x" else [(group, _amplitudes(group, here, warm_start)) for group in model.groups]
    grouped = {q for group, _ in groups for q in group}
    single = [q for q in range(model.qubits) if q not in grouped]
    tilts = {q: _tilt(model, q, here, warm_start) for q in single}
    for group, amplitudes in groups:
        circuit.x(group[0])
        _spread(circuit, group, amplitudes)
    for q in single:
        circuit.ry(tilts[q], q)
    field, couplings, _ = model.ising()
    for gamma, beta in zip(angles.gammas, angles.betas, strict=True):
        for q, h in enumerate(field.tolist()):
            if h:
                circuit.rz(2.0 * gamma * h, q)
        for i, j, weight in couplings:
            circuit.rzz(2.0 * gamma * weight, i, j)
        for group, amplitudes in groups:
            if mixer == "xy":
                _spread(circuit, group, amplitudes, undo=True)
                circuit.p(beta, group[0])
                _spread(circuit, group, amplitudes)
            else:
                _mix_ring(circuit, group, beta)
        for q in single:
            circuit.ry(-tilts[q], q)
            circuit.rz(-beta, q)  # exp(i beta |0><0|) up to a phase
            circuit.ry(tilts[q], q)
    if measure:
        circuit.measure_all()
    return circuit


def pauli_hamiltonian(model: Hamiltonian) -> tuple[Any, float]:
    """The energies as Qiskit's `SparsePauliOp` without their constant, and the constant.

    Raises
    ------
    QuantumLibraryMissingError
        Without Qiskit.
    """
    operators = library("qiskit.quantum_info")
    field, couplings, constant = model.ising()
    terms: list[tuple[str, list[int], float]] = [("Z", [q], h) for q, h in enumerate(field.tolist()) if h]
    terms += [("ZZ", [i, j], weight) for i, j, weight in couplings]
    if not terms:
        terms = [("Z", [0], 0.0)]
    return operators.SparsePauliOp.from_sparse_list(terms, num_qubits=model.qubits), constant


def _qubits_of(model: Hamiltonian, start: Int32Array) -> set[int]:
    chosen = {("x", task, agent) for task, agent in enumerate(start.tolist())}
    return {q for q, name in enumerate(model.names) if name in chosen}


def _amplitudes(group: tuple[int, ...], here: set[int], weight: float) -> list[float]:
    """The u of a group: uniform, or with `weight` more on a label of the start."""
    at = np.array([q in here for q in group])
    share = weight if at.any() else 0.0
    return np.sqrt((1.0 - share) / len(group) + share * at).tolist()  # type: ignore[no-any-return]


def _tilt(model: Hamiltonian, q: int, here: set[int], weight: float) -> float:
    """Angle of the RY that prepares a single qubit: half and half, or with `weight` more on its bit of the start."""
    if not here or model.names[q][0] != "x":
        return float(np.pi / 2)
    one = (1.0 + (weight if q in here else -weight)) / 2.0
    return float(2.0 * np.arcsin(np.sqrt(one)))


def _spread(circuit: QuantumCircuit, group: tuple[int, ...], amplitudes: list[float], undo: bool = False) -> None:
    """Turn the excitation of a group's first qubit into sum of amplitude x one-hot state, or back.

    A chain of real rotations within |01>, |10> of neighbours: each leaves its share and passes the rest on.
    """
    gates = library("qiskit.circuit.library")
    rest, steps = 1.0, []
    for place, value in enumerate(amplitudes[:-1]):
        kept = np.clip(value / rest if rest > 0.0 else 1.0, -1.0, 1.0)
        steps.append((2.0 * float(np.arccos(kept)), group[place], group[place + 1]))
        rest *= float(np.sqrt(1.0 - kept * kept))
    for angle, here, there in reversed(steps) if undo else steps:
        circuit.append(gates.XXPlusYYGate(-angle if undo else angle, -np.pi / 2), [here, there])


def _mix_ring(circuit: QuantumCircuit, group: tuple[int, ...], beta: float) -> None:
    gates = library("qiskit.circuit.library")
    if len(group) < 2:
        return
    links = list(zip(group, group[1:] + group[:1], strict=True))
    for here, there in links if len(group) > 2 else links[:1]:
        circuit.append(gates.XXPlusYYGate(-2.0 * beta / len(group), 0.0), [here, there])
