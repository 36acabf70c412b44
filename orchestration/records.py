"""Records of patients, for handlers: kept once, fetched where the work is done, never put into messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from agents.record import PatientRecord


class Records(Protocol):
    """Where a host gets records from."""

    async def get(self, reference: str) -> PatientRecord | None:
        """Return the record of a subject, or None."""
        ...


class LocalRecords:
    """Records in this process's memory.

    Parameters
    ----------
    records : mapping of str to PatientRecord
        By reference, such as ``Patient/p1``.
    """

    def __init__(self, records: Mapping[str, PatientRecord]) -> None:
        self._records = records

    async def get(self, reference: str) -> PatientRecord | None:
        """Return the record of a subject, or None."""
        return self._records.get(reference)


class SharedRecords:
    """Records in Ray's object store, in shards that a host fetches when it first needs one.

    Parameters
    ----------
    shards : list of ray.ObjectRef
        Each a dict of records; a reference lies in shard ``number_of(reference, len(shards))``.
    """

    def __init__(self, shards: list[Any]) -> None:
        self._shards = shards
        self._fetched: dict[int, Mapping[str, PatientRecord]] = {}

    async def get(self, reference: str) -> PatientRecord | None:
        """Return the record of a subject, or None."""
        number = number_of(reference, len(self._shards))
        if number not in self._fetched:
            self._fetched[number] = await self._shards[number]
        return self._fetched[number].get(reference)


def number_of(reference: str, shards: int) -> int:
    """Shard of a reference; the same in every process."""
    import zlib

    return zlib.crc32(reference.encode()) % shards


def split(records: Mapping[str, PatientRecord], size: int = 256) -> list[dict[str, PatientRecord]]:
    """Split records into shards of about `size`."""
    count = max(1, -(-len(records) // size))
    shards: list[dict[str, PatientRecord]] = [{} for _ in range(count)]
    for reference, record in records.items():
        shards[number_of(reference, count)][reference] = record
    return shards
