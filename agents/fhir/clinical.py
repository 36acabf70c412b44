"""Observations, conditions, procedures, immunisations and allergies, from JSON to the record's items."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agents.fhir.element import (
    bounded,
    concept,
    first_code,
    flag,
    needed,
    number,
    parts,
    period,
    quantity,
    reference,
    text,
    when,
)
from agents.fhir.problem import Unusable
from agents.record import Allergy, Component, Concept, Condition, Immunisation, Observation, Procedure, Quantity

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a resource gives: its item, whom it is about, and what is resolved once all is read.

    Parameters
    ----------
    item : object
        Item of the record; None where there is nothing to keep (`passed` says why).
    subject : str
        Reference as written.
    moment : datetime, optional
        When it happened or was written down.
    link, label : str
        A reference that the item still waits for (a Medication, a Location), and its display.
    reasons : tuple of str
        References of what a medication is for.
    secrets : frozenset of str
        Names and identifiers of a patient: held while reading, to keep them out of ids and zones.
    passed : str
        Why it is passed over, '' where it is not.
    """

    item: Any
    subject: str = ""
    moment: datetime | None = None
    link: str = ""
    label: str = ""
    reasons: tuple[str, ...] = ()
    secrets: frozenset[str] = frozenset()
    passed: str = ""


def subject_of(res: Json, at: str, *keys: str) -> str:
    """The subject's reference, which R4 requires."""
    for key in keys:
        if link := reference(res, key, at):
            return link
    raise Unusable(f"{at}.{keys[0]}", "names no patient", "Add a reference to the Patient")


def observation(res: Json, ref: str, at: str) -> Parsed:
    """Read an Observation."""
    time = when(res, "effectiveDateTime", at) or when(res, "effectiveInstant", at)
    if time is None:
        start, end = period(res, "effectivePeriod", at)
        time = end or start
    if time is None:
        time = when(res, "issued", at)
    item = Observation(
        reference=ref,
        concept=concept(res, "code", at),
        time=time,
        quantity=_number_of(res, at),
        coded=_coded_of(res, at),
        text=_text_of(res, at),
        components=tuple(
            Component(concept(c, "code", path), _number_of(c, path), _coded_of(c, path))
            for c, path in parts(res, "component", at)
        ),
        status=needed(res, "status", at),
    )
    return Parsed(item, subject_of(res, at, "subject"), time)


def _number_of(res: Json, at: str) -> Quantity | None:
    if found := quantity(res, "valueQuantity", at):
        return found
    whole = number(res, "valueInteger", at)
    return None if whole is None else Quantity(whole)


def _coded_of(res: Json, at: str) -> Concept | None:
    return concept(res, "valueCodeableConcept", at) if res.get("valueCodeableConcept") else None


def _text_of(res: Json, at: str) -> str:
    if found := text(res, "valueString", at) or bounded(res, "valueQuantity", at):
        return found
    truth = flag(res, "valueBoolean", at)
    return "" if truth is None else str(truth).lower()


def condition(res: Json, ref: str, at: str) -> Parsed:
    """Read a Condition. One that ended at a time not known as a date counts as resolved."""
    onset = when(res, "onsetDateTime", at) or period(res, "onsetPeriod", at)[0]
    ended = period(res, "abatementPeriod", at)
    abatement = when(res, "abatementDateTime", at) or ended[1] or ended[0]
    status = first_code(concept(res, "clinicalStatus", at)).lower()
    if not status and any(res.get(key) for key in ("abatementAge", "abatementRange", "abatementString")):
        status = "resolved"
    item = Condition(
        reference=ref,
        concept=concept(res, "code", at),
        clinical_status=status,
        verification_status=first_code(concept(res, "verificationStatus", at)).lower(),
        onset=onset,
        abatement=abatement,
    )
    seen = abatement or when(res, "recordedDate", at) or onset
    return Parsed(item, subject_of(res, at, "subject"), seen)


def procedure(res: Json, ref: str, at: str) -> Parsed:
    """Read a Procedure."""
    start, end = period(res, "performedPeriod", at)
    start = start or when(res, "performedDateTime", at)
    item = Procedure(
        reference=ref, concept=concept(res, "code", at), status=needed(res, "status", at), start=start, end=end
    )
    return Parsed(item, subject_of(res, at, "subject"), end or start)


def immunisation(res: Json, ref: str, at: str) -> Parsed:
    """Read an Immunization."""
    time = when(res, "occurrenceDateTime", at)
    item = Immunisation(
        reference=ref, concept=concept(res, "vaccineCode", at), status=needed(res, "status", at), time=time
    )
    return Parsed(item, subject_of(res, at, "patient"), time)


def allergy(res: Json, ref: str, at: str) -> Parsed:
    """Read an AllergyIntolerance; only active ones are kept."""
    status = first_code(concept(res, "clinicalStatus", at)).lower()
    refuted = first_code(concept(res, "verificationStatus", at)).lower() == "refuted"
    passed = "AllergyIntolerance that is not active" if refuted or status not in ("active", "") else ""
    item = Allergy(reference=ref, concept=concept(res, "code", at))
    return Parsed(item, subject_of(res, at, "patient"), when(res, "recordedDate", at), passed=passed)
