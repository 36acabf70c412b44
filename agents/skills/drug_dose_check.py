"""Active medications against kidney function.

Each ingredient is looked up in our table (``renal_doses.csv``, a source a row). The row with the lowest limit
above the estimated GFR (CKD-EPI 2021, see `kidney_function`) applies. Product labels mostly speak of
creatinine clearance, for which the estimate indexed to 1.73 m2 stands in here: the outcome says so. A drug
outside the table is reported as outside, and a dose that cannot be reckoned is named with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from agents.record import LOINC, Medication, PatientRecord
from agents.result import Evidence, Finding, Outcome, Value
from agents.skill import Skill
from agents.skills.kidney_function import estimate
from agents.skills.medicines import Part, active, daily_dose, ingredients, local
from agents.skills.outcomes import not_applicable, not_computable, old_note
from agents.skills.tables import rows

SOURCE = (
    "Own table renal_doses.csv with the product label or guideline of each row; kidney function by CKD-EPI "
    "2021 (Inker LA et al. N Engl J Med 2021;385:1737-1749)"
)
Severity = Literal["info", "attention", "urgent"]


@dataclass(frozen=True, slots=True)
class Check:
    """What the table says of one ingredient of one medication."""

    reference: str
    ingredient: str
    verdict: str
    text: str
    severity: Severity = "info"
    source: str = ""
    mg_per_day: float | None = None

    def to_json(self) -> dict[str, Any]:
        """As a dictionary."""
        return {
            "reference": self.reference,
            "ingredient": self.ingredient,
            "verdict": self.verdict,
            "text": self.text,
            "source": self.source,
            "mg_per_day": self.mg_per_day,
        }


def rule_for(ingredient: str, rate: float) -> dict[str, str] | None:
    """Row that applies at a rate in mL/min/{1.73_m2}; None where none of the ingredient's does."""
    found = [
        row
        for row in rows("renal_doses.csv")
        if row["ingredient"] == ingredient and row["egfr_below"] and rate < float(row["egfr_below"])
    ]
    return min(found, key=lambda row: float(row["egfr_below"]), default=None)


def _known(ingredient: str) -> bool:
    return any(row["ingredient"] == ingredient for row in rows("renal_doses.csv"))


def check(medication: Medication, part: Part, rate: float) -> Check:
    """Hold one ingredient of a medication against the table."""
    name, ref = part.ingredient, medication.reference
    if not _known(name):
        return Check(ref, name, "outside the table", f"{name}: outside the table, not checked.")
    if local(medication.concept):
        text = f"{name}: acts where it is applied, not checked."
        return Check(ref, name, "outside the table", text)
    daily, _ = daily_dose(medication, part)
    rule = rule_for(name, rate)
    if rule is None:
        text = f"{name}: no change needed at this kidney function."
        return Check(ref, name, "fits", text, mg_per_day=daily)
    if rule["rule"] == "max":
        return _against_most(medication, part, rule)
    severity: Severity = "urgent" if rule["rule"] == "avoid" else "attention"
    return Check(ref, name, rule["rule"], f"{name}: {rule['action']}.", severity, rule["source"], daily)


def _against_most(medication: Medication, part: Part, rule: dict[str, str]) -> Check:
    name, ref, source = part.ingredient, medication.reference, rule["source"]
    most = float(rule["max_mg_per_day"])
    daily, why = daily_dose(medication, part)
    if daily is None:
        text = f"{name}: dose not reckoned ({why}); most is {most:g} mg a day. {rule['action']}."
        return Check(ref, name, "dose not reckoned", text, "attention", source)
    if daily > most * (1 + 1e-9):
        text = f"{name}: {daily:g} mg a day is above the most of {most:g} mg. {rule['action']}."
        return Check(ref, name, "too much", text, "urgent", source, daily)
    return Check(ref, name, "fits", f"{name}: {daily:g} mg a day is within {most:g} mg.", "info", source, daily)


def compute(record: PatientRecord, as_of: datetime) -> Outcome:
    """Check every active medication, or say what is missing."""
    age = record.age(as_of)
    if age is not None and age < 18:
        return not_applicable("Drug-dose check", "under 18 years (the table is for adults)", SOURCE)
    if record.deceased:
        return not_applicable("Drug-dose check", "the patient has died", SOURCE)
    medications = active(record, as_of)
    if not medications:
        text = "No active medication is recorded: nothing to check."
        return Outcome(text, findings=(Finding(text),), source=SOURCE, data={"status": "nothing to do"})
    kidney = estimate(record, as_of)
    if kidney.rate is None:
        return not_computable("Drug-dose check", kidney.missing, SOURCE, evidence=kidney.evidence)
    checks: list[Check] = []
    for medication in medications:
        parts = ingredients(medication.concept)
        if not parts:
            text = "A medication has neither a name nor a known code: not checked."
            checks.append(Check(medication.reference, "", "outside the table", text))
        checks += [check(medication, part, kidney.rate) for part in parts]
    notes = old_note("creatinine", kidney.time, as_of) if kidney.time else ()
    return _outcome(checks, kidney.rate, kidney.evidence, notes)


def _outcome(checks: list[Check], rate: float, evidence: tuple[Evidence, ...], notes: tuple[Finding, ...]) -> Outcome:
    order = {"urgent": 0, "attention": 1, "info": 2}
    ranked = sorted(checks, key=lambda c: (order[c.severity], c.ingredient, c.reference))
    shown = dict.fromkeys((c.text, c.severity) for c in ranked if c.verdict != "fits")
    findings = [Finding(text, severity) for text, severity in shown]
    findings.append(Finding("Limits of labels are of creatinine clearance; the estimated GFR stands in."))
    acts = len({c.ingredient for c in checks if c.severity != "info"})
    outside = len({c.ingredient for c in checks if c.verdict == "outside the table"})
    return Outcome(
        summary=f"At an estimated GFR of {rate:.0f}: drugs to act on {acts}, outside the table {outside}.",
        values=(
            Value("drugs to act on", acts, "1", interpretation="ingredients that need a change or a look"),
            Value("eGFR used", round(rate, 1), "mL/min/{1.73_m2}", LOINC, "98979-8"),
        ),
        findings=(*findings, *notes),
        source=SOURCE,
        evidence=evidence
        + tuple(
            Evidence(c.reference, c.ingredient or "medication", c.mg_per_day, None if c.mg_per_day is None else "mg/d")
            for c in ranked
        ),
        data={"status": "computed", "checks": [c.to_json() for c in ranked]},
    )


SKILL = Skill(
    name="drug-dose-check",
    title="Drug doses against kidney function",
    inputs=(
        "active medications with strength, dose and frequency",
        "serum creatinine (mg/dL or umol/L)",
        "date of birth",
        "sex (female or male)",
    ),
    source=SOURCE,
    compute=compute,
    minutes=8.0,
    level=2,
    licences=frozenset({"pharmacist"}),
)
