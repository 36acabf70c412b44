"""Families of assignment problems: skills, locality, tight capacities, continuity of care; seeded.

Tasks belong to patients, a patient lives near one cluster of agents. A task asks for a skill; about `eligible` agents
that have it may do it, a share of them near the patient. Cheap agents are worse: an agent's price and the quality of a
task pull in opposite directions. The default family is that of the generated benchmark instances.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduler import AssignmentProblem, from_triplets

Indices = NDArray[np.int64]
Values = NDArray[np.float64]
PATIENT, REACH = 5, 200
"""Mean tasks of a patient, and how far apart in order two randomly linked tasks may be."""


@dataclass(frozen=True, slots=True)
class InstanceFamily:
    """What the problems of a family have in common.

    Parameters
    ----------
    tasks, agents
        Size.
    resources
        1 to 3: staff minutes, then two that need less of it.
    eligible
        Agents that may do a task, about (fewer where a skill is rare): 5 to 50.
    locality
        Share of the eligible agents that are drawn near the patient, 0 to 1.
    tightness
        Demand over capacity, 0.8 to 0.98.
    pair_density
        Share of a patient's pairs of tasks, and of the T/5 random links, that have a weight: 0 to 1.
    unassigned_cost
        Cost of leaving a task out; `inf`: all must be placed.
    """

    tasks: int = 1000
    agents: int = 100
    resources: int = 2
    eligible: int = 20
    locality: float = 0.0
    tightness: float = 0.9
    pair_density: float = 1.0
    unassigned_cost: float = 500.0

    def __post_init__(self) -> None:
        limits = {"tasks": (1, 10**7), "agents": (1, 10**6), "resources": (1, 3), "eligible": (1, 1000),
                  "locality": (0.0, 1.0), "tightness": (0.01, 2.0), "pair_density": (0.0, 1.0),
                  "unassigned_cost": (0.0, np.inf)}  # fmt: skip
        for name, (low, high) in limits.items():
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} = {getattr(self, name)!r}: give a number from {low} to {high}")


def draw_instance(family: InstanceFamily, seed: int = 0) -> AssignmentProblem:
    """Draw a problem of a family; the same one for the same seed.

    Parameters
    ----------
    family
        Size and character.
    seed
        Seed of all draws.
    """
    rng = np.random.default_rng(seed)
    clusters = max(1, round(0.63 * np.sqrt(family.agents)))
    distance = _distances(rng, clusters)
    cluster = rng.permutation(np.arange(family.agents) % clusters)
    patient = _patients(rng, family.tasks)
    home = rng.integers(0, clusters, int(patient[-1]) + 1)[patient]
    task, agent = _eligible(rng, family, cluster, home, distance)
    price = rng.uniform(1.0, 4.0, family.agents)
    demand = np.stack(
        [rng.integers(low, high + 1, family.tasks) for low, high in ((5, 25), (1, 10), (1, 5))[: family.resources]],
        axis=1,
    ).astype(np.float64)
    quality = 30.0 * (1.0 - (price[agent] - 1.0) / 3.0) * rng.uniform(0.3, 1.3, len(agent))
    cost = np.round(0.8 * demand[task, 0] * price[agent] + quality + 3.0 * distance[home[task], cluster[agent]])
    share = rng.uniform(0.5, 1.5, family.agents)[:, np.newaxis] * rng.uniform(0.8, 1.2, (family.agents, 1))
    capacity = np.ceil(share / share.sum() * demand.sum(axis=0) / family.tightness)
    return from_triplets(
        task, agent, cost, demand[task], capacity, np.full(family.tasks, family.unassigned_cost),
        pairs=_links(rng, family, patient), agent_cluster=cluster.astype(np.int32), cluster_distance=distance,
        unassigned_distance=float(distance.max()),
    )  # fmt: skip


def _distances(rng: np.random.Generator, clusters: int) -> Values:
    """2 + 6 x Euclid between points of the unit square, rounded; 1 inside a cluster."""
    place = rng.random((clusters, 2))
    apart = np.linalg.norm(place[:, np.newaxis] - place[np.newaxis], axis=2)
    distance: Values = np.round(2.0 + 6.0 * apart)
    np.fill_diagonal(distance, 1.0)
    return distance


def _patients(rng: np.random.Generator, tasks: int) -> Indices:
    """Patient of each task, ascending: 2 to 2 x `PATIENT` - 2 tasks each."""
    sizes = rng.integers(2, 2 * PATIENT - 1, tasks)
    return np.repeat(np.arange(tasks), sizes)[:tasks]


def _eligible(
    rng: np.random.Generator, family: InstanceFamily, cluster: Indices, home: Indices, distance: Values
) -> tuple[Indices, Indices]:
    """Columns task and agent: for each task agents with its skill, the nearest ones for the share `locality`."""
    skills = max(8, round(0.06 * family.agents))
    has = np.argsort(rng.random((family.agents, skills)), axis=1)[:, :3]
    holders = [np.flatnonzero((has == skill).any(axis=1)) for skill in range(skills)]
    everyone = np.arange(family.agents)
    wanted = rng.integers(0, skills, family.tasks)
    rows, chosen = [], []
    for task, (skill, at) in enumerate(zip(wanted.tolist(), home.tolist(), strict=True)):
        able = holders[skill] if len(holders[skill]) else everyone
        near = round(family.locality * family.eligible)
        mixed = rng.permutation(able)
        close = mixed[np.argsort(distance[at, cluster[mixed]], kind="stable")[:near]] if near else mixed[:0]
        picked = np.unique(np.concatenate([close, mixed[: family.eligible - near]]))
        rows.append(np.full(len(picked), task))
        chosen.append(picked)
    return np.concatenate(rows), np.concatenate(chosen)


def _links(
    rng: np.random.Generator, family: InstanceFamily, patient: Indices
) -> tuple[Indices, Indices, Values] | None:
    """All pairs of a patient's tasks and T/5 random links, thinned to `pair_density`; weights 1 to 4."""
    tasks = family.tasks
    if family.pair_density == 0.0 or tasks < 2:
        return None
    span = np.arange(1, 2 * PATIENT - 2)
    first, step = np.repeat(np.arange(tasks), len(span)), np.tile(span, tasks)
    inside = first + step < tasks
    first, second = first[inside], (first + step)[inside]
    same = patient[first] == patient[second]
    one = rng.integers(0, tasks, tasks // 5)
    other = (one + rng.integers(1, REACH + 1, len(one))) % tasks
    first, second = np.concatenate([first[same], one]), np.concatenate([second[same], other])
    kept = (first != second) & (rng.random(len(first)) < family.pair_density)
    weight = rng.integers(1, 5, int(kept.sum())).astype(np.float64)
    return (first[kept], second[kept], weight) if kept.any() else None
