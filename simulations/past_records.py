"""What a synthetic patient brings along, as FHIR: conditions, allergies, medicines, vaccinations, procedures."""

from __future__ import annotations

from datetime import timedelta

from numpy.random import Generator

from simulations.fhir_resources import (
    CVX,
    JSON,
    RXNORM,
    SNOMED,
    concept,
    condition,
    moment,
    plain,
    quantity,
    reference,
)
from simulations.histories import CONDITIONS, DRUGS
from simulations.patients import SyntheticPatient
from simulations.prevention import draw_allergies, draw_procedures, draw_vaccinations


def problem_resources(rng: Generator, patient: SyntheticPatient) -> list[JSON]:
    """Build the Conditions and AllergyIntolerances."""
    found = []
    for key in patient.conditions:
        long_term = CONDITIONS[key]
        onset = (patient.arrival - timedelta(days=int(rng.uniform(200, 3600)))).date()
        found.append(condition(f"{patient.id}-{key}", patient.id, (long_term.code, long_term.display), onset))
    if patient.smoker:
        onset = (patient.arrival - timedelta(days=int(rng.uniform(1000, 3000)))).date()
        found.append(condition(f"{patient.id}-smoker", patient.id, ("77176002", "Smoker"), onset))
    for number, allergy in enumerate(draw_allergies(rng), 1):
        found.append(
            {
                "resourceType": "AllergyIntolerance",
                "id": f"{patient.id}-allergy-{number}",
                "clinicalStatus": plain("allergyintolerance-clinical", "active"),
                "verificationStatus": plain("allergyintolerance-verification", "confirmed"),
                "code": concept(SNOMED, *allergy),
                "patient": reference("Patient", patient.id),
            }
        )
    return found


def medicine_resources(rng: Generator, patient: SyntheticPatient) -> list[JSON]:
    """Build the MedicationRequests."""
    orders = []
    for number, taken in enumerate(patient.prescriptions, 1):
        drug = DRUGS[taken.drug]
        order: JSON = {
            "resourceType": "MedicationRequest",
            "id": f"{patient.id}-medicine-{number}",
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": concept(RXNORM, drug.code, drug.name),
            "subject": reference("Patient", patient.id),
            "authoredOn": moment((patient.arrival - timedelta(days=int(rng.uniform(3, 400)))).date()),
            "dosageInstruction": [
                {
                    "timing": {"repeat": {"frequency": drug.times, "period": 1, "periodUnit": "d"}},
                    "asNeededBoolean": taken.as_needed,
                    "doseAndRate": [{"doseQuantity": quantity(drug.amount, drug.unit)}],
                }
            ],
        }
        if taken.reason:
            order["reasonReference"] = [reference("Condition", f"{patient.id}-{taken.reason}")]
        orders.append(order)
    return orders


def past_resources(rng: Generator, patient: SyntheticPatient) -> list[JSON]:
    """Build the Immunizations and Procedures of earlier years."""
    subject = reference("Patient", patient.id)
    vaccinations: list[JSON] = [
        {
            "resourceType": "Immunization",
            "id": f"{patient.id}-vaccination-{number}",
            "status": "completed",
            "vaccineCode": concept(CVX, given.code, given.display),
            "patient": subject,
            "occurrenceDateTime": moment(given.day),
        }
        for number, given in enumerate(draw_vaccinations(rng, patient), 1)
    ]
    procedures: list[JSON] = [
        {
            "resourceType": "Procedure",
            "id": f"{patient.id}-procedure-{number}",
            "status": "completed",
            "code": concept(SNOMED, done.code, done.display),
            "subject": subject,
            "performedPeriod": {
                "start": f"{done.day.isoformat()}T10:00:00Z",
                "end": f"{done.day.isoformat()}T10:{done.minutes:02d}:00Z",
            },
        }
        for number, done in enumerate(draw_procedures(rng, patient), 1)
    ]
    return vaccinations + procedures
