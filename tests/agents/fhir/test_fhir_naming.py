"""What may be shown: stand-ins, slugs and file names."""

import hashlib
from pathlib import Path

import pytest

from agents.fhir.naming import cautious_name, public, shown_name, shows, slug, zone_of

UUID = "129c6ac7-8d06-89de-ad63-0204a93e76c3"


@pytest.mark.parametrize(
    ("words", "expected"),
    [("Ward 3 — East", "ward-3-east"), ("Überwachung", "uberwachung"), ("病棟", ""), ("a" * 99, "a" * 60)],
)
def test_a_slug(words, expected):
    assert slug(words) == expected


@pytest.mark.parametrize(
    ("words", "secrets", "expected"),
    [
        ("p1", {"quackenbush"}, False),
        ("quackenbush-7", {"quackenbush"}, True),
        ("QUACKENBUSH7", {"quackenbush"}, True),
        ("77", {"77"}, True),
        ("1774", {"77"}, False),
        ("ana-1", {"ana"}, True),
        ("banana-1", {"ana"}, False),
        ("x-4711-y", {"4711"}, True),
    ],
)
def test_what_shows_a_patient(words, secrets, expected):
    assert shows(words, secrets) is expected


def test_a_stand_in_is_stable_and_a_uuid_stays():
    assert public("Patient/mrn-1", {"mrn-1"}) == public("Patient/mrn-1", {"mrn-1"}) != "Patient/mrn-1"
    assert public(f"Patient/{UUID}", {UUID}) == f"Patient/{UUID}"
    assert public("Patient/-a", set()).startswith("Patient/x-"), "ids of tasks begin with a letter or digit"


@pytest.mark.parametrize(
    ("ident", "name", "expected"),
    [
        ("ward-3", "Ward Three", "ward-3"),
        (UUID, "Ward Three", "ward-three"),
        (UUID, "", UUID),
        ("", "Ward Three", "ward-three"),
        ("", "", ""),
    ],
)
def test_a_zone(ident, name, expected):
    assert zone_of(ident, name) == expected


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ada_Lovelace.json", "(file 2 of 9, name withheld)"),
        ("A-4711.json", "(file 2 of 9, name withheld)"),
        ("patient.json", "patient.json"),
        (f"{UUID}.json", f"{UUID}.json"),
    ],
)
def test_a_file_name(name, shown):
    text = (
        '{"resourceType": "Patient", "name": [{"family": "Lovelace", "given": ["Ada"]}], '
        f'"identifier": [{{"value": "A-4711"}}, {{"value": "{UUID}"}}]}}'
    )
    assert shown_name(Path("d") / name, text, 2, 9) == str(Path("d") / shown)


@pytest.mark.parametrize(
    ("name", "withheld"),
    [
        ("John_Secretname_1950.json", True),
        ("Secretname.json", True),
        ("19500203.json", True),
        ("A-4711.json", True),
        ("Иванов.json", True),
        ("fhir-bundle-012.json", False),
        ("MedicationRequest.000.ndjson", False),
        ("p1.json", False),
        (f"{UUID}.json", False),
    ],
)
def test_a_file_of_which_nothing_is_known(name, withheld):
    shown = cautious_name(Path("d") / name, 2, 9)
    if withheld:
        digest = hashlib.sha256(name.encode()).hexdigest()[:8]
        assert shown == str(Path("d") / f"(file 2 of 9, name withheld, SHA-256 {digest})")
    else:
        assert shown == str(Path("d") / name)
