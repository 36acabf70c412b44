"""Screening: each recommendation at the ends of its ages and of its interval."""

from importlib.resources import files

import pytest
import yaml
from skill_records import NOW, coded, condition, done, measured, patient

from agents.record import SNOMED
from agents.skills.screening import compute

RULES = yaml.safe_load((files("agents") / "data" / "screening.yaml").read_text(encoding="utf-8"))
GROUPS = yaml.safe_load((files("agents") / "data" / "condition_groups.yaml").read_text(encoding="utf-8"))


def overdue(*items, **who):
    return {s["rule"] for s in compute(patient(*items, **who), NOW).data["rules"] if s["overdue"]}


def applies(*items, **who):
    return {s["rule"] for s in compute(patient(*items, **who), NOW).data["rules"]}


def test_every_rule_is_whole_and_names_its_source():
    names = {group["name"] for group in GROUPS}
    for rule in RULES:
        assert rule["source"]
        assert rule["ages"][0] < rule["ages"][1]
        assert set(rule.get("excludes", [])) | set(rule.get("needs", [])) <= names
        assert all(any(key in test for key in ("snomed", "loinc", "cpt")) for test in rule["tests"])


@pytest.mark.parametrize(
    ("rule", "sex", "ages"),
    [
        ("colorectal cancer", "male", (44, 45, 75, 76)),
        ("breast cancer", "female", (39, 40, 74, 75)),
        ("cervical cancer", "female", (20, 21, 65, 66)),
        ("hepatitis C", "male", (None, 18, 79, 80)),
        ("HIV infection", "male", (None, 18, 65, 66)),
        ("osteoporosis", "female", (64, 65, 100, None)),
        ("high blood pressure, from 40 years", "male", (39, 40, 100, None)),
        ("high blood pressure, 18 to 39 years", "male", (None, 18, 39, 40)),
    ],
)
def test_ages_of_the_recommendations(rule, sex, ages):
    for age, inside in zip(ages, (False, True, True, False), strict=True):
        if age is not None:
            assert (rule in applies(age=age, sex=sex)) is inside, age


@pytest.mark.parametrize(
    ("rule", "code", "months", "who"),
    [
        ("colorectal cancer", "73761001", 120, {"age": 60}),
        ("colorectal cancer", "44441009", 60, {"age": 60}),
        ("colorectal cancer", "1015401000000102", 12, {"age": 60}),
        ("breast cancer", "24623002", 24, {"age": 60, "sex": "female"}),
        ("cervical cancer", "90226004", 36, {"age": 40, "sex": "female"}),
    ],
)
def test_a_test_lasts_its_interval(rule, code, months, who):
    days = months * 30.4375
    assert rule not in overdue(done(code, days - 3), **who)
    assert rule in overdue(done(code, days + 3), **who)
    assert rule in overdue(done(code, 5, status="not-done"), **who)
    assert rule in overdue(done(code, -5), **who)


def test_hpv_testing_counts_from_30_years():
    hpv = measured("21440-3", 0, "1", hours_ago=24 * 1500)
    assert "cervical cancer" not in overdue(hpv, age=40, sex="female")
    assert "cervical cancer" in overdue(hpv, age=29, sex="female")


def test_one_bone_densitometry_is_enough():
    assert "osteoporosis" not in overdue(done("312681000", 4000), age=80, sex="female")


@pytest.mark.parametrize(
    ("rule", "excluded", "who"),
    [
        ("colorectal cancer", condition("363406005", clinical_status="resolved"), {"age": 60}),
        ("breast cancer", condition("254837009"), {"age": 60, "sex": "female"}),
        ("cervical cancer", done("116140006", 900), {"age": 50, "sex": "female"}),
        ("high blood pressure, from 40 years", condition("59621000"), {"age": 60}),
        ("osteoporosis", condition("64859006"), {"age": 70, "sex": "female"}),
    ],
)
def test_who_has_the_disease_is_not_screened(rule, excluded, who):
    assert rule in applies(**who)
    assert rule not in applies(excluded, **who)


DIABETIC = ["diabetic eye disease", "diabetic foot disease", "diabetic kidney disease", "glycaemic control in diabetes"]


@pytest.mark.parametrize("rule", DIABETIC)
def test_diabetes_brings_its_own(rule):
    assert rule in overdue(condition("44054006"))
    assert rule not in applies()


def test_an_observation_counts_as_done():
    ratio = measured("14959-1", 20, "mg/g", hours_ago=24 * 100)
    assert "diabetic kidney disease" not in overdue(condition("44054006"), ratio)


def test_diabetes_screening_needs_the_body_mass_index():
    name = "prediabetes and type 2 diabetes"
    assert f"no body mass index, needed for {name}" in compute(patient(age=50), NOW).missing
    assert name in overdue(measured("39156-5", 25, "kg/m2"), age=50)
    assert name not in applies(measured("39156-5", 24.9, "kg/m2"), age=50)
    assert name not in overdue(measured("39156-5", 31, "kg/m2"), measured("4548-4", 5.5, "%", 24 * 1000), age=50)


def test_smoking_is_asked_for_and_never_guessed():
    never, former, current = (coded("72166-2", c) for c in ("266919005", "8517006", "449868002"))
    pack_years = measured("401201003", 30, "1", system=SNOMED)
    unknown = compute(patient(age=70), NOW).missing
    assert "no smoking status, needed for lung cancer" in unknown
    assert "no smoking status, needed for abdominal aortic aneurysm" in unknown
    assert not {"lung cancer", "abdominal aortic aneurysm"} & applies(never, age=70)
    assert "abdominal aortic aneurysm" in overdue(former, age=70)
    assert "no pack-years of smoking, needed for lung cancer" in compute(patient(current, age=70), NOW).missing
    assert "lung cancer" in overdue(current, pack_years, age=70)
    lacking = compute(patient(former, pack_years, age=70), NOW).missing
    assert "no date of quitting smoking, needed for lung cancer" in lacking
    assert "lung cancer" not in applies(current, measured("8664-5", 19, "1"), age=70)


def test_an_unknown_sex_is_named():
    assert any("no sex that the rule has" in text for text in compute(patient(sex="unknown"), NOW).missing)


def test_who_it_is_not_for():
    assert "died" in compute(patient(deceased=True), NOW).summary
    assert "under 18" in compute(patient(age=17), NOW).summary
    assert compute(patient(birth_date=None), NOW).missing == ("no date of birth",)


def test_the_finding_names_the_source_and_the_last_time():
    texts = [f.text for f in compute(patient(done("73761001", 4000)), NOW).findings]
    assert any("colorectal cancer: overdue since 2023-07-" in t and "USPSTF" in t for t in texts)
