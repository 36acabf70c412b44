"""The level above as an assignment problem of its own: groups of tasks on domains of agents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import FloatArray, Int32Array, Int64Array, row_of
from scheduler.bounds.pairs import priced_demand
from scheduler.evaluation import as_assignment
from scheduler.level import first_believed
from scheduler.problem import AssignmentProblem
from scheduler.sizing import cluster_shares
from scheduler.triplets import from_triplets

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scheduler.cqm import AssignmentCQM
    from scheduler.level import Level
    from scheduler.qubo import PenaltyQUBO


@dataclass(frozen=True, slots=True, eq=False)
class Aggregate:
    """A level as a smaller problem: which group of tasks goes to which domain.

    A group costs in a domain what its tasks' cheapest eligible agents there ask, price of capacity included; demands
    and capacities are sums; distances between domains are means over their agents. Any solver takes `problem`. As a
    start for a search it measured worse than what the relaxation believes (`HierarchicalQUBO.start`): a group cannot
    be split, and a sum of capacities says nothing of how tasks pack into it.

    Parameters
    ----------
    level
        The level below.
    problem
        Groups as tasks, domains as agents, each in its own cluster.
    group
        int64 (T,): group of every task.
    """

    level: Level
    problem: AssignmentProblem
    group: Int64Array

    def qubo(self) -> PenaltyQUBO:
        """Its penalty QUBO (see `scheduler.qubo`)."""
        from scheduler.qubo import PenaltyQUBO

        return PenaltyQUBO.compile(self.problem)

    def cqm(self) -> AssignmentCQM:
        """Its constrained quadratic model (see `scheduler.cqm`)."""
        from scheduler.cqm import AssignmentCQM

        return AssignmentCQM.compile(self.problem)

    def start(self, assignment: ArrayLike) -> Int32Array:
        """Every task on its most believed agent in its group's domain, shape (T,); it may overfill agents.

        Tasks of groups that are left out stay with the agent that the relaxation believes in.
        """
        whole, relaxation = self.level.problem, self.level.relaxation
        domain = np.append(as_assignment(self.problem, assignment), np.int32(-1))[self.group]
        rows = row_of(whole.task_ptr)
        outside = self.level.domain[whole.agent] != domain[rows]
        believed = first_believed(whole, relaxation)
        choice = believed.copy()
        order = np.lexsort((relaxation.belief, outside, rows))
        filled = np.flatnonzero(np.diff(whole.task_ptr))
        best = order[whole.task_ptr[filled]]
        inside = ~outside[best]
        choice[filled[inside]] = whole.agent[best[inside]]
        return choice


def aggregate(level: Level, most: int) -> Aggregate:
    """See `Level.aggregate`."""
    whole = level.problem
    group = grouped(level, most)
    groups = int(group.max(initial=-1)) + 1
    members = np.bincount(group, minlength=groups)
    cell, cost, demand = _cells(level, group)
    count = np.bincount(cell, minlength=groups * level.count)
    possible = np.flatnonzero(count == np.repeat(members, level.count))  # where every task of the group has an agent
    capacity = np.zeros((level.count, whole.resources))
    np.add.at(capacity, level.domain, whole.capacity)
    sums = [np.bincount(cell, weights=column, minlength=groups * level.count)[possible] for column in (cost, *demand.T)]
    distance = domain_distances(level)
    return Aggregate(
        level,
        from_triplets(
            possible // level.count, possible % level.count, sums[0],
            np.column_stack(sums[1:]) if whole.resources else np.zeros((len(possible), 0)), capacity,
            np.bincount(group, weights=whole.unassigned_cost, minlength=groups),
            pairs=_links(whole, group), agent_cluster=np.arange(level.count), cluster_distance=distance,
            same_agent_distance=float(distance.diagonal().mean()) if level.count else 0.0,
            unassigned_distance=whole.unassigned_distance,
        ),
        group,
    )  # fmt: skip


def grouped(level: Level, most: int) -> Int64Array:
    """Group of every task: up to `most` tasks that are paired and believed in one domain."""
    whole = level.problem
    domain = level.task_domains(first_believed(whole, level.relaxation))
    group = np.arange(whole.tasks, dtype=np.int64)
    held = np.ones(whole.tasks, dtype=np.int64)
    owner = row_of(whole.pair_ptr)
    near = (owner < whole.pair_task) & (domain[owner] == domain[whole.pair_task])
    for one, other in zip(owner[near].tolist(), whole.pair_task[near].tolist(), strict=True):
        root = group[one]
        if group[other] == other and held[other] == 1 and other != root and held[root] < most:
            group[other] = root
            held[root] += 1
            held[other] = 0
    return np.unique(group, return_inverse=True)[1]


def domain_distances(level: Level) -> FloatArray:
    """Mean distance of the agents of every two domains, shape (count, count); all of them have agents."""
    whole = level.problem
    shares = cluster_shares(level.domain, whole.agent_cluster, level.count, whole.clusters)
    distance = shares @ whole.cluster_distance @ shares.T
    return np.asarray((distance + distance.T) / 2.0)


def _cells(level: Level, group: Int64Array) -> tuple[Int64Array, FloatArray, FloatArray]:
    """For every task and domain where it has an agent: the cell (group x count + domain), priced cost and demand."""
    whole = level.problem
    priced = whole.cost + priced_demand(whole, level.relaxation.prices)
    rows = row_of(whole.task_ptr)
    place = rows * level.count + level.domain[whole.agent]
    order = np.lexsort((priced, place))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = np.diff(place[order]) > 0
    best = order[first]
    return group[rows[best]] * level.count + level.domain[whole.agent[best]], priced[best], whole.demand[best]


def _links(whole: AssignmentProblem, group: Int64Array) -> tuple[Int64Array, Int64Array, FloatArray] | None:
    owner = row_of(whole.pair_ptr)
    once = (owner < whole.pair_task) & (group[owner] != group[whole.pair_task])
    if not once.any():
        return None
    return group[owner[once]], group[whole.pair_task[once]], whole.pair_weight[once]
