"""The `Journal`: makes events of what the orchestrator decides or hears, and commits them before anyone is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from agents.task import Task
from orchestration.clock import Clock
from orchestration.envelope import ORCHESTRATOR, Envelope
from orchestration.ids import IdSource
from orchestration.ledger import Event, EventKind, SqliteLedger, TaskState

Moved = Callable[[TaskState], None]


class Journal:
    """Writes the ledger and tells what changed.

    Parameters
    ----------
    ledger : SqliteLedger
        The ledger.
    clock, ids
        Where time and ids come from.
    moved : callable
        Called with the new state of each task that an event has changed, after the commit.
    """

    def __init__(self, ledger: SqliteLedger, clock: Clock, ids: IdSource, moved: Moved) -> None:
        self.ledger, self._clock, self._ids, self._moved = ledger, clock, ids, moved

    def event(
        self,
        kind: EventKind,
        task: Task,
        payload: dict[str, Any] | None = None,
        *,
        agent: str = "",
        source: str = ORCHESTRATOR,
        epoch: int = 0,
        at: float | None = None,
    ) -> Event:
        """Make an event about a task."""
        return Event(
            id=self._ids(),
            kind=kind,
            correlation=task.id,
            at=self._clock.now().timestamp() if at is None else at,
            epoch=epoch,
            source=source,
            target=agent,
            priority=task.priority,
            deadline=task.due.timestamp() if task.due else None,
            idempotency_key=task.idempotency_key,
            payload=payload or {},
        )

    def heard(self, answer: Envelope, task: Task, kind: EventKind, payload: dict[str, Any]) -> Event:
        """Make an event of a host's answer."""
        at = float(answer.payload["at"])
        return self.event(kind, task, payload, agent=answer.source, source=answer.source, epoch=answer.epoch, at=at)

    def commit(self, events: Sequence[Event]) -> None:
        """Record events, then tell what changed. Late answers of an older epoch are left out."""
        if not events:
            return
        refused = {event.id for event, _ in self.ledger.append(events)}
        for name in _changed(event for event in events if event.id not in refused):
            state = self.ledger.state(name)
            if state is not None:
                self._moved(state)


def _changed(events: Iterable[Event]) -> list[str]:
    return list(dict.fromkeys(event.correlation for event in events))
