"""FHIR Task and ServiceRequest as the input holds them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agents.fhir.clinical import Parsed
from agents.fhir.element import (
    concept,
    concepts,
    first_code,
    flag,
    needed,
    number,
    part,
    parts,
    period,
    reference,
    references,
    text,
    when,
)
from agents.record import Concept

Json = dict[str, Any]

NO_CODE = Concept()


@dataclass(frozen=True, slots=True)
class Order:
    """A Task or a ServiceRequest, its references resolved to ``Type/id`` where they could be.

    Parameters
    ----------
    reference : str
        ``Task/<id>`` or ``ServiceRequest/<id>``, as in the source.
    task_id : str
        Id of the `agents.Task` that it becomes: ``Task|<id>``, or a stand-in where the id shows a patient.
    where : str
        File, line and JSON path, for messages.
    status, intent, priority : str
        FHIR's codes, '' where absent.
    code : Concept
        What is to be done.
    subject, encounter, requester, owner : str
        References, '' where absent. The owner is only a hint: the plan chooses the agent.
    performers : tuple of Concept
        Kinds of performer asked for.
    authored, start, due : datetime, optional
        When it was written, may begin, must be done.
    based_on, part_of, after : tuple of str
        Orders that it fulfils or follows; Tasks that it is a part of; Tasks named by an ``after`` input.
    focus : str
        What the Task is about.
    minutes : float, optional
        Planned duration, from a Task input of type ``minutes``.
    do_not_perform : bool
        Whether it says what must not be done.
    """

    reference: str
    task_id: str
    where: str
    status: str
    intent: str = ""
    priority: str = ""
    code: Concept = NO_CODE
    subject: str = ""
    encounter: str = ""
    requester: str = ""
    owner: str = ""
    performers: tuple[Concept, ...] = ()
    authored: datetime | None = None
    start: datetime | None = None
    due: datetime | None = None
    based_on: tuple[str, ...] = ()
    part_of: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    focus: str = ""
    minutes: float | None = None
    do_not_perform: bool = False


def task(res: Json, ref: str, at: str) -> Parsed:
    """Read a Task."""
    limits = part(res, "restriction", at)
    start, due = period(limits, "period", f"{at}.restriction")
    if not limits.get("period"):
        start, due = period(res, "executionPeriod", at)[0], None
    after, minutes = _inputs(res, at)
    item = Order(
        **_common(res, ref, at),
        subject=reference(res, "for", at),
        owner=reference(res, "owner", at),
        performers=concepts(res, "performerType", at),
        start=start,
        due=due,
        part_of=references(res, "partOf", at),
        after=after,
        focus=reference(res, "focus", at),
        minutes=minutes,
    )
    return Parsed(item, moment=when(res, "lastModified", at) or item.authored)


def _common(res: Json, ref: str, at: str) -> dict[str, Any]:
    """What a Task and a ServiceRequest say alike."""
    return {
        "reference": ref,
        "task_id": "",
        "where": "",
        "status": needed(res, "status", at),
        "intent": text(res, "intent", at),
        "priority": text(res, "priority", at),
        "code": concept(res, "code", at),
        "encounter": reference(res, "encounter", at),
        "requester": reference(res, "requester", at),
        "authored": when(res, "authoredOn", at),
        "based_on": references(res, "basedOn", at),
    }


def _inputs(res: Json, at: str) -> tuple[tuple[str, ...], float | None]:
    """Task.input: predecessors (type ``after``) and planned minutes (type ``minutes``)."""
    after: list[str] = []
    minutes: float | None = None
    for item, path in parts(res, "input", at):
        kind = concept(item, "type", path)
        name = (kind.text or first_code(kind)).strip().lower()
        if name == "after" and (link := reference(item, "valueReference", path)):
            after.append(link)
        elif name == "minutes":
            minutes = number(item, "valueDecimal", path) or number(item, "valueInteger", path)
    return tuple(after), minutes if minutes and minutes > 0 else None


def service_request(res: Json, ref: str, at: str) -> Parsed:
    """Read a ServiceRequest. An occurrence at one moment is its due time."""
    start, due = period(res, "occurrencePeriod", at)
    due = due or when(res, "occurrenceDateTime", at, last=True)
    timing = part(res, "occurrenceTiming", at)
    if timing:
        start, due = period(part(timing, "repeat", f"{at}.occurrenceTiming"), "boundsPeriod", at)
    performer = concept(res, "performerType", at)
    item = Order(
        **_common(res, ref, at),
        subject=reference(res, "subject", at),
        performers=(performer,) if performer.codings else (),
        start=start,
        due=due,
        do_not_perform=bool(flag(res, "doNotPerform", at)),
    )
    return Parsed(item, moment=item.authored)
