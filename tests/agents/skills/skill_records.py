"""Builders of records for the tests of the skills, and the published cases of `QAM_DATA`."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from agents.record import (
    CVX,
    LOINC,
    RXNORM,
    SNOMED,
    Coding,
    Component,
    Concept,
    Condition,
    Dose,
    Encounter,
    Immunisation,
    Medication,
    Observation,
    PatientRecord,
    Procedure,
    Quantity,
)

NOW = datetime(2024, 6, 15, 12, tzinfo=UTC)
_ids = count(1)


def concept(code: str, system: str = LOINC, display: str = "") -> Concept:
    return Concept((Coding(system, code, display),))


def measured(code: str, value: float, unit: str, hours_ago: float = 1, **more: Any) -> Observation:
    system = more.pop("system", LOINC)
    time = more.pop("time", NOW - timedelta(hours=hours_ago))
    return Observation(f"Observation/{next(_ids)}", concept(code, system), time, Quantity(value, unit), **more)


def coded(code: str, answer: str, hours_ago: float = 1, system: str = LOINC) -> Observation:
    time = NOW - timedelta(hours=hours_ago)
    said = Concept((Coding(SNOMED, answer),)) if answer.isdigit() else Concept((), answer)
    return Observation(f"Observation/{next(_ids)}", concept(code, system), time, coded=said)


def pressure(systolic: float, diastolic: float, hours_ago: float = 1, panel: str = "85354-9") -> Observation:
    parts = (
        Component(concept("8480-6"), Quantity(systolic, "mm[Hg]")),
        Component(concept("8462-4"), Quantity(diastolic, "mm[Hg]")),
    )
    time = NOW - timedelta(hours=hours_ago)
    return Observation(f"Observation/{next(_ids)}", concept(panel), time, components=parts)


def condition(code: str = "", label: str = "", system: str = SNOMED, **more: Any) -> Condition:
    codings = (Coding(system, code, label),) if code else ()
    return Condition(f"Condition/{next(_ids)}", Concept(codings, label), **more)


def drug(name: str, dose: Dose | None = None, **more: Any) -> Medication:
    return Medication(f"MedicationRequest/{next(_ids)}", Concept((Coding(RXNORM, "0", name),)), dose=dose, **more)


def taken(amount: float, times: float | None = 1, unit: str = "") -> Dose:
    return Dose(Quantity(amount, unit), times)


def done(code: str, days_ago: float, system: str = SNOMED, status: str = "completed") -> Procedure:
    return Procedure(f"Procedure/{next(_ids)}", concept(code, system), status, NOW - timedelta(days=days_ago))


def shot(cvx: str, days_ago: float | None = 30, status: str = "completed") -> Immunisation:
    time = None if days_ago is None else NOW - timedelta(days=days_ago)
    return Immunisation(f"Immunization/{next(_ids)}", concept(cvx, CVX), status, time)


def visit(*reasons: Concept, klass: str = "EMER", status: str = "in-progress") -> Encounter:
    return Encounter("Encounter/e1", status, klass, NOW - timedelta(hours=3), reasons=reasons)


def patient(*items: Any, age: int = 60, sex: str = "male", **more: Any) -> PatientRecord:
    """A record of someone who turned `age` a month ago, holding `items`, sorted by kind."""
    kinds: dict[type, str] = {
        Observation: "observations",
        Condition: "conditions",
        Medication: "medications",
        Procedure: "procedures",
        Immunisation: "immunisations",
        Encounter: "encounters",
    }
    fields: dict[str, Any] = {name: tuple(i for i in items if type(i) is kind) for kind, name in kinds.items()}
    born = date(NOW.year - age, 5, 15)
    return PatientRecord("Patient/p1", **{"birth_date": born, "sex": sex, **fields, **more})


def published(calculator: str) -> list[dict[str, Any]]:
    """Cases of one calculator; empty without the data, so that `needs_cases` can say so."""
    path = _data() / "medcalc" / "visible.jsonl"
    if not path.is_file():
        return []
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [row for row in rows if row["calculator"] == calculator]


def _data() -> Path:
    return Path(os.environ.get("QAM_DATA", Path(__file__).resolve().parents[4] / "shared" / "data"))


def needs_cases(cases: list[dict[str, Any]]) -> None:
    if not cases:
        pytest.skip("QAM_DATA holds no medcalc/visible.jsonl: set it to the data folder")
