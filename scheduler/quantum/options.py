"""What can be chosen about a QAOA run; the defaults need no optimiser and are the same for every problem."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from scheduler.quantum.errors import InvalidOptionError

MIXERS = ("xy", "x")
OBJECTIVES = (None, "mean", "cvar")
FEWEST_EVALUATIONS = 6
"""A model of the four ends of the ramp needs as many."""


def check_counts(options: object, *names: str) -> None:
    """Raise unless some options are whole numbers from 1 on.

    Raises
    ------
    InvalidOptionError
        With the option at fault.
    """
    for name in names:
        value = getattr(options, name)
        if not (isinstance(value, int | np.integer) and value >= 1):
            raise InvalidOptionError(name, value, "give a whole number from 1 on")


@dataclass(frozen=True, slots=True)
class QaoaOptions:
    """Options of QAOA.

    Parameters
    ----------
    layers
        Layers, p; windows of larger problems take 8 at most.
    gamma, beta
        Ends of the linear ramp: the phase angle rises from 0 to `gamma` over the standard deviation of the energies,
        the mixer's angle falls from `beta` to 0. The ramp needs no optimisation and carries over from small problems
        to large ones (Montañez-Barrera and Michielsen 2025, arXiv 2405.09169).
    shots
        Samples taken of the final state.
    mixer
        "xy": complete-graph XY mixer in the one-hot subspace; "x": X mixer over all bit strings of the penalty QUBO.
    optimise
        None: the ramp as it is; "mean" or "cvar": its four ends improved by COBYLA on the mean energy, or on the mean
        of the best `cvar` of the distribution (Barkoutsos et al. 2020, arXiv 1907.04769).
    cvar
        Share of the distribution that "cvar" looks at.
    evaluations
        States that the optimiser may simulate, 6 or more.
    warm_start
        Weight from 0 to below 1 of a start in the first state and in the mixer (after Egger, Marecek and Woerner 2021,
        arXiv 2009.10095): each task's label of the start is measured with this probability more than the others.
        It helps at few layers only, and misleads where the start is wrong.
    window_states, window_labels
        Larger problems are improved by windows of at most so many states, with so many agents a task.

    Raises
    ------
    InvalidOptionError
        With the option at fault.
    """

    layers: int = 16
    gamma: float = 2.0
    beta: float = 1.2
    shots: int = 1024
    mixer: str = "xy"
    optimise: str | None = None
    cvar: float = 0.1
    evaluations: int = 60
    warm_start: float = 0.0
    window_states: int = 20_000
    window_labels: int = 4

    def __post_init__(self) -> None:
        check_counts(self, "layers", "shots", "evaluations", "window_states", "window_labels")
        for name in ("gamma", "beta"):
            value = getattr(self, name)
            if not (isinstance(value, int | float | np.integer | np.floating) and math.isfinite(value)):
                raise InvalidOptionError(name, value, "give a finite number")
        if self.mixer not in MIXERS:
            raise InvalidOptionError("mixer", self.mixer, f"choose one of {', '.join(MIXERS)}")
        if self.optimise not in OBJECTIVES:
            raise InvalidOptionError("optimise", self.optimise, "choose None, 'mean' or 'cvar'")
        if self.optimise is not None and self.evaluations < FEWEST_EVALUATIONS:
            raise InvalidOptionError("evaluations", self.evaluations, f"COBYLA needs {FEWEST_EVALUATIONS} or more")
        if not 0.0 < self.cvar <= 1.0:
            raise InvalidOptionError("cvar", self.cvar, "give a share above 0, up to 1")
        if not 0.0 <= self.warm_start < 1.0:
            raise InvalidOptionError("warm_start", self.warm_start, "give a weight from 0 to below 1")
