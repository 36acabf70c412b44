"""What another unit of an agent's capacity is worth, and where capacity would better be: read off a plan's prices."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import FloatArray, Int32Array
from scheduler.errors import CertificateError

if TYPE_CHECKING:
    from scheduler.plan import Plan
    from scheduler.problem import AssignmentProblem


@dataclass(frozen=True, slots=True)
class CapacityMove:
    """Capacity of one resource, from an agent of one cluster to an agent of another.

    Parameters
    ----------
    resource
        Which resource.
    giver, taker
        Agents.
    gain
        The most that moving a unit lowers the bound that the prices prove.
    """

    resource: int
    giver: int
    taker: int
    gain: float


@dataclass(frozen=True, slots=True, eq=False)
class CapacityValue:
    """Prices of capacity.

    They are dual prices of the relaxation that bounds the plan. With capacities changed by d no plan costs less than
    the bound that these prices prove, less the sum of price x d (weak duality). What a plan really gains can be less,
    as tasks come whole: prices rank candidates, a solve with the changed capacities has the last word.

    Parameters
    ----------
    agents
        float64 (A, R): price of a unit of each agent's capacity.
    clusters
        float64 (C, R): the highest price in each agent cluster, 0 where it has no agents.
    agent_cluster
        int32 (A,): cluster of each agent.
    capacity
        float64 (A, R): what each agent has.
    """

    agents: FloatArray
    clusters: FloatArray
    agent_cluster: Int32Array
    capacity: FloatArray

    def additions(self, most: int = 10) -> list[tuple[int, int, float]]:
        """(agent, resource, price) of the highest prices above 0, highest first."""
        order = np.argsort(-self.agents, axis=None, kind="stable")[:most]
        cells = [divmod(int(cell), self.agents.shape[1]) for cell in order]
        return [(a, r, float(self.agents[a, r])) for a, r in cells if self.agents[a, r] > 0.0]

    def moves(self, most: int = 10) -> list[CapacityMove]:
        """Moves of capacity between two clusters that promise most, best first.

        For every resource and two clusters: from the agent with the lowest price of those that have some, to the one
        with the highest.
        """
        found = []
        for r in range(self.agents.shape[1]):
            givers, takers = [], []
            for cluster in np.unique(self.agent_cluster).tolist():
                members = np.flatnonzero(self.agent_cluster == cluster)
                takers.append(int(members[self.agents[members, r].argmax()]))
                members = members[self.capacity[members, r] > 0.0]
                if len(members):
                    givers.append(int(members[self.agents[members, r].argmin()]))
            for giver, taker in itertools.product(givers, takers):
                gain = float(self.agents[taker, r] - self.agents[giver, r])
                if gain > 0.0 and self.agent_cluster[giver] != self.agent_cluster[taker]:
                    found.append(CapacityMove(r, giver, taker, gain))
        return sorted(found, key=lambda move: -move.gain)[:most]


def capacity_value(problem: AssignmentProblem, plan: Plan) -> CapacityValue:
    """Prices of capacity from a plan of the problem.

    Raises
    ------
    CertificateError
        If the plan's prices are of another problem.
    """
    if plan.prices.shape != problem.capacity.shape:
        raise CertificateError("prices", plan.prices.shape, problem.capacity.shape)
    prices = np.maximum(plan.prices, 0.0)
    clusters = np.zeros((problem.clusters, problem.resources))
    np.maximum.at(clusters, problem.agent_cluster, prices)
    return CapacityValue(prices, clusters, problem.agent_cluster, problem.capacity)
