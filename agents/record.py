"""A patient's record as the skills read it: plain, frozen, without names or identifiers.

It holds what is needed to compute, as read from FHIR (or made by a test), each item with the reference of
the resource it came from, so that results can cite their evidence. Times have a zone; units are UCUM codes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CVX = "http://hl7.org/fhir/sid/cvx"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
ATC = "http://www.whocc.no/atc"
UCUM = "http://unitsofmeasure.org"


@dataclass(frozen=True, slots=True)
class Coding:
    """One code of one system."""

    system: str
    code: str
    display: str = ""


@dataclass(frozen=True, slots=True)
class Concept:
    """A coded concept: the codings that say it, and its text."""

    codings: tuple[Coding, ...] = ()
    text: str = ""

    def has(self, system: str, codes: Collection[str]) -> bool:
        """Whether one of its codings is one of `codes` of `system`."""
        return any(c.system == system and c.code in codes for c in self.codings)

    def label(self) -> str:
        """Text, else the first display, else the first code."""
        return (
            self.text
            or next((c.display for c in self.codings if c.display), "")
            or (self.codings[0].code if self.codings else "")
        )


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with its UCUM unit ('' where the source gave none)."""

    value: float
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Component:
    """A part of an observation, such as the systolic pressure."""

    concept: Concept
    quantity: Quantity | None = None
    coded: Concept | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """One measurement or assessment. `text` is a string value; `status` is FHIR's (final, amended, ...)."""

    reference: str
    concept: Concept
    time: datetime | None = None
    quantity: Quantity | None = None
    coded: Concept | None = None
    text: str = ""
    components: tuple[Component, ...] = ()
    status: str = "final"


@dataclass(frozen=True, slots=True)
class Condition:
    """A problem or diagnosis; `clinical_status` is FHIR's code, such as active, remission or resolved."""

    reference: str
    concept: Concept
    clinical_status: str = "active"
    verification_status: str = ""
    onset: datetime | None = None
    abatement: datetime | None = None

    @property
    def active(self) -> bool:
        """Whether it counts as present now."""
        return (
            self.clinical_status in ("active", "recurrence", "relapse", "")
            and self.verification_status not in ("refuted", "entered-in-error")
            and self.abatement is None
        )


@dataclass(frozen=True, slots=True)
class Dose:
    """A dosage instruction, reduced to what can be reckoned with.

    Parameters
    ----------
    quantity : Quantity, optional
        Amount a time; its unit may be a mass (``mg``) or a form ('' or ``{tablet}``).
    times_per_day : float, optional
        How often; None where the text alone says it.
    as_needed : bool
        Taken only when needed.
    """

    quantity: Quantity | None = None
    times_per_day: float | None = None
    as_needed: bool = False


@dataclass(frozen=True, slots=True)
class Medication:
    """A medication order (MedicationRequest). `reasons` are references and labels of what it is for."""

    reference: str
    concept: Concept
    status: str = "active"
    intent: str = "order"
    authored: datetime | None = None
    dose: Dose | None = None
    reasons: tuple[str, ...] = ()

    @property
    def active(self) -> bool:
        """Whether it is being taken now, as far as the record says."""
        return self.status == "active" and self.intent in (
            "order",
            "original-order",
            "instance-order",
            "filler-order",
            "",
        )


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure; completed ones have a `start` and often an `end`."""

    reference: str
    concept: Concept
    status: str = "completed"
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Immunisation:
    """A vaccination given (or not: see `status`)."""

    reference: str
    concept: Concept
    status: str = "completed"
    time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Allergy:
    """An allergy or intolerance that is active."""

    reference: str
    concept: Concept


@dataclass(frozen=True, slots=True)
class Encounter:
    """A contact with care. `class_code` is of v3-ActCode (AMB, EMER, IMP, ...); `zone` names its location."""

    reference: str
    status: str
    class_code: str = ""
    start: datetime | None = None
    end: datetime | None = None
    types: tuple[Concept, ...] = ()
    reasons: tuple[Concept, ...] = ()
    zone: str = ""
    priority: int | None = None

    @property
    def open(self) -> bool:
        """Whether the patient is (still) here."""
        return self.status in ("arrived", "triaged", "in-progress", "onleave") and self.end is None


@dataclass(frozen=True, slots=True)
class PatientRecord:
    """Everything that skills may read of one patient.

    Parameters
    ----------
    reference : str
        ``Patient/<id>``.
    birth_date : date, optional
        May be a year or a month only in the source: then its first day.
    sex : {'male', 'female', 'other', 'unknown'}
        Administrative gender as FHIR gives it.
    deceased : bool
        Whether the patient has died.
    language : str
        Preferred language (BCP 47), '' where unknown.
    """

    reference: str
    birth_date: date | None = None
    sex: str = "unknown"
    deceased: bool = False
    language: str = ""
    observations: tuple[Observation, ...] = ()
    conditions: tuple[Condition, ...] = ()
    medications: tuple[Medication, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    immunisations: tuple[Immunisation, ...] = ()
    encounters: tuple[Encounter, ...] = ()
    allergies: tuple[Allergy, ...] = ()

    def age(self, at: datetime) -> int | None:
        """Whole years at `at`; None without a birth date."""
        if self.birth_date is None:
            return None
        day = at.date()
        before = (day.month, day.day) < (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - before

    def find(self, system: str, codes: Collection[str]) -> Iterator[Observation]:
        """Valid observations with one of `codes` of `system`, the newest first."""
        usable = ("final", "amended", "corrected", "preliminary", "registered")
        found = (o for o in self.observations if o.status in usable and o.concept.has(system, codes))
        return iter(
            sorted(found, key=lambda o: (o.time is not None, o.time.timestamp() if o.time else 0.0), reverse=True)
        )

    def known_conditions(self) -> Iterator[Condition]:
        """Conditions that count as present now."""
        return (c for c in self.conditions if c.active)
