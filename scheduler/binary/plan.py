"""The answer of a QUBO solver."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class QuboImprovement:
    """A better state, reported while a solver runs: seconds since it began, energy, bound (always None), state."""

    seconds: float
    objective: float
    bound: float | None
    state: NDArray[np.int8]


OnState = Callable[[QuboImprovement], None]


@dataclass(frozen=True, slots=True, eq=False)
class QuboPlan:
    """A state of a `QuboProblem`, its energy and its origin.

    Parameters
    ----------
    state
        int8 (n,): 0 or 1 for each variable; read-only.
    energy
        Its energy, recomputed from the problem.
    solver, seed
        What found it.
    seconds
        Wall clock.
    trace
        (seconds, energy, None) at each improvement.
    bound, gap
        None: bounds that are cheap are far off.
    moves
        Flips proposed, None where the solver does not say.
    reason
        What the solver did.
    fallbacks
        What did not go as asked.
    """

    state: NDArray[np.int8]
    energy: float
    solver: str
    seed: int
    seconds: float
    trace: list[tuple[float, float, float | None]]
    bound: float | None = None
    gap: float | None = None
    moves: int | None = None
    reason: str = ""
    fallbacks: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """Plain dictionary for `json.dumps`."""
        names = ("energy", "solver", "seed", "seconds", "trace", "bound", "gap", "moves", "reason")
        data = {name: getattr(self, name) for name in names}
        return {"state": self.state.tolist(), **data, "fallbacks": list(self.fallbacks)}
