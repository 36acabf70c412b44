"""Active medications compared: duplicates by ingredient, missing indications, allergies, what is as needed.

An indication is there when the order names a reason, or when an active problem fits the ingredient's row in
``ingredients.csv``. For an ingredient outside that table only the order's own reason counts.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from agents.record import ICD10, ICD10CM, Condition, Medication, PatientRecord
from agents.result import Evidence, Finding, Outcome, Value
from agents.skill import Skill
from agents.skills.medicines import Part, active, ingredients, row_of
from agents.skills.outcomes import not_applicable

SOURCE = (
    "WHO. Medication reconciliation (High 5s protocol), 2014; ingredients: own table ingredients.csv after "
    "RxNorm and the WHO ATC index"
)
Listed = list[tuple[Medication, tuple[Part, ...]]]


def _fits(condition: Condition, row: dict[str, str]) -> bool:
    label = condition.concept.label().lower()
    if any(word and word in label for word in row["indication_words"].split("|")):
        return True
    prefixes = tuple(prefix for prefix in row["indication_icd10"].split("|") if prefix)
    return any(
        coding.system in (ICD10, ICD10CM) and coding.code.upper().startswith(prefixes)
        for coding in condition.concept.codings
    )


def indication(medication: Medication, ingredient: str, conditions: list[Condition]) -> str:
    """What an ingredient is given for: the order's reason, or the problem that fits; '' where there is none."""
    if medication.reasons:
        return medication.reasons[0]
    row = row_of(ingredient)
    fitting = (c.reference for c in conditions if row is not None and _fits(c, row))
    return next(fitting, "")


def duplicates(listed: Listed) -> dict[str, list[str]]:
    """Ingredients in more than one active order, with the references; `discharge-summary` uses it too."""
    found: dict[str, list[str]] = defaultdict(list)
    for medication, parts in listed:
        for part in parts:
            found[part.ingredient].append(medication.reference)
    return {name: references for name, references in sorted(found.items()) if len(references) > 1}


def same_group(listed: Listed) -> dict[str, list[str]]:
    """ATC groups (five characters) with more than one active ingredient; insulins are left out."""
    found: dict[str, set[str]] = defaultdict(set)
    for _, parts in listed:
        for part in parts:
            row = row_of(part.ingredient)
            if row is not None and len(row["atc"]) >= 5:
                found[row["atc"][:5]].add(part.ingredient)
    return {group: sorted(names) for group, names in sorted(found.items()) if len(names) > 1}


def _allergies(record: PatientRecord, listed: Listed) -> list[Finding]:
    labels = [allergy.concept.label().lower() for allergy in record.allergies]
    names = sorted({part.ingredient for _, parts in listed for part in parts if part.ingredient})
    return [
        Finding(f"{name}: an allergy to it is recorded.", "urgent")
        for name in names
        if any(name in label for label in labels)
    ]


def _without_indication(record: PatientRecord, listed: Listed) -> list[str]:
    conditions = list(record.known_conditions())
    return sorted(
        {
            part.ingredient
            for medication, parts in listed
            for part in parts
            if not indication(medication, part.ingredient, conditions)
        }
    )


def compute(record: PatientRecord, as_of: datetime) -> Outcome:
    """Reconcile the active medications."""
    if record.deceased:
        return not_applicable("Medication reconciliation", "the patient has died", SOURCE)
    listed: Listed = [(m, ingredients(m.concept)) for m in active(record, as_of)]
    if not listed:
        text = "No active medication is recorded."
        return Outcome(text, findings=(Finding(text),), source=SOURCE, data={"status": "nothing to do"})
    double, groups = duplicates(listed), same_group(listed)
    unexplained = _without_indication(record, listed)
    needed = sorted({p.ingredient for m, parts in listed if m.dose and m.dose.as_needed for p in parts})
    nameless = [m.reference for m, parts in listed if not parts]
    findings = [
        *_allergies(record, listed),
        *(Finding(f"{name}: {len(refs)} active orders.", "attention") for name, refs in double.items()),
        *(Finding(f"{' and '.join(names)}: same ATC group {group}.") for group, names in groups.items()),
        *(Finding(f"{name}: no indication recorded.", "attention") for name in unexplained),
        *(Finding(f"{name}: taken as needed.") for name in needed),
    ]
    return Outcome(
        summary=(
            f"{len(listed)} active orders: {len(double)} duplicate ingredients, "
            f"{len(unexplained)} without an indication."
        ),
        values=(
            Value("active orders", len(listed), "1"),
            Value("duplicate ingredients", len(double), "1"),
            Value("ingredients without indication", len(unexplained), "1"),
        ),
        findings=tuple(findings),
        missing=tuple(f"no name or known code of {reference}" for reference in nameless),
        source=SOURCE,
        evidence=tuple(
            Evidence(m.reference, " / ".join(p.ingredient for p in parts) or "medication") for m, parts in listed
        ),
        data={
            "status": "computed",
            "duplicates": double,
            "same_group": groups,
            "without_indication": unexplained,
            "as_needed": needed,
        },
    )


SKILL = Skill(
    name="medication-reconciliation",
    title="Medication reconciliation",
    inputs=("active medications", "active problems", "allergies"),
    source=SOURCE,
    compute=compute,
    minutes=15.0,
    level=2,
)
