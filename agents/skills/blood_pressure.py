"""Class of the newest blood pressure, by ACC/AHA 2017 and beside it by ESC/ESH 2018.

Systolic and diastolic must belong together: parts of one observation, or taken at the same moment. One
reading gives a class, not a diagnosis; the outcome says so.
"""

from __future__ import annotations

from datetime import datetime

from agents.record import PatientRecord
from agents.result import Finding, Outcome, Value
from agents.skill import Skill
from agents.skills.measurements import DIASTOLIC, SYSTOLIC, Reading, readings
from agents.skills.outcomes import not_applicable, not_computable, old_note
from agents.skills.pregnancy import pregnant

SOURCE = (
    "Whelton PK et al. 2017 ACC/AHA guideline for high blood pressure in adults. Hypertension "
    "2018;71:e13-e115; "
    "Williams B et al. 2018 ESC/ESH guidelines for arterial hypertension. Eur Heart J 2018;39:3021-3104"
)


def acc_aha(systolic: float, diastolic: float) -> str:
    """Class by ACC/AHA 2017; pressures in mm[Hg]."""
    if systolic >= 140 or diastolic >= 90:
        return "stage 2 hypertension"
    if systolic >= 130 or diastolic >= 80:
        return "stage 1 hypertension"
    return "elevated" if systolic >= 120 else "normal"


def esc_esh(systolic: float, diastolic: float) -> str:
    """Class by ESC/ESH 2018; pressures in mm[Hg]. The higher of the two decides."""
    if systolic >= 140 and diastolic < 90:
        grade = 3 if systolic >= 180 else 2 if systolic >= 160 else 1
        return f"isolated systolic hypertension, grade {grade}"
    for high, low, name in (
        (180, 110, "grade 3 hypertension"),
        (160, 100, "grade 2 hypertension"),
        (140, 90, "grade 1 hypertension"),
        (130, 85, "high normal"),
        (120, 80, "normal"),
    ):
        if systolic >= high or diastolic >= low:
            return name
    return "optimal"


def newest_pair(record: PatientRecord, as_of: datetime) -> tuple[Reading, Reading] | tuple[None, tuple[str, ...]]:
    """Newest systolic and diastolic that belong together, or why there are none."""
    found: list[list[Reading]] = []
    missing: list[str] = []
    for wanted in (SYSTOLIC, DIASTOLIC):
        pairs = list(readings(record, wanted, as_of))
        good = [reading for reading, _ in pairs if reading is not None]
        found.append(good)
        if not good:
            missing.append(f"no usable {wanted.name}: {pairs[0][1]}" if pairs else f"no {wanted.name}")
    impossible = False
    for systolic in found[0]:
        for diastolic in found[1]:
            same = systolic.evidence.reference == diastolic.evidence.reference
            if same or systolic.time == diastolic.time:
                if systolic.value > diastolic.value:
                    return systolic, diastolic
                impossible = True
    if impossible:
        return None, ("no usable blood pressure: the systolic is not above the diastolic",)
    return None, tuple(missing) or ("no systolic and diastolic blood pressure taken together",)


def compute(record: PatientRecord, as_of: datetime) -> Outcome:
    """Class of the newest blood pressure, or what is missing."""
    age = record.age(as_of)
    if age is not None and age < 18:
        return not_applicable("Blood pressure class", "under 18 years (percentiles are needed)", SOURCE)
    systolic, other = newest_pair(record, as_of)
    no_age = ("no date of birth",) if age is None else ()
    if not isinstance(other, Reading):
        return not_computable("Blood pressure class", (*other, *no_age), SOURCE)
    if systolic is None or no_age:
        return not_computable("Blood pressure class", no_age, SOURCE)
    return _classed(record, as_of, systolic, other)


def _classed(record: PatientRecord, as_of: datetime, systolic: Reading, diastolic: Reading) -> Outcome:
    high, low = systolic.value, diastolic.value
    american, european = acc_aha(high, low), esc_esh(high, low)
    findings = []
    if high > 180 or low > 120:
        text = "Above 180/120 mmHg: repeat now; with signs of organ damage it is an emergency."
        findings.append(Finding(text, "urgent"))
    elif high <= 90:
        text = "Systolic 90 mmHg or less scores 3 in NEWS2 (RCP 2017): see the patient now."
        findings.append(Finding(text, "urgent"))
    elif "hypertension" in american:
        text = "A class rests on one reading here; hypertension needs two or more on different days."
        findings.append(Finding(text, "attention"))
    if pregnant(record, as_of):
        findings.append(Finding("Pregnant: the limits of pregnancy apply instead.", "attention"))
    return Outcome(
        summary=f"Blood pressure {high:.0f}/{low:.0f} mmHg: {american} (ACC/AHA), {european} (ESC/ESH).",
        values=(
            Value("ACC/AHA 2017 class", american, interpretation=american),
            Value("ESC/ESH 2018 class", european, interpretation=european),
        ),
        findings=(*findings, *old_note("blood pressure", systolic.time, as_of)),
        source=SOURCE,
        evidence=(systolic.evidence, diastolic.evidence),
        data={"status": "computed", "systolic": high, "diastolic": low},
    )


SKILL = Skill(
    name="blood-pressure",
    title="Blood pressure class",
    inputs=("systolic and diastolic blood pressure (mm[Hg])", "date of birth"),
    source=SOURCE,
    compute=compute,
    minutes=4.0,
)
