"""The state machine of a task. Everything anybody knows of a task's state is derived by `apply`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from orchestration.errors import StateError
from orchestration.ledger.event import TERMINAL, Event

_MAY_FOLLOW: Final[dict[str, frozenset[str]]] = {
    "planned": frozenset({"waiting", "planned"}),
    "dispatched": frozenset({"planned"}),
    "started": frozenset({"dispatched"}),
    "requeued": frozenset({"planned", "dispatched", "started"}),
    "done": frozenset({"dispatched", "started"}),
    "failed": frozenset({"waiting", "planned", "dispatched", "started"}),
    "cancelled": frozenset({"waiting", "planned", "dispatched", "started"}),
    "expired": frozenset({"waiting", "planned"}),
    "rejected": frozenset({"waiting", "planned"}),
}
_STATE_AFTER: Final = {"accepted": "waiting", "requeued": "waiting"}
_OF_ONE_EPOCH: Final = frozenset({"started", "done"})


@dataclass(frozen=True, slots=True)
class TaskState:
    """What the events of one task add up to.

    Parameters
    ----------
    task_id : str
        The task.
    state : str
        ``waiting``, ``planned``, ``dispatched``, ``started`` or a terminal state.
    epoch : int
        Epoch of the latest dispatch; 0 before the first.
    attempts : int
        How often its handler was started.
    agent : str
        Agent of the latest plan.
    accepted, planned, started, finished : float, optional
        Seconds since 1970.
    plan : dict
        Payload of the latest ``planned``.
    end : dict
        Payload of the terminal event.
    """

    task_id: str
    state: str = "waiting"
    epoch: int = 0
    attempts: int = 0
    agent: str = ""
    accepted: float | None = None
    planned: float | None = None
    started: float | None = None
    finished: float | None = None
    plan: dict[str, Any] | None = None
    end: dict[str, Any] | None = None

    @property
    def terminal(self) -> bool:
        """Whether the task has ended."""
        return self.state in TERMINAL


def apply(before: TaskState | None, event: Event) -> TaskState:
    """Return the state after `event`.

    Raises
    ------
    StateError
        When the event does not follow: a second end, a result of an older epoch, work before acceptance.
    """
    if event.kind == "accepted":
        if before is not None:
            raise StateError(f"task {event.correlation!r} was accepted before", task=event.correlation)
        return TaskState(event.correlation, accepted=event.at)
    if before is None:
        raise StateError(f"task {event.correlation!r} was never accepted", task=event.correlation)
    if before.state not in _MAY_FOLLOW[event.kind]:
        raise StateError(
            f"task {event.correlation!r} is {before.state}, so it cannot become {event.kind}",
            task=event.correlation,
            state=before.state,
            event=event.kind,
        )
    _check_epoch(before, event)
    return _changed(before, event)


def _check_epoch(before: TaskState, event: Event) -> None:
    if event.kind == "dispatched" and event.epoch <= before.epoch:
        raise StateError(
            f"a dispatch of {event.correlation!r} must have an epoch above {before.epoch}", epoch=event.epoch
        )
    if event.kind in _OF_ONE_EPOCH and event.epoch != before.epoch:
        raise StateError(
            f"{event.kind} of task {event.correlation!r} is of epoch {event.epoch}, not {before.epoch}",
            task=event.correlation,
            epoch=event.epoch,
            current=before.epoch,
        )


def _changed(before: TaskState, event: Event) -> TaskState:
    after = replace(before, state=_STATE_AFTER.get(event.kind, event.kind))
    if event.kind == "planned":
        return replace(after, agent=event.target, planned=event.at, plan=event.payload)
    if event.kind == "dispatched":
        return replace(after, epoch=event.epoch)
    if event.kind == "started":
        return replace(after, started=event.at, attempts=before.attempts + 1)
    if event.kind in TERMINAL:
        return replace(after, finished=event.at, end=event.payload)
    return after
