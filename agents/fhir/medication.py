"""Medication requests and statements, their drug and their dose."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from agents.fhir.clinical import Parsed, subject_of
from agents.fhir.element import (
    concept,
    concepts,
    contained,
    first_code,
    flag,
    needed,
    number,
    part,
    parts,
    period,
    quantity,
    references,
    text,
    when,
)
from agents.fhir.problem import Unusable
from agents.record import Concept, Dose, Medication, Quantity

Json = dict[str, Any]

_DAYS = {"s": 1 / 86400, "min": 1 / 1440, "h": 1 / 24, "d": 1.0, "wk": 7.0, "mo": 30.4375, "a": 365.25}
_CODES = {
    "QD": 1.0,
    "BID": 2.0,
    "TID": 3.0,
    "QID": 4.0,
    "AM": 1.0,
    "PM": 1.0,
    "BED": 1.0,
    "QOD": 0.5,
    "Q1H": 24.0,
    "Q2H": 12.0,
    "Q3H": 8.0,
    "Q4H": 6.0,
    "Q6H": 4.0,
    "Q8H": 3.0,
    "WK": 1 / 7,
    "MO": 1 / 30.4375,
}
"""Times a day of the codes of GTSAbbreviation."""


def medication_request(res: Json, ref: str, at: str) -> Parsed:
    """Read a MedicationRequest; ``doNotPerform`` ones are passed over."""
    authored = when(res, "authoredOn", at)
    return _medication(
        res,
        at,
        Medication(
            reference=ref,
            concept=Concept(),
            status=needed(res, "status", at),
            intent=text(res, "intent", at),
            authored=authored,
            dose=dose(res, "dosageInstruction", at),
            reasons=_reasons(res, at),
        ),
        passed="MedicationRequest not to be done" if flag(res, "doNotPerform", at) else "",
    )


def medication_statement(res: Json, ref: str, at: str) -> Parsed:
    """Read a MedicationStatement as a medication without an intent."""
    start, end = period(res, "effectivePeriod", at)
    stated = when(res, "dateAsserted", at) or when(res, "effectiveDateTime", at) or start
    item = Medication(
        reference=ref,
        concept=Concept(),
        status="completed" if end else needed(res, "status", at),
        intent="",
        authored=stated,
        dose=dose(res, "dosage", at),
        reasons=_reasons(res, at),
    )
    return _medication(res, at, item)


def _medication(res: Json, at: str, item: Medication, passed: str = "") -> Parsed:
    drug, link = _drug(res, at)
    who = subject_of(res, at, "subject")
    label = text(part(res, "medicationReference", at), "display", f"{at}.medicationReference")
    reasons = tuple(r for r in references(res, "reasonReference", at) if r[0] != "#")
    full = replace(item, concept=drug)
    return Parsed(full, who, item.authored, link=link, label=label, reasons=reasons, passed=passed)


def _drug(res: Json, at: str) -> tuple[Concept, str]:
    """The drug where the resource says it itself, else the reference that does."""
    if res.get("medicationCodeableConcept"):
        return concept(res, "medicationCodeableConcept", at), ""
    path = f"{at}.medicationReference"
    given = part(res, "medicationReference", at)
    link = text(given, "reference", path)
    if link.startswith("#"):
        inner, inner_at = contained(res, link, at)
        if not inner:
            raise Unusable(path, "refers to a contained Medication that is not there", "Add it to contained")
        return drug_of(inner, inner_at), ""
    if not link and not text(given, "display", path):
        raise Unusable(path, "says no drug", "Add medicationCodeableConcept or medicationReference")
    return Concept(), link


def drug_of(res: Json, at: str) -> Concept:
    """The drug of a Medication: its code, else its only ingredient."""
    code = concept(res, "code", at)
    if code.codings or code.text:
        return code
    ingredients = list(parts(res, "ingredient", at))
    if len(ingredients) == 1:
        return concept(ingredients[0][0], "itemCodeableConcept", ingredients[0][1])
    return code


def _reasons(res: Json, at: str) -> tuple[str, ...]:
    """What it is for, where the resource itself says it."""
    inside = (concept(*_problem(res, link, at)) for link in references(res, "reasonReference", at) if link[:1] == "#")
    return tuple(filter(None, (c.label() for c in (*inside, *concepts(res, "reasonCode", at)))))


def _problem(res: Json, link: str, at: str) -> tuple[Json, str, str]:
    inner, path = contained(res, link, at)
    return inner, "code", path


def dose(res: Json, key: str, at: str) -> Dose | None:
    """Dosage instructions as one `Dose`; None where several do not add up to one amount a time."""
    found = [(_one(d, path), number(d, "sequence", path)) for d, path in parts(res, key, at)]
    doses = [d for d, _ in found]
    if len(doses) < 2:
        return doses[0] if doses else None
    steps = len({step for _, step in found}) > 1
    alike = len({(d.quantity, d.as_needed) for d in doses}) == 1
    if steps or not alike or any(d.times_per_day is None for d in doses):
        return None
    return Dose(doses[0].quantity, sum(d.times_per_day or 0.0 for d in doses), doses[0].as_needed)


def _one(data: Json, at: str) -> Dose:
    needed_only = bool(flag(data, "asNeededBoolean", at)) or bool(part(data, "asNeededCodeableConcept", at))
    return Dose(_amount(data, at), _times(part(data, "timing", at), f"{at}.timing"), needed_only)


def _amount(data: Json, at: str) -> Quantity | None:
    for rate, path in parts(data, "doseAndRate", at):
        if found := quantity(rate, "doseQuantity", path):
            return found
    return None


def _times(timing: Json, at: str) -> float | None:
    repeat, path = part(timing, "repeat", at), f"{at}.repeat"
    for key in ("when", "timeOfDay"):
        listed = repeat.get(key)
        if isinstance(listed, list) and listed:
            return float(len(listed))
    span = number(repeat, "period", path)
    if span is not None:
        days = span * _DAYS.get(text(repeat, "periodUnit", path), 0.0)
        often = number(repeat, "frequency", path)
        exact = repeat.get("frequencyMax") is None and repeat.get("periodMax") is None
        return (1.0 if often is None else often) / days if days > 0 and exact else None
    return _CODES.get(first_code(concept(timing, "code", at)).upper())
