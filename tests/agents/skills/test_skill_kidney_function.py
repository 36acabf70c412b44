"""CKD-EPI 2021 against physician-checked cases and published calculator results."""

import pytest
from skill_records import NOW, condition, measured, needs_cases, patient, published

from agents.skills.kidney_function import category, ckd_epi_2021, compute

CASES = published("CKD-EPI Equations for Glomerular Filtration Rate")


def test_it_agrees_with_the_published_cases():
    needs_cases(CASES)
    assert len(CASES) >= 8
    for case in CASES:
        entities = case["entities"]
        value, unit = entities["creatinine"]
        record = patient(measured("2160-0", value, unit), age=int(entities["age"][0]), sex=entities["sex"].lower())
        found = compute(record, NOW)
        assert found.values[0].value == pytest.approx(float(case["answer"]), abs=0.1), case["id"]


@pytest.mark.parametrize(
    ("creatinine", "age", "sex", "published_value"),
    [
        (0.8, 70, "male", 95.2),
        (0.8, 70, "female", 79.2),
        (1.2, 55, "male", 71),
        (1.1, 50, "male", 82),
    ],
)
def test_it_agrees_with_results_of_the_kidney_foundations_calculator(creatinine, age, sex, published_value):
    """Results that package documentation quotes from the calculator at kidney.org."""
    found = ckd_epi_2021(creatinine, age, sex)
    assert found == pytest.approx(published_value, abs=0.05 if published_value % 1 else 0.5)


@pytest.mark.parametrize(
    ("rate", "name"),
    [(120, "G1"), (90, "G1"), (89.5, "G1"), (89.4, "G2"), (60, "G2"), (59.4, "G3a"), (45, "G3a"), (44.4, "G3b"),
     (30, "G3b"), (29.4, "G4"), (15, "G4"), (14.4, "G5"), (3, "G5")],
)  # fmt: skip
def test_categories_at_their_limits(rate, name):
    assert category(rate)[0] == name


def test_the_two_forms_meet_at_kappa():
    for sex, kappa in (("female", 0.7), ("male", 0.9)):
        below, above = ckd_epi_2021(kappa - 1e-9, 40, sex), ckd_epi_2021(kappa + 1e-9, 40, sex)
        assert below == pytest.approx(above, rel=1e-6)


def test_both_units_agree_and_the_code_is_standard():
    american = compute(patient(measured("2160-0", 1.0, "mg/dL")), NOW).values[0]
    european = compute(patient(measured("14682-9", 88.4, "umol/L")), NOW).values[0]
    assert american.value == european.value
    assert (american.code, american.unit) == ("98979-8", "mL/min/{1.73_m2}")


@pytest.mark.parametrize(
    ("record", "text"),
    [
        (patient(), "no serum creatinine"),
        (patient(measured("2160-0", 1, "mg/dL"), sex="unknown"), "no sex that the equation has"),
        (patient(measured("2160-0", 1, "mg/dL"), sex="other"), "recorded: other"),
        (patient(measured("2160-0", 1, "mg/dL"), birth_date=None), "no date of birth"),
        (patient(measured("2160-0", 1, "kg")), "no usable serum creatinine: unit kg does not fit"),
        (patient(measured("2160-0", -1, "mg/dL")), "-1 mg/dL is not physiologically possible"),
    ],
)
def test_what_is_missing_is_named(record, text):
    found = compute(record, NOW)
    assert text in found.summary
    assert any(text in item for item in found.missing)
    assert not found.values


def test_children_are_told_that_schwartz_is_not_done():
    found = compute(patient(measured("2160-0", 0.5, "mg/dL"), age=17), NOW)
    assert "bedside Schwartz" in found.summary
    assert compute(patient(measured("2160-0", 0.5, "mg/dL"), age=18), NOW).values


def test_the_newest_creatinine_counts_and_an_old_one_is_flagged():
    new, old = measured("2160-0", 1.0, "mg/dL", 2), measured("2160-0", 3.0, "mg/dL", 50)
    assert compute(patient(old, new), NOW).evidence[0].reference == new.reference
    stale = compute(patient(measured("2160-0", 1.0, "mg/dL", 24 * 400)), NOW)
    assert any("more than a year old" in f.text for f in stale.findings)


def test_dialysis_is_flagged():
    found = compute(patient(measured("2160-0", 6.0, "mg/dL"), condition("46177005")), NOW)
    assert any("on dialysis the estimate does not hold" in f.text for f in found.findings)


def test_a_creatinine_of_childhood_does_not_serve_the_adult():
    old = measured("2160-0", 0.5, "mg/dL", hours_ago=24 * 365 * 3)
    assert compute(patient(old, age=19), NOW).missing == ("no serum creatinine of adult age",)
