"""How large domains are and where they are cut: pieces of clusters, merged by what they share until all are even.

Agents of a cluster are split into pieces until none holds more than a share of a domain's work; domains grow from
pieces, always by the one that has most to do with the pieces inside for its own size, until they hold their share of
the work that is left. So large clusters split, small ones merge, and what is cut is weak: tasks whose eligible agents
lie on both sides, and pairs of tasks that are apart. Where a domain's load changes, the next division follows it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.arrays import FloatArray, Int32Array, Int64Array
from scheduler.spaces import full_space

if TYPE_CHECKING:
    from scheduler.problem import AssignmentProblem

PIECES = 6
"""Pieces that a domain is made of at least, where it has as many agents."""
SAMPLE = 100_000
"""Tasks from which it is measured what pieces share."""
WANDER = 0.7
"""Standard deviation of the logarithm of what multiplies that from turn 1 on."""


@dataclass(frozen=True, slots=True)
class Balance:
    """How evenly a division spreads tasks, load and pairs; one entry a domain.

    Parameters
    ----------
    tasks
        Tasks of each domain.
    load_share
        Load over capacity, of the resource where that is highest.
    eligible
        Eligible pairs inside.
    coupling_cut
        Share of its pairs' weight that leaves the domain, 0 to 1.
    """

    tasks: tuple[int, ...]
    load_share: tuple[float, ...]
    eligible: tuple[int, ...]
    coupling_cut: tuple[float, ...]

    @property
    def largest_to_mean(self) -> float:
        """Tasks of the largest domain over the mean; 1 is even, and no tasks are even too."""
        total = sum(self.tasks)
        return max(self.tasks) * len(self.tasks) / total if total else 1.0

    def to_json(self) -> dict[str, Any]:
        """Plain dictionary for `json.dumps`."""
        return asdict(self) | {"largest_to_mean": self.largest_to_mean}

    def __str__(self) -> str:
        low, high = min(self.tasks, default=0), max(self.tasks, default=0)
        return f"{len(self.tasks)} domains of {low} to {high} tasks"


def balance_of(
    problem: AssignmentProblem, assignment: Int32Array, task_domain: Int32Array, domain: Int32Array, count: int
) -> Balance:
    """The balance of an assignment over domains of tasks (-1: none) and agents."""
    from scheduler.kernels.extraction import domain_figures

    labels, inside, leaving = np.zeros(count, np.int64), np.zeros(count), np.zeros(count)
    domain_figures(full_space(problem), task_domain, domain, labels, inside, leaving)
    load, capacity = np.zeros((2, count, problem.resources))
    np.add.at(load, domain, problem.loads(assignment))
    np.add.at(capacity, domain, problem.capacity)
    share = np.divide(load, capacity, out=np.zeros_like(load), where=capacity > 0).max(axis=1, initial=0.0)
    weight = inside + leaving
    cut = np.divide(leaving, weight, out=np.zeros(count), where=weight > 0)
    tasks = np.bincount(task_domain[task_domain >= 0], minlength=count)
    return Balance(tuple(tasks.tolist()), tuple(share.tolist()), tuple(labels.tolist()), tuple(cut.tolist()))


def divided(problem: AssignmentProblem, assignment: Int32Array, count: int, turn: int, seed: int) -> Int32Array:
    """Domain of every agent, shape (A,): `count` domains of about equal work.

    Work is the labels of the tasks that an agent has by `assignment`, plus one; turn 0 draws nothing at random.
    """
    if count == 1:
        return np.zeros(problem.agents, dtype=np.int32)
    from scheduler.kernels.extraction import piece_coupling

    rng = np.random.default_rng((seed, turn)) if turn else None
    width = np.diff(problem.task_ptr)
    placed = assignment >= 0
    held: FloatArray = np.bincount(assignment[placed], weights=width[placed], minlength=problem.agents).astype(
        np.float64
    )
    work = held + 1.0
    piece, pieces = split(problem.agent_cluster, work, work.sum() / (count * PIECES), rng)
    coupling = np.zeros((pieces, pieces))
    agents = np.where(placed, assignment, np.int32(problem.agents))
    piece_coupling(full_space(problem), agents, piece, 1 + problem.tasks // SAMPLE, coupling)
    if rng is not None:
        noise = np.exp(rng.normal(0.0, WANDER, coupling.shape))
        coupling *= noise * noise.T
    sizes: FloatArray = np.bincount(piece, weights=work, minlength=pieces).astype(np.float64)
    return merge(coupling, sizes, count)[piece]


def split(
    cluster: Int32Array, work: FloatArray, most: float, rng: np.random.Generator | None
) -> tuple[Int32Array, int]:
    """Piece of every agent, and their number: clusters cut into pieces of at most about `most` work.

    Agents of a cluster are cut in order of their numbers, or in random order.
    """
    agents = np.arange(len(cluster)) if rng is None else rng.permutation(len(cluster))
    order = agents[np.argsort(cluster[agents], kind="stable")]
    totals = np.bincount(cluster, weights=work)
    parts = np.maximum(np.ceil(totals / most), 1.0).astype(np.int64)
    first = np.cumsum(parts) - parts
    before = np.cumsum(work[order]) - work[order] / 2.0
    begins = (np.cumsum(totals) - totals)[cluster[order]]
    share = (before - begins) / totals[cluster[order]]
    number = first[cluster[order]] + np.minimum(
        (share * parts[cluster[order]]).astype(np.int64), parts[cluster[order]] - 1
    )
    names, dense = np.unique(number, return_inverse=True)
    piece = np.empty(len(cluster), dtype=np.int32)
    piece[order] = dense
    return piece, len(names)


def merge(coupling: FloatArray, sizes: FloatArray, count: int) -> Int32Array:
    """Domain of every piece: `count` domains, each grown by the piece that is coupled to it most for its size.

    Domains begin at the free piece that is coupled least to the other free ones, and end when the next piece would
    bring them farther from their share of the work that is left; every domain has a piece.
    """
    pieces = len(sizes)
    count = min(count, pieces)
    domain = np.full(pieces, -1, dtype=np.int32)
    outward = coupling.sum(axis=1) - coupling.diagonal()
    free, left = pieces, float(sizes.sum())
    for number in range(count - 1):
        share = left / (count - number)
        piece = int(np.argmin(np.where(domain < 0, outward, np.inf)))
        pull, held = np.zeros(pieces), 0.0
        while True:
            domain[piece], held, free = number, held + sizes[piece], free - 1
            outward -= coupling[:, piece]
            pull += coupling[:, piece]
            if free < count - number:
                break
            piece = int(np.argmax(np.where(domain < 0, pull / sizes, -1.0)))
            if held + sizes[piece] / 2.0 > share:
                break
        left -= held
    domain[domain < 0] = count - 1
    return domain


def domain_counts(tasks: int, most: int, size: int) -> list[int]:
    """Domains of each level, at most `most`: 1, then up to four times as many until a domain has about `size` tasks."""
    counts, last = [1], max(1, min(round(tasks / size), most))
    while counts[-1] < last:
        counts.append(min(counts[-1] * 4, last))
    return counts


def cluster_shares(domain: Int32Array, cluster: Int32Array, count: int, clusters: int) -> FloatArray:
    """Share of every domain's agents that is in each cluster, shape (count, clusters)."""
    numbers: Int64Array = np.bincount(domain.astype(np.int64) * clusters + cluster, minlength=count * clusters)
    table = numbers.reshape(count, clusters).astype(np.float64)
    shares: FloatArray = table / np.maximum(table.sum(axis=1, keepdims=True), 1.0)
    return shares
