"""Screening that is overdue, from age, sex, conditions, smoking and what was done before.

The rules are data (``screening.yaml``), each with its recommendation. A rule that cannot be decided, such as
lung cancer without a smoking history, is named as missing and never assumed either way. Done is what the
record holds: a test done elsewhere looks overdue, and the outcome says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from agents.record import LOINC, SNOMED, PatientRecord
from agents.result import Evidence, Finding, Outcome, Value
from agents.skill import Skill
from agents.skills.conditions import has_group, smoking
from agents.skills.dates import months_later
from agents.skills.measurements import BODY_MASS_INDEX, Measurement, instant, newest, usable
from agents.skills.outcomes import not_applicable, not_computable
from agents.skills.tables import rules

SOURCE = (
    "US Preventive Services Task Force recommendations 2018 to 2024 and American Diabetes Association Standards "
    "of Care 2024; one source a rule in screening.yaml"
)
CPT = "http://www.ama-assn.org/go/cpt"
_PACK_YEARS = Measurement(
    "pack-years of smoking", "1", {LOINC: frozenset({"8664-5"}), SNOMED: frozenset({"401201003"})}, 0, 300
)
_SYSTEMS = {"snomed": SNOMED, "loinc": LOINC, "cpt": CPT}


@dataclass(frozen=True, slots=True)
class Done:
    """The last time that a test was done."""

    name: str
    day: date
    next_due: date
    evidence: Evidence


def _ever_smoked(record: PatientRecord, as_of: datetime) -> bool | str:
    status = smoking(record, as_of)
    return "no smoking status" if status is None else status != "never"


def _twenty_pack_years(record: PatientRecord, as_of: datetime) -> bool | str:
    ever = _ever_smoked(record, as_of)
    amount = newest(record, _PACK_YEARS, as_of).reading
    if ever is not True:
        return ever
    if amount is None:
        return "no pack-years of smoking"
    if amount.value < 20:
        return False
    return True if smoking(record, as_of) == "current" else "no date of quitting smoking"


def _applies(rule: dict[str, Any], record: PatientRecord, as_of: datetime, age: int) -> bool | str:
    """Whether a rule is for this person; a text names what is missing to tell."""
    sex = rule.get("sex", "")
    if not rule["ages"][0] <= age <= rule["ages"][1] or (sex and {sex, record.sex} == {"female", "male"}):
        return False
    excluded = any(has_group(record, group, as_of) for group in rule.get("excludes", ()))
    if excluded or not all(has_group(record, group, as_of) for group in rule.get("needs", ())):
        return False
    if sex and record.sex != sex:
        return f"no sex that the rule has (recorded: {record.sex})"
    return _at_risk(rule, record, as_of)


def _at_risk(rule: dict[str, Any], record: PatientRecord, as_of: datetime) -> bool | str:
    if "body_mass_index" in rule:
        index = newest(record, BODY_MASS_INDEX, as_of)
        return index.reading.value >= rule["body_mass_index"] if index.reading else index.missing
    if "smoking" in rule:
        return (_ever_smoked if rule["smoking"] == "ever" else _twenty_pack_years)(record, as_of)
    return True


def _events(record: PatientRecord, test: dict[str, Any], as_of: datetime) -> list[tuple[date, str]]:
    codes = {system: test[key] for key, system in _SYSTEMS.items() if key in test}
    now = instant(as_of)
    found = [
        (instant(p.start).date(), p.reference)
        for p in record.procedures
        if p.status == "completed" and p.start is not None and instant(p.start) <= now
        if any(p.concept.has(system, listed) for system, listed in codes.items())
    ]
    for time, observation in usable(record, as_of):
        concepts = [observation.concept, *(part.concept for part in observation.components)]
        if any(c.has(system, listed) for system, listed in codes.items() for c in concepts):
            found.append((time.date(), observation.reference))
    return found


def last_done(rule: dict[str, Any], record: PatientRecord, as_of: datetime, age: int) -> Done | None:
    """The test of a rule that lasts longest, among those done; None where none was."""
    best: Done | None = None
    for test in rule["tests"]:
        events = _events(record, test, as_of) if age >= test.get("from_age", 0) else []
        if not events:
            continue
        day, reference = max(events)
        due = months_later(day, test["months"]) if test["months"] else date.max
        if best is None or due > best.next_due:
            evidence = Evidence(reference, f"{rule['name']}: {test['name']}", None, None, day.isoformat())
            best = Done(test["name"], day, due, evidence)
    return best


def compute(record: PatientRecord, as_of: datetime) -> Outcome:
    """Screening that is overdue."""
    age = record.age(as_of)
    if record.deceased:
        return not_applicable("Screening", "the patient has died", SOURCE)
    if age is None:
        return not_computable("Screening", ["no date of birth"], SOURCE)
    if age < 18:
        return not_applicable("Screening", "under 18 years (rules of adults)", SOURCE)
    overdue: list[Finding] = []
    missing: list[str] = []
    evidence: list[Evidence] = []
    states: list[dict[str, Any]] = []
    for rule in rules("screening.yaml"):
        applies = _applies(rule, record, as_of, age)
        if isinstance(applies, str):
            missing.append(f"{applies}, needed for {rule['name']}")
        elif applies:
            done = last_done(rule, record, as_of, age)
            due = done is None or done.next_due <= instant(as_of).date()
            states.append(_state(rule, done, due))
            if done is not None:
                evidence.append(done.evidence)
            if due:
                overdue.append(Finding(_text(rule, done), "attention"))
    return _outcome(overdue, missing, evidence, states)


def _state(rule: dict[str, Any], done: Done | None, due: bool) -> dict[str, Any]:
    return {
        "rule": rule["name"],
        "overdue": due,
        "last": done.day.isoformat() if done else None,
        "next_due": done.next_due.isoformat() if done and done.next_due < date.max else None,
        "source": rule["source"],
    }


def _text(rule: dict[str, Any], done: Done | None) -> str:
    tests = " or ".join(test["name"] for test in rule["tests"])
    if done is None:
        return f"{rule['name']}: overdue, none recorded ({tests}; {rule['source']})."
    return f"{rule['name']}: overdue since {done.next_due.isoformat()}, last {done.name} ({rule['source']})."


def _outcome(
    overdue: list[Finding], missing: list[str], evidence: list[Evidence], states: list[dict[str, Any]]
) -> Outcome:
    note = Finding("Only what this record holds counts as done; ask about tests done elsewhere.")
    names = [state["rule"] for state in states if state["overdue"]]
    return Outcome(
        summary=f"Screening: {len(names)} of {len(states)} that apply are overdue"
        f"{': ' + ', '.join(names) if names else ''}.",
        values=(Value("overdue screenings", len(names), "1", interpretation=", ".join(names) or "none"),),
        findings=(*overdue, note) if overdue else (),
        missing=tuple(missing),
        source=SOURCE,
        evidence=tuple(evidence),
        data={"status": "computed", "rules": states},
    )


SKILL = Skill(
    name="screening",
    title="Overdue screening",
    inputs=(
        "date of birth",
        "sex",
        "conditions",
        "procedures and tests done",
        "smoking status and pack-years",
        "body-mass index (kg/m2)",
    ),
    source=SOURCE,
    compute=compute,
    minutes=8.0,
)
