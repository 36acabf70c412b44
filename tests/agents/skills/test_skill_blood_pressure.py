"""Classes of ACC/AHA 2017 (table 6) and ESC/ESH 2018 (table 3), at each limit."""

from dataclasses import replace

import pytest
from skill_records import NOW, measured, patient, pressure

from agents.skills.blood_pressure import acc_aha, compute, esc_esh


@pytest.mark.parametrize(
    ("systolic", "diastolic", "words"),
    [(119, 79, "normal"), (120, 79, "elevated"), (129, 79, "elevated"), (130, 79, "stage 1 hypertension"),
     (119, 80, "stage 1 hypertension"), (139, 89, "stage 1 hypertension"), (140, 79, "stage 2 hypertension"),
     (119, 90, "stage 2 hypertension"), (125, 80, "stage 1 hypertension"), (180, 120, "stage 2 hypertension")],
)  # fmt: skip
def test_classes_of_acc_aha(systolic, diastolic, words):
    assert acc_aha(systolic, diastolic) == words
    assert compute(patient(pressure(systolic, diastolic)), NOW).values[0].value == words


@pytest.mark.parametrize(
    ("systolic", "diastolic", "words"),
    [(119, 79, "optimal"), (120, 79, "normal"), (119, 80, "normal"), (129, 84, "normal"), (130, 84, "high normal"),
     (129, 85, "high normal"), (139, 89, "high normal"), (139, 90, "grade 1 hypertension"),
     (159, 99, "grade 1 hypertension"), (160, 99, "grade 2 hypertension"), (159, 100, "grade 2 hypertension"),
     (179, 109, "grade 2 hypertension"), (180, 109, "grade 3 hypertension"), (170, 110, "grade 3 hypertension"),
     (140, 89, "isolated systolic hypertension, grade 1"), (160, 80, "isolated systolic hypertension, grade 2"),
     (185, 80, "isolated systolic hypertension, grade 3")],
)  # fmt: skip
def test_classes_of_esc_esh(systolic, diastolic, words):
    assert esc_esh(systolic, diastolic) == words
    assert compute(patient(pressure(systolic, diastolic)), NOW).values[1].value == words


@pytest.mark.parametrize(("pair", "urgent"), [((180, 120), False), ((181, 90), True), ((150, 121), True)])
def test_a_crisis_is_urgent_above_180_or_120(pair, urgent):
    assert (compute(patient(pressure(*pair)), NOW).findings[0].severity == "urgent") is urgent


def test_the_newest_pair_counts_whatever_its_panel():
    record = patient(pressure(150, 95, 30), pressure(118, 75, 2, panel="55284-4"))
    assert compute(record, NOW).values[0].value == "normal"


def test_single_observations_pair_when_taken_together():
    apart = [measured("8480-6", 150, "mmHg", 2), measured("8462-4", 95, "mmHg", 3)]
    assert compute(patient(*apart), NOW).missing == ("no systolic and diastolic blood pressure taken together",)
    together = [apart[0], replace(apart[1], time=apart[0].time)]
    assert compute(patient(*together), NOW).values[0].value == "stage 2 hypertension"


@pytest.mark.parametrize(
    ("record", "text"),
    [
        (patient(), "no systolic blood pressure, no diastolic blood pressure"),
        (patient(measured("8480-6", 120, "mm[Hg]")), "no diastolic blood pressure"),
        (patient(measured("8480-6", 120, "kg")), "no usable systolic blood pressure: unit kg does not fit"),
        (patient(pressure(80, 120)), "the systolic is not above the diastolic"),
        (patient(pressure(120, 80), birth_date=None), "no date of birth"),
        (patient(pressure(120, 80), age=17), "percentiles are needed"),
    ],
)
def test_what_is_missing_is_named(record, text):
    found = compute(record, NOW)
    assert text in found.summary
    assert not found.values


@pytest.mark.parametrize(("systolic", "urgent"), [(88, True), (90, True), (91, False)])
def test_a_low_pressure_is_not_passed_over_as_normal(systolic, urgent):
    found = compute(patient(observations=(pressure(systolic, 50),)), NOW)
    assert any(f.severity == "urgent" and "NEWS2" in f.text for f in found.findings) == urgent
