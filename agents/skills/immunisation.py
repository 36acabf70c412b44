"""Vaccines of adults that are due, by the schedule in ``immunisation.yaml``.

The schedule is that of the United States from 19 years, as of 2024 whatever the moment asked for; the childhood
schedule is outside this skill. Doses count when they are completed, by number and not by their spacing; one
without a date counts towards a series but not towards an interval. Immunity after disease is not known here,
and the outcome says so.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from agents.record import CVX, Immunisation, PatientRecord
from agents.result import Evidence, Finding, Outcome, Value
from agents.skill import Skill
from agents.skills.dates import months_later
from agents.skills.measurements import instant
from agents.skills.outcomes import not_applicable, not_computable
from agents.skills.pregnancy import pregnant
from agents.skills.tables import rules

SOURCE = (
    "CDC/ACIP adult immunization schedule, United States, 2024, with the pneumococcal (2024) and RSV (2024) "
    "recommendations; one source a rule in immunisation.yaml"
)


def _given(record: PatientRecord, cvx: list[str], as_of: datetime) -> list[Immunisation]:
    """Completed doses of these codes up to `as_of`; leading zeros of a code do not matter."""
    wanted, now = {code.lstrip("0") for code in cvx}, instant(as_of)
    return [
        dose
        for dose in record.immunisations
        if dose.status == "completed"
        and (dose.time is None or instant(dose.time) <= now)
        and any(c.system == CVX and c.code.strip().lstrip("0") in wanted for c in dose.concept.codings)
    ]


def _counted(record: PatientRecord, step: dict[str, Any], as_of: datetime) -> list[Immunisation]:
    doses = _given(record, step["cvx"], as_of)
    if "from_age" in step:
        doses = [d for d in doses if d.time is not None and (record.age(d.time) or 0) >= step["from_age"]]
    if "first_before_age" in step:
        ages = [record.age(d.time) for d in doses if d.time is not None]
        if not any(age is not None and age < step["first_before_age"] for age in ages):
            return []
    days = {instant(d.time).date() if d.time else d.reference for d in doses}
    return doses if len(days) >= step["doses"] else []


def _complete(rule: dict[str, Any], record: PatientRecord, as_of: datetime) -> list[Immunisation]:
    """Doses that complete one of the alternatives; empty where none is complete."""
    for alternative in rule["series"]:
        steps = [_counted(record, step, as_of) for step in alternative]
        if all(steps):
            return [dose for step in steps for dose in step]
    return []


def _next_due(rule: dict[str, Any], doses: list[Immunisation]) -> date | None:
    """When the next dose is due; None for now, the calendar's end for never."""
    if not doses:
        return None
    if not rule["months"]:
        return date.max
    dated = [instant(dose.time).date() for dose in doses if dose.time is not None]
    return months_later(max(dated), rule["months"]) if dated else None


def _applies(rule: dict[str, Any], record: PatientRecord, age: int) -> bool:
    first, last = rule["ages"]
    born = record.birth_date.year if record.birth_date else 0
    return bool(first <= age <= last and born >= rule.get("born_from", 0))


def compute(record: PatientRecord, as_of: datetime) -> Outcome:
    """Vaccines that are due."""
    age = record.age(as_of)
    if record.deceased:
        return not_applicable("Immunisation", "the patient has died", SOURCE)
    if age is None:
        return not_computable("Immunisation", ["no date of birth"], SOURCE)
    if age < 19:
        return not_applicable("Immunisation", "under 19 years (the childhood schedule is not done)", SOURCE)
    expecting = pregnant(record, as_of)
    findings: list[Finding] = []
    evidence: list[Evidence] = []
    states: list[dict[str, Any]] = []
    for rule in rules("immunisation.yaml"):
        if not _applies(rule, record, age):
            continue
        doses = _complete(rule, record, as_of)
        next_due = _next_due(rule, doses)
        waits = bool(expecting and rule.get("not_in_pregnancy"))
        due = next_due is None or next_due <= instant(as_of).date()
        states.append(
            {"vaccine": rule["name"], "due": due and not waits, "waits": due and waits, "source": rule["source"]}
        )
        evidence += [
            Evidence(d.reference, rule["name"], None, None, d.time.isoformat() if d.time else None) for d in doses
        ]
        if due:
            findings.append(_finding(rule, waits))
    return _outcome(findings, evidence, states)


def _finding(rule: dict[str, Any], waits: bool) -> Finding:
    if waits:
        return Finding(f"{rule['name']}: due, but not in pregnancy ({rule['source']}).")
    if rule.get("choice"):
        return Finding(f"{rule['name']}: due, to be decided with the patient ({rule['source']}).")
    return Finding(f"{rule['name']}: due ({rule['source']}).", "attention")


def _outcome(findings: list[Finding], evidence: list[Evidence], states: list[dict[str, Any]]) -> Outcome:
    names = [state["vaccine"] for state in states if state["due"]]
    note = Finding("Immunity after disease and doses given elsewhere are not known to this record.")
    return Outcome(
        summary=f"Immunisation: {len(names)} of {len(states)} that apply are due"
        f"{': ' + ', '.join(names) if names else ''}.",
        values=(Value("vaccines due", len(names), "1", interpretation=", ".join(names) or "none"),),
        findings=(*findings, note) if findings else (),
        source=SOURCE,
        evidence=tuple(evidence),
        data={"status": "computed", "vaccines": states},
    )


SKILL = Skill(
    name="immunisation",
    title="Vaccines due",
    inputs=("date of birth", "immunisations (CVX codes)", "pregnancy"),
    source=SOURCE,
    compute=compute,
    minutes=5.0,
)
