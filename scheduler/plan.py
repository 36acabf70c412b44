"""The answer of a solver: who does what, what it costs, how far from optimal it can be at most, and why."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from scheduler.arrays import FloatArray, Int32Array
from scheduler.evaluation import Objective

if TYPE_CHECKING:
    from scheduler.bounds.certificate import Certificate

Parallel = Callable[[Callable[[Any], Any], list[Any]], list[Any]]
"""An injected parallel map: `parallel(function, items)` returns the results in the order of the items."""


@dataclass(frozen=True, slots=True)
class Improvement:
    """A better valid assignment, reported while a solver runs.

    Parameters
    ----------
    seconds
        Since the solve began.
    objective
        Total objective (infinite while a task that must be placed is not).
    bound
        Best lower bound so far, None before there is one.
    assignment
        Agent per task, -1 unassigned.
    """

    seconds: float
    objective: float
    bound: float | None
    assignment: Int32Array


OnImprove = Callable[[Improvement], None]


def relative_gap(objective: float, bound: float | None) -> float | None:
    """(objective - bound) / max(|bound|, 1e-9), or None when either is missing or infinite."""
    if bound is None or not math.isfinite(objective) or not math.isfinite(bound):
        return None
    return max(objective - bound, 0.0) / max(abs(bound), 1e-9)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A valid assignment with its value, its bound and its origin.

    A plan never breaks a hard rule: what does not fit is -1 in `assignment`.

    Parameters
    ----------
    assignment
        int32 (T,): agent per task, -1 unassigned; read-only.
    objective
        Its value, split by term.
    bound
        A lower bound on the optimum of the whole problem, None when none was computed.
    gap
        (objective - bound) / max(|bound|, 1e-9), None without a bound or when a task that must be placed is
        not.
    bound_kind
        Where the bound comes from: that of its certificate, "exact" or "cp-sat" (by branch and bound), or "none".
    solver
        Name of the solver that found the assignment.
    seed
        Seed of its random choices.
    seconds
        Wall clock: "bound", "search" and "total".
    trace
        (seconds, objective, bound) at each improvement.
    prices
        float64 (A, R): price of a unit of each agent's capacity, from the dual.
    certificate
        What anyone needs to recompute the bound, None where there is none.
    reason
        Why this solver was used.
    fallbacks
        What was tried first and given up, with the cause.
    proof
        The certificate of the best bound that can be checked: `certificate` where there is one, and where branch and
        bound proved more, what prices and messages prove.
    moves
        Moves proposed by the search, None where the solver does not count any.
    quantum
        What a quantum solver says of its run (`QuantumReport` or `WindowReport` as JSON), None for other solvers.
    infeasible
        Whether it is proven that no plan places all tasks that must be placed.
    """

    assignment: Int32Array
    objective: Objective
    bound: float | None
    gap: float | None
    bound_kind: str
    solver: str
    seed: int
    seconds: dict[str, float]
    trace: list[tuple[float, float, float | None]]
    prices: FloatArray
    certificate: Certificate | None = None
    reason: str = ""
    fallbacks: tuple[str, ...] = field(default=())
    proof: Certificate | None = None
    moves: int | None = None
    quantum: Mapping[str, Any] | None = None
    infeasible: bool = False

    def to_json(self) -> dict[str, Any]:
        """Plain dictionary for `json.dumps`; infinities become None, the certificate is left out."""
        raw = {
            "assignment": self.assignment.tolist(),
            "objective": asdict(self.objective),
            "bound": self.bound,
            "gap": self.gap,
            "bound_kind": self.bound_kind,
            "solver": self.solver,
            "seed": self.seed,
            "seconds": self.seconds,
            "trace": self.trace,
            "prices": self.prices.tolist(),
            "unassigned": int((self.assignment < 0).sum()),
            "reason": self.reason,
            "fallbacks": list(self.fallbacks),
            "infeasible": self.infeasible,
            "quantum": None if self.quantum is None else dict(self.quantum),
        }
        return {key: _finite(value) for key, value in raw.items()}


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
