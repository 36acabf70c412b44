"""Classes of the newest lipid panel, with non-HDL and, where it was not measured, calculated LDL.

The parts of a panel lie within a day of its newest part. LDL is calculated by Friedewald's formula only below
400 mg/dL of triglycerides. Molar units are converted with the molar mass of the analyte.

With all its inputs there, the ten-year risk by the PREVENT equation is added (see `cardiovascular_risk`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from agents.record import LOINC, PatientRecord
from agents.result import Finding, Outcome, Value
from agents.skill import Skill
from agents.skills.cardiovascular_risk import risk
from agents.skills.measurements import (
    HDL,
    LDL,
    TOTAL_CHOLESTEROL,
    TRIGLYCERIDES,
    Lookup,
    newest,
)
from agents.skills.outcomes import not_computable, old_note

SOURCE = (
    "NCEP Adult Treatment Panel III. JAMA 2001;285:2486-2497 (classes); Friedewald WT et al. Clin Chem "
    "1972;18:499-502 (LDL); Jacobson TA et al. J Clin Lipidol 2015;9:129-169 (non-HDL classes); Grundy SM et "
    "al. 2018 AHA/ACC cholesterol guideline. Circulation 2019;139:e1082-e1143; Khan SS et al. PREVENT. "
    "Circulation 2024;149:430-449 (ten-year risk)"
)
_PANEL = timedelta(days=1)

Classes = Sequence[tuple[float, str]]
"""Lowest value of each class in mg/dL, falling."""

_TOTAL: Classes = ((240, "high"), (200, "borderline high"), (0, "desirable"))
_LDL: Classes = (
    (190, "very high"),
    (160, "high"),
    (130, "borderline high"),
    (100, "near optimal"),
    (0, "optimal"),
)
_HDL: Classes = ((60, "high (protective)"), (40, "neither low nor high"), (0, "low"))
_TRIGLYCERIDES: Classes = ((500, "very high"), (200, "high"), (150, "borderline high"), (0, "normal"))
_NON_HDL: Classes = (
    (220, "very high"),
    (190, "high"),
    (160, "borderline high"),
    (130, "above desirable"),
    (0, "desirable"),
)


def classed(value: float, classes: Classes) -> str:
    """Class of a value in mg/dL, rounded to whole numbers as in the tables."""
    return next((name for low, name in classes if int(value + 0.5) >= low), classes[-1][1])


def friedewald(total: float, hdl: float, triglycerides: float) -> float | None:
    """LDL cholesterol, all in mg/dL; None at 400 mg/dL of triglycerides or more, where it does not hold."""
    ldl = total - hdl - triglycerides / 5.0
    return ldl if triglycerides < 400.0 and ldl > 0 else None


def _panel(record: PatientRecord, as_of: datetime) -> dict[str, Lookup]:
    wanted = {"total": TOTAL_CHOLESTEROL, "hdl": HDL, "triglycerides": TRIGLYCERIDES, "ldl": LDL}
    times = [r.time for m in wanted.values() if (r := newest(record, m, as_of).reading) is not None]
    if not times:
        return {name: newest(record, measurement, as_of) for name, measurement in wanted.items()}
    last = max(times)
    since = last - min(_PANEL, last - datetime.min.replace(tzinfo=last.tzinfo))
    return {name: newest(record, measurement, as_of, since) for name, measurement in wanted.items()}


def _ldl(amounts: dict[str, float]) -> tuple[Value | None, str]:
    """LDL measured or calculated, with what stops it where neither can be."""
    if "ldl" in amounts:
        words = classed(amounts["ldl"], _LDL)
        return Value("LDL cholesterol class", words, interpretation=words), ""
    if not {"total", "hdl", "triglycerides"} <= amounts.keys():
        return None, "no LDL cholesterol"
    ldl = friedewald(amounts["total"], amounts["hdl"], amounts["triglycerides"])
    if ldl is None:
        return None, "no LDL cholesterol: Friedewald's formula does not hold for this panel"
    words = classed(ldl, _LDL)
    return Value("LDL cholesterol (calculated)", round(ldl, 1), "mg/dL", LOINC, "13457-7", words), ""


def _values(amounts: dict[str, float]) -> list[Value]:
    values = []
    for name, title, classes in (
        ("total", "total cholesterol class", _TOTAL),
        ("hdl", "HDL cholesterol class", _HDL),
        ("triglycerides", "triglycerides class", _TRIGLYCERIDES),
    ):
        if name in amounts:
            words = classed(amounts[name], classes)
            values.append(Value(title, words, interpretation=words))
    if {"total", "hdl"} <= amounts.keys() and amounts["total"] > amounts["hdl"]:
        rest = amounts["total"] - amounts["hdl"]
        words = classed(rest, _NON_HDL)
        values.append(Value("non-HDL cholesterol", round(rest, 1), "mg/dL", LOINC, "43396-1", words))
    return values


def _findings(amounts: dict[str, float], ldl: Value | None, risky: bool) -> list[Finding]:
    findings = []
    if risky:
        text = "The ten-year risk takes diabetes and drugs that the record does not list as absent."
        findings.append(Finding(text))
    if ldl is not None and ldl.interpretation == "very high":
        findings.append(Finding("LDL is 190 mg/dL or more: severe hypercholesterolaemia.", "attention"))
    if amounts.get("triglycerides", 0.0) >= 500:
        findings.append(Finding("Triglycerides are 500 mg/dL or more: risk of pancreatitis.", "attention"))
    return findings


def compute(record: PatientRecord, as_of: datetime) -> Outcome:
    """Classes of the newest lipid panel, or what is missing."""
    panel = _panel(record, as_of)
    found = {name: lookup.reading for name, lookup in panel.items() if lookup.reading is not None}
    amounts = {name: reading.value for name, reading in found.items()}
    missing = [lookup.missing for name, lookup in panel.items() if lookup.missing and name != "ldl"]
    ldl, stopped = _ldl(amounts)
    if stopped:
        missing.append(panel["ldl"].missing if stopped == "no LDL cholesterol" else stopped)
    if not amounts:
        return not_computable("Lipid classes", missing, SOURCE)
    age = record.age(as_of)
    if age is None or age < 20:
        why = "no date of birth" if age is None else "no class under 20 years (limits of adults)"
        evidence = [reading.evidence for reading in found.values()]
        return not_computable("Lipid classes", [*missing, why], SOURCE, evidence=evidence)
    last = max(reading.time for reading in found.values())
    values = ([ldl] if ldl is not None else []) + _values(amounts)
    percent, lacking, grounds = risk(record, as_of, amounts.get("total"), amounts.get("hdl"))
    if percent is not None:
        words = f"{percent:.1f} % for a first event within ten years"
        values.append(Value("10-year ASCVD risk (PREVENT)", round(percent, 1), "%", interpretation=words))
    return Outcome(
        summary=f"Lipids: {', '.join(f'{v.name} {v.interpretation}' for v in values)}.",
        values=tuple(values),
        findings=(*_findings(amounts, ldl, percent is not None), *old_note("lipid panel", last, as_of)),
        missing=(*missing, *lacking),
        source=SOURCE,
        evidence=(*(reading.evidence for reading in found.values()), *grounds),
        data={"status": "computed", "mg_per_dl": {k: round(v, 1) for k, v in amounts.items()}},
    )


SKILL = Skill(
    name="lipids",
    title="Lipid classes",
    inputs=(
        "total cholesterol, HDL, LDL and triglycerides (mg/dL or mmol/L)",
        "date of birth",
        "for the risk also: sex, blood pressure, creatinine, smoking status, conditions, medications",
    ),
    source=SOURCE,
    compute=compute,
    minutes=4.0,
)
