"""Clusters of agents, from the addresses in a roster, and the hosts that they live on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agents.agent_spec import AgentSpec
from orchestration.router import Router


@dataclass(frozen=True, slots=True)
class AgentCluster:
    """Agents with one parent address.

    Parameters
    ----------
    address : str
        Address of the cluster ('' for agents at the root).
    agents : tuple of AgentSpec
        Its agents.
    """

    address: str
    agents: tuple[AgentSpec, ...]


class ClusterManager:
    """The tree of clusters and its hosts: one host a cluster, until there are more clusters than hosts.

    Parameters
    ----------
    specs : sequence of AgentSpec
        All agents.
    max_hosts : int
        Hosts at most; more clusters than that share hosts, neighbours in the tree together.
    """

    def __init__(self, specs: Sequence[AgentSpec], max_hosts: int) -> None:
        members: dict[str, list[AgentSpec]] = {}
        for spec in specs:
            members.setdefault(spec.cluster, []).append(spec)
        self.clusters = [AgentCluster(address, tuple(members[address])) for address in sorted(members)]
        self.hosts = self._share(max(1, max_hosts), len(specs))
        self.router = Router({cluster.address: host for host, clusters in self.hosts.items() for cluster in clusters})

    def _share(self, most: int, agents: int) -> dict[str, list[AgentCluster]]:
        count = min(most, len(self.clusters))
        hosts: dict[str, list[AgentCluster]] = {f"host-{n}": [] for n in range(1, count + 1)}
        names = list(hosts)
        seen = 0
        for index, cluster in enumerate(self.clusters):
            by_size = seen * count // max(1, agents)
            latest = min(index, count - 1)
            earliest = count - (len(self.clusters) - index)
            hosts[names[min(max(by_size, earliest, 0), latest)]].append(cluster)
            seen += len(cluster.agents)
        return hosts
