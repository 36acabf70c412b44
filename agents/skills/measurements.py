"""Named measurements and how to find the newest usable one in a record.

A measurement has codes in one or more systems, a target unit and the range that a living person can show.
What lies outside, has a unit that does not fit, lacks a date or was measured after the moment asked for is
not used; the reason is kept in plain words, so that a skill can name it. Undated values are not used.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from agents.errors import UnitError
from agents.record import LOINC, SNOMED, Concept, Observation, PatientRecord, Quantity
from agents.result import Evidence
from agents.units import convert

USABLE = ("final", "amended", "corrected", "preliminary", "registered")
"""Observation states that count; entered-in-error, cancelled and unknown do not."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a skill asks the record for.

    Parameters
    ----------
    name : str
        Plain words, used in evidence and in the list of what is missing.
    unit : str
        UCUM unit that the skill reckons in.
    codes : mapping of str to frozenset of str
        Code system URL to codes.
    low, high : float
        Plausible range in `unit`, ends included.
    analyte : str, optional
        Analyte for conversion between mass and molar units.
    """

    name: str
    unit: str
    codes: Mapping[str, frozenset[str]]
    low: float
    high: float
    analyte: str | None = None

    def fits(self, concept: Concept) -> bool:
        """Whether `concept` is this measurement."""
        return any(concept.has(system, codes) for system, codes in self.codes.items())


@dataclass(frozen=True, slots=True)
class Reading:
    """One usable value in the unit of its measurement."""

    value: float
    time: datetime
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Lookup:
    """The newest usable reading, or why there is none.

    Parameters
    ----------
    reading : Reading, optional
        The newest that can be used.
    missing : str
        Why there is none, such as ``no pulse``; '' when there is one.
    rejected : tuple of str
        Newer values that could not be used, each with the reason.
    """

    reading: Reading | None
    missing: str = ""
    rejected: tuple[str, ...] = ()


def instant(moment: datetime) -> datetime:
    """`moment` with a zone; one without is read as UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def usable(record: PatientRecord, as_of: datetime) -> list[tuple[datetime, Observation]]:
    """Valid, dated observations up to `as_of`, the newest first."""
    limit = instant(as_of)
    found = [
        (instant(o.time), o)
        for o in record.observations
        if o.status in USABLE and o.time is not None and instant(o.time) <= limit
    ]
    return sorted(found, key=lambda pair: (pair[0], pair[1].reference), reverse=True)


def _quantities(observation: Observation, wanted: Measurement) -> Iterator[Quantity | None]:
    if wanted.fits(observation.concept):
        yield observation.quantity
    for part in observation.components:
        if wanted.fits(part.concept):
            yield part.quantity


def _check(quantity: Quantity | None, wanted: Measurement) -> float | str:
    """The value in the wanted unit, or why it cannot be used."""
    if quantity is None:
        return "there is no number"
    try:
        value = convert(quantity, wanted.unit, wanted.analyte).value
    except UnitError as error:
        return error.what
    if not math.isfinite(value) or not wanted.low <= value <= wanted.high:
        return f"{quantity.value:g} {quantity.unit} is not physiologically possible"
    return value


def readings(record: PatientRecord, wanted: Measurement, as_of: datetime) -> Iterator[tuple[Reading | None, str]]:
    """Each value of a measurement, the newest first: a reading, or None with the reason."""
    for time, observation in usable(record, as_of):
        for quantity in _quantities(observation, wanted):
            checked = _check(quantity, wanted)
            if isinstance(checked, str):
                yield None, checked
                continue
            evidence = Evidence(observation.reference, wanted.name, round(checked, 4), wanted.unit, time.isoformat())
            yield Reading(checked, time, evidence), ""


