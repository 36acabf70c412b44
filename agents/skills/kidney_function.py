"""Estimated glomerular filtration rate by the CKD-EPI 2021 creatinine equation, with its KDIGO category.

For adults only: the bedside Schwartz equation for children is not done here. The equation has one form for
women and one for men; for any other or unknown sex there is none, and the outcome says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from agents.record import LOINC, PatientRecord
from agents.result import Evidence, Finding, Outcome, Value
from agents.skill import Skill
from agents.skills.conditions import has_group
from agents.skills.measurements import CREATININE, newest
from agents.skills.outcomes import not_applicable, not_computable, old_note

SOURCE = (
    "Inker LA et al. New creatinine- and cystatin C-based equations to estimate GFR without race. "
    "N Engl J Med 2021;385:1737-1749. Categories: KDIGO 2024 CKD guideline"
)
_CATEGORIES = (
    (90.0, "G1", "normal or high"),
    (60.0, "G2", "mildly decreased"),
    (45.0, "G3a", "mildly to moderately decreased"),
    (30.0, "G3b", "moderately to severely decreased"),
    (15.0, "G4", "severely decreased"),
)


@dataclass(frozen=True, slots=True)
class Kidney:
    """An estimated rate in mL/min/{1.73_m2}, or why there is none."""

    rate: float | None
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()
    time: datetime | None = None
    rejected: tuple[str, ...] = ()


def ckd_epi_2021(creatinine: float, age: int, sex: str) -> float:
    """Estimated GFR.

    Parameters
    ----------
    creatinine : float
        Serum creatinine, mg/dL, traceable to IDMS.
    age : int
        Years, 18 or more.
    sex : {'female', 'male'}
        Sex as the equation has it.

    Returns
    -------
    float
        mL/min/{1.73_m2}.
    """
    female = sex == "female"
    kappa, alpha = (0.7, -0.241) if female else (0.9, -0.302)
    ratio = creatinine / kappa
    rate: float = 142.0 * min(ratio, 1.0) ** alpha * max(ratio, 1.0) ** -1.200 * 0.9938**age
    return rate * 1.012 if female else rate


def category(rate: float) -> tuple[str, str]:
    """KDIGO category and its words, of a rate in mL/min/{1.73_m2} (whole numbers, as laboratories report)."""
    whole = int(rate + 0.5)
    for lowest, name, words in _CATEGORIES:
        if whole >= lowest:
            return name, words
    return "G5", "kidney failure range"


def estimate(record: PatientRecord, as_of: datetime) -> Kidney:
    """The rate from the newest creatinine, age and sex; `drug-dose-check` uses it too."""
    found, age = newest(record, CREATININE, as_of), record.age(as_of)
    missing = [found.missing] if found.reading is None else []
    if age is None:
        missing.append("no date of birth")
    if record.sex not in ("female", "male"):
        missing.append(f"no sex that the equation has (female or male; recorded: {record.sex})")
    if found.reading is None or age is None or missing:
        evidence = (found.reading.evidence,) if found.reading else ()
        return Kidney(None, evidence, tuple(missing), rejected=found.rejected)
    # The equation fits the age at which the blood was taken.
    at_sample = record.age(found.reading.time)
    if at_sample is None or at_sample < 18:
        return Kidney(None, (found.reading.evidence,), ("no serum creatinine of adult age",))
    rate = ckd_epi_2021(found.reading.value, at_sample, record.sex)
    return Kidney(rate, (found.reading.evidence,), (), found.reading.time, found.rejected)


def compute(record: PatientRecord, as_of: datetime) -> Outcome:
    """Estimated GFR (LOINC 98979-8) and its G category, or what is missing."""
    age = record.age(as_of)
    if age is not None and age < 18:
        why = "under 18 years (the bedside Schwartz equation is not done)"
        return not_applicable("CKD-EPI 2021", why, SOURCE)
    found = estimate(record, as_of)
    if found.rate is None or found.time is None:
        return not_computable("Kidney function", found.missing, SOURCE, evidence=found.evidence)
    notes = [Finding(f"Not used: {reason}.") for reason in found.rejected]
    name, words = category(found.rate)
    notes += old_note("creatinine", found.time, as_of)
    if has_group(record, "kidney failure", as_of):
        notes.append(Finding("Kidney failure is recorded: on dialysis the estimate does not hold.", "attention"))
    if found.rate < 60:
        text = "Below 60: chronic kidney disease only if it lasts three months; check albuminuria."
        notes.insert(0, Finding(text, "urgent" if found.rate < 15 else "attention"))
    return Outcome(
        summary=f"Estimated GFR is {found.rate:.0f} mL/min/1.73 m2: {name}, {words}.",
        values=(
            Value("eGFR", round(found.rate, 1), "mL/min/{1.73_m2}", LOINC, "98979-8", f"{name}: {words}"),
            Value("GFR category", name, interpretation=words),
        ),
        findings=tuple(notes),
        source=SOURCE,
        evidence=found.evidence,
        data={"status": "computed", "category": name},
    )


SKILL = Skill(
    name="kidney-function",
    title="Kidney function (CKD-EPI 2021)",
    inputs=("serum creatinine (mg/dL or umol/L)", "date of birth", "sex (female or male)"),
    source=SOURCE,
    compute=compute,
    minutes=5.0,
)
