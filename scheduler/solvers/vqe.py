"""Simulated VQE on the penalty QUBO of small problems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.bounds.linear import linear_bound
from scheduler.errors import ProblemTooLargeError
from scheduler.insertion import offer_insertion
from scheduler.quantum.hamiltonian import Hamiltonian
from scheduler.quantum.vqe import VQE_QUBIT_LIMIT, VqeOptions, run_vqe
from scheduler.recorder import Recorder

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scheduler.budget import Budget
    from scheduler.plan import OnImprove, Parallel, Plan
    from scheduler.problem import AssignmentProblem

DEFAULT_OPTIONS = VqeOptions()
DEFAULT_SWEEPS = 40
"""Sweeps where the budget limits neither sweeps nor seconds."""


class Vqe:
    """Simulated VQE, the exact optimum of the same energies beside it in `Plan.quantum`.

    Parameters
    ----------
    options
        See `VqeOptions`.
    """

    name = "vqe"

    def __init__(self, options: VqeOptions = DEFAULT_OPTIONS) -> None:
        self.options = options

    def solve(
        self,
        problem: AssignmentProblem,
        budget: Budget,
        seed: int,
        start: ArrayLike | None = None,
        parallel: Parallel | None = None,
        on_improve: OnImprove | None = None,
    ) -> Plan:
        """See `Solver.solve`; `parallel` is not used, a sweep is one over all angles.

        It ends before the budget once a shot is the exact optimum, and after one start where priced insertion's plan
        is proven to be as good as the budget asks.

        The plan is the better of priced insertion's and the best valid shot; the report says which figures are VQE's.

        Raises
        ------
        ProblemTooLargeError
            If the penalty QUBO has more than `VQE_QUBIT_LIMIT` variables.
        """
        del parallel
        recorder = Recorder(problem, budget, on_improve)
        begun = recorder.offer_start(start)
        choices = len(problem.agent)
        if choices > VQE_QUBIT_LIMIT:
            raise ProblemTooLargeError(self.name, "qubits", choices, VQE_QUBIT_LIMIT, "qaoa")
        model = Hamiltonian.compile(problem)
        model.fit(VQE_QUBIT_LIMIT, self.name)
        watch = recorder.stopwatch
        recorder.prove(linear_bound(problem, watch.part(0.4)))
        offer_insertion(recorder, begun)
        sweeps = budget.sweeps
        if watch.counted and sweeps is None:
            sweeps = DEFAULT_SWEEPS
        found = run_vqe(model, self.options, seed, sweeps, watch.expired, recorder.close_enough())
        if found is None:
            recorder.fallbacks.append("no time for a measurement: priced insertion's plan stands")
            return recorder.plan(self.name, seed, "ended before the first measurement")
        state, report = found
        if state is not None:
            recorder.offer(model.decode(state)[0])
        if report.beaten_by(recorder.objective):
            recorder.fallbacks.append("a plan from before VQE is better than its best shot, and stands")
        recorder.quantum = report.to_json()
        return recorder.plan(self.name, seed, f"simulated VQE; {report.verdict}")
