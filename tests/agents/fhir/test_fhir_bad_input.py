"""Every bad input has its message: where, what, what to do, and never a value of the patient's."""

import json

import pytest

from agents.errors import InputError
from agents.fhir import read

WHOLE = {
    "empty": ("", r"in\.json \$: is empty\. Give FHIR R4"),
    "blank": (" \n ", r"is empty"),
    "html": ("<!DOCTYPE html><p>Login", r"looks like HTML or XML, not JSON"),
    "not json": ("Dear colleague, Zebulon Quackenbush is", r"is not JSON at line 1, column 1"),
    "list": ("[1, 2]", r"must be a JSON object"),
    "not FHIR": ('{"hello": "Quackenbush"}', r"\$: is not a FHIR resource \(no resourceType\)"),
    "no such type": ('{"resourceType": "Quackenbush"}', r"\$\.resourceType: is not a resource type of FHIR R4"),
    "empty bundle": ('{"resourceType": "Bundle", "type": "collection"}', r"\$\.entry: is empty"),
    "empty entries": ('{"resourceType": "Bundle", "entry": []}', r"\$\.entry: is empty"),
    "no patients": ('{"resourceType": "Location", "id": "l"}', r"in\.json: holds no usable Patient\. Give a"),
    "not UTF-8": (b'{"resourceType": "Patient", "id": "\xff\xfe"}', r"is not UTF-8 text \(byte 35\)"),
    "compressed": (b"\x1f\x8b\x08\x00", r"is compressed\. Unpack it first"),
    "NaN": ('{"resourceType": "Patient", "id": "a", "x": NaN}', r"a number that JSON does not allow"),
    "endless number": ('{"resourceType": "Patient", "x": ' + "9" * 5000 + "}", r"number .* too long"),
    "deep": ("[" * 200_000, r"nested too deeply|is cut off"),
    "surrogate": ('{"resourceType": "Patient", "id": "a", "x": "\\ud800"}', r"half of a Unicode surrogate"),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_that_cannot_be_read(write, make, name):
    content, message = WHOLE[name]
    with pytest.raises(InputError, match=message) as caught:
        read(write(content))
    assert "Quackenbush" not in str(caught.value)


def test_truncated_json_names_line_and_column(write, make):
    whole = json.dumps(make["bundle"](make["patient"]()), indent=1)
    with pytest.raises(InputError, match=r"in\.json \$: is cut off at line \d+, column \d+\. Fetch") as caught:
        read(write(whole[: len(whole) // 2]))
    assert not any(secret in str(caught.value) for secret in make["secrets"])


def test_a_bad_line_of_ndjson_is_named(write, make):
    lines = "\n".join([json.dumps(make["patient"]()), json.dumps(make["about"]("Condition", id="c"))[:-9]])
    with pytest.raises(InputError, match=r"in\.ndjson:2 \$: is cut off at line 1"):
        read(write(lines, "in.ndjson"))


def test_a_path_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"absent: there is no such file or folder\. Check the path"):
        read(tmp_path / "absent")


def test_a_folder_without_fhir_files(tmp_path):
    with pytest.raises(InputError, match=r"holds no \*\.json or \*\.ndjson file"):
        read(tmp_path)


def test_no_paths():
    with pytest.raises(InputError, match=r"input: is empty: no file was given"):
        read([])


RECORDS = {
    "birth date": ("Patient", {"birthDate": "03.02.1950"}, r"\$\.entry\[0\]\.resource\.birthDate: is not a FHIR"),
    "birth date type": ("Patient", {"birthDate": 1950}, r"birthDate: must be a text"),
    "thirteenth month": ("Patient", {"birthDate": "1950-13-01"}, r"birthDate: is not a FHIR date"),
    "sex": ("Patient", {"gender": "Quackenbush"}, r"gender: is none of male, female, other, unknown"),
    "id": ("Patient", {"id": "Zebulon Quackenbush"}, r"\.id: is not a FHIR id"),
    "no id": ("Patient", {"id": ""}, r"\.id: is missing, so nothing can refer to it"),
    "deceased": ("Patient", {"deceasedBoolean": "no"}, r"deceasedBoolean: must be true or false"),
    "language": ("Patient", {"communication": {"language": "de"}}, r"communication: must be a list"),
    "no subject": ("Observation", {"subject": None}, r"\$\.entry\[1\]\.resource\.subject: names no patient"),
    "unknown subject": (
        "Observation",
        {"subject": {"reference": "Patient/Quackenbush"}},
        r"\$\.entry\[1\]\.resource\.subject: names a Patient that is not in the input\. Add",
    ),
    "subject type": ("Observation", {"subject": "Patient/p1"}, r"resource\.subject: must be an object"),
    "no status": ("Observation", {"status": None}, r"resource\.status: is missing, and FHIR R4 requires it"),
    "value": (
        "Observation",
        {"valueQuantity": {"value": "Quackenbush"}},
        r"resource\.valueQuantity\.value: must be a number",
    ),
    "huge value": ("Observation", {"valueQuantity": {"value": 10**400}}, r"value: is too large a number"),
    "true value": ("Observation", {"valueQuantity": {"value": True}}, r"value: must be a number"),
    "component": ("Observation", {"component": [{}, 3]}, r"resource\.component\[1\]: must be an object"),
    "component value": (
        "Observation",
        {"component": [{"valueQuantity": {"value": []}}]},
        r"resource\.component\[0\]\.valueQuantity\.value: must be a number",
    ),
    "code": ("Observation", {"code": {"coding": {"code": "1"}}}, r"resource\.code\.coding: must be a list"),
    "time": ("Observation", {"effectiveDateTime": "2024-02-30"}, r"effectiveDateTime: is not a FHIR date"),
    "period": ("Encounter", {"period": {"start": "noon"}}, r"resource\.period\.start: is not a FHIR date"),
    "dose": (
        "MedicationRequest",
        {"dosageInstruction": [{"timing": {"repeat": {"period": "1"}}}]},
        r"dosageInstruction\[0\]\.timing\.repeat\.period: must be a number",
    ),
    "no drug": (
        "MedicationRequest",
        {"medicationCodeableConcept": None},
        r"resource\.medicationReference: says no drug",
    ),
    "contained drug": (
        "MedicationRequest",
        {"medicationCodeableConcept": None, "medicationReference": {"reference": "#m"}},
        r"medicationReference: refers to a contained Medication that is not there",
    ),
    "absent drug": (
        "MedicationRequest",
        {"medicationCodeableConcept": None, "medicationReference": {"reference": "Medication/m"}},
        r"medicationReference: names a Medication that is not in the input",
    ),
    "order": ("Task", {"restriction": {"period": {"end": "soon"}}}, r"resource\.restriction\.period\.end: is not"),
    "order subject": ("Task", {"for": {"reference": "Patient/p9"}}, r"resource\.for: names a Patient that is not"),
    "after": (
        "Task",
        {"input": [{"type": {"text": "after"}, "valueReference": {"reference": "Task/nowhere"}}]},
        r"resource\.input: comes after a Task that is not in the input",
    ),
}


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_that_cannot_be_used(write, make, name):
    kind, change, message = RECORDS[name]
    if kind == "Patient":
        made = make["bundle"](make["patient"](**change))
    else:
        made = make["bundle"](make["patient"](), make["about"](kind, id="r1", **change))
    with pytest.raises(InputError, match=message) as caught:
        read(write(made))
    assert caught.value.hint
    assert not any(secret in str(caught.value) for secret in make["secrets"])


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (3, r"\$\.entry\[1\]: must be an object"),
        ({"resource": "x"}, r"\$\.entry\[1\]\.resource: must be an object"),
        ({"resource": {"resourceType": "Claim"}, "fullUrl": 1}, r"\$\.entry\[1\]\.fullUrl: must be a text"),
        ({"resource": {}}, r"\$\.entry\[1\]\.resource: is not a FHIR resource"),
    ],
)
def test_an_entry_that_cannot_be_used(write, make, entry, message):
    made = make["bundle"](make["patient"]())
    made["entry"].append(entry)
    with pytest.raises(InputError, match=message):
        read(write(made))
