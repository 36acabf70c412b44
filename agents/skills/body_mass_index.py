"""Body-mass index and its WHO class, from height and weight or, without them, as reported.

Where both are there they must agree within 5 %, else the outcome says so. Under 20 years and in pregnancy the
index is given but not classed: children need a percentile for age. A height counts when it was measured in
adulthood or within a month of the weight.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from agents.record import LOINC, PatientRecord
from agents.result import Evidence, Finding, Outcome, Value
from agents.skill import Skill
from agents.skills.measurements import BODY_MASS_INDEX, HEIGHT, WEIGHT, Reading, newest
from agents.skills.outcomes import not_computable, old_note
from agents.skills.pregnancy import pregnant

SOURCE = (
    "WHO. Obesity: preventing and managing the global epidemic. Technical Report Series 894, 2000 "
    "(classes of adults); WHO Technical Report Series 854, 1995 (grades of thinness)"
)
_CLASSES = (
    (16.0, "severe thinness"),
    (17.0, "moderate thinness"),
    (18.5, "mild thinness"),
    (25.0, "normal weight"),
    (30.0, "pre-obese"),
    (35.0, "obese, class I"),
    (40.0, "obese, class II"),
)
_MONTH = timedelta(days=31)


def who_class(index: float) -> str:
    """WHO class of an adult; `index` in kg/m2, taken to two decimals as in the WHO table."""
    exact = round(index, 2)
    return next((name for top, name in _CLASSES if exact < top), "obese, class III")


def _height_counts(record: PatientRecord, height: Reading, weight: Reading) -> bool:
    age = record.age(height.time)
    return (age is not None and age >= 18) or abs(weight.time - height.time) <= _MONTH


def _index(record: PatientRecord, as_of: datetime) -> tuple[float | None, list[Evidence], list[str], str]:
    """Index, what it rests on, what is missing, and a note where reported and computed do not agree."""
    height, weight = newest(record, HEIGHT, as_of), newest(record, WEIGHT, as_of)
    reported = newest(record, BODY_MASS_INDEX, as_of)
    missing = [lookup.missing for lookup in (height, weight) if lookup.missing]
    tall, heavy, given = height.reading, weight.reading, reported.reading
    if tall and heavy and not _height_counts(record, tall, heavy):
        missing.append("no body height of adult age or near the weight in time")
    if missing or tall is None or heavy is None:
        if given is not None:
            return given.value, [given.evidence], [], ""
        return None, [], [*missing, reported.missing], ""
    if given is not None and given.time - heavy.time > timedelta(days=1):
        return given.value, [given.evidence], [], ""
    index = heavy.value / (tall.value / 100.0) ** 2
    note = ""
    near = given is not None and abs(given.time - heavy.time) <= timedelta(days=1)
    if given is not None and near and abs(given.value - index) > 0.05 * index:
        note = f"The reported index ({given.value:.1f}) does not agree with height and weight."
    return index, [tall.evidence, heavy.evidence], [], note


def compute(record: PatientRecord, as_of: datetime) -> Outcome:
    """Body-mass index (LOINC 39156-5) with its class, or what is missing."""
    index, evidence, missing, note = _index(record, as_of)
    if index is None:
        return not_computable("Body-mass index", missing, SOURCE)
    if not BODY_MASS_INDEX.low <= index <= BODY_MASS_INDEX.high:
        why = "no usable height and weight: the index they give is not physiologically possible"
        return not_computable("Body-mass index", [why], SOURCE, evidence=evidence)
    age, missing = record.age(as_of), []
    if age is None:
        words, missing = "not classed: the age is not known", ["no date of birth"]
    elif age < 20:
        words = "not classed: under 20 years the percentile for age is needed"
    elif pregnant(record, as_of):
        words = "not classed: pregnant"
    else:
        words = who_class(index)
    findings = [Finding(note, "attention")] if note else []
    findings += old_note("weight", datetime.fromisoformat(str(evidence[-1].time)), as_of)
    return Outcome(
        summary=f"Body-mass index is {index:.1f} kg/m2: {words}.",
        values=(Value("BMI", round(index, 2), "kg/m2", LOINC, "39156-5", words),),
        findings=tuple(findings),
        missing=tuple(missing),
        source=SOURCE,
        evidence=tuple(evidence),
        data={"status": "computed"},
    )


SKILL = Skill(
    name="body-mass-index",
    title="Body-mass index",
    inputs=("body height (cm)", "body weight (kg)", "or a reported index (kg/m2)", "date of birth"),
    source=SOURCE,
    compute=compute,
    minutes=3.0,
)
