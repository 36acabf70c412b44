"""Encounters, how urgent they are and where they take place."""

from __future__ import annotations

from typing import Any

from agents.fhir.clinical import Parsed, subject_of
from agents.fhir.element import concept, concepts, contained, linked, needed, part, parts, period, text
from agents.record import Concept, Encounter

Json = dict[str, Any]

_ACUITY = {"S": 1, "EM": 1, "A": 2, "UR": 2, "R": 4, "EL": 5, "T": 3, "P": 4}
"""Codes of v3-ActPriority: stat, emergency, as soon as possible, urgent, routine, elective, timing critical, ..."""


def encounter(res: Json, ref: str, at: str) -> Parsed:
    """Read an Encounter; its zone is filled in when the Locations are known."""
    start, end = period(res, "period", at)
    link, label = _location(res, at)
    item = Encounter(
        reference=ref,
        status=needed(res, "status", at),
        class_code=text(part(res, "class", at), "code", f"{at}.class"),
        start=start,
        end=end,
        types=concepts(res, "type", at),
        reasons=concepts(res, "reasonCode", at),
        priority=acuity(concept(res, "priority", at)),
    )
    return Parsed(item, subject_of(res, at, "subject"), end or start, link=link, label=label)


def acuity(priority: Concept) -> int | None:
    """Acuity 1 to 5 from an encounter's priority: a code of v3-ActPriority, or a triage level 1 to 5."""
    for coding in priority.codings:
        if coding.code in _ACUITY:
            return _ACUITY[coding.code]
        if coding.code in ("1", "2", "3", "4", "5"):
            return int(coding.code)
    return None


def _location(res: Json, at: str) -> tuple[str, str]:
    """The location that the patient is in: the active one, else the last that is not merely planned."""
    chosen = ("", "")
    for item, path in parts(res, "location", at):
        status = text(item, "status", path)
        if status in ("planned", "reserved"):
            continue
        where = part(item, "location", path)
        link, label = linked(where, f"{path}.location"), text(where, "display", f"{path}.location")
        if link.startswith("#"):
            inner, inner_at = contained(res, link, at)
            link, label = "", text(inner, "name", inner_at) or label
        chosen = (link, label)
        if status == "active":
            break
    return chosen
