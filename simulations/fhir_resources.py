"""FHIR R4 resources as JSON objects: the few shapes that synthetic records need."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

JSON = dict[str, Any]

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CVX = "http://hl7.org/fhir/sid/cvx"
UCUM = "http://unitsofmeasure.org"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"

SYNTHETIC = {"tag": [{"system": f"{TERMINOLOGY}/v3-ActReason", "code": "HTEST", "display": "test health data"}]}
"""The mark of HL7 for test data; every synthetic patient carries it."""


def concept(system: str, code: str, display: str) -> JSON:
    """Build a CodeableConcept."""
    return {"coding": [{"system": system, "code": code, "display": display}]}


def plain(system: str, code: str) -> JSON:
    """Build a CodeableConcept without a display, for codes of FHIR's own terminology."""
    return {"coding": [{"system": f"{TERMINOLOGY}/{system}", "code": code}]}


def quantity(value: float, unit: str) -> JSON:
    """Build a Quantity in UCUM."""
    return {"value": value, "unit": unit.strip("{}") or "1", "system": UCUM, "code": unit}


def reference(kind: str, ident: str) -> JSON:
    """Build a relative Reference."""
    return {"reference": f"{kind}/{ident}"}


def moment(at: datetime | date) -> str:
    """Return ISO 8601, in UTC with a Z, or the date alone."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(at, datetime) else at.isoformat()


def observation(ident: str, code: tuple[str, str], subject: str, at: datetime, **value: Any) -> JSON:
    """Build a final Observation with a LOINC code; `value` holds ``valueQuantity`` or the like."""
    return {
        "resourceType": "Observation",
        "id": ident,
        "status": "final",
        "code": concept(LOINC, *code),
        "subject": reference("Patient", subject),
        "effectiveDateTime": moment(at),
        **value,
    }


def condition(ident: str, subject: str, code: tuple[str, str], onset: date) -> JSON:
    """Build an active Condition with a SNOMED CT code."""
    return {
        "resourceType": "Condition",
        "id": ident,
        "clinicalStatus": plain("condition-clinical", "active"),
        "code": concept(SNOMED, *code),
        "subject": reference("Patient", subject),
        "onsetDateTime": moment(onset),
    }


def entry(resource: JSON, *, put: bool) -> JSON:
    """Wrap a resource as an entry of a Bundle, with the request of a transaction where `put` is set."""
    path = f"{resource['resourceType']}/{resource['id']}"
    wrapped: JSON = {"fullUrl": f"http://ed.example/{path}", "resource": resource}
    if put:
        wrapped["request"] = {"method": "PUT", "url": path}
    return wrapped
