"""The samplers of OpenJij on the penalty QUBO (extra "peers")."""

from __future__ import annotations

from scheduler.solvers.penalty import PenaltySampling


class OpenJij(PenaltySampling):
    """Simulated annealing; the sweeps of a budget are those of each anneal."""

    name, sampler = "openjij", "scheduler.binary.openjij:JijAnnealing"


class OpenJijQuantum(PenaltySampling):
    """Simulated quantum annealing: replicas of the state in a fading transverse field."""

    name, sampler = "openjij-sqa", "scheduler.binary.openjij:JijQuantumAnnealing"
