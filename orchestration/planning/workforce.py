"""The agents as arrays: who has which skill, licence and language, and how far clusters lie apart."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from agents.agent_spec import AgentSpec

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]


class Workforce:
    """Arrays over agents, in the order given.

    Parameters
    ----------
    specs : sequence of AgentSpec
        The agents; at least one.

    Attributes
    ----------
    addresses : list of str
    resources : list of str
        Names of all resources, sorted; columns of `capacity`.
    capacity : (A, R) float array
        Minutes within the horizon.
    cost : (A,) float array
        Cost a minute.
    clusters : list of str
        Addresses of clusters, sorted.
    cluster : (A,) int array
        Index into `clusters`.
    """

    def __init__(self, specs: Sequence[AgentSpec]) -> None:
        self.specs = list(specs)
        self.addresses = [spec.address for spec in specs]
        self.index = {address: i for i, address in enumerate(self.addresses)}
        self.resources = sorted({name for spec in specs for name in spec.capacity})
        self.capacity: Floats = np.array(
            [[spec.capacity.get(name, 0.0) for name in self.resources] for spec in specs], dtype=np.float64
        ).reshape(len(self.specs), len(self.resources))
        self.cost: Floats = np.array([spec.cost for spec in specs], dtype=np.float64)
        self.clusters = sorted({spec.cluster for spec in specs})
        number = {name: i for i, name in enumerate(self.clusters)}
        self.cluster: Ints = np.array([number[spec.cluster] for spec in specs], dtype=np.int32)
        self._steps: dict[str, Floats] = {}

    def __len__(self) -> int:
        return len(self.specs)

    @cached_property
    def levels(self) -> dict[str, tuple[Ints, Ints]]:
        """Agents (ascending) and their levels, by skill."""
        found: dict[str, tuple[list[int], list[int]]] = {}
        for i, spec in enumerate(self.specs):
            for name, level in spec.skills.items():
                agents, levels = found.setdefault(name, ([], []))
                agents.append(i)
                levels.append(level)
        return {name: (np.array(a, np.int32), np.array(v, np.int32)) for name, (a, v) in found.items()}

    def holds(self, licence: str) -> Bools:
        """Which agents hold a licence; (A,)."""
        return np.array([licence in spec.licences for spec in self.specs], dtype=np.bool_)

    def speaks(self, language: str) -> Bools:
        """Which agents speak a language, by its primary tag; (A,)."""
        tag = language.partition("-")[0].lower()
        return np.array(
            [any(known.partition("-")[0].lower() == tag for known in spec.languages) for spec in self.specs],
            dtype=np.bool_,
        )

    def below(self, prefix: str) -> Bools:
        """Which agents are at or below an address; (A,)."""
        return np.array([a == prefix or a.startswith(prefix + "/") for a in self.addresses], dtype=np.bool_)

    def steps_to(self, zone: str) -> Floats:
        """Steps in the tree from each agent's nearest zone to `zone`, 0 where it works there; (A,)."""
        if zone not in self._steps:
            self._steps[zone] = np.array([_steps(spec, zone) for spec in self.specs], dtype=np.float64)
        return self._steps[zone]

    @cached_property
    def cluster_distance(self) -> Floats:
        """Distance between clusters: 1 inside one, 1 + half the steps in the tree between two; (C, C)."""
        size = len(self.clusters)
        distance = np.ones((size, size))
        for i, a in enumerate(self.clusters):
            for j in range(i):
                distance[i, j] = distance[j, i] = 1.0 + tree_steps(a, self.clusters[j]) / 2.0
        return distance


def tree_steps(a: str, b: str) -> int:
    """Number of edges between two addresses in the tree of clusters."""
    left, right = (a.split("/") if a else []), (b.split("/") if b else [])
    common = 0
    for x, y in zip(left, right, strict=False):
        if x != y:
            break
        common += 1
    return len(left) + len(right) - 2 * common


def _steps(spec: AgentSpec, zone: str) -> int:
    """Steps from the nearest place where an agent works to a zone.

    A place is one of its `zones`, or its cluster when it names none. Zones may be written as an address or as the last
    part of one: a bare name is the place of that name, and 2 steps (a neighbour) from any other.
    """
    return min(_distance(place, zone) for place in spec.zones or (spec.cluster,))


def _distance(place: str, zone: str) -> int:
    if zone == place or zone.startswith(place + "/"):
        return 0
    if "/" in place and "/" in zone:
        return tree_steps(place, zone)
    return 0 if place.rpartition("/")[2] == zone.rpartition("/")[2] else _NEIGHBOUR


_NEIGHBOUR = 2
