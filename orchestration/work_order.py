"""From a placement to what is recorded of it, and to the message that goes to its agent."""

from __future__ import annotations

from orchestration.envelope import ORCHESTRATOR, Envelope
from orchestration.journal import Journal
from orchestration.ledger import Event, TaskState
from orchestration.planning.placing import Placement
from orchestration.planning.workforce import Workforce


def planned(journal: Journal, placement: Placement, force: Workforce, number: int) -> Event:
    """Make the event that a round (its `number`) has given a task its place."""
    demand = {name: float(v) for name, v in zip(force.resources, placement.demand, strict=True) if v}
    payload = {"start": placement.start, "end": placement.end, "demand": demand, "round": number}
    return journal.event("planned", placement.task, payload, agent=force.addresses[placement.agent])


def work_order(message_id: str, placement: Placement, force: Workforce, state: TaskState | None) -> Envelope:
    """Make the message to the agent, of an epoch above that of any before."""
    task = placement.task
    epoch, attempts = (state.epoch, state.attempts) if state else (0, 0)
    return Envelope(
        id=message_id,
        source=ORCHESTRATOR,
        target=force.addresses[placement.agent],
        kind="task",
        priority=task.priority,
        deadline=task.due.timestamp() if task.due else None,
        correlation=task.id,
        epoch=epoch + 1,
        idempotency_key=task.idempotency_key,
        payload={"task": task.model_dump(mode="json", exclude_defaults=True), "attempt": attempts + 1},
    )
