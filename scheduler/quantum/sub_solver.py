"""QAOA on one problem that fits the simulator: the sub-solver of the hierarchy and of the windows."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from scheduler.errors import ProblemTooLargeError
from scheduler.hierarchy import SubProblem
from scheduler.quantum.encoding import STATE_LIMIT, OneHotEncoding, state_count
from scheduler.quantum.hamiltonian import QUBIT_LIMIT, Hamiltonian
from scheduler.quantum.options import QaoaOptions
from scheduler.quantum.qaoa import run_qaoa
from scheduler.quantum.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.arrays import FloatArray, Int32Array
    from scheduler.problem import AssignmentProblem
    from scheduler.quantum.report import QuantumReport

DEFAULT_OPTIONS = QaoaOptions()


def solve_sub_problem(
    part: SubProblem | AssignmentProblem,
    options: QaoaOptions = DEFAULT_OPTIONS,
    seed: int = 0,
    start: Int32Array | None = None,
    stop: Callable[[], bool] | None = None,
) -> tuple[Int32Array | None, QuantumReport] | None:
    """Run simulated QAOA on a problem of up to `STATE_LIMIT` states.

    Parameters
    ----------
    part
        What to solve; a `SubProblem` writes the answer back with `lift`.
    options
        See `QaoaOptions`.
    seed
        Seed of the shots.
    start
        What a warm start begins from, agent per task of `part`; None: every task where it costs least.
    stop
        Asked between layers; once it is true the run is given up.

    Returns
    -------
    The best valid assignment measured, shape (T,), None where no shot keeps all rules; and the report. None where it
    was stopped.

    Raises
    ------
    ProblemTooLargeError
        If the problem has too many states, or too many qubits for the X mixer.

    Examples
    --------
    >>> from scheduler import from_triplets
    >>> from scheduler.quantum.sub_solver import solve_sub_problem
    >>> cost, demand = [2.0, 3.0, 1.0], [1.0, 1.0, 1.0]
    >>> problem = from_triplets([0, 0, 1], [0, 1, 0], cost, demand, [1.0, 1.0], unassigned_cost=[9.0, 9.0])
    >>> assignment, report = solve_sub_problem(problem)
    >>> assignment.tolist(), report.optimum, report.hit
    ([1, 0], 4.0, True)
    """
    problem = part.problem if isinstance(part, SubProblem) else part
    if options.mixer == "x":
        return _all_bit_strings(problem, options, seed, start, stop)
    encoding = OneHotEncoding.of(problem)
    began = time.perf_counter()
    filled = encoding.diagonal(stop)
    if filled is None:
        return None
    seconds = time.perf_counter() - began
    vectors = None
    if options.warm_start:
        vectors = warm_labels(encoding, _cheapest(encoding) if start is None else start, options.warm_start)
    simulator = Simulator(*filled, encoding.widths.tolist(), vectors)
    found = run_qaoa(simulator, options, seed, encoding.qubits, seconds, stop)
    if found is None:
        return None
    best, report = found
    return None if best is None else encoding.decode(best), report


def fits(problem: AssignmentProblem, options: QaoaOptions) -> bool:
    """Whether `solve_sub_problem` takes a problem in the one-hot encoding."""
    return options.mixer == "xy" and state_count(problem) <= STATE_LIMIT


def _all_bit_strings(
    problem: AssignmentProblem,
    options: QaoaOptions,
    seed: int,
    start: Int32Array | None,
    stop: Callable[[], bool] | None,
) -> tuple[Int32Array | None, QuantumReport] | None:
    count = len(problem.agent) + problem.tasks
    if count > QUBIT_LIMIT:
        raise ProblemTooLargeError("the simulator of all bit strings", "qubits", count, QUBIT_LIMIT, "qaoa")
    model = Hamiltonian.compile(problem)
    model.fit()
    began = time.perf_counter()
    diagonal = model.diagonal()
    seconds = time.perf_counter() - began
    vectors = None
    if options.warm_start:
        vectors = warm_bits(
            model, _cheapest(OneHotEncoding.of(problem)) if start is None else start, options.warm_start
        )
    simulator = Simulator(diagonal, model.valid(diagonal), [2] * model.qubits, vectors)
    found = run_qaoa(simulator, options, seed, model.qubits, seconds, stop)
    if found is None:
        return None
    best, report = found
    return None if best is None else model.decode(best)[0], report


def warm_labels(encoding: OneHotEncoding, start: Int32Array, weight: float) -> FloatArray:
    """The u of every task that measures its label of the start with `weight` more than the others."""
    vectors = [np.zeros(0)]
    for task, agent in enumerate(start.tolist()):
        labels = encoding.agent[encoding.label_ptr[task] : encoding.label_ptr[task + 1]]
        here = labels == agent
        share = weight if here.any() else 0.0
        vectors.append(np.sqrt((1.0 - share) / len(labels) + share * here))
    return np.concatenate(vectors)


def warm_bits(model: Hamiltonian, start: Int32Array, weight: float) -> FloatArray:
    """The u of every qubit, the last first, that measures its bit of the start with `weight` more than the other.

    Qubits of idle capacity stay half and half.
    """
    chosen = {("x", task, agent) for task, agent in enumerate(start.tolist())}
    ones = []
    for name in reversed(model.names):
        lean = weight if name in chosen else -weight
        ones.append((1.0 + (lean if name[0] == "x" else 0.0)) / 2.0)
    vectors: FloatArray = np.sqrt(np.array([(1.0 - one, one) for one in ones]).ravel())
    return vectors


def _cheapest(encoding: OneHotEncoding) -> Int32Array:
    cost = encoding.tables().cost
    starts, ends = encoding.label_ptr[:-1], encoding.label_ptr[1:]
    least = [int(begin + np.argmin(cost[begin:end])) for begin, end in zip(starts, ends, strict=True)]
    return encoding.agent[least]
