"""No skill raises, and every outcome can be written as JSON, whatever the record holds."""

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.record import (
    CVX,
    ICD10CM,
    LOINC,
    RXNORM,
    SNOMED,
    Allergy,
    Coding,
    Component,
    Concept,
    Condition,
    Dose,
    Encounter,
    Immunisation,
    Medication,
    Observation,
    PatientRecord,
    Procedure,
    Quantity,
)
from agents.result import Outcome
from agents.skills.registry import default_registry

LOINC_CODES = (
    "9279-1 59408-5 3151-8 3150-6 8480-6 8462-4 8867-4 8310-5 9269-2 67775-7 29463-7 8302-2 39156-5 2160-0 2093-3 "
    "2085-9 2571-8 18262-6 4548-4 1558-6 72166-2 72514-3 85354-9 82810-3 57905-2 8664-5"
)
SNOMED_CODES = (
    "248234008 422768004 44054006 72892002 77386006 254837009 73761001 24623002 266919005 8517006 29857009 "
    "722742002 371825009 1104321000000108 59621000"
)
CODES = {
    LOINC: LOINC_CODES.split(),
    SNOMED: SNOMED_CODES.split(),
    ICD10CM: ["J96.12", "E11.9", "I10", "Z33.1", "I63.9", ""],
    RXNORM: ["6809", "860975", ""],
    CVX: ["140", "187", "03", "3", "", "x"],
}
UNITS = [
    "",
    "%",
    "/min",
    "mm[Hg]",
    "kPa",
    "Cel",
    "[degF]",
    "mg/dL",
    "mmol/L",
    "umol/L",
    "kg",
    "cm",
    "mg",
    "{score}",
    "1",
]
coding = st.sampled_from([(s, c) for s, codes in CODES.items() for c in codes]).map(lambda pair: Coding(*pair))
words = st.sampled_from(
    [
        "",
        "metformin 500 MG Oral Tablet",
        "Amoxicillin 250 MG / Clavulanate 125 MG",
        "A / B 5 MG/ML [C]",
        "pain",
        "88-92",
    ]
) | st.text(max_size=12)
concept = st.builds(Concept, st.lists(coding, max_size=3).map(tuple), words)
units = st.sampled_from(UNITS)
quantity = st.builds(Quantity, st.floats() | st.floats(0, 200), units)
FIRST, LAST = datetime(1, 1, 2), datetime(9999, 12, 30)  # noqa: DTZ001
RECENT = (datetime(2024, 1, 1), datetime(2024, 6, 30))  # noqa: DTZ001
zone = st.none() | st.just(UTC)
moment = st.datetimes(FIRST, LAST, timezones=zone) | st.datetimes(*RECENT, timezones=st.just(UTC))
when = st.none() | moment
some = lambda strategy: st.lists(strategy, max_size=6).map(tuple)  # noqa: E731
component = st.builds(Component, concept, st.none() | quantity, st.none() | concept)
status = st.sampled_from(["final", "completed", "active", "registered", "entered-in-error", "in-progress", "draft", ""])
dose = st.builds(Dose, st.none() | quantity, st.none() | st.floats(), st.booleans())
observation = st.builds(
    Observation,
    st.just("Observation/o"),
    concept,
    when,
    st.none() | quantity,
    st.none() | concept,
    words,
    some(component),
    status,
)
medication = st.builds(
    Medication,
    st.just("MedicationRequest/m"),
    concept,
    status,
    st.just("order"),
    when,
    st.none() | dose,
    some(words),
)
encounter = st.builds(
    Encounter,
    st.just("Encounter/e"),
    status,
    st.sampled_from(["EMER", "IMP", ""]),
    when,
    st.none(),
    some(concept),
    some(concept),
)
born = st.dates(date(1, 1, 1), date(9999, 12, 31)) | st.dates(date(1930, 1, 1), date(2010, 1, 1))
record = st.builds(
    PatientRecord,
    reference=st.just("Patient/p"),
    birth_date=st.none() | born,
    sex=st.sampled_from(["male", "female", "other", "unknown"]),
    deceased=st.booleans(),
    observations=some(observation),
    conditions=some(st.builds(Condition, st.just("Condition/c"), concept, status, status, when, when)),
    medications=some(medication),
    procedures=some(st.builds(Procedure, st.just("Procedure/p"), concept, status, when, when)),
    immunisations=some(st.builds(Immunisation, st.just("Immunization/i"), concept, status, when)),
    encounters=some(encounter),
    allergies=some(st.builds(Allergy, st.just("AllergyIntolerance/a"), concept)),
)


@pytest.mark.parametrize("name", default_registry().names())
@given(record=record, as_of=moment)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_skill_raises(name, record, as_of):
    outcome = default_registry().get(name).compute(record, as_of)
    assert outcome.summary
    assert outcome.source
    assert Outcome.from_json(json.loads(json.dumps(outcome.to_json(), allow_nan=False))).summary == outcome.summary


@pytest.mark.parametrize("name", default_registry().names())
def test_an_empty_record_is_answered(name):
    outcome = default_registry().get(name).compute(PatientRecord("Patient/p"), datetime(2024, 1, 1, tzinfo=UTC))
    assert outcome.summary.endswith(".")
    assert outcome.missing or outcome.data["status"] in ("not applicable", "nothing to do")
