"""Vital signs and laboratory values of a synthetic patient as FHIR Observations."""

from __future__ import annotations

from datetime import datetime, timedelta

from numpy.random import Generator

from simulations.fhir_resources import JSON, LOINC, SNOMED, concept, observation, quantity
from simulations.laboratory import draw_laboratory
from simulations.patients import SyntheticPatient
from simulations.presentations import OBSERVATION, RESUS
from simulations.vitals import Vitals, draw_vitals, leave_out

_SIGNS = (
    # attribute, LOINC code and name, UCUM unit
    ("breaths", ("9279-1", "Respiratory rate"), "/min"),
    ("pulse", ("8867-4", "Heart rate"), "/min"),
    ("saturation", ("59408-5", "Oxygen saturation by pulse oximetry"), "%"),
    ("oxygen", ("3151-8", "Inhaled oxygen flow rate"), "L/min"),
    ("temperature", ("8310-5", "Body temperature"), "Cel"),
)
_CONSCIOUSNESS = {
    "A": ("248234008", "Mentally alert"),
    "C": ("130987000", "Acute confusion"),
    "V": ("300202002", "Responds to voice"),
    "P": ("450847001", "Responds to pain"),
    "U": ("422768004", "Unresponsive"),
}


def vital_observations(rng: Generator, patient: SyntheticPatient) -> list[JSON]:
    """Build the sets of vital signs, height and weight; resus and observation measure again after treatment."""
    first = patient.arrival + timedelta(minutes=int(rng.integers(4, 16)))
    sets = [(first, leave_out(rng, patient, draw_vitals(rng, patient)))]
    zone = patient.presentation.zone
    if zone == OBSERVATION or (zone == RESUS and rng.random() < 0.4):
        again = patient.now - timedelta(minutes=5 * int(rng.integers(0, 6)))
        sets.append((max(first, again), draw_vitals(rng, patient, treated=0.35)))
    found = [item for number, (at, vitals) in enumerate(sets, 1) for item in _set(patient, number, at, vitals)]
    return found + _build(rng, patient, first)


def laboratory_observations(rng: Generator, patient: SyntheticPatient) -> list[JSON]:
    """Build one Observation a laboratory value."""
    return [
        observation(
            f"{patient.id}-laboratory-{number}",
            (value.code, value.display),
            patient.id,
            patient.arrival + timedelta(minutes=20) - timedelta(days=value.days_old),
            valueQuantity=quantity(value.value, value.unit),
        )
        for number, value in enumerate(draw_laboratory(rng, patient), 1)
    ]


def _set(patient: SyntheticPatient, number: int, at: datetime, vitals: Vitals) -> list[JSON]:
    found = []
    for name, code, unit in _SIGNS:
        value = getattr(vitals, name)
        if value is None:
            continue
        given = quantity(value, unit)
        if name == "temperature" and patient.number % 7 == 0:
            given = quantity(round(value * 1.8 + 32, 1), "[degF]")
        ident = f"{patient.id}-{name}-{number}"
        found.append(observation(ident, code, patient.id, at, valueQuantity=given))
    if vitals.systolic is not None and vitals.diastolic is not None:
        found.append(_pressure(patient, number, at, vitals.systolic, vitals.diastolic))
    if vitals.consciousness is not None:
        answer = concept(SNOMED, *_CONSCIOUSNESS[vitals.consciousness])
        code = ("67775-7", "Level of responsiveness")
        ident = f"{patient.id}-consciousness-{number}"
        found.append(observation(ident, code, patient.id, at, valueCodeableConcept=answer))
    return found


def _pressure(patient: SyntheticPatient, number: int, at: datetime, systolic: int, diastolic: int) -> JSON:
    parts = [
        {"code": concept(LOINC, code, f"{name} blood pressure"), "valueQuantity": quantity(value, "mm[Hg]")}
        for code, name, value in (("8480-6", "Systolic", systolic), ("8462-4", "Diastolic", diastolic))
    ]
    code = ("85354-9", "Blood pressure panel")
    return observation(f"{patient.id}-pressure-{number}", code, patient.id, at, component=parts)


def _build(rng: Generator, patient: SyntheticPatient, at: datetime) -> list[JSON]:
    pounds = patient.number % 11 == 0
    weight = (round(patient.weight / 0.45359237), "[lb_av]") if pounds else (patient.weight, "kg")
    sizes = (
        ("height", ("8302-2", "Body height"), quantity(patient.height, "cm")),
        ("weight", ("29463-7", "Body weight"), quantity(*weight)),
    )
    return [
        observation(f"{patient.id}-{name}", code, patient.id, at, valueQuantity=value)
        for name, code, value in sizes
        if rng.random() < 0.75
    ]
