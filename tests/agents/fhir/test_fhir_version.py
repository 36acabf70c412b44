"""A resource of another FHIR version is refused with its name, also when skipping is allowed."""

import pytest

from agents.errors import InputError
from agents.fhir import read
from agents.fhir.other_versions import OTHER_ELEMENTS, OTHER_TYPES, R4_TYPES


def _profiled(url):
    return {"resourceType": "Patient", "meta": {"profile": [url]}}


SIGNS = [
    ("R5", {"resourceType": "Encounter", "actualPeriod": {"start": "2024"}}, "Encounter.actualPeriod"),
    ("R5", {"resourceType": "Encounter", "class": [{"coding": [{"code": "IMP"}]}]}, "Encounter.class as a list"),
    ("R5", {"resourceType": "Encounter", "reason": [{"value": []}]}, "Encounter.reason"),
    ("R5", {"resourceType": "MedicationRequest", "medication": {"reference": {}}}, "MedicationRequest.medication"),
    ("R5", {"resourceType": "Condition", "participant": [{}]}, "Condition.participant"),
    ("R5", {"resourceType": "Procedure", "occurrenceDateTime": "2024"}, "Procedure.occurrenceDateTime"),
    ("R5", {"resourceType": "ServiceRequest", "code": {"concept": {}}}, "ServiceRequest.code as a CodeableReference"),
    ("R5", {"resourceType": "Task", "requestedPeriod": {"end": "2024"}}, "Task.requestedPeriod"),
    ("R5", {"resourceType": "Task", "reason": [{}]}, "Task.reason as a list"),
    ("R5", {"resourceType": "Transport"}, "resource type Transport"),
    ("R5", _profiled("http://hl7.org/fhir/5.0/StructureDefinition/Patient"), "meta.profile"),
    ("R5", _profiled("http://hl7.org/fhir/StructureDefinition/Patient|5.0.0"), "meta.profile"),
    ("R5", {"resourceType": "CapabilityStatement", "fhirVersion": "5.0.0"}, "fhirVersion"),
    ("R5", {"resourceType": "ImplementationGuide", "fhirVersion": ["4.0.1", "5.0.0"]}, "fhirVersion"),
    ("STU3", {"resourceType": "Condition", "assertedDate": "2017"}, "Condition.assertedDate"),
    ("STU3", {"resourceType": "Observation", "context": {}}, "Observation.context"),
    ("STU3", {"resourceType": "Procedure", "notDone": False}, "Procedure.notDone"),
    ("STU3", {"resourceType": "Task", "requester": {"agent": {}}}, "Task.requester.agent"),
    ("STU3", _profiled("https://fhir.hl7.org.uk/STU3/StructureDefinition/X"), "meta.profile"),
    ("STU3", {"resourceType": "MedicationRequest", "requester": {"agent": {}}}, "MedicationRequest.requester.agent"),
    ("DSTU2 or STU3", {"resourceType": "Condition", "clinicalStatus": "active"}, "clinicalStatus as a plain code"),
    ("DSTU2 or STU3", {"resourceType": "AllergyIntolerance", "verificationStatus": "confirmed"}, "plain code"),
    ("DSTU2 or STU3", {"resourceType": "Observation", "related": [{}]}, "Observation.related"),
    ("DSTU2 or STU3", {"resourceType": "Patient", "animal": {}}, "Patient.animal"),
    ("DSTU2 or STU3", {"resourceType": "ProcedureRequest"}, "resource type ProcedureRequest"),
    ("DSTU2 or STU3", {"resourceType": "Encounter", "reason": [{"text": "x"}]}, "Encounter.reason"),
    ("STU3", {"resourceType": "MedicationRequest", "dosageInstruction": [{"doseQuantity": {}}]}, "doseQuantity"),
    ("DSTU2", {"resourceType": "MedicationOrder"}, "resource type MedicationOrder"),
    ("DSTU2", {"resourceType": "Encounter", "indication": [{}]}, "Encounter.indication"),
    ("DSTU2", {"resourceType": "Encounter", "class": "inpatient"}, "Encounter.class as a code"),
    ("DSTU2", {"resourceType": "Practitioner", "name": {"family": "Quackenbush"}}, "name as an object"),
]  # fmt: skip


@pytest.mark.parametrize(("version", "resource", "sign"), SIGNS)
@pytest.mark.parametrize("skip", [False, True])
def test_it_is_known_by_a_sign(write, make, version, resource, sign, skip):
    made = make["bundle"](make["patient"](), resource)
    with pytest.raises(InputError) as caught:
        read(write(made), skip_unusable=skip)
    text = str(caught.value)
    assert f"this is FHIR {version}, known by its " in text
    assert sign in text
    assert "only FHIR R4" in text
    assert "$.entry[1].resource" in text
    assert "Quackenbush" not in text


def test_a_bundle_says_its_version_itself(write, make):
    made = {
        **make["bundle"](make["patient"]()),
        "meta": {"profile": ["http://hl7.org/fhir/3.0/StructureDefinition/Bundle"]},
    }
    with pytest.raises(InputError, match=r"\$\.meta\.profile\[0\]: this is FHIR STU3"):
        read(write(made))


@pytest.mark.parametrize(
    "profile",
    [
        "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient",
        "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient|7.0.0",
        "http://hl7.org/fhir/StructureDefinition/Patient|4.0.1",
        "http://hl7.org/fhir/4.3/StructureDefinition/Patient",
    ],
)
def test_profiles_of_r4_are_read(write, make, profile):
    assert read(write(make["patient"](meta={"profile": [profile]}))).records


def test_the_types_are_those_of_the_standard():
    from fhir.resources.R4B import get_fhir_model_class

    assert not R4_TYPES & set(OTHER_TYPES)
    for name in R4_TYPES - {"Bundle"}:
        try:
            model = get_fhir_model_class(name)
        except (KeyError, LookupError, ValueError):
            continue
        assert name == model.get_resource_type()
    for name, elements in OTHER_ELEMENTS.items():
        assert not set(elements) & set(get_fhir_model_class(name).elements_sequence())
