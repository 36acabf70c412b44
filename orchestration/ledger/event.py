"""Events: what happened to a task, in the shape of an envelope plus the moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal

EventKind = Literal[
    "accepted",
    "planned",
    "dispatched",
    "started",
    "requeued",
    "done",
    "failed",
    "cancelled",
    "expired",
    "rejected",
]

TERMINAL: Final[frozenset[str]] = frozenset({"done", "failed", "cancelled", "expired", "rejected"})
"""Kinds of event that end a task."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to one task.

    Parameters
    ----------
    id : str
        Unique.
    kind : EventKind
        What happened. ``requeued``: an attempt ended without a result, and the task waits again.
    correlation : str
        Id of the task.
    at : float
        Seconds since 1970.
    epoch : int
        Epoch of the dispatch that it belongs to.
    source, target : str
        Who reports it; the agent concerned ('' where none).
    priority : int
        Priority of the task.
    deadline : float, optional
        Due time of the task, seconds since 1970.
    idempotency_key : str
        Key of the task.
    payload : dict
        Plain data: the task as accepted, the plan's terms, the outcome, the reason.
    """

    id: str
    kind: EventKind
    correlation: str
    at: float
    epoch: int = 0
    source: str = "orchestrator"
    target: str = ""
    priority: int = 3
    deadline: float | None = None
    idempotency_key: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
