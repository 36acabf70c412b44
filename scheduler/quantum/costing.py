"""What a circuit costs on a device, and its export: transpiled, counted, written as OpenQASM 3.

No device is reached from here. `transpiled` takes any Qiskit `BackendV2`, so a provider's backend object serves as well
as the presets below, which know only who is connected with whom.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from scheduler.quantum.circuits import QuantumCircuit, library
from scheduler.quantum.errors import UnknownBackendError

if TYPE_CHECKING:
    import os

BackendV2: TypeAlias = Any
"""`qiskit.providers.BackendV2`; Qiskit declares no types."""
PRESETS = ("all-to-all", "grid", "heavy-hex", "linear")
BASIS = ("rz", "sx", "x", "cx")
"""Gates of the presets and of exported circuits."""


@dataclass(frozen=True, slots=True)
class CircuitCost:
    """Cost of a circuit on a backend.

    Parameters
    ----------
    backend
        Its name.
    qubits
        Qubits that gates act on.
    depth
        Layers of gates, measurements included.
    gates
        Gates in all, without measurements and barriers.
    two_qubit_gates, two_qubit_depth
        The same for gates on two qubits, which cost most of the time and error.
    """

    backend: str
    qubits: int
    depth: int
    gates: int
    two_qubit_gates: int
    two_qubit_depth: int

    def to_json(self) -> dict[str, Any]:
        """Plain dictionary for `json.dumps`."""
        return asdict(self)


def named_backend(name: str, qubits: int) -> BackendV2:
    """A backend of at least so many qubits with gates `BASIS`, connected as its name says.

    Raises
    ------
    UnknownBackendError
        With the names there are.
    QuantumLibraryMissingError
        Without Qiskit.
    """
    if name not in PRESETS:
        raise UnknownBackendError(name, PRESETS)
    coupling = library("qiskit.transpiler").CouplingMap
    if name == "all-to-all":
        graph = coupling.from_full(max(qubits, 2))
    elif name == "linear":
        graph = coupling.from_line(max(qubits, 2))
    elif name == "grid":
        side = max(2, int((max(qubits, 2) - 1) ** 0.5) + 1)
        graph = coupling.from_grid(side, side)
    else:
        distance = 3
        while (5 * distance * distance - 2 * distance - 1) // 2 < qubits:
            distance += 2
        graph = coupling.from_heavy_hex(distance)
    generic = library("qiskit.providers.fake_provider").GenericBackendV2
    backend: BackendV2 = generic(graph.size(), basis_gates=list(BASIS), coupling_map=graph, noise_info=False, seed=0)
    backend.name = name
    return backend


def transpiled(circuit: QuantumCircuit, backend: BackendV2 | str, seed: int = 0, effort: int = 2) -> QuantumCircuit:
    """A circuit in the gates and on the connections of a backend, ready for its `run` or a sampler on it.

    Parameters
    ----------
    circuit
        What to transpile.
    backend
        A backend object, or the name of a preset.
    seed
        Of the transpiler's random choices.
    effort
        Optimisation level, 0 to 3.
    """
    target = named_backend(backend, circuit.num_qubits) if isinstance(backend, str) else backend
    passes = library("qiskit.transpiler").generate_preset_pass_manager(
        optimization_level=effort, backend=target, seed_transpiler=seed
    )
    result: QuantumCircuit = passes.run(circuit)
    return result


def circuit_cost(circuit: QuantumCircuit, backend: BackendV2 | str, seed: int = 0, effort: int = 2) -> CircuitCost:
    """Transpile a circuit for a backend and count; the parameters are those of `transpiled`."""
    ready = transpiled(circuit, backend, seed, effort)
    gates = [item for item in ready.data if item.operation.name not in {"measure", "barrier"}]
    return CircuitCost(
        backend=backend if isinstance(backend, str) else str(backend.name),
        qubits=len({bit for item in gates for bit in item.qubits}),
        depth=int(ready.depth()),
        gates=len(gates),
        two_qubit_gates=sum(len(item.qubits) == 2 for item in gates),
        two_qubit_depth=int(ready.depth(lambda item: len(item.qubits) == 2)),
    )


def write_qasm3(circuit: QuantumCircuit, path: str | os.PathLike[str]) -> None:
    """Write a circuit as OpenQASM 3 in the gates rz, sx, x and cx of its standard library.

    Raises
    ------
    QuantumLibraryMissingError
        Without Qiskit.
    """
    plain = library("qiskit").transpile(circuit, basis_gates=list(BASIS), optimization_level=1, seed_transpiler=0)
    Path(path).write_text(library("qiskit.qasm3").dumps(plain), encoding="utf-8")
