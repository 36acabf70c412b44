"""From a task's state in the ledger to the `Result` that users get."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from agents.result import Outcome, Result, TerminalState, Timings
from agents.task import Task
from orchestration.ledger import TaskState


def moment(seconds: float | None) -> datetime | None:
    """Turn seconds since 1970 into a datetime in UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def result_of(task: Task, state: TaskState) -> Result:
    """Make the result of a task that has ended."""
    end = state.end or {}
    outcome = end.get("outcome")
    return Result(
        task_id=task.id,
        status=cast(TerminalState, state.state),
        outcome=Outcome.from_json(outcome) if outcome is not None else None,
        reason=str(end.get("reason", "")),
        agent=state.agent or None,
        timings=Timings(
            accepted=moment(state.accepted),
            planned=moment(state.planned),
            started=moment(state.started),
            finished=moment(state.finished),
        ),
        attempts=state.attempts,
        epoch=state.epoch,
    )
