"""The samplers of dwave-samplers on the penalty QUBO."""

from __future__ import annotations

from scheduler.solvers.penalty import PenaltySampling


class Neal(PenaltySampling):
    """Simulated annealing; the sweeps of a budget are those of each anneal."""

    name, sampler = "neal", "scheduler.binary.samplers:Annealing"


class DwaveTabu(PenaltySampling):
    """Tabu search, for up to some thousand variables: its matrix is dense. Sweeps count restarts."""

    name, sampler = "dwave-tabu", "scheduler.binary.samplers:TabuSearch"


class DwaveSteepest(PenaltySampling):
    """Steepest descent from random states. Sweeps count descents, of which the best is repaired."""

    name, sampler = "dwave-steepest", "scheduler.binary.samplers:Descent"
