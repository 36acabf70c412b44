"""How work is done: the `Handler` protocol and the context that a handler is given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from agents.record import PatientRecord
from agents.result import Outcome
from agents.task import Task


class Limits(Protocol):
    """Hard limits of one call; check before the call that would break them."""

    def remaining_seconds(self) -> float:
        """Seconds until the handler is stopped."""
        ...


class HandlerContext(Protocol):
    """What a running handler may ask of the system. `orchestration` implements it.

    Attributes
    ----------
    address : str
        The agent that the handler works for.
    attempt : int
        1 for the first start of this task's handler.
    epoch : int
        Epoch of the dispatch; it grows with every new dispatch of a task.
    idempotency_key : str
        Hand it to whatever the handler changes, so that a repeated start has no second effect.
    limits : Limits
        Limits of this call.
    """

    address: str
    attempt: int
    epoch: int
    idempotency_key: str
    limits: Limits

    def now(self) -> datetime:
        """Return the wall clock, injected."""
        ...

    def as_of(self) -> datetime:
        """Return the moment that ages and overdue dates are reckoned from."""
        ...

    def record(self, reference: str) -> PatientRecord:
        """Return the record of the task's subject.

        Raises
        ------
        RecordAccessError
            When `reference` is not the task's subject, or there is no such record.
        """
        ...


@runtime_checkable
class Handler(Protocol):
    """An async callable that does a task. A plain dictionary it returns becomes the outcome's `data`."""

    async def __call__(self, task: Task, context: HandlerContext) -> Outcome | Mapping[str, Any] | None:
        """Do `task`; an exception is a failed attempt."""
        ...
