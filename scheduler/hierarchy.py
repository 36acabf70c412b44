"""The hierarchy of QUBOs: levels of domains, each domain a self-contained assignment problem.

A level divides the agents into domains, groups of near clusters of about equal work. The top of the hierarchy
is the priced relaxation: its beliefs choose the domain of every task and its prices tell every domain what
capacity is worth elsewhere. A domain's sub-problem holds the tasks that are on its agents; what they pay to
pair partners in other domains is folded into the costs of their labels, so that it stands alone, compiles to
a BQM (`SubProblem.qubo`), and any improvement in it is the same improvement of the whole.

Solving every domain to the end by itself packs each one's capacity separately and leaves tasks over: gaps
grow by whole percents. So all domains follow one schedule of the whole together: some sweeps each, then other
domains, cut along other lines (`Level.rotated`), and at the end one refinement of all tasks together. Rounds,
domains and seeds are fixed beforehand, so with a budget in sweeps the plan is the same for any number of
workers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import FloatArray, Int32Array, Int64Array, pointers, row_of
from scheduler.evaluation import as_assignment
from scheduler.problem import AssignmentProblem
from scheduler.relaxation import Relaxation, most_believed, relax
from scheduler.spaces import full_space

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from scheduler.cqm import AssignmentCQM
    from scheduler.qubo import PenaltyQUBO

TASKS_A_DOMAIN = 8_000
"""Tasks that a domain of the lowest level has about."""


@dataclass(frozen=True, slots=True, eq=False)
class SubProblem:
    """A part of a problem that stands alone.

    Parameters
    ----------
    problem
        Its tasks and agents, numbered from 0, pairs to the outside folded into its costs.
    tasks
        int64: the whole problem's number of each of its tasks.
    agents
        int64: the whole problem's number of each of its agents.
    entries
        int64: the whole problem's index of each of its eligible pairs.
    """

    problem: AssignmentProblem
    tasks: Int64Array
    agents: Int64Array
    entries: Int64Array

    def restrict(self, assignment: Int32Array) -> Int32Array:
        """The part of an assignment of the whole that is about its tasks; agents outside become -1."""
        local = np.full(int(max(self.agents.max(initial=-1), assignment.max(initial=-1))) + 2, -1, dtype=np.int32)
        local[self.agents] = np.arange(len(self.agents), dtype=np.int32)
        return local[assignment[self.tasks]]

    def lift(self, assignment: ArrayLike, whole: Int32Array) -> None:
        """Write an assignment of its tasks into one of the whole problem, in place."""
        vector = as_assignment(self.problem, assignment)
        placed = vector >= 0
        whole[self.tasks] = -1
        whole[self.tasks[placed]] = self.agents[vector[placed]]

    def qubo(self) -> PenaltyQUBO:
        """Its penalty QUBO (see `scheduler.qubo`)."""
        from scheduler.qubo import PenaltyQUBO

        return PenaltyQUBO.compile(self.problem)

    def cqm(self) -> AssignmentCQM:
        """Its constrained quadratic model (see `scheduler.cqm`)."""
        from scheduler.cqm import AssignmentCQM

        return AssignmentCQM.compile(self.problem)


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """One way to divide the agents into domains.

    Parameters
    ----------
    problem
        The whole problem.
    relaxation
        Its relaxation, which says where tasks that nobody has yet belong.
    count
        Number of domains.
    domain
        int64 (A,): domain of every agent.
    """

    problem: AssignmentProblem
    relaxation: Relaxation
    count: int
    domain: Int64Array

    @classmethod
    def divide(
        cls, problem: AssignmentProblem, relaxation: Relaxation, count: int, turn: int = 0, seed: int = 0
    ) -> Level:
        """Cut the agents into `count` domains of about equal work.

        Turn 0 cuts along a chain of near clusters, even turns shift those cuts by a third of a domain each
        time, odd turns chain the clusters at random.
        """
        count = max(1, min(count, problem.agents))
        rank = _cluster_chain(problem)
        if turn % 2:
            rank = np.random.default_rng((seed, turn)).permutation(problem.clusters)
        order = np.lexsort((np.arange(problem.agents), rank[problem.agent_cluster]))
        work = np.bincount(problem.agent, minlength=problem.agents)[order] + 1.0
        middle = (np.cumsum(work) - work / 2) / work.sum() if len(work) else work
        part = np.floor(middle * count + (turn // 2) / 3.0).astype(np.int64) % count
        domain = np.empty(problem.agents, dtype=np.int64)
        domain[order] = part
        return cls(problem, relaxation, count, domain)

    def rotated(self, turn: int, seed: int) -> Level:
        """The same number of domains, cut along other lines."""
        return Level.divide(self.problem, self.relaxation, self.count, turn, seed)

    def task_domains(self, assignment: Int32Array) -> Int64Array:
        """Domain of every task: its agent's, or its most believed agent's; -1 where nobody may do it."""
        out = assignment < 0
        place = assignment.copy()
        if out.any():
            least = _first_believed(self.problem, self.relaxation)
            place[out] = least[out]
        padded = np.append(self.domain, -1)
        return padded[place]

    def sub_problems(self, assignment: ArrayLike) -> list[SubProblem]:
        """The sub-problem of every domain that has tasks, around an assignment of the whole."""
        vector = as_assignment(self.problem, assignment)
        of_task = self.task_domains(vector)
        from scheduler.kernels.folding import fold_outside

        cost, missed = self.problem.cost.copy(), self.problem.unassigned_cost.copy()
        agents = np.where(vector < 0, np.int32(self.problem.agents), vector)
        fold_outside(full_space(self.problem), agents, of_task, self.domain, cost, missed)
        parts = []
        for number in range(self.count):
            tasks = np.flatnonzero(of_task == number)
            if len(tasks):
                parts.append(_extract(self, tasks, np.flatnonzero(self.domain == number), cost, missed))
        return parts


class HierarchicalQUBO:
    """Levels of ever more and smaller domains over one problem; level 0 is the whole.

    Parameters
    ----------
    problem
        The whole problem.
    relaxation
        Its relaxation; None: computed.
    sizes
        Number of domains of each level; None: 1, then four times as many a level until a domain has about
        `TASKS_A_DOMAIN` tasks. Another level is another number.
    """

    def __init__(
        self, problem: AssignmentProblem, relaxation: Relaxation | None = None, sizes: Sequence[int] | None = None
    ) -> None:
        self.problem = problem
        self.relaxation = relax(problem) if relaxation is None else relaxation
        if sizes is None:
            sizes = [1]
            while problem.tasks / sizes[-1] > TASKS_A_DOMAIN and sizes[-1] < problem.agents:
                sizes.append(min(sizes[-1] * 4, problem.agents))
        self.levels = tuple(Level.divide(problem, self.relaxation, size) for size in sizes)

    @property
    def lowest(self) -> Level:
        """The level with the smallest domains."""
        return self.levels[-1]

    def start(self) -> Int32Array:
        """The assignment that the priced relaxation believes in; it may overfill agents."""
        return most_believed(self.problem, self.relaxation)


def _cluster_chain(problem: AssignmentProblem) -> Int64Array:
    """Rank of every cluster on a chain from each to its nearest not yet chained neighbour."""
    count = problem.clusters
    rank, current = np.full(count, -1, dtype=np.int64), 0
    distance = problem.cluster_distance.copy()
    for place in range(count):
        rank[current] = place
        distance[:, current] = np.inf
        current = int(np.argmin(distance[current]))
    return rank


def _first_believed(problem: AssignmentProblem, relaxation: Relaxation) -> Int32Array:
    certain = Relaxation(relaxation.certificate, relaxation.belief, np.full(problem.tasks, np.inf))
    return most_believed(problem, certain)


def _extract(level: Level, tasks: Int64Array, agents: Int64Array, cost: FloatArray, missed: FloatArray) -> SubProblem:
    whole = level.problem
    inside = level.domain[agents[0]]
    task_number = np.full(whole.tasks, -1, dtype=np.int32)
    task_number[tasks] = np.arange(len(tasks), dtype=np.int32)
    agent_number = np.full(whole.agents, -1, dtype=np.int32)
    agent_number[agents] = np.arange(len(agents), dtype=np.int32)
    entries, owner = _rows(whole.task_ptr, tasks)
    kept = level.domain[whole.agent[entries]] == inside
    entries, owner = entries[kept], owner[kept]
    links, link_owner = _rows(whole.pair_ptr, tasks)
    kept = task_number[whole.pair_task[links]] >= 0
    links, link_owner = links[kept], link_owner[kept]
    bans, ban_owner = _rows(whole.conflict_ptr, tasks)
    kept = task_number[whole.conflict_task[bans]] >= 0
    bans, ban_owner = bans[kept], ban_owner[kept]
    part = AssignmentProblem.trusted(
        task_ptr=pointers(owner, len(tasks)),
        agent=agent_number[whole.agent[entries]],
        cost=cost[entries],
        demand=whole.demand[entries],
        capacity=whole.capacity[agents],
        unassigned_cost=missed[tasks],
        pair_ptr=pointers(link_owner, len(tasks)),
        pair_task=task_number[whole.pair_task[links]],
        pair_weight=whole.pair_weight[links],
        agent_cluster=whole.agent_cluster[agents],
        cluster_distance=whole.cluster_distance,
        same_agent_distance=whole.same_agent_distance,
        unassigned_distance=whole.unassigned_distance,
        conflict_ptr=pointers(ban_owner, len(tasks)),
        conflict_task=task_number[whole.conflict_task[bans]],
    )
    return SubProblem(part, tasks, agents, entries)


def _rows(ptr: Int64Array, rows: Int64Array) -> tuple[Int64Array, Int64Array]:
    """Entries of some rows of a CSR structure, and for each the place of its row among `rows`."""
    lengths = ptr[rows + 1] - ptr[rows]
    owner = np.repeat(np.arange(len(rows)), lengths)
    offset = np.arange(len(owner)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return ptr[rows][owner] + offset, owner


def narrowed(problem: AssignmentProblem, relaxation: Relaxation, most: int) -> tuple[AssignmentProblem, Relaxation]:
    """The problem with only the `most` most believed labels of every task, and its beliefs.

    A guide for a search; a bound of it would not be a bound of the problem.
    """
    from scheduler.kernels.candidates import most_promising

    room = np.empty(len(problem.agent) + problem.tasks, dtype=np.int64)
    ptr = most_promising(problem.task_ptr, relaxation.belief, most, room)
    entries = room[: ptr[-1]]
    rows = row_of(ptr)[entries >= 0]
    entries = entries[entries >= 0]
    entries = entries[np.lexsort((entries, rows))]
    part = {name: getattr(problem, name) for name in AssignmentProblem.__dataclass_fields__}
    part |= {"task_ptr": pointers(rows, problem.tasks), "agent": problem.agent[entries]}
    part |= {"cost": problem.cost[entries], "demand": problem.demand[entries]}
    beliefs = Relaxation(relaxation.certificate, relaxation.belief[entries], relaxation.missed_belief)
    return AssignmentProblem.trusted(**part), beliefs
