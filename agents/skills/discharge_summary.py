"""Structured discharge summary of an open encounter, with a checklist of what is missing for discharge.

It gathers, it does not write prose: reason, problems, medications with duplicates, allergies, last vital signs
and results with their times, procedures of this encounter, what is pending. The components follow the
mandated ones of the Joint Commission; instructions and the follow-up appointment are not part of the record
and stay on the checklist.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from agents.record import Encounter, Observation, PatientRecord
from agents.result import Evidence, Finding, Outcome, Value
from agents.skill import Skill
from agents.skills.measurements import (
    DIASTOLIC,
    OXYGEN_SATURATION,
    PULSE,
    RESPIRATORY_RATE,
    SYSTOLIC,
    TEMPERATURE,
    instant,
    newest,
    usable,
)
from agents.skills.medication_reconciliation import duplicates, indication
from agents.skills.medicines import active, ingredients
from agents.skills.outcomes import not_applicable

SOURCE = (
    "Components after Kind AJH, Smith MA. Documentation of mandated discharge summary components. In: Advances "
    "in Patient Safety, AHRQ 2008 (Joint Commission standard); the checklist is ours"
)
_SIGNS = (RESPIRATORY_RATE, OXYGEN_SATURATION, SYSTOLIC, DIASTOLIC, PULSE, TEMPERATURE)
_DAY = timedelta(hours=24)
_PENDING_PROCEDURES = ("preparation", "in-progress", "on-hold")
_PENDING_ORDERS = ("draft", "on-hold")


def open_encounter(record: PatientRecord, as_of: datetime) -> Encounter | None:
    """The encounter that is open at `as_of`; of several, the one that began last."""
    now = instant(as_of)
    found = [e for e in record.encounters if e.open and (e.start is None or instant(e.start) <= now)]
    return max(found, key=lambda e: (e.start is not None, instant(e.start or as_of), e.reference), default=None)


def _during(time: datetime | None, encounter: Encounter, as_of: datetime) -> bool:
    if time is None or instant(time) > instant(as_of):
        return False
    return encounter.start is None or instant(time) >= instant(encounter.start)


def _vitals(record: PatientRecord, as_of: datetime) -> tuple[list[dict[str, Any]], list[Evidence], list[str]]:
    shown, evidence, missing = [], [], []
    for sign in _SIGNS:
        found = newest(record, sign, as_of, instant(as_of) - _DAY)
        if found.reading is None:
            missing.append(found.missing)
            continue
        evidence.append(found.reading.evidence)
        shown.append(
            {
                "name": sign.name,
                "value": round(found.reading.value, 1),
                "unit": sign.unit,
                "time": found.reading.time.isoformat(),
            }
        )
    return shown, evidence, missing


def _results(record: PatientRecord, encounter: Encounter, as_of: datetime) -> list[dict[str, Any]]:
    """Newest result of each kind during the encounter, vital signs left out."""
    newest_of: dict[str, dict[str, Any]] = {}
    for time, observation in usable(record, as_of):
        label = observation.concept.label()
        if not label or not _during(time, encounter, as_of) or _vital(observation):
            continue
        if observation.quantity is not None and label not in newest_of:
            newest_of[label] = {
                "name": label,
                "value": observation.quantity.value,
                "unit": observation.quantity.unit,
                "time": time.isoformat(),
                "reference": observation.reference,
            }
    return [newest_of[label] for label in sorted(newest_of)]


def _vital(observation: Observation) -> bool:
    return any(sign.fits(observation.concept) for sign in _SIGNS)


def _pending(record: PatientRecord, encounter: Encounter, as_of: datetime) -> list[dict[str, str]]:
    waiting = [
        (o.reference, o.concept.label(), o.status)
        for o in record.observations
        if o.status in ("registered", "preliminary") and (o.time is None or _during(o.time, encounter, as_of))
    ]
    waiting += [
        (p.reference, p.concept.label(), p.status) for p in record.procedures if p.status in _PENDING_PROCEDURES
    ]
    waiting += [(m.reference, m.concept.label(), m.status) for m in record.medications if m.status in _PENDING_ORDERS]
    return [{"reference": ref, "name": name, "status": status} for ref, name, status in sorted(waiting)]


def _medications(record: PatientRecord, as_of: datetime) -> tuple[list[dict[str, Any]], list[str], list[str]]:
    listed = [(m, ingredients(m.concept)) for m in active(record, as_of)]
    conditions = list(record.known_conditions())
    double = duplicates(listed)
    shown, unexplained = [], set()
    for medication, parts in listed:
        names = [part.ingredient for part in parts]
        unexplained |= {name for name in names if not indication(medication, name, conditions)}
        shown.append(
            {
                "reference": medication.reference,
                "name": medication.concept.label(),
                "ingredients": names,
                "duplicate": any(name in double for name in names),
                "as_needed": bool(medication.dose and medication.dose.as_needed),
            }
        )
    return shown, list(double), sorted(unexplained)


def compute(record: PatientRecord, as_of: datetime) -> Outcome:
    """Summary of the open encounter with the checklist."""
    encounter = open_encounter(record, as_of)
    if encounter is None:
        return not_applicable("Discharge summary", "no encounter is open", SOURCE)
    vitals, evidence, stale = _vitals(record, as_of)
    medications, double, unexplained = _medications(record, as_of)
    pending = _pending(record, encounter, as_of)
    reasons = [label for reason in encounter.reasons if (label := reason.label())]
    problems = [
        {"reference": c.reference, "name": c.concept.label()}
        for c in sorted(record.known_conditions(), key=lambda c: c.reference)
    ]
    procedures = [
        {"reference": p.reference, "name": p.concept.label(), "start": p.start.isoformat()}
        for p in record.procedures
        if p.status == "completed" and p.start is not None and _during(p.start, encounter, as_of)
    ]
    todo = [f"{why.removeprefix('no ')} is missing in the last 24 h" for why in stale]
    todo += ["reason of the encounter"] * (not reasons) + ["active problems"] * (not problems)
    todo += ["allergies, or a statement that there are none"] * (not record.allergies)
    todo += [f"duplicate order of {name}" for name in double]
    todo += [f"indication of {name}" for name in unexplained]
    todo += [f"pending: {item['name'] or item['reference']}" for item in pending]
    todo += ["instructions for the patient and follow-up appointment"]
    data = {
        "status": "computed",
        "encounter": encounter.reference,
        "since": encounter.start.isoformat() if encounter.start else None,
        "reasons": reasons,
        "problems": problems,
        "medications": medications,
        "allergies": [{"reference": a.reference, "name": a.concept.label()} for a in record.allergies],
        "vital_signs": vitals,
        "results": _results(record, encounter, as_of),
        "procedures": procedures,
        "pending": pending,
        "checklist": todo,
    }
    return _outcome(data, [Evidence(encounter.reference, "open encounter"), *evidence], reasons)


def _outcome(data: dict[str, Any], evidence: list[Evidence], reasons: list[str]) -> Outcome:
    todo = data["checklist"]
    findings = [Finding(f"Before discharge: {item}.", "attention") for item in todo]
    inputs = [
        ("no reason of the encounter", not reasons),
        ("no active problems", not data["problems"]),
        ("no allergies or statement that there are none", not data["allergies"]),
        ("no vital signs in the last 24 h", not data["vital_signs"]),
    ]
    return Outcome(
        summary=(
            f"Discharge summary: {len(data['problems'])} active problems, {len(data['medications'])} "
            f"medications, {len(data['pending'])} pending, {len(todo)} items open on the checklist."
        ),
        values=(Value("items open before discharge", len(todo), "1"),),
        findings=tuple(findings),
        missing=tuple(name for name, absent in inputs if absent),
        source=SOURCE,
        evidence=tuple(evidence),
        data=data,
    )


SKILL = Skill(
    name="discharge-summary",
    title="Discharge summary",
    inputs=(
        "open encounter with its reasons",
        "conditions, medications, allergies",
        "vital signs and results",
        "procedures",
    ),
    source=SOURCE,
    compute=compute,
    minutes=20.0,
    level=3,
    licences=frozenset({"prescriber"}),
)
