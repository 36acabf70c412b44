"""Class of HbA1c and fasting glucose by the American Diabetes Association.

HbA1c is given in both units by the NGSP/IFCC master equation, with the average glucose it stands for. A
glucose that is not coded as fasting is not classed. For somebody with known diabetes the value is set beside
the usual goal instead of a diagnostic class.
"""

from __future__ import annotations

from datetime import datetime

from agents.record import LOINC, PatientRecord, Quantity
from agents.result import Evidence, Finding, Outcome, Value
from agents.skill import Skill
from agents.skills.conditions import has_group
from agents.skills.measurements import FASTING_GLUCOSE, HBA1C, newest
from agents.skills.outcomes import not_computable, old_note
from agents.skills.pregnancy import pregnant
from agents.units import convert

SOURCE = (
    "American Diabetes Association. Diagnosis and Classification of Diabetes: Standards of Care in Diabetes. "
    "Diabetes Care 2024;47(Suppl 1):S20-S42; Hoelzel W et al. Clin Chem 2004;50:166-174 (master equation); "
    "Nathan DM et al. Diabetes Care 2008;31:1473-1478 (average glucose)"
)
WORDS = ("below the range of prediabetes", "range of prediabetes", "range of diabetes")


def hba1c_class(percent: float) -> str:
    """ADA class of HbA1c in NGSP %; 39 and 48 mmol/mol fall on its limits."""
    return WORDS[(percent >= 5.7) + (percent >= 6.5)]


def fasting_class(glucose: float) -> str:
    """ADA class of fasting plasma glucose in mg/dL."""
    return WORDS[(glucose >= 100.0) + (glucose >= 126.0)]


def _hba1c_values(percent: float, words: str) -> list[Value]:
    ifcc = convert(Quantity(percent, "%"), "mmol/mol", "hba1c").value
    average = 28.7 * percent - 46.7
    values = [
        Value("HbA1c (NGSP)", round(percent, 1), "%", LOINC, "4548-4", words),
        Value("HbA1c (IFCC)", round(ifcc), "mmol/mol", LOINC, "59261-8", words),
    ]
    if average > 0:
        values.append(Value("estimated average glucose", int(average + 0.5 + 1e-9), "mg/dL", LOINC, "27353-2"))
    return values


def compute(record: PatientRecord, as_of: datetime) -> Outcome:
    """Class of the newest HbA1c and fasting glucose, or what is missing."""
    hba1c, fasting = newest(record, HBA1C, as_of), newest(record, FASTING_GLUCOSE, as_of)
    known = has_group(record, "diabetes", as_of)
    values: list[Value] = []
    evidence: list[Evidence] = []
    classes: list[str] = []
    if hba1c.reading is not None:
        percent = hba1c.reading.value
        words = hba1c_class(percent)
        classes.append(words)
        if known:
            words = "within the usual goal (below 7 %)" if percent < 7.0 else "above the usual goal (7 %)"
        values += _hba1c_values(percent, words)
        evidence.append(hba1c.reading.evidence)
    if fasting.reading is not None:
        words = fasting_class(fasting.reading.value)
        classes.append(words)
        values.append(Value("fasting glucose class", words, interpretation=words))
        evidence.append(fasting.reading.evidence)
    times = [lookup.reading.time for lookup in (hba1c, fasting) if lookup.reading is not None]
    missing = [lookup.missing for lookup in (hba1c, fasting) if lookup.missing]
    if not values:
        return not_computable("Glycaemia", missing, SOURCE)
    worst = max(classes, key=WORDS.index)
    return Outcome(
        summary=f"Glycaemia: {values[0].interpretation}{', diabetes is known' if known else ''}.",
        values=tuple(values),
        findings=(*_findings(record, as_of, worst, known), *old_note("value", max(times), as_of)),
        missing=tuple(missing),
        source=SOURCE,
        evidence=tuple(evidence),
        data={"status": "computed", "class": worst, "known_diabetes": known},
    )


def _findings(record: PatientRecord, as_of: datetime, worst: str, known: bool) -> list[Finding]:
    findings = []
    if worst == WORDS[2] and not known:
        text = "In the range of diabetes, which is not among the problems: confirm with a second test."
        findings.append(Finding(text, "attention"))
    elif worst == WORDS[1] and not known:
        findings.append(Finding("In the range of prediabetes: repeat at least yearly."))
    if pregnant(record, as_of):
        findings.append(Finding("Pregnant: HbA1c is lowered and other limits apply.", "attention"))
    return findings


SKILL = Skill(
    name="glycaemia",
    title="HbA1c and fasting glucose",
    inputs=("HbA1c (% or mmol/mol)", "fasting glucose (mg/dL or mmol/L)", "known diabetes"),
    source=SOURCE,
    compute=compute,
    minutes=4.0,
)
