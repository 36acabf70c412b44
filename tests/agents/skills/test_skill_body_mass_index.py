"""Body-mass index against physician-checked cases and the table of the US National Heart, Lung and Blood Institute."""

import pytest
from skill_records import NOW, condition, measured, needs_cases, patient, published

from agents.skills.body_mass_index import compute, who_class

CASES = published("Body Mass Index (BMI)")


def body(height, weight, *more, unit=("cm", "kg"), **who):
    return patient(measured("8302-2", height, unit[0]), measured("29463-7", weight, unit[1]), *more, **who)


def test_it_agrees_with_the_published_cases():
    needs_cases(CASES)
    assert len(CASES) >= 7
    for case in CASES:
        (height, tall), (weight, heavy) = case["entities"]["height"], case["entities"]["weight"]
        found = compute(body(height, weight, unit=(tall, heavy)), NOW)
        assert found.values[0].value == pytest.approx(float(case["answer"]), abs=0.011), case["id"]


@pytest.mark.parametrize(
    ("pounds", "index"),
    [(110, 19), (116, 20), (122, 21), (128, 22), (134, 23), (140, 24), (145, 25), (151, 26), (157, 27), (163, 28),
     (169, 29), (174, 30)],
)  # fmt: skip
def test_it_agrees_with_the_row_of_64_inches_of_the_nhlbi_table(pounds, index):
    found = compute(body(64, pounds, unit=("[in_i]", "[lb_av]")), NOW)
    assert round(found.values[0].value) == index


@pytest.mark.parametrize(
    ("index", "words"),
    [(15.99, "severe thinness"), (16.0, "moderate thinness"), (16.99, "moderate thinness"), (17.0, "mild thinness"),
     (18.49, "mild thinness"), (18.5, "normal weight"), (24.99, "normal weight"), (25.0, "pre-obese"),
     (29.99, "pre-obese"), (30.0, "obese, class I"), (34.99, "obese, class I"), (35.0, "obese, class II"),
     (39.99, "obese, class II"), (40.0, "obese, class III")],
)  # fmt: skip
def test_classes_of_the_who_at_their_limits(index, words):
    assert who_class(index) == words


def test_a_reported_index_must_agree():
    apart = compute(body(170, 70, measured("39156-5", 35, "kg/m2")), NOW)
    assert apart.values[0].value == pytest.approx(24.22)
    assert "does not agree" in apart.findings[0].text
    assert not compute(body(170, 70, measured("39156-5", 24.2, "kg/m2")), NOW).findings
    assert compute(patient(measured("39156-5", 31, "kg/m2")), NOW).values[0].interpretation == "obese, class I"


@pytest.mark.parametrize(
    ("who", "words"), [({"age": 19}, "under 20 years"), ({"age": 20}, "normal weight"), ({"birth_date": None}, "age")]
)
def test_only_adults_are_classed(who, words):
    assert words in compute(body(170, 70, **who), NOW).values[0].interpretation


def test_pregnancy_is_not_classed():
    record = body(170, 70, condition("77386006"), age=30, sex="female")
    assert compute(record, NOW).values[0].interpretation == "not classed: pregnant"


def test_what_is_missing_is_named():
    assert compute(patient(), NOW).missing == ("no body height", "no body weight", "no body mass index")
    assert "no usable body weight: unit cm does not fit" in compute(body(170, 70, unit=("cm", "cm")), NOW).missing


def test_a_childs_height_does_not_serve_the_adult():
    old = measured("8302-2", 120, "cm", hours_ago=24 * 365 * 15)
    found = compute(patient(old, measured("29463-7", 70, "kg"), age=25), NOW)
    assert "no body height of adult age" in found.summary
