"""Helpers for the FHIR tests: small R4 resources, files of them, the fixtures and the shared data."""

import json
import os
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parent / "fixtures"
SECRETS = ("Quackenbush", "Zebulon", "Ottokar", "MRN-7741902", "555-0199-314")


@pytest.fixture
def fixtures():
    return FIXTURES


@pytest.fixture(scope="session")
def data():
    default = Path(__file__).parents[3].parent / "shared" / "data"
    folder = Path(os.environ.get("QAM_DATA", default)) / "fhir"
    if not folder.is_dir():
        pytest.skip(f"no FHIR data at {folder}: set QAM_DATA to the folder that holds fhir/")
    return folder


def patient(**more):
    return {
        "resourceType": "Patient",
        "id": "p1",
        "identifier": [{"system": "urn:oid:1.2.3.4", "value": "MRN-7741902"}],
        "name": [{"family": "Quackenbush", "given": ["Zebulon", "Ottokar"]}],
        "telecom": [{"system": "phone", "value": "555-0199-314"}],
        "gender": "female",
        "birthDate": "1950-02-03",
        **more,
    }


def about(kind, **more):
    """A resource of `kind` about patient p1, with what R4 requires of it."""
    basics = {
        "Observation": {"status": "final", "code": {"text": "x"}},
        "Procedure": {"status": "completed", "code": {"text": "x"}},
        "Encounter": {"status": "in-progress", "class": {"code": "IMP"}},
        "Condition": {"code": {"text": "x"}},
        "MedicationRequest": {
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": {"text": "x"},
        },
        "Task": {"status": "requested", "intent": "order"},
        "ServiceRequest": {"status": "active", "intent": "order"},
    }
    subject = "for" if kind == "Task" else "subject"
    made = {"resourceType": kind, **basics.get(kind, {}), subject: {"reference": "Patient/p1"}, **more}
    return {key: value for key, value in made.items() if value is not None}


def bundle(*resources, kind="collection"):
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": r} for r in resources]}


@pytest.fixture
def make():
    """The builders above, by name."""
    return {"patient": patient, "about": about, "bundle": bundle, "secrets": SECRETS}


@pytest.fixture
def write(tmp_path):
    """Writes a file: JSON of a dict, ndjson of a list, text and bytes as they are."""

    def _write(content, name=None):
        lines = isinstance(content, list)
        path = tmp_path / (name or ("in.ndjson" if lines else "in.json"))
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        elif lines:
            path.write_text("\n".join(json.dumps(line) for line in content), encoding="utf-8")
        else:
            path.write_text(json.dumps(content), encoding="utf-8")
        return path

    return _write
