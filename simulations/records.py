"""The FHIR record of one synthetic patient."""

from __future__ import annotations

from datetime import timedelta

from numpy.random import Generator

from simulations.fhir_resources import (
    CVX,
    JSON,
    RXNORM,
    SNOMED,
    SYNTHETIC,
    TERMINOLOGY,
    concept,
    condition,
    moment,
    plain,
    quantity,
    reference,
)
from simulations.histories import CONDITIONS, DRUGS
from simulations.measurements import laboratory_observations, vital_observations
from simulations.patients import SyntheticPatient
from simulations.presentations import OBSERVATION
from simulations.prevention import draw_allergies, draw_procedures, draw_vaccinations

_GIVEN = {
    "female": ("Quillana", "Zephra", "Ondira", "Velmira", "Thessaly", "Isolyn", "Brindle", "Marowen"),
    "male": ("Quarrin", "Zoltrix", "Ondrek", "Velmar", "Thaddox", "Isembar", "Brontis", "Marrick"),
}


def record(rng: Generator, patient: SyntheticPatient) -> list[JSON]:
    """Write the whole record: identity, visit, history, measurements, the past.

    Parameters
    ----------
    rng : Generator
        Source of randomness for what is measured and what was done before.
    patient : SyntheticPatient
        Whose record it is.

    Returns
    -------
    list of dict
        FHIR R4 resources; the Patient first.
    """
    return [
        _identity(patient),
        _visit(patient),
        *_problems(rng, patient),
        *_medicines(rng, patient),
        *vital_observations(rng, patient),
        *laboratory_observations(rng, patient),
        *_past(rng, patient),
    ]


def _identity(patient: SyntheticPatient) -> JSON:
    language = {"system": "urn:ietf:bcp:47", "code": patient.language}
    given = _GIVEN[patient.sex][patient.number % 8]
    return {
        "resourceType": "Patient",
        "id": patient.id,
        "meta": SYNTHETIC,
        "identifier": [{"system": "https://ed.example/synthetic", "value": f"SYN-{patient.number:06d}"}],
        "name": [{"family": f"Testperson-{patient.number:03d}", "given": [given]}],
        "gender": patient.sex,
        "birthDate": moment(patient.born),
        "communication": [{"language": {"coding": [language]}, "preferred": True}],
    }


def _visit(patient: SyntheticPatient) -> JSON:
    zone = patient.presentation.zone
    kind = "IMP" if zone == OBSERVATION else "EMER"
    urgency = "EM" if patient.severity >= 0.6 else "UR" if patient.severity >= 0.3 else "R"
    return {
        "resourceType": "Encounter",
        "id": f"{patient.id}-visit",
        "status": "in-progress",
        "class": {"system": f"{TERMINOLOGY}/v3-ActCode", "code": kind},
        "priority": plain("v3-ActPriority", urgency),
        "subject": reference("Patient", patient.id),
        "period": {"start": moment(patient.arrival)},
        "reasonCode": [concept(SNOMED, patient.presentation.code, patient.presentation.display)],
        "location": [{"location": {"reference": f"Location/{zone}", "display": zone}, "status": "active"}],
    }


def _problems(rng: Generator, patient: SyntheticPatient) -> list[JSON]:
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


def _medicines(rng: Generator, patient: SyntheticPatient) -> list[JSON]:
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


def _past(rng: Generator, patient: SyntheticPatient) -> list[JSON]:
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
