"""Writes tasks and results back as FHIR R4: one Task each, one Observation for each computed value.

Ids are name-based (UUID version 5) on the task's id, so that the same run gives the same Bundle; a Task of the
input keeps its id. Plain dictionaries throughout: validating a large Bundle would take longer than the run.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from agents.fhir.order import Order
from agents.record import UCUM
from agents.result import Outcome, Result, Value
from agents.task import Task

Json = dict[str, Any]

KIND_SYSTEM = "urn:qam:skill"
"""Code system of the kinds of work (names of skills)."""
AGENT_SYSTEM = "urn:qam:agent"
"""Identifier system of agents' addresses."""
STATE_SYSTEM = "urn:qam:task-state"
"""Code system of the states in which tasks end."""

_NAMESPACE = UUID("6f0c1c9e-1f0b-5d7e-9d55-0a3d1f2b7c41")
_ODD_SPACE = re.compile(r"[^\S \r\n\t]")
_STATUS = {
    "done": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
    "rejected": "rejected",
    "expired": "failed",
    "waiting": "requested",
    "accepted": "requested",
    "planned": "accepted",
    "dispatched": "accepted",
    "started": "in-progress",
    "running": "in-progress",
    "parked": "on-hold",
}
_PRIORITY = {1: "stat", 2: "asap", 3: "urgent", 4: "routine", 5: "routine"}
_DERIVED_FROM = ("Observation/", "DocumentReference/", "ImagingStudy/", "Media/", "QuestionnaireResponse/")
_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"


def to_bundle(
    tasks: Iterable[Task],
    results: Iterable[Result] | Mapping[str, Result],
    *,
    as_of: datetime,
    states: Mapping[str, str] | None = None,
    orders: Mapping[str, Order] | None = None,
    aliases: Mapping[str, str] | None = None,
) -> Json:
    """A collection Bundle of all tasks, with the Observations of their results.

    Parameters
    ----------
    tasks : iterable of Task
        All tasks.
    results : iterable of Result, or mapping of task id to Result
        How they ended; a task without one is waiting.
    as_of : datetime
        "Now" of the run: when the values hold.
    states : mapping of str to str, optional
        State of tasks without a result, by id: ``waiting`` (default), ``accepted``, ``planned``, ``dispatched``,
        ``started``, ``running`` or ``parked``.
    orders : mapping of str to Order, optional
        `FhirInput.orders`: their codes and encounters are written again.
    aliases : mapping of str to str, optional
        `FhirInput.aliases`: stand-ins are replaced by the references of the source.

    Returns
    -------
    dict
        JSON of a FHIR R4 Bundle.
    """
    by_task = dict(results) if isinstance(results, Mapping) else {r.task_id: r for r in results}
    writer = _Writer(_stamp(as_of), states or {}, orders or {}, aliases or {})
    entries = [entry for task in tasks for entry in writer.entries(task, by_task.get(task.id))]
    bundle: Json = {"resourceType": "Bundle", "type": "collection", "timestamp": _stamp(as_of)}
    if entries:
        bundle["entry"] = entries
    return bundle


class _Writer:
    def __init__(
        self, now: str, states: Mapping[str, str], orders: Mapping[str, Order], aliases: Mapping[str, str]
    ) -> None:
        self._now, self._states, self._orders, self._aliases = now, states, orders, aliases

    def entries(self, task: Task, result: Result | None) -> Iterator[Json]:
        """The Task of `task`, then its Observations."""
        if result is not None:
            result = _readable(result)
        outcome = result.outcome if result else None
        observations = list(self._observations(task, result, outcome)) if outcome else []
        key = str(uuid5(_NAMESPACE, task.id))
        resource = self._task(task, key, result, [o["id"] for o in observations])
        yield {"fullUrl": f"urn:uuid:{key}", "resource": resource}
        for observation in observations:
            yield {"fullUrl": f"urn:uuid:{observation['id']}", "resource": observation}

    def _task(self, task: Task, key: str, result: Result | None, observed: list[str]) -> Json:
        source = self._source(task.payload) if task.payload else ""
        state = result.status if result else self._states.get(task.id, "waiting")
        order = self._orders.get(task.payload or "")
        made: Json = {
            "resourceType": "Task",
            "id": source[5:] if source.startswith("Task/") else key,
            "status": _STATUS[state],
            "intent": "order",
            "priority": _PRIORITY[task.priority],
            "code": _code(task, order),
            "lastModified": self._now,
        }
        if based := [{"reference": self._source(ref)} for ref in task.based_on]:
            made["basedOn"] = based
        if task.payload and task.payload != task.subject and not source.startswith("Task/"):
            made["focus"] = {"reference": source}
        if task.subject:
            made["for"] = {"reference": self._source(task.subject)}
        if order and order.authored and source.startswith("Task/"):
            made["authoredOn"] = _stamp(order.authored)
        if order and order.encounter:
            made["encounter"] = {"reference": self._source(order.encounter)}
        if task.requester:
            made["requester"] = {"reference": self._source(task.requester)}
        if limits := _period(task.not_before, task.due):
            made["restriction"] = {"period": limits}
        if result:
            self._ended(made, result, observed)
        return made

    def _ended(self, made: Json, result: Result, observed: list[str]) -> None:
        times = result.timings
        if result.agent:
            made["owner"] = _agent(result.agent)
        if times.accepted and "authoredOn" not in made:
            made["authoredOn"] = _stamp(times.accepted)
        if times.finished:
            made["lastModified"] = _stamp(times.finished)
        if run := _period(times.started, times.finished):
            made["executionPeriod"] = run
        if result.status != "done":
            made["statusReason"] = _reason(result)
        if result.outcome and (output := _output(result.outcome, observed)):
            made["output"] = output

    def _observations(self, task: Task, result: Result | None, outcome: Outcome) -> Iterator[Json]:
        derived = [
            {"reference": self._source(ref)}
            for ref in dict.fromkeys(e.reference for e in outcome.evidence)
            if ref.startswith(_DERIVED_FROM)
        ]
        based = [{"reference": self._source(ref)} for ref in task.based_on if ref.startswith("ServiceRequest/")]
        for number, value in enumerate(outcome.values):
            made: Json = {
                "resourceType": "Observation",
                "id": str(uuid5(_NAMESPACE, f"{task.id}#{number}#{value.name}")),
                "status": "final",
                "code": _value_code(value),
                "effectiveDateTime": self._now,
                **_amount(value),
            }
            if task.subject:
                made["subject"] = {"reference": self._source(task.subject)}
            if result and result.agent:
                made["performer"] = [_agent(result.agent)]
            if value.interpretation.strip():
                made["interpretation"] = [{"text": value.interpretation}]
            if based:
                made["basedOn"] = based
            if derived:
                made["derivedFrom"] = derived
            if outcome.source.strip():
                made["note"] = [{"text": outcome.source}]
            yield made

    def _source(self, reference: str) -> str:
        return self._aliases.get(reference, reference)


