"""How batches travel between the orchestrator and cluster hosts; and the transport inside one process."""

from __future__ import annotations

import asyncio
from typing import Protocol

from agents.record import PatientRecord
from orchestration.cluster_host import ClusterHost, HostConfig
from orchestration.errors import HostLostError
from orchestration.records import LocalRecords, Records


class Transport(Protocol):
    """Starts hosts and carries batches. A dead host shows as HostLostError; `start` of its name makes a new one."""

    async def share(self, records: dict[str, PatientRecord]) -> Records:
        """Make records readable for hosts."""
        ...

    async def start(self, config: HostConfig) -> None:
        """Start (or replace) a host."""
        ...

    async def deliver(self, host: str, batch: bytes) -> list[str]:
        """Hand a batch to a host; see `ClusterHost.deliver`."""
        ...

    async def collect(self, host: str, acknowledged: int, wait_seconds: float, most: int) -> tuple[int, bytes]:
        """Take answers of a host; see `ClusterHost.collect`."""
        ...

    async def halt(self, host: str) -> int:
        """Let a host start nothing more; see `ClusterHost.halt`."""
        ...

    async def stop(self) -> None:
        """Stop all hosts."""
        ...


class LocalTransport:
    """Hosts in this process: for tests, simulations and small swarms. Batches are encoded as on the wire."""

    def __init__(self) -> None:
        self._hosts: dict[str, ClusterHost] = {}

    async def share(self, records: dict[str, PatientRecord]) -> Records:
        """Make records readable for hosts."""
        return LocalRecords(records)

    async def start(self, config: HostConfig) -> None:
        """Start (or replace) a host."""
        self._hosts[config.name] = ClusterHost(config)

    def kill(self, host: str) -> None:
        """Let a host die as a crash would: what it had is gone."""
        dying = self._hosts.pop(host, None)
        if dying is not None:
            dying.abandon()

    def _host(self, name: str) -> ClusterHost:
        if name not in self._hosts:
            raise HostLostError(f"host {name!r} has died", host=name)
        return self._hosts[name]

    async def deliver(self, host: str, batch: bytes) -> list[str]:
        """Hand a batch to a host."""
        return await self._host(host).deliver(batch)

    async def collect(self, host: str, acknowledged: int, wait_seconds: float, most: int) -> tuple[int, bytes]:
        """Take answers of a host."""
        return await self._host(host).collect(acknowledged, wait_seconds, most)

    async def halt(self, host: str) -> int:
        """Let a host start nothing more."""
        return await self._host(host).halt()

    async def stop(self) -> None:
        """Stop all hosts."""
        workers = [worker for host in self._hosts.values() for worker in host.abandon()]
        self._hosts.clear()
        await asyncio.gather(*workers, return_exceptions=True)
