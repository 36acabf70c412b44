"""The FHIR record of one synthetic patient."""

from __future__ import annotations

from numpy.random import Generator

from simulations.fhir_resources import JSON, SNOMED, SYNTHETIC, TERMINOLOGY, concept, moment, plain, reference
from simulations.measurements import laboratory_observations, vital_observations
from simulations.past_records import medicine_resources, past_resources, problem_resources
from simulations.patients import SyntheticPatient
from simulations.presentations import OBSERVATION

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
        *problem_resources(rng, patient),
        *medicine_resources(rng, patient),
        *vital_observations(rng, patient),
        *laboratory_observations(rng, patient),
        *past_resources(rng, patient),
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