def _code(task: Task, order: Order | None) -> Json:
    codings: list[Json] = [{"system": KIND_SYSTEM, "code": task.kind}]
    for coding in order.code.codings if order else ():
        pairs = (("system", coding.system), ("code", coding.code), ("display", coding.display))
        codings.append({name: value for name, value in pairs if value.strip()})
    made: Json = {"coding": [coding for coding in codings if coding]}
    if order and order.code.text.strip():
        made["text"] = order.code.text
    return made


def _agent(address: str) -> Json:
    return {"identifier": {"system": AGENT_SYSTEM, "value": address}, "display": address}


def _readable(result: Result) -> Result:
    """Put a plain space for each white space that FHIR's strings do not allow (R4, 2.24.0.1)."""
    outcome = result.outcome
    plain = None if outcome is None else Outcome.from_json(_spaced(outcome.to_json()))
    return replace(result, reason=_ODD_SPACE.sub(" ", result.reason), outcome=plain)


def _spaced(found: Any) -> Any:
    if isinstance(found, str):
        return _ODD_SPACE.sub(" ", found)
    if isinstance(found, dict):
        return {name: _spaced(value) for name, value in found.items()}
    return [_spaced(value) for value in found] if isinstance(found, list | tuple) else found


def _reason(result: Result) -> Json:
    coding = [{"system": STATE_SYSTEM, "code": result.status}]
    words = result.reason.strip()
    if result.status == "expired":
        words = f"expired: {words}" if words else "expired"
    return {"coding": coding, "text": words or result.status}


def _output(outcome: Outcome, observed: list[str]) -> list[Json]:
    made: list[Json] = []

    def say(kind: str, words: str) -> None:
        if words.strip():
            made.append({"type": {"text": kind}, "valueString": words})

    say("summary", outcome.summary)
    for value, ident in zip(outcome.values, observed, strict=True):
        made.append({"type": {"text": value.name or "value"}, "valueReference": {"reference": f"urn:uuid:{ident}"}})
    for finding in outcome.findings:
        say(f"finding: {finding.severity}", finding.text)
    for name in outcome.missing:
        say("missing input", name)
    say("source", outcome.source)
    return made


def _value_code(value: Value) -> Json:
    made: Json = {"text": value.name.strip() or value.code.strip() or "value"}
    if value.system and value.code:
        made["coding"] = [{"system": value.system, "code": value.code}]
    return made


def _amount(value: Value) -> Json:
    """The value as valueQuantity or valueString; a reason where there is none to write."""
    if isinstance(value.value, str):
        return {"valueString": value.value} if value.value.strip() else _absent("unknown")
    if not math.isfinite(value.value):
        return _absent("not-a-number")
    made: Json = {"value": value.value}
    if value.unit:
        made.update(unit=value.unit, system=UCUM, code=value.unit)
    return {"valueQuantity": made}


def _absent(reason: str) -> Json:
    return {"dataAbsentReason": {"coding": [{"system": _ABSENT, "code": reason}]}}


def _period(start: datetime | None, end: datetime | None) -> Json:
    pairs = (("start", start), ("end", end))
    return {name: _stamp(at) for name, at in pairs if at}


def _stamp(at: datetime) -> str:
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat()
