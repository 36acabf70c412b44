"""Triage: each rule alone, its limits, and what is missing."""

import csv
from datetime import timedelta
from importlib.resources import files

import pytest
from skill_records import NOW, coded, concept, condition, measured, patient, pressure, visit

from agents.record import SNOMED, Concept
from agents.skills.triage import complaint_acuity, compute

NORMAL = {"rr": 16, "spo2": 97, "sbp": 120, "hr": 70, "temp": 37.0, "acvpu": "248234008"}
THROAT = concept("162397003", SNOMED, "Sore throat")
CHEST = concept("29857009", SNOMED, "Chest pain")


def signs(**change):
    v = {**NORMAL, **change}
    made = {
        "rr": lambda x: measured("9279-1", x, "/min"),
        "spo2": lambda x: measured("59408-5", x, "%"),
        "sbp": lambda x: pressure(x, 60),
        "hr": lambda x: measured("8867-4", x, "/min"),
        "temp": lambda x: measured("8310-5", x, "Cel"),
        "acvpu": lambda x: coded("67775-7", x),
    }
    return [measured("3151-8", 0, "L/min"), *(made[k](x) for k, x in v.items() if x is not None)]


def acuity(*items, reason=THROAT, age=40, born=None, **change):
    who = {"birth_date": born} if born else {"age": age}
    return compute(patient(visit(reason), *signs(**change), *items, **who), NOW).values[0].value


@pytest.mark.parametrize(
    ("change", "level"),
    [
        ({}, 5),
        ({"hr": 95}, 4),
        ({"temp": 38.5, "hr": 95}, 4),
        ({"sbp": 90}, 3),
        ({"temp": 39.5, "sbp": 95, "hr": 95}, 3),
        ({"rr": 8}, 3),
        ({"rr": 25}, 2),
        ({"hr": 101}, 3),
        ({"hr": 100}, 4),
        ({"rr": 21}, 3),
        ({"spo2": 91}, 2),
        ({"temp": 39.5, "sbp": 95, "hr": 115, "rr": 22}, 2),
        ({"acvpu": "130987000"}, 2),
        ({"acvpu": "300202002"}, 2),
        ({"acvpu": "450847001"}, 1),
        ({"acvpu": "422768004"}, 1),
    ],
)
def test_vital_signs_decide_for_a_minor_complaint(change, level):
    assert acuity(**change) == level


@pytest.mark.parametrize(
    ("label", "level"),
    [
        ("Cardiac arrest", 1),
        ("Anaphylaxis", 1),
        ("Chest pain", 2),
        ("Stroke", 2),
        ("Suicidal thoughts", 2),
        ("Sepsis", 2),
        ("Abdominal pain", 3),
        ("Asthma attack", 3),
        ("Fracture of ankle", 3),
        ("Laceration of forearm", 4),
        ("Sprain of ankle", 4),
        ("Viral sinusitis", 5),
        ("Something never heard of", 3),
    ],
)
def test_complaints_by_their_words(label, level):
    assert acuity(reason=Concept((), label)) == level


def test_complaints_by_code_alone():
    assert complaint_acuity(concept("22298006", SNOMED)) == (2, "chest pain or myocardial infarction")
    assert complaint_acuity(concept("I63.9", "http://hl7.org/fhir/sid/icd-10-cm")) == (2, "stroke")


def test_words_begin_where_a_word_begins():
    assert complaint_acuity(Concept((), "Heartburn")) is None
    assert complaint_acuity(Concept((), "Crash of a car")) is None


def test_the_complaints_are_whole():
    with (files("agents") / "data" / "triage_complaints.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            assert row["acuity"] in "12345"
            assert row["words"]
            assert row["snomed"]
            assert row["source"].startswith("own rule")


@pytest.mark.parametrize(("pain", "level"), [(6, 5), (7, 3), (10, 3)])
def test_severe_pain_raises_to_3(pain, level):
    assert acuity(measured("72514-3", pain, "{score}")) == level


@pytest.mark.parametrize(
    ("days", "change", "level"),
    [
        (60, {"hr": 150, "rr": 40, "temp": 38.0}, 2),
        (60, {"hr": 150, "rr": 40, "temp": 37.9}, 5),
        (60, {"hr": 181, "rr": 40}, 3),
        (400, {"hr": 160, "rr": 40}, 5),
        (400, {"hr": 161, "rr": 40}, 3),
        (365 * 5, {"hr": 140, "rr": 30}, 5),
        (365 * 5, {"hr": 130, "rr": 31}, 3),
        (365 * 10, {"hr": 101, "rr": 18}, 3),
    ],
)
def test_children_have_their_own_limits(days, change, level):
    assert acuity(born=(NOW - timedelta(days=days)).date(), **change) == level


def test_pregnancy_is_judged_without_the_early_warning_score():
    found = compute(patient(visit(THROAT), *signs(hr=95), condition("77386006"), age=30, sex="female"), NOW)
    assert not any("NEWS2" in rule["why"] for rule in found.data["rules"])


def test_missing_signs_make_it_provisional_and_never_less_urgent_than_3():
    found = compute(patient(visit(THROAT), *signs(rr=None, hr=None), age=40), NOW)
    assert found.values[0].value == 3
    assert found.missing == ("no respiratory rate", "no pulse")
    assert "provisional acuity 3" in found.summary


def test_a_missing_complaint_is_named():
    found = compute(patient(visit(), *signs(), age=40), NOW)
    assert found.missing == ("no presenting complaint",)
    assert found.values[0].value == 3


def test_with_nothing_it_is_not_computable():
    found = compute(patient(visit(), age=40), NOW)
    assert found.summary.startswith("Triage not computable: no presenting complaint, no respiratory rate")
    assert not found.values


def test_the_complaint_alone_gives_a_provisional_acuity():
    found = compute(patient(visit(CHEST), age=40), NOW)
    assert found.values[0].value == 2
    assert found.findings[0].severity == "urgent"
    assert "no pulse" in found.missing


def test_signs_from_before_the_arrival_do_not_count():
    old = measured("8867-4", 150, "/min", hours_ago=10)
    found = compute(patient(visit(THROAT), *signs(hr=None), old, age=40), NOW)
    assert "no pulse" in found.missing


def test_who_it_is_not_for():
    assert "no emergency encounter is open" in compute(patient(visit(klass="AMB")), NOW).summary
    assert "no emergency encounter is open" in compute(patient(visit(status="finished")), NOW).summary
    assert "died" in compute(patient(visit(), deceased=True), NOW).summary