def newest(record: PatientRecord, wanted: Measurement, as_of: datetime, since: datetime | None = None) -> Lookup:
    """Find the newest usable value of a measurement.

    Parameters
    ----------
    record : PatientRecord
        Where to look.
    wanted : Measurement
        What to look for, as an observation of its own or a component of another.
    as_of : datetime
        Later observations are not used.
    since : datetime, optional
        Earlier observations are too old.
    """
    rejected: list[str] = []
    for reading, reason in readings(record, wanted, as_of):
        if reading is None:
            rejected.append(f"{wanted.name}: {reason}")
        elif since is not None and reading.time < instant(since):
            if rejected:
                break
            return Lookup(None, f"no recent {wanted.name}: the newest is of {reading.time.isoformat()}")
        else:
            return Lookup(reading, "", tuple(rejected))
    if rejected:
        return Lookup(None, f"no usable {rejected[0]}", tuple(rejected))
    return Lookup(None, f"no {wanted.name}")


def _codes(loinc: str, snomed: str = "") -> dict[str, frozenset[str]]:
    return {LOINC: frozenset(loinc.split()), SNOMED: frozenset(snomed.split())}


RESPIRATORY_RATE = Measurement("respiratory rate", "/min", _codes("9279-1", "86290005"), 0, 100)
OXYGEN_SATURATION = Measurement(
    "oxygen saturation", "%", _codes("59408-5 2708-6", "431314004 103228002 442476006"), 30, 100
)
OXYGEN_FLOW = Measurement("inhaled oxygen flow", "L/min", _codes("3151-8", "427081008"), 0, 100)
OXYGEN_FRACTION = Measurement("inhaled oxygen concentration", "%", _codes("3150-6", "250774007"), 20, 100)
SYSTOLIC = Measurement(
    "systolic blood pressure",
    "mm[Hg]",
    _codes("8480-6 8459-0 8461-6 76534-7 8479-8", "271649006 72313002 407554009 407556006"),
    20,
    350,
)
DIASTOLIC = Measurement(
    "diastolic blood pressure",
    "mm[Hg]",
    _codes("8462-4 8453-3 8455-8 76535-4", "271650006 1091811000000102 407555005 407557002"),
    10,
    250,
)
PULSE = Measurement("pulse", "/min", _codes("8867-4 8889-8 8893-0", "364075005 78564009"), 0, 350)
TEMPERATURE = Measurement(
    "body temperature",
    "Cel",
    _codes("8310-5 8331-1 8328-7 8332-9 8333-7 8329-5", "386725007 276885007 415945006 415974002"),
    20,
    46,
)
COMA_SCORE = Measurement("Glasgow coma score", "1", _codes("9269-2", "248241002"), 3, 15)
WEIGHT = Measurement("body weight", "kg", _codes("29463-7 3141-9", "27113001 363808001"), 0.2, 700)
HEIGHT = Measurement("body height", "cm", _codes("8302-2 3137-7 3138-5 8306-3", "50373000 1153637007"), 20, 280)
BODY_MASS_INDEX = Measurement("body mass index", "kg/m2", _codes("39156-5", "60621009"), 5, 250)
CREATININE = Measurement("serum creatinine", "mg/dL", _codes("2160-0 38483-4 14682-9 77140-2"), 0.05, 50, "creatinine")
TOTAL_CHOLESTEROL = Measurement("total cholesterol", "mg/dL", _codes("2093-3 14647-2"), 20, 2000, "cholesterol")
HDL = Measurement("HDL cholesterol", "mg/dL", _codes("2085-9 14646-4"), 1, 300, "cholesterol")
LDL = Measurement("LDL cholesterol", "mg/dL", _codes("18262-6 13457-7 2089-1 22748-8 39469-2"), 1, 1500, "cholesterol")
TRIGLYCERIDES = Measurement("triglycerides", "mg/dL", _codes("2571-8 14927-8"), 5, 20000, "triglycerides")
HBA1C = Measurement("HbA1c", "%", _codes("4548-4 17856-6 59261-8 4549-2"), 2, 25, "hba1c")
FASTING_GLUCOSE = Measurement("fasting glucose", "mg/dL", _codes("1558-6 14771-0 76629-5 1556-0"), 5, 2500, "glucose")
