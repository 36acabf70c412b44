"""The message: an `Envelope`, and its batch encoding for the wire.

A batch is one MessagePack array, ``[version, [envelope, ...]]``, each envelope an array in the order of the
fields below. Payloads are plain data (MessagePack's own kinds), never pickled objects, and hold references to
records, not their content. Moments are seconds since 1970 in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from orchestration.errors import EnvelopeError

VERSION: Final = 1
"""Version of the encoding; a reader refuses a newer one."""

ORCHESTRATOR: Final = "orchestrator"
"""Address of the orchestrator."""

Kind = Literal["task", "started", "done", "failed"]


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message.

    Parameters
    ----------
    id : str
        Unique.
    source, target : str
        Addresses.
    kind : str
        ``task`` to an agent; ``started``, ``done`` and ``failed`` back.
    priority : int
        1 (first) to 5.
    deadline : float, optional
        Due time of the task, seconds since 1970.
    correlation : str
        Id of the task that it is about.
    epoch : int
        Epoch of the dispatch; an answer carries that of its question.
    idempotency_key : str
        Key of the work.
    payload : dict
        Plain data.
    """

    id: str
    source: str
    target: str
    kind: str
    priority: int = 3
    deadline: float | None = None
    correlation: str = ""
    epoch: int = 0
    idempotency_key: str = ""
    payload: dict[str, Any] = field(default_factory=dict)


_FIELDS: Final[tuple[type | tuple[type, ...], ...]] = (
    str,
    str,
    str,
    str,
    int,
    (float, int, type(None)),
    str,
    int,
    str,
    dict,
)


def encode(batch: Iterable[Envelope]) -> bytes:
    """Encode a batch."""
    import msgpack

    rows = [[getattr(e, name) for name in Envelope.__slots__] for e in batch]
    packed: bytes = msgpack.packb([VERSION, rows], use_bin_type=True)
    return packed


def decode(data: bytes) -> list[Envelope]:
    """Decode a batch.

    Raises
    ------
    EnvelopeError
        When `data` is no batch, or of a newer version.
    """
    import msgpack

    try:
        found = msgpack.unpackb(data, raw=False)
    except (ValueError, msgpack.UnpackException) as error:
        raise EnvelopeError("these bytes are no batch of envelopes", size=len(data)) from error
    if not (isinstance(found, list) and len(found) == 2 and isinstance(found[1], list)):
        raise EnvelopeError("these bytes are no batch of envelopes", size=len(data))
    if found[0] != VERSION:
        raise EnvelopeError(
            f"a batch of version {found[0]!r}, and this program reads version {VERSION}",
            hint="Run the same release of qam on every machine.",
            version=found[0],
        )
    return [_checked(row) for row in found[1]]


def _checked(row: Any) -> Envelope:
    if not isinstance(row, list) or len(row) != len(_FIELDS):
        raise EnvelopeError("an envelope with the wrong number of fields")
    for name, value, kinds in zip(Envelope.__slots__, row, _FIELDS, strict=True):
        if not isinstance(value, kinds):
            raise EnvelopeError(f"envelope field {name!r} is of type {type(value).__name__}", field=name)
    return Envelope(*row)
