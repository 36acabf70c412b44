"""Orders that clinicians have placed for some synthetic patients: ServiceRequests and chains of Tasks."""

from __future__ import annotations

from datetime import timedelta

from simulations.fhir_resources import JSON, LOINC, SNOMED, concept, moment, reference
from simulations.patients import SyntheticPatient
from simulations.presentations import CHILDREN, MAJORS, MINORS, OBSERVATION, RESUS

CODES: dict[str, tuple[str, str, str]] = {
    "early-warning-score": (SNOMED, "445551004", "Assessment using early warning scoring system"),
    "kidney-function": (LOINC, "98979-8", "Glomerular filtration rate, CKD-EPI 2021"),
    "drug-dose-check": (SNOMED, "473231009", "Renal disorder medication review"),
    "medication-reconciliation": (SNOMED, "430193006", "Medication reconciliation"),
    "immunisation": (SNOMED, "33879002", "Administration of vaccine to produce active immunity"),
    "discharge-summary": (LOINC, "18842-5", "Discharge summary"),
}
"""What is ordered, by the name of the skill that it needs: code system, code and display."""

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
            "code": concept(*CODES[skill]),
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
    physician = concept(SNOMED, "309343006", "Physician")
    return [
        {
            "resourceType": "ServiceRequest",
            "id": f"{patient.id}-request",
            "status": "active",
            "intent": "order",
            "priority": urgency,
            "code": concept(*CODES[skill]),
            "subject": reference("Patient", patient.id),
            "encounter": reference("Encounter", f"{patient.id}-visit"),
            "authoredOn": moment(patient.now - timedelta(minutes=8)),
            "occurrencePeriod": {"end": moment(patient.now + timedelta(hours=_HOURS[urgency]))},
            "requester": reference("Practitioner", f"syn-physician-{zone}"),
            **({"performerType": physician} if zone == RESUS else {}),
        }
    ]
