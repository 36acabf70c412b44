"""Whether the patient breathes air or supplemental oxygen, and which NEWS2 saturation scale applies.

Scale 2 is used only where the record itself says so: a confirmed hypercapnic (type 2) respiratory failure, or
a recorded target saturation of 88-92 %, or a saturation that was recorded on scale 2. It is never inferred
from chronic lung disease.
"""

from __future__ import annotations

import re
from datetime import datetime

from agents.record import ICD10CM, SNOMED, Concept, Condition, Observation, PatientRecord
from agents.result import Evidence
from agents.skills.measurements import (
    OXYGEN_FLOW,
    OXYGEN_FRACTION,
    Lookup,
    Measurement,
    Reading,
    instant,
    newest,
    usable,
)

_AIR = frozenset({"722742002", "15158005"})
_ON_OXYGEN = frozenset({"371825009", "57485005"})
_SCALE_2 = frozenset({"1104321000000108"})
_TARGET = frozenset({"852641000000103"})
_HYPERCAPNIC_ICD10CM = frozenset({"J96.02", "J96.12", "J96.22", "J96.92"})
_HYPERCAPNIC_TEXT = re.compile(
    r"(hypercapnic|hypercarbic|type (2|ii)) respiratory failure|respiratory failure with hypercapnia", re.I
)
_UNSURE = re.compile(r"\b(history|risk|suspected|possible|no|without|family|excluded)\b", re.I)
_TARGET_TEXT = re.compile(r"\b88\s*%?\s*(-|–|to)\s*92\b")


def _coded_state(concept: Concept | None) -> bool | None:
    """True for oxygen, False for air, None where it says neither."""
    if concept is None:
        return None
    if concept.has(SNOMED, _AIR):
        return False
    if concept.has(SNOMED, _ON_OXYGEN):
        return True
    label = concept.label().strip().lower()
    return False if label in ("air", "room air", "breathing room air", "on air") else None


def _said(observation: Observation) -> bool | None:
    if _refuted(observation.coded, observation.text):
        return None
    states = (_coded_state(observation.coded), _coded_state(observation.concept))
    return next((state for state in states if state is not None), None)


def _refuted(coded: Concept | None, text: str) -> bool:
    answer = (text or (coded.label() if coded else "")).strip().lower()
    return answer in ("no", "false", "absent", "negative")


def _measured(
    record: PatientRecord, wanted: Measurement, limit: float, as_of: datetime, since: datetime | None
) -> tuple[bool | None, Lookup]:
    found = newest(record, wanted, as_of, since)
    return (None if found.reading is None else found.reading.value > limit), found


def supplemental_oxygen(
    record: PatientRecord, as_of: datetime, since: datetime | None = None
) -> tuple[bool | None, Lookup]:
    """Whether supplemental oxygen was given, by the newest statement.

    A flow above 0 L/min or an inspired concentration above 21 % is oxygen; where both were measured at the
    same moment, either is enough. Without any statement the answer is None: air is not assumed.
    """
    found: list[tuple[bool, Reading]] = []
    lookups: list[Lookup] = []
    for wanted, limit in ((OXYGEN_FLOW, 0.0), (OXYGEN_FRACTION, 21.5)):
        state, lookup = _measured(record, wanted, limit, as_of, since)
        lookups.append(lookup)
        if state is not None and lookup.reading is not None:
            found.append((state, lookup.reading))
    for time, observation in usable(record, as_of):
        said = _said(observation)
        if said is not None and (since is None or time >= instant(since)):
            label = "supplemental oxygen" if said else "room air"
            found.append((said, Reading(float(said), time, Evidence(
                observation.reference, label, None, None, time.isoformat()
            ))))  # fmt: skip
            break
    rejected = tuple(reason for lookup in lookups for reason in lookup.rejected)
    if not found:
        why = f"no usable {rejected[0]}" if rejected else "no statement of air or supplemental oxygen"
        return None, Lookup(None, why, rejected)
    last = max(reading.time for _, reading in found)
    state, reading = max((pair for pair in found if pair[1].time == last), key=lambda pair: pair[0])
    return state, Lookup(reading, "", rejected)


def _hypercapnic(condition: Condition) -> bool:
    if condition.verification_status not in ("", "confirmed"):
        return False
    label = condition.concept.label()
    coded = condition.concept.has(ICD10CM, _HYPERCAPNIC_ICD10CM)
    return coded or bool(_HYPERCAPNIC_TEXT.search(label) and not _UNSURE.search(label))


def _target(observation: Observation) -> bool:
    label = observation.concept.label().lower()
    asks = observation.concept.has(SNOMED, _TARGET) or ("target" in label and "saturation" in label)
    answer = observation.text or (observation.coded.label() if observation.coded else "")
    return asks and bool(_TARGET_TEXT.search(answer))


def second_scale(record: PatientRecord, as_of: datetime) -> Evidence | None:
    """What in the record calls for SpO2 scale 2; None where nothing does."""
    now = instant(as_of)
    for condition in record.known_conditions():
        if _hypercapnic(condition) and (condition.onset is None or instant(condition.onset) <= now):
            return Evidence(condition.reference, "hypercapnic respiratory failure")
    for time, observation in usable(record, as_of):
        if observation.concept.has(SNOMED, _TARGET) or "target" in observation.concept.label().lower():
            if _target(observation):
                return Evidence(observation.reference, "target saturation 88-92 %", None, None, time.isoformat())
        elif observation.concept.has(SNOMED, _SCALE_2):
            return Evidence(observation.reference, "SpO2 scale 2 in use", None, None, time.isoformat())
    return None
