"""Lipids: Friedewald against published cases, ATP III classes at their limits, PREVENT against its paper."""

from dataclasses import replace

import pytest
from skill_records import NOW, coded, condition, drug, measured, needs_cases, patient, pressure, published

from agents.skills.cardiovascular_risk import Profile, prevent_ascvd
from agents.skills.lipids import compute, friedewald

CASES = published("LDL Calculated")


def panel(total=None, hdl=None, triglycerides=None, ldl=None, unit="mg/dL"):
    codes = {"2093-3": total, "2085-9": hdl, "2571-8": triglycerides, "18262-6": ldl}
    return [measured(code, value, unit) for code, value in codes.items() if value is not None]


def value(found, name):
    return next(v for v in found.values if v.name == name)


def test_it_agrees_with_the_published_cases():
    needs_cases(CASES)
    for case in CASES:
        e = case["entities"]
        made = panel(e["Total cholesterol"][0], e["high-density lipoprotein cholesterol"][0], e["Triglycerides"][0])
        found = value(compute(patient(*made), NOW), "LDL cholesterol (calculated)")
        assert found.value == pytest.approx(float(case["answer"]), abs=0.06), case["id"]
        assert found.code == "13457-7"


@pytest.mark.parametrize(
    ("total", "hdl", "triglycerides", "ldl"),
    [(200, 50, 150, 120), (250, 60, 200, 150), (220, 45, 175, 140), (250, 40, 210, 168), (400, 100, 300, 240)],
)
def test_friedewald_agrees_with_worked_examples(total, hdl, triglycerides, ldl):
    assert friedewald(total, hdl, triglycerides) == pytest.approx(ldl)


@pytest.mark.parametrize(("triglycerides", "known"), [(399, True), (400, False)])
def test_friedewald_stops_at_400(triglycerides, known):
    found = compute(patient(*panel(250, 40, triglycerides)), NOW)
    assert any(v.name.startswith("LDL") for v in found.values) is known
    if not known:
        assert any("Friedewald's formula does not hold" in text for text in found.missing)


@pytest.mark.parametrize(
    ("name", "key", "amount", "words"),
    [
        ("LDL cholesterol class", "ldl", 99, "optimal"),
        ("LDL cholesterol class", "ldl", 100, "near optimal"),
        ("LDL cholesterol class", "ldl", 129, "near optimal"),
        ("LDL cholesterol class", "ldl", 130, "borderline high"),
        ("LDL cholesterol class", "ldl", 159, "borderline high"),
        ("LDL cholesterol class", "ldl", 160, "high"),
        ("LDL cholesterol class", "ldl", 189, "high"),
        ("LDL cholesterol class", "ldl", 190, "very high"),
        ("total cholesterol class", "total", 199, "desirable"),
        ("total cholesterol class", "total", 200, "borderline high"),
        ("total cholesterol class", "total", 239, "borderline high"),
        ("total cholesterol class", "total", 240, "high"),
        ("HDL cholesterol class", "hdl", 39, "low"),
        ("HDL cholesterol class", "hdl", 40, "neither low nor high"),
        ("HDL cholesterol class", "hdl", 60, "high (protective)"),
        ("triglycerides class", "triglycerides", 149, "normal"),
        ("triglycerides class", "triglycerides", 150, "borderline high"),
        ("triglycerides class", "triglycerides", 200, "high"),
        ("triglycerides class", "triglycerides", 499, "high"),
        ("triglycerides class", "triglycerides", 500, "very high"),
    ],
)
def test_classes_of_atp_iii_at_their_limits(name, key, amount, words):
    assert value(compute(patient(*panel(**{key: amount})), NOW), name).value == words


def test_molar_units_give_the_same_classes():
    found = compute(patient(*panel(5.2, 1.3, 1.5, unit="mmol/L")), NOW)
    assert value(found, "LDL cholesterol (calculated)").value == pytest.approx(124.2, abs=0.3)
    assert value(found, "non-HDL cholesterol").value == pytest.approx(150.8, abs=0.1)
    assert value(found, "total cholesterol class").value == "borderline high"


def test_an_older_part_is_not_mixed_in():
    found = compute(patient(*panel(200, 50), measured("2571-8", 150, "mg/dL", 24 * 40)), NOW)
    assert any(text.startswith("no recent triglycerides") for text in found.missing)
    assert not any(v.name.startswith("LDL") for v in found.values)


def test_what_is_missing_is_named():
    assert compute(patient(), NOW).missing[:3] == ("no total cholesterol", "no HDL cholesterol", "no triglycerides")
    assert "under 20 years" in compute(patient(*panel(200, 50, 100), age=15), NOW).summary


def test_prevent_agrees_with_the_example_of_its_paper():
    """Woman of 50, cholesterol 200, HDL 45, treated pressure of 160, diabetes, no smoking, GFR 90: 9.2 %."""
    profile = Profile("female", 50, 200, 45, 160, 90, diabetes=True, treated=True)
    assert prevent_ascvd(profile) == pytest.approx(9.2, abs=0.05)


@pytest.mark.parametrize("sex", ["female", "male"])
def test_prevent_rises_with_each_risk(sex):
    base = Profile(sex, 55, 200, 50, 125, 90)
    for worse in (
        {"age": 60}, {"total": 240}, {"hdl": 35}, {"systolic": 150}, {"rate": 40}, {"diabetes": True}, {"smoker": True}
    ):  # fmt: skip
        assert prevent_ascvd(replace(base, **worse)) > prevent_ascvd(base), worse


def test_the_risk_needs_every_input():
    known = [pressure(160, 90), measured("2160-0", 0.8, "mg/dL"), coded("72166-2", "266919005")]
    made = panel(200, 45, 150)
    more = [condition("44054006", "Diabetes"), drug("lisinopril 10 MG Oral Tablet")]
    found = compute(patient(*made, *known, *more, age=50, sex="female"), NOW)
    assert value(found, "10-year ASCVD risk (PREVENT)").value == pytest.approx(9.2, abs=0.2)
    for absent, text in (
        (known[0], "no systolic blood pressure"),
        (known[1], "no serum creatinine"),
        (known[2], "no smoking status"),
    ):
        items = [item for item in [*made, *known, *more] if item is not absent]
        lacking = compute(patient(*items, age=50, sex="female"), NOW)
        assert f"{text} (for the ten-year risk)" in lacking.missing


def test_the_risk_is_for_those_without_the_disease_and_inside_its_range():
    known = [pressure(130, 80), measured("2160-0", 0.8, "mg/dL"), coded("72166-2", "266919005"), *panel(200, 45, 150)]
    ill = compute(patient(*known, condition("22298006", "Myocardial infarction"), age=50), NOW)
    assert not any("risk" in v.name for v in ill.values)
    for age, inside in ((29, False), (30, True), (79, True), (80, False)):
        found = compute(patient(*known, age=age), NOW)
        assert any("risk" in v.name for v in found.values) is inside
