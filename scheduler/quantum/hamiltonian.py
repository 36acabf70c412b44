"""A problem as a diagonal Hamiltonian over qubits: the penalty QUBO, as X mixers, VQE and circuits need it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.arrays import BoolArray, FloatArray, Int32Array, Int64Array, row_of
from scheduler.binary.problem import QuboProblem
from scheduler.errors import ProblemTooLargeError
from scheduler.problem import AssignmentProblem
from scheduler.quantum.encoding import OneHotEncoding, energy_scale
from scheduler.quantum.errors import InvalidOptionError
from scheduler.qubo import PenaltyQUBO

if TYPE_CHECKING:
    from collections.abc import Iterable

QUBIT_LIMIT = 22
"""Most qubits of which all bit strings are simulated."""
CAPACITIES = ("slack", "unbalanced")


@dataclass(frozen=True, slots=True, eq=False)
class Hamiltonian:
    """Energies over bit strings; bit q of a state's number is qubit q, as Qiskit counts.

    Parameters
    ----------
    problem
        What was compiled.
    qubo
        The energies as a function of the bits.
    names
        Variable of each qubit, as `PenaltyQUBO` names them: ("x", task, agent) or ("s", agent, resource, bit).
    groups
        Qubits of each task's one-hot group; the other qubits are idle capacity.
    """

    problem: AssignmentProblem
    qubo: QuboProblem
    names: tuple[tuple[Any, ...], ...]
    groups: tuple[tuple[int, ...], ...]

    @classmethod
    def compile(cls, problem: AssignmentProblem, capacity: str = "slack") -> Hamiltonian:
        """Compile a problem.

        Parameters
        ----------
        problem
            What to compile.
        capacity
            "slack": idle capacity in bits of its own, as in `PenaltyQUBO`. "unbalanced": no such qubits, but a penalty
            of 1 - h + h^2/2 for the idle capacity h in mean demands, the second-order expansion of exp(-h)
            (Montañez-Barrera et al. 2024, arXiv 2211.13914); the least energy is then no longer sure to be the optimum.

        Raises
        ------
        InvalidOptionError
            If `capacity` is neither.
        ProblemTooLargeError
            If the penalty QUBO is too large.
        """
        if capacity not in CAPACITIES:
            raise InvalidOptionError("capacity", capacity, f"choose one of {', '.join(CAPACITIES)}")
        slack = capacity == "slack"
        penalty = PenaltyQUBO.compile(problem if slack else _without_capacity(problem))
        names = tuple(penalty.bqm.variables)
        place = {name: q for q, name in enumerate(names)}
        groups = tuple(tuple(place[name] for name in group) for group in penalty.groups)
        linear = np.array([penalty.bqm.get_linear(name) for name in names])
        terms = [(place[i], place[j], value) for (i, j), value in penalty.bqm.quadratic.items()]
        offset = float(penalty.bqm.offset)
        if not slack:
            offset += _add_unbalanced(problem, place, linear, terms)
        first, second, weight = zip(*terms, strict=True) if terms else ((), (), ())
        return cls(problem, QuboProblem.from_terms(linear, first, second, weight, offset), names, groups)

    @property
    def qubits(self) -> int:
        """Number of qubits."""
        return len(self.names)

    def fit(self, limit: int = QUBIT_LIMIT, who: str = "the simulator of all bit strings") -> None:
        """Check that all bit strings can be simulated.

        Raises
        ------
        ProblemTooLargeError
            If there are more than `limit` qubits.
        """
        if self.qubits > limit:
            raise ProblemTooLargeError(who, "qubits", self.qubits, limit, "qaoa")

    def diagonal(self) -> FloatArray:
        """Energy of every bit string, shape (2^n,): built by doubling, one qubit after the other."""
        self.fit()
        qubo, n = self.qubo, self.qubits
        coupling = np.zeros((n, n))
        coupling[qubo.first, qubo.second] = qubo.weight
        energy = np.full(1 << n, qubo.offset)
        field = np.zeros(1 << max(n - 1, 0))
        for q in range(n):
            half = 1 << q
            field[0] = qubo.linear[q]
            for earlier in range(q):
                size = 1 << earlier
                np.add(field[:size], coupling[earlier, q], out=field[size : 2 * size])
            np.add(energy[:half], field[:half], out=energy[half : 2 * half])
        return energy

    def valid(self, diagonal: FloatArray) -> BoolArray:
        """Which bit strings break no rule, and have the objective as their energy; shape (2^n,)."""
        encoding = OneHotEncoding.of(self.problem)
        filled = encoding.diagonal()
        assert filled is not None
        objective, fine = filled
        states = np.arange(len(diagonal))
        number = np.zeros(len(diagonal), dtype=np.int64)
        allowed = np.ones(len(diagonal), dtype=np.bool_)
        for task, group in enumerate(self.groups):
            labels = encoding.agent[encoding.label_ptr[task] : encoding.label_ptr[task + 1]].tolist()
            found, chosen = np.zeros(len(states), dtype=np.int64), np.zeros(len(states), dtype=np.int64)
            for q in group:
                bit = (states >> q) & 1
                found += bit if self.names[q][2] in labels else 2 * bit
                chosen += bit * (labels.index(self.names[q][2]) if self.names[q][2] in labels else 0)
            keep = found == 1
            allowed[states[~keep]] = False
            states, chosen = states[keep], chosen[keep]
            number[states] = number[states] * len(labels) + chosen
        inside = number[states]
        close = np.abs(diagonal[states] - objective[inside]) <= 1e-9 * float(np.abs(diagonal).max(initial=0.0))
        allowed[states] = fine[inside] & close
        return allowed

    def decode(self, state: int) -> tuple[Int32Array, bool]:
        """Agent of every task in a bit string, -1 for left out, and whether every group was one-hot; shape (T,)."""
        assignment, clean = np.full(self.problem.tasks, -1, dtype=np.int32), True
        for task, group in enumerate(self.groups):
            chosen = [q for q in group if state >> q & 1]
            clean &= len(chosen) == 1
            if len(chosen) == 1:
                assignment[task] = self.names[chosen[0]][2]
        return assignment, clean

    def energies(self, states: Iterable[int]) -> FloatArray:
        """Energy of some bit strings, shape (n,)."""
        bits = np.array([[state >> q & 1 for q in range(self.qubits)] for state in states], dtype=np.int64)
        return (
            self.qubo.offset
            + bits @ self.qubo.linear
            + (bits[:, self.qubo.first] * bits[:, self.qubo.second]) @ self.qubo.weight
        )

    def ising(self) -> tuple[FloatArray, list[tuple[int, int, float]], float]:
        """Fields h (n,), couplings (i, j, J) and a constant, with x = (1 - Z)/2: energy = constant + hZ + JZZ."""
        qubo = self.qubo
        field = -qubo.linear / 2.0
        np.subtract.at(field, qubo.first, qubo.weight / 4.0)
        np.subtract.at(field, qubo.second, qubo.weight / 4.0)
        couplings = [
            (int(i), int(j), float(w) / 4.0) for i, j, w in zip(qubo.first, qubo.second, qubo.weight, strict=True) if w
        ]
        constant = qubo.offset + float(qubo.linear.sum()) / 2.0 + float(qubo.weight.sum()) / 4.0
        return field, couplings, constant


def _without_capacity(problem: AssignmentProblem) -> AssignmentProblem:
    fields = {name: getattr(problem, name) for name in AssignmentProblem.__dataclass_fields__}
    fields |= {"demand": np.zeros((len(problem.agent), 0)), "capacity": np.zeros((problem.agents, 0))}
    return AssignmentProblem.trusted(**fields)


def _add_unbalanced(
    problem: AssignmentProblem,
    place: dict[tuple[Any, ...], int],
    linear: FloatArray,
    terms: list[tuple[int, int, float]],
) -> float:
    """Add the unbalanced penalties of all capacities that can be exceeded; return their constant."""
    wall, constant, rows = energy_scale(problem), 0.0, row_of(problem.task_ptr)
    unit = problem.demand.mean(axis=0)
    most = np.zeros(problem.capacity.shape)
    np.add.at(most, problem.agent, problem.demand)
    for agent, resource in np.argwhere(most > problem.capacity):
        entries: Int64Array = np.flatnonzero((problem.agent == agent) & (problem.demand[:, resource] > 0.0))
        need = problem.demand[entries, resource] / unit[resource]
        room = float(problem.capacity[agent, resource] / unit[resource])
        qubits = [place["x", int(rows[k]), int(agent)] for k in entries]
        constant += wall * (1.0 - room + room * room / 2.0)
        for n, (q, d) in enumerate(zip(qubits, need.tolist(), strict=True)):
            linear[q] += wall * (d - room * d + d * d / 2.0)
            terms.extend(
                (q, other, wall * d * e) for other, e in zip(qubits[n + 1 :], need[n + 1 :].tolist(), strict=True)
            )
    return constant
