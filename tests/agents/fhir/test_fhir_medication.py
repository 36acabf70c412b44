"""Drugs and doses, as requests and statements say them."""

import pytest

from agents.fhir import read
from agents.record import Dose, Quantity


@pytest.fixture
def medications(write, make):
    """Medications of p1 after reading one MedicationRequest and others beside it."""

    def _medications(*beside, **change):
        one = make["about"]("MedicationRequest", id="m1", **change)
        found = read(write(make["bundle"](make["patient"](), one, *beside)))
        return found.records["Patient/p1"].medications, found

    return _medications


def timed(timing, value=None):
    made = {"timing": timing}
    if value is not None:
        made["doseAndRate"] = [{"doseQuantity": {"value": value, "unit": "mg"}}]
    return made


@pytest.mark.parametrize(
    ("timing", "times"),
    [
        ({"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}, 1.0),
        ({"repeat": {"frequency": 3, "period": 1, "periodUnit": "d"}}, 3.0),
        ({"repeat": {"frequency": 1, "period": 8, "periodUnit": "h"}}, 3.0),
        ({"repeat": {"period": 6, "periodUnit": "h"}}, 4.0),
        ({"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk"}}, 1 / 7),
        ({"repeat": {"frequency": 1, "period": 4, "periodMax": 6, "periodUnit": "h"}}, None),
        ({"repeat": {"frequency": 1, "frequencyMax": 2, "period": 1, "periodUnit": "d"}}, None),
        ({"repeat": {"frequency": 1, "period": 0, "periodUnit": "d"}}, None),
        ({"repeat": {"frequency": 1, "period": 1, "periodUnit": "fortnight"}}, None),
        ({"repeat": {"when": ["MORN", "EVE"]}}, 2.0),
        ({"repeat": {"timeOfDay": ["08:00:00"]}}, 1.0),
        ({"code": {"coding": [{"code": "TID"}]}}, 3.0),
        ({"code": {"text": "now and then"}}, None),
        ({}, None),
    ],
)
def test_how_often(medications, timing, times):
    (drug,), _ = medications(dosageInstruction=[timed(timing)])
    assert drug.dose.times_per_day == (None if times is None else pytest.approx(times))


def test_like_instructions_add_up(medications):
    twice = [timed({"repeat": {"when": [slot]}}, 5) for slot in ("MORN", "EVE")]
    (drug,), _ = medications(dosageInstruction=twice)
    assert drug.dose == Dose(Quantity(5.0, "mg"), 2.0)


@pytest.mark.parametrize(
    "instructions",
    [
        [timed({"repeat": {"when": ["MORN"]}}, 5), timed({"repeat": {"when": ["EVE"]}}, 10)],
        [{"sequence": n, **timed({"repeat": {"when": ["MORN"]}}, 5)} for n in (1, 2)],
        [timed({}, 5), timed({"repeat": {"when": ["EVE"]}}, 5)],
    ],
)
def test_instructions_that_differ_give_no_dose(medications, instructions):
    assert medications(dosageInstruction=instructions)[0][0].dose is None


def test_no_instruction_gives_no_dose(medications):
    assert medications()[0][0].dose is None


def test_what_it_is_for(medications, make):
    beside = make["about"]("Condition", id="c1")
    (drug,), _ = medications(
        beside,
        contained=[{"resourceType": "Condition", "id": "in", "code": {"text": "asthma"}}],
        reasonReference=[
            {"reference": "Condition/c1"},
            {"reference": "#in"},
            {"reference": "Condition?identifier=a|b"},
        ],
        reasonCode=[{"text": "cough"}],
    )
    assert drug.reasons == ("Condition/c1", "a resource that is not in the input", "asthma", "cough")


def test_a_drug_outside_the_input_is_known_by_its_display(medications):
    (drug,), _ = medications(
        medicationCodeableConcept=None,
        medicationReference={"reference": "Medication/x", "display": "warfarin 5 mg"},
    )
    assert drug.concept.label() == "warfarin 5 mg"


def test_what_must_not_be_taken_is_passed_over(medications):
    found = medications(doNotPerform=True)
    assert found[0] == ()
    assert found[1].passed_over == {"MedicationRequest not to be done": 1}


@pytest.mark.parametrize(("end", "active"), [(None, True), ("2020-01-01", False), ("9999-12-31", True)])
def test_a_statement_with_an_end_is_over(write, make, end, active):
    span = {"start": "2019-01-01", **({"end": end} if end else {})}
    one = make["about"](
        "MedicationStatement",
        id="s",
        status="active",
        medicationCodeableConcept={"text": "x"},
        effectivePeriod=span,
    )
    record = read(write(make["bundle"](make["patient"](), one))).records["Patient/p1"]
    assert record.medications[0].active is active
