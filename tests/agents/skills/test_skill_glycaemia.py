"""HbA1c against the NGSP/IFCC table and the average glucose of the ADAG study; ADA classes at their limits."""

import pytest
from skill_records import NOW, condition, measured, patient

from agents.skills.glycaemia import compute, fasting_class, hba1c_class


@pytest.mark.parametrize(
    ("percent", "ifcc"),
    [(4, 20), (5, 31), (6, 42), (6.5, 48), (7, 53), (7.5, 58), (8, 64), (9, 75), (10, 86), (11, 97), (12, 108)],
)
def test_it_agrees_with_the_ngsp_table(percent, ifcc):
    values = compute(patient(measured("4548-4", percent, "%")), NOW).values
    assert abs(values[1].value - ifcc) <= (1 if percent == 6.5 else 0)
    back = compute(patient(measured("59261-8", ifcc, "mmol/mol")), NOW).values
    assert back[0].value == pytest.approx(percent, abs=0.05)


@pytest.mark.parametrize(
    ("percent", "glucose"), [(5, 97), (6, 126), (7, 154), (8, 183), (9, 212), (10, 240), (11, 269), (12, 298)]
)
def test_it_agrees_with_the_average_glucose_of_nathan_2008(percent, glucose):
    assert compute(patient(measured("4548-4", percent, "%")), NOW).values[2].value == glucose


@pytest.mark.parametrize(
    ("percent", "place"),
    [(5.6, "below"), (5.7, "range of prediabetes"), (6.4, "range of prediabetes"), (6.5, "range of diabetes")],
)
def test_hba1c_limits(percent, place):
    assert hba1c_class(percent).startswith(place)


@pytest.mark.parametrize(
    ("ifcc", "place"), [(38, "below"), (39, "range of pre"), (47, "range of pre"), (48, "range of dia")]
)
def test_hba1c_limits_in_mmol_per_mol(ifcc, place):
    assert compute(patient(measured("59261-8", ifcc, "mmol/mol")), NOW).data["class"].startswith(place)


@pytest.mark.parametrize(
    ("glucose", "place"),
    [(99, "below"), (100, "range of prediabetes"), (125, "range of prediabetes"), (126, "range of diabetes")],
)
def test_fasting_glucose_limits(glucose, place):
    assert fasting_class(glucose).startswith(place)


@pytest.mark.parametrize(
    ("molar", "place"), [(5.5, "below"), (5.6, "range of pre"), (6.9, "range of pre"), (7.0, "range of dia")]
)
def test_fasting_glucose_limits_in_mmol(molar, place):
    assert compute(patient(measured("14771-0", molar, "mmol/L")), NOW).data["class"].startswith(place)


def test_a_random_glucose_is_not_classed():
    found = compute(patient(measured("2339-0", 250, "mg/dL")), NOW)
    assert found.missing == ("no HbA1c", "no fasting glucose")
    assert found.summary == "Glycaemia not computable: no HbA1c, no fasting glucose."


def test_known_diabetes_is_held_against_its_goal():
    for percent, words in ((6.9, "within"), (7.0, "above")):
        found = compute(patient(measured("4548-4", percent, "%"), condition("44054006")), NOW)
        assert found.values[0].interpretation.startswith(words)
        assert not found.findings
    new = compute(patient(measured("4548-4", 7, "%")), NOW)
    assert "confirm with a second test" in new.findings[0].text


def test_a_unit_that_does_not_fit_is_named():
    found = compute(patient(measured("4548-4", 7, "mg/dL")), NOW)
    assert "no usable HbA1c: unit mg/dL does not fit" in found.missing
