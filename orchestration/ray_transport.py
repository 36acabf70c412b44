"""Hosts as Ray actors: one actor a host, batches as bytes, no pickled payloads."""

from __future__ import annotations

import asyncio
from typing import Any

from agents.record import PatientRecord
from orchestration.cluster_host import ClusterHost, HostConfig
from orchestration.errors import HostLostError
from orchestration.records import Records, SharedRecords, split

_CONCURRENCY = 64


async def _answer(reference: Any) -> Any:
    return await reference


class RayTransport:
    """Carries batches to Ray actors. Ray must have been opened (`open_ray`).

    Parameters
    ----------
    silence_seconds : float
        A host that does not answer for so long (a handler blocks its loop, say) is taken for dead and killed.
    """

    def __init__(self, silence_seconds: float = 90.0) -> None:
        self._silence = silence_seconds
        self._actors: dict[str, Any] = {}
        self._shards: list[Any] = []

    async def share(self, records: dict[str, PatientRecord]) -> Records:
        """Put records into Ray's object store."""
        import ray

        self._shards = [ray.put(shard) for shard in split(records)]
        return SharedRecords(self._shards)

    async def start(self, config: HostConfig) -> None:
        """Start (or replace) a host."""
        import ray

        old = self._actors.pop(config.name, None)
        if old is not None:
            ray.kill(old)
        actor = ray.remote(ClusterHost).options(
            num_cpus=0, max_restarts=0, max_concurrency=_CONCURRENCY, name=None, lifetime=None
        )
        self._actors[config.name] = actor.remote(config)

    async def _call(self, host: str, method: str, *args: object) -> Any:
        import ray
        from ray.exceptions import RayActorError

        actor = self._actors[host]
        try:
            return await asyncio.wait_for(_answer(getattr(actor, method).remote(*args)), self._silence)
        except RayActorError as error:
            raise HostLostError(f"host {host!r} has died", host=host) from error
        except TimeoutError as error:
            ray.kill(actor)
            raise HostLostError(f"host {host!r} has not answered for {self._silence:g} s", host=host) from error

    async def deliver(self, host: str, batch: bytes) -> list[str]:
        """Hand a batch to a host."""
        refused: list[str] = await self._call(host, "deliver", batch)
        return refused

    async def collect(self, host: str, acknowledged: int, wait_seconds: float, most: int) -> tuple[int, bytes]:
        """Take answers of a host."""
        number, batch = await self._call(host, "collect", acknowledged, wait_seconds, most)
        return int(number), bytes(batch)

    async def halt(self, host: str) -> int:
        """Let a host start nothing more."""
        return int(await self._call(host, "halt"))

    async def stop(self) -> None:
        """Stop all hosts."""
        import ray

        for actor in self._actors.values():
            ray.kill(actor)
        self._actors.clear()
        self._shards.clear()
