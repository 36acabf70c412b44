"""The report's data, from a ledger alone: what `report.json` holds, in the shape that docs/report.md describes."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from agents.agent_spec import AgentSpec
from agents.task import Task
from orchestration.errors import LedgerError
from orchestration.ledger import TERMINAL, SqliteLedger, TaskState
from orchestration.planning.resume import accepted_tasks
from orchestration.results import moment, result_of

SCHEMA: Final = 1
_BRIEF: Final = 200
_ENDS: Final = ("done", "failed", "cancelled", "expired", "rejected")


def summarise(ledger: SqliteLedger, *, version: str, now: datetime) -> dict[str, Any]:
    """Make the report's data.

    Parameters
    ----------
    ledger : SqliteLedger
        A ledger that a job has written, finished or not.
    version : str
        Version of qam.
    now : datetime
        When the report is made.

    Raises
    ------
    LedgerError
        When what the ledger says of its job is damaged.
    """
    about = ledger.meta("job", {})
    tasks, states = accepted_tasks(ledger), ledger.states()
    try:
        as_of = datetime.fromisoformat(about["as_of"]) if "as_of" in about else _first_moment(states, now)
        roster = [AgentSpec.model_validate(item) for item in about.get("roster", [])]
    except (ValueError, TypeError, AttributeError):
        raise LedgerError(
            f"the description of the job in {ledger.path} is damaged",
            hint="Start the run again.",
            path=str(ledger.path),
        ) from None
    rows = [_task_row(task, states[task.id], as_of, about.get("titles", {})) for task in tasks]
    ends = Counter(row["state"] for row in rows)
    return {
        "schema": SCHEMA,
        "qam": version,
        "title": about.get("title", "qam run"),
        "created": now.astimezone(UTC).isoformat(),
        "input": about.get(
            "input", {"sources": [], "records": 0, "tasks": len(tasks), "derived": 0, "ordered": 0, "skipped": []}
        ),
        "as_of": as_of.isoformat(),
        "horizon_minutes": about.get("horizon_minutes", 480.0),
        "seed": about.get("seed", 0),
        "totals": {
            "accepted": len(tasks),
            **{name: ends[name] for name in _ENDS},
            "waiting": len(tasks) - sum(ends[name] for name in _ENDS),
            "not_computable": sum(row["state"] == "done" and not row["computable"] for row in rows),
        },
        "seconds": ledger.meta("seconds", {}),
        "plans": ledger.plans(),
        "agents": _agent_rows(roster, tasks, states),
        "tasks": rows,
    }


def _task_row(task: Task, state: TaskState, as_of: datetime, titles: dict[str, str]) -> dict[str, Any]:
    result = result_of(task, state) if state.terminal else None
    outcome = result.outcome if result else None
    plan = state.plan if state.plan and state.state not in ("waiting", "rejected", "expired", "cancelled") else None
    start, end = (plan["start"], plan["end"]) if plan else (None, None)
    due = (task.due - as_of).total_seconds() / 60.0 if task.due else None
    said = outcome.to_json() if outcome else {}
    return {
        "id": task.id,
        "kind": task.kind,
        "title": titles.get(task.kind, task.kind),
        "subject": task.subject,
        "priority": task.priority,
        "state": state.state if state.state in TERMINAL else "waiting",
        "reason": result.reason if result else "",
        "agent": state.agent or None if plan else None,
        "cluster": state.agent.rpartition("/")[0] if plan else None,
        "due": task.due.isoformat() if task.due else None,
        "planned_start": _at(as_of, start),
        "planned_end": _at(as_of, end),
        "accepted": _iso(state.accepted),
        "started": _iso(state.started),
        "finished": _iso(state.finished),
        "wait_minutes": start,
        "late_minutes": max(0.0, end - max(due, 0.0)) if end is not None and due is not None else 0.0,
        "attempts": state.attempts,
        "epoch": state.epoch,
        "minutes": end - start if end is not None and start is not None else sum(task.demand.values()),
        "computable": outcome.computable if outcome else False,
        "summary": said.get("summary", "") or _brief(said.get("data", {})),
        "values": said.get("values", []),
        "findings": said.get("findings", []),
        "missing": list(said.get("missing", [])),
        "source": said.get("source", ""),
        "evidence": said.get("evidence", []),
        "data": said.get("data", {}),
    }


def _agent_rows(roster: list[AgentSpec], tasks: list[Task], states: dict[str, TaskState]) -> list[dict[str, Any]]:
    load: dict[str, Counter[str]] = {}
    count: Counter[str] = Counter()
    for task in tasks:
        state = states[task.id]
        if state.plan and state.state in ("planned", "dispatched", "started", "done", "failed"):
            count[state.agent] += 1
            load.setdefault(state.agent, Counter()).update(state.plan["demand"])
    known = {spec.address for spec in roster}
    rows = [
        {
            "address": spec.address,
            "cluster": spec.cluster,
            "skills": dict(spec.skills),
            "capacity": dict(spec.capacity),
            "load": {name: round(float(load.get(spec.address, Counter[str]())[name]), 6) for name in spec.capacity},
            "tasks": count[spec.address],
            "cost": spec.cost,
        }
        for spec in roster
    ]
    return rows + [_unknown_agent(address, count[address]) for address in sorted(load.keys() - known)]


def _unknown_agent(address: str, tasks: int) -> dict[str, Any]:
    """An agent that work went to and that no roster tells of: a ledger of `qam.launch` holds none."""
    cluster = address.rpartition("/")[0]
    return {
        "address": address,
        "cluster": cluster,
        "skills": {},
        "capacity": {},
        "load": {},
        "tasks": tasks,
        "cost": 0.0,
    }


def _first_moment(states: dict[str, TaskState], now: datetime) -> datetime:
    """The first acceptance: the best guess at "now" of a swarm that left no word of it."""
    return moment(min((s.accepted for s in states.values() if s.accepted is not None), default=None)) or now


def _brief(data: dict[str, Any]) -> str:
    """One line for what a handler handed back without a summary."""
    line = ", ".join(f"{name}: {value}" for name, value in data.items())
    return line if len(line) <= _BRIEF else line[: _BRIEF - 1] + "…"


def _iso(seconds: float | None) -> str | None:
    at = moment(seconds)
    return at.isoformat() if at else None


def _at(as_of: datetime, minutes: float | None) -> str | None:
    return None if minutes is None else (as_of + timedelta(minutes=minutes)).isoformat()
