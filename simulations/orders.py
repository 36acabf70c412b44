"""Orders that clinicians have placed for some synthetic patients: ServiceRequests and chains of Tasks."""

from __future__ import annotations

from datetime import timedelta

from simulations.fhir_resources import JSON, moment, reference
from simulations.patients import SyntheticPatient
from simulations.presentations import CHILDREN, MAJORS, MINORS, OBSERVATION, RESUS

SKILLS = "https://qam.example/skill"
"""Code system of the orders: its codes are the names of skills."""

_CHAINS: dict[str, tuple[str, ...]] = {
    OBSERVATION: ("kidney-function", "drug-dose-check", "medication-reconciliation", "discharge-summary"),
    MAJORS: ("kidney-function", "drug-dose-check"),
}
_SINGLE: dict[str, tuple[str, str]] = {
    RESUS: ("early-warning-score", "stat"),
    MAJORS: ("medication-reconciliation", "urgent"),
    MINORS: ("immunisation", "routine"),
    CHILDREN: ("immunisation", "routine"),
}
_HOURS = {"stat": 0.25, "asap": 1.0, "urgent": 2.0, "routine": 7.0}


def chain_of_tasks(patient: SyntheticPatient) -> list[JSON]:
    """Build Tasks for the patient, each based on the one before it; empty where the zone has no chain."""
    tasks: list[JSON] = []
    urgency = "urgent" if patient.presentation.zone == MAJORS else "routine"
    for number, skill in enumerate(_CHAINS.get(patient.presentation.zone, ()), 1):
        task: JSON = {
            "resourceType": "Task",
            "id": f"{patient.id}-task-{number}",
            "status": "requested",
            "intent": "order",
            "priority": urgency,
            "code": _code(skill),
            "for": reference("Patient", patient.id),
            "encounter": reference("Encounter", f"{patient.id}-visit"),
            "authoredOn": moment(patient.now - timedelta(minutes=12)),
            "requester": reference("Practitioner", f"syn-physician-{patient.presentation.zone}"),
            "restriction": {"period": {"end": moment(patient.now + timedelta(hours=_HOURS[urgency]))}},
        }
        if tasks:
            task["basedOn"] = [reference("Task", tasks[-1]["id"])]
        tasks.append(task)
    return tasks


def single_request(patient: SyntheticPatient) -> list[JSON]:
    """Build one ServiceRequest that suits the zone; empty where the zone has none."""
    zone = patient.presentation.zone
    if zone not in _SINGLE:
        return []
    skill, urgency = _SINGLE[zone]
    return [
        {
            "resourceType": "ServiceRequest",
            "id": f"{patient.id}-request",
            "status": "active",
            "intent": "order",
            "priority": urgency,
            "code": _code(skill),
            "subject": reference("Patient", patient.id),
            "encounter": reference("Encounter", f"{patient.id}-visit"),
            "authoredOn": moment(patient.now - timedelta(minutes=8)),
            "occurrenceDateTime": moment(patient.now + timedelta(hours=_HOURS[urgency])),
            "requester": reference("Practitioner", f"syn-physician-{zone}"),
        }
    ]


def _code(skill: str) -> JSON:
    return {"coding": [{"system": SKILLS, "code": skill}], "text": skill}
