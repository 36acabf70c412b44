"""Circuits are the simulated states, exports can be read back, and costs are those of the circuit."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from scheduler import AssignmentProblem
from scheduler.quantum.circuits import CIRCUIT_MIXERS, pauli_hamiltonian, qaoa_circuit
from scheduler.quantum.costing import PRESETS, circuit_cost, named_backend, write_qasm3
from scheduler.quantum.encoding import OneHotEncoding
from scheduler.quantum.errors import InvalidOptionError, QuantumLibraryMissingError, UnknownBackendError
from scheduler.quantum.hamiltonian import Hamiltonian
from scheduler.quantum.options import QaoaOptions
from scheduler.quantum.sampling import Noise, peer_qaoa, run_circuit
from scheduler.quantum.simulator import Angles, Simulator
from scheduler.quantum.sub_solver import solve_sub_problem, warm_bits, warm_labels
from tests.scheduler.conftest import random_problem

pytest.importorskip("qiskit", reason="the extra 'quantum' is not installed")

ANGLES = Angles((0.02, 0.05), (1.1, 0.4))


@pytest.fixture(scope="module")
def problem() -> AssignmentProblem:
    return random_problem(8, tasks=3, agents=2, resources=0)


@pytest.fixture(scope="module")
def model(problem: AssignmentProblem) -> Hamiltonian:
    return Hamiltonian.compile(problem)


def probabilities(circuit: object) -> np.ndarray:
    from qiskit.quantum_info import Statevector

    return Statevector(circuit).probabilities()


def one_hot_states(model: Hamiltonian, encoding: OneHotEncoding) -> list[int]:
    """Bit string of every state of the one-hot encoding."""
    found = []
    for state in range(encoding.states):
        chosen = [("x", task, int(agent)) for task, agent in enumerate(encoding.decode(state))]
        found.append(sum(1 << model.names.index(name) for name in chosen))
    return found


@pytest.mark.parametrize("weight", [0.0, 0.5])
def test_the_x_circuit_has_the_distribution_of_the_simulator(model: Hamiltonian, weight: float) -> None:
    start = np.array([0, 1, -1], dtype=np.int32)
    diagonal = model.diagonal()
    vectors = warm_bits(model, start, weight)
    simulator = Simulator(diagonal, model.valid(diagonal), [2] * model.qubits, vectors)
    circuit = qaoa_circuit(model, ANGLES, "x", start, weight, measure=False)
    assert np.allclose(probabilities(circuit), simulator.probabilities(ANGLES), atol=1e-12)


@pytest.mark.parametrize("weight", [0.0, 0.5])
def test_the_xy_circuit_has_the_distribution_of_the_subspace(
    problem: AssignmentProblem, model: Hamiltonian, weight: float
) -> None:
    """The same angles on the same energies; nothing leaves the one-hot states."""
    start = np.array([0, 1, -1], dtype=np.int32)
    encoding = OneHotEncoding.of(problem)
    states = one_hot_states(model, encoding)
    energies = model.energies(states)
    vectors = warm_labels(encoding, start, weight)
    simulator = Simulator(energies, np.ones(len(states), bool), encoding.widths.tolist(), vectors)
    found = probabilities(qaoa_circuit(model, ANGLES, "xy", start, weight, measure=False))
    assert found[states].sum() == pytest.approx(1.0, abs=1e-12)
    assert np.allclose(found[states], simulator.probabilities(ANGLES), atol=1e-12)


def test_the_ring_mixer_keeps_one_label_a_task(problem: AssignmentProblem, model: Hamiltonian) -> None:
    states = one_hot_states(model, OneHotEncoding.of(problem))
    found = probabilities(qaoa_circuit(model, ANGLES, "xy-ring", measure=False))
    assert found[states].sum() == pytest.approx(1.0, abs=1e-12)


def test_energies_diagonal_and_pauli_operator_agree(model: Hamiltonian) -> None:
    diagonal = model.diagonal()
    assert np.allclose(diagonal, model.energies(range(len(diagonal))))
    operator, constant = pauli_hamiltonian(model)
    assert np.allclose(np.diag(operator.to_matrix()).real + constant, diagonal)


def test_valid_bit_strings_have_the_objective_as_energy_and_the_least_is_the_optimum() -> None:
    for seed in range(6):
        problem = random_problem(seed, tasks=3, agents=2, resources=1)
        model = Hamiltonian.compile(problem)
        diagonal = model.diagonal()
        valid = model.valid(diagonal)
        assert valid.any()
        assert valid[np.argmin(diagonal)]
        for state in np.flatnonzero(valid)[::5]:
            assignment, clean = model.decode(int(state))
            assert clean
            assert not problem.violations(assignment)
            assert problem.objective(assignment).total == pytest.approx(diagonal[state], abs=1e-6)


def test_unbalanced_penalties_need_no_idle_bits_and_charge_overload() -> None:
    problem = random_problem(2, tasks=4, agents=2, resources=1, pairs=False, conflicts=False)
    slack, none = (Hamiltonian.compile(problem, capacity) for capacity in ("slack", "unbalanced"))
    assert none.qubits == len(problem.agent) + problem.tasks < slack.qubits
    encoding = OneHotEncoding.of(problem)
    energy = none.energies(one_hot_states(none, encoding))
    worth = np.array([problem.objective(encoding.decode(s)).total for s in range(encoding.states)])
    over = np.array([bool(problem.violations(encoding.decode(s)).overload) for s in range(encoding.states)])
    assert over.any()
    assert (energy - worth)[over].mean() > (energy - worth)[~over].mean()
    with pytest.raises(InvalidOptionError, match="capacity"):
        Hamiltonian.compile(problem, "none")


def parsed(text: str) -> tuple[int, list[tuple[str, list[float], list[int]]]]:
    """An OpenQASM 3 program of gates on q[..], by its text alone."""
    assert text.startswith("OPENQASM 3")
    width = int(re.search(r"qubit\[(\d+)\] q;", text).group(1))
    gates = []
    for name, angle, where in re.findall(r"^(rz|sx|x|cx)(?:\((.*?)\))? (q\[.*);$", text, re.MULTILINE):
        value = [float(eval(angle, {"pi": np.pi}))] if angle else []
        gates.append((name, value, [int(q) for q in re.findall(r"q\[(\d+)\]", where)]))
    return width, gates


def simulated(width: int, gates: list[tuple[str, list[float], list[int]]]) -> np.ndarray:
    state = np.zeros(1 << width, dtype=complex)
    state[0] = 1.0
    bits = np.arange(1 << width)
    for name, angle, qubits in gates:
        flipped = state[bits ^ (1 << qubits[-1])]
        if name == "rz":
            state = state * np.exp(0.5j * angle[0] * (2 * (bits >> qubits[0] & 1) - 1))
        elif name == "x":
            state = flipped
        elif name == "sx":
            state = (1 + 1j) / 2 * state + (1 - 1j) / 2 * flipped
        else:
            state = np.where(bits >> qubits[0] & 1, flipped, state)
    return np.abs(state) ** 2


def test_the_exported_program_read_back_has_the_same_distribution(model: Hamiltonian, tmp_path: Path) -> None:
    """Parsed and simulated here, gate by gate, without Qiskit."""
    path = tmp_path / "circuit.qasm"
    write_qasm3(qaoa_circuit(model, ANGLES, "xy"), path)
    text = path.read_text()
    assert len(re.findall(r"measure", text)) == model.qubits
    width, gates = parsed(text)
    assert width == model.qubits
    expected = probabilities(qaoa_circuit(model, ANGLES, "xy", measure=False))
    assert np.allclose(simulated(width, gates), expected, atol=1e-9)


def test_costs_grow_with_layers_and_with_missing_connections(model: Hamiltonian) -> None:
    circuit = qaoa_circuit(model, ANGLES, "xy")
    costs = {name: circuit_cost(circuit, name) for name in PRESETS}
    assert all(cost.qubits >= model.qubits and cost.depth >= cost.two_qubit_depth > 0 for cost in costs.values())
    assert all(cost.gates > cost.two_qubit_gates > 0 for cost in costs.values())
    assert costs["all-to-all"].two_qubit_gates < costs["linear"].two_qubit_gates
    assert costs["all-to-all"].two_qubit_gates < costs["heavy-hex"].two_qubit_gates
    deeper = qaoa_circuit(model, Angles(ANGLES.gammas * 2, ANGLES.betas * 2), "xy")
    assert circuit_cost(deeper, "all-to-all").two_qubit_gates > 1.5 * costs["all-to-all"].two_qubit_gates
    with pytest.raises(UnknownBackendError, match="heavy-hex"):
        named_backend("moon", 4)


def test_samplers_agree_with_the_exact_distribution_and_noise_breaks_one_hot(model: Hamiltonian) -> None:
    pytest.importorskip("qiskit_aer")
    exact = probabilities(qaoa_circuit(model, ANGLES, "xy", measure=False))
    runs = [run_circuit(model, ANGLES, "xy", engine, shots=4000, seed=2) for engine in ("statevector", "aer")]
    for run in runs:
        drawn = np.array([run.counts.get(state, 0) for state in range(len(exact))]) / 4000
        assert np.abs(drawn - exact).sum() < 0.1
        assert run.one_hot_share == 1.0
        assert run.best_shot >= run.optimum - 1e-9
    again = run_circuit(model, ANGLES, "xy", "aer", shots=4000, seed=2)
    assert again.counts == runs[1].counts
    noisy = run_circuit(model, ANGLES, "xy", "aer", shots=1000, seed=2, noise=Noise(two=0.05))
    assert noisy.one_hot_share < 0.9
    with pytest.raises(InvalidOptionError, match="noise"):
        run_circuit(model, ANGLES, noise=Noise())
    with pytest.raises(InvalidOptionError, match="backend has its own"):
        run_circuit(model, ANGLES, engine="aer", noise=Noise(), backend=named_backend("linear", model.qubits))
    with pytest.raises(InvalidOptionError, match="probability"):
        Noise(one=2.0)


def test_a_provider_s_backend_object_takes_the_circuit(model: Hamiltonian) -> None:
    """A local one stands in: what is accepted is any BackendV2."""
    pytest.importorskip("qiskit_aer")
    backend = named_backend("linear", model.qubits)
    run = run_circuit(model, ANGLES, "xy", shots=500, seed=1, backend=backend)
    assert sum(run.counts.values()) == 500
    assert circuit_cost(qaoa_circuit(model, ANGLES), backend).backend == "linear"


@pytest.mark.parametrize("mixer", ["x", "xy"])
def test_the_peer_runs_on_the_same_energies(model: Hamiltonian, mixer: str) -> None:
    pytest.importorskip("qiskit_optimization")
    run, evaluations = peer_qaoa(model, layers=1, evaluations=6, shots=300, mixer=mixer, cvar=0.5)
    assert evaluations >= 5
    assert sum(run.counts.values()) == pytest.approx(300, abs=5)
    assert run.best_shot is None or run.best_shot >= run.optimum - 1e-9
    assert (run.one_hot_share == 1.0) == (mixer == "xy")


def test_the_simulator_of_all_bit_strings_sees_the_optimum_of_the_subspace() -> None:
    problem = random_problem(4, tasks=3, agents=2, resources=1)
    x = solve_sub_problem(problem, QaoaOptions(mixer="x", warm_start=0.4))[1]
    xy = solve_sub_problem(problem)[1]
    assert x.optimum == pytest.approx(xy.optimum)
    assert x.qubits >= xy.qubits


def test_without_qiskit_the_error_says_what_to_install(model: Hamiltonian, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "qiskit", None)
    with pytest.raises(QuantumLibraryMissingError, match="make extra NAME=quantum"):
        qaoa_circuit(model, ANGLES)
    for mixer in ("y", "xy-all"):
        with pytest.raises(InvalidOptionError, match="mixer"):
            qaoa_circuit(model, ANGLES, mixer)
    assert "x" in CIRCUIT_MIXERS
