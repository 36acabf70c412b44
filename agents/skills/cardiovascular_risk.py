"""Ten-year risk of atherosclerotic cardiovascular disease by the base PREVENT equation; used by `lipids`.

It is for people of 30 to 79 years without known cardiovascular disease, with every input in the range of the
equation. Age, sex, smoking, pressure, cholesterol and kidney function must be recorded; diabetes and drugs
are taken from the problem list and the active medications, so that what is not listed counts as absent. The
pooled cohort equations of 2013 are not done: they need a race, which the record does not carry.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from agents.record import PatientRecord, Quantity
from agents.result import Evidence
from agents.skills.blood_pressure import newest_pair
from agents.skills.conditions import has_group, smoking
from agents.skills.kidney_function import estimate
from agents.skills.measurements import Reading
from agents.skills.medicines import active, ingredients, row_of
from agents.units import convert

SOURCE = (
    "Khan SS et al. Development and validation of the American Heart Association's PREVENT equations. "
    "Circulation 2024;149:430-449 (base model, 10-year ASCVD)"
)
_COEFFICIENTS = {
    "female": (
        -3.819975, 0.719883, 0.1176967, -0.151185, -0.0835358, 0.3592852, 0.8348585, 0.4831078, 0.4864619,
        0.0397779, 0.2265309, -0.0592374, -0.0395762, 0.0844423, -0.0567839, 0.0325692, -0.1035985, -0.2417542,
        -0.0791142, -0.1671492,
    ),
    "male": (
        -3.500655, 0.7099847, 0.1658663, -0.1144285, -0.2837212, 0.3239977, 0.7189597, 0.3956973, 0.3690075,
        0.0203619, 0.2036522, -0.0865581, -0.0322916, 0.114563, -0.0300005, 0.0232747, -0.0927024, -0.2018525,
        -0.0970527, -0.1217081,
    ),
}  # fmt: skip
"""Constant, then the terms in the order of `_terms`."""
_ANTIHYPERTENSIVE = ("C02", "C03", "C07", "C08", "C09")


@dataclass(frozen=True, slots=True)
class Profile:
    """Inputs of the equation; cholesterol in mg/dL, pressure in mm[Hg], rate in mL/min/{1.73_m2}."""

    sex: str
    age: int
    total: float
    hdl: float
    systolic: float
    rate: float
    diabetes: bool = False
    smoker: bool = False
    treated: bool = False
    statin: bool = False


def _terms(p: Profile) -> tuple[float, ...]:
    total, hdl = (convert(Quantity(v, "mg/dL"), "mmol/L", "cholesterol").value for v in (p.total, p.hdl))
    age, rest, good = (p.age - 55) / 10, total - hdl - 3.5, (hdl - 1.3) / 0.3
    low, high = (min(p.systolic, 110) - 110) / 20, (max(p.systolic, 110) - 130) / 20
    kidney, spare = (min(p.rate, 60) - 60) / -15, (max(p.rate, 60) - 90) / -15
    return (
        1, age, rest, good, low, high, p.diabetes, p.smoker, kidney, spare, p.treated, p.statin,
        p.treated * high, p.statin * rest, age * rest, age * good, age * high, age * p.diabetes,
        age * p.smoker, age * kidney,
    )  # fmt: skip


def prevent_ascvd(profile: Profile) -> float:
    """Ten-year risk in percent."""
    coefficients = _COEFFICIENTS[profile.sex]
    log_odds = sum(c * t for c, t in zip(coefficients, _terms(profile), strict=True))
    return 100.0 / (1.0 + math.exp(-log_odds))


def _outside(profile: Profile) -> list[str]:
    ranges = (
        ("age", profile.age, 30, 79),
        ("total cholesterol", profile.total, 130, 320),
        ("HDL cholesterol", profile.hdl, 20, 100),
        ("systolic blood pressure", profile.systolic, 90, 180),
        ("glomerular filtration rate", profile.rate, 15, 140),
    )
    return [
        f"no {name} within {low} to {high}, as the PREVENT equation needs"
        for name, value, low, high in ranges
        if not low <= value <= high
    ]


def _takes(record: PatientRecord, as_of: datetime, groups: tuple[str, ...]) -> bool:
    names = {part.ingredient for m in active(record, as_of) for part in ingredients(m.concept)}
    return any((row := row_of(name)) is not None and row["atc"].startswith(groups) for name in names)


def risk(
    record: PatientRecord, as_of: datetime, total: float | None, hdl: float | None
) -> tuple[float | None, tuple[str, ...], tuple[Evidence, ...]]:
    """Risk in percent, or what is missing for it; cholesterol in mg/dL comes from the caller's panel."""
    if has_group(record, "cardiovascular disease", as_of):
        return None, (), ()
    systolic, other = newest_pair(record, as_of)
    kidney, smoker, age = estimate(record, as_of), smoking(record, as_of), record.age(as_of)
    missing = list(kidney.missing)
    if not isinstance(other, Reading):
        missing += other
    if smoker is None:
        missing.append("no smoking status")
    if total is None or hdl is None:
        missing.append("no total and HDL cholesterol of one panel")
    if missing or systolic is None or total is None or hdl is None or kidney.rate is None or age is None:
        return None, tuple(f"{text} (for the ten-year risk)" for text in missing), ()
    profile = Profile(
        record.sex, age, total, hdl, systolic.value, kidney.rate,
        diabetes=has_group(record, "diabetes", as_of), smoker=smoker == "current",
        treated=_takes(record, as_of, _ANTIHYPERTENSIVE), statin=_takes(record, as_of, ("C10AA",)),
    )  # fmt: skip
    if outside := _outside(profile):
        return None, tuple(outside), ()
    return prevent_ascvd(profile), (), (systolic.evidence, *kidney.evidence)
