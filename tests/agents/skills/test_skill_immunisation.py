"""Vaccines due: each rule of the adult schedule at the ends of its ages, doses and intervals."""

from datetime import timedelta
from importlib.resources import files

import pytest
import yaml
from skill_records import NOW, condition, patient, shot

from agents.skills.immunisation import compute

RULES = yaml.safe_load((files("agents") / "data" / "immunisation.yaml").read_text(encoding="utf-8"))


def due(*items, **who):
    return {s["vaccine"] for s in compute(patient(*items, **who), NOW).data["vaccines"] if s["due"]}


def test_every_rule_is_whole_and_names_its_source():
    for rule in RULES:
        assert rule["source"]
        assert rule["ages"][0] <= rule["ages"][1]
        assert all(step["doses"] >= 1 and step["cvx"] for series in rule["series"] for step in series)


@pytest.mark.parametrize(
    ("vaccine", "ages"),
    [
        ("zoster, recombinant", (49, 50, 90)),
        ("pneumococcal", (49, 50, 90)),
        ("respiratory syncytial virus", (74, 75, 90)),
        ("COVID-19", (64, 65, 90)),
        ("human papillomavirus", (None, 19, 26)),
        ("hepatitis B", (None, 19, 59)),
        ("influenza", (None, 19, 90)),
    ],
)
def test_ages_of_the_schedule(vaccine, ages):
    for age, inside in zip(ages, (False, True, True), strict=True):
        if age is not None:
            assert (vaccine in due(age=age)) is inside, age


@pytest.mark.parametrize(("vaccine", "age"), [("human papillomavirus", 27), ("hepatitis B", 60)])
def test_ages_end(vaccine, age):
    assert vaccine not in due(age=age)


@pytest.mark.parametrize(
    ("vaccine", "doses", "is_due"),
    [
        ("influenza", [shot("140", 300)], False),
        ("influenza", [shot("140", 370)], True),
        ("influenza", [shot("140", None)], True),
        ("influenza", [shot("140", 30, "not-done")], True),
        ("influenza", [shot("140", -3)], True),
        ("tetanus and diphtheria booster", [shot("113", 3640)], False),
        ("tetanus and diphtheria booster", [shot("113", 3660)], True),
        ("tetanus and diphtheria booster", [shot("9", 100)], False),
        ("pertussis (one Tdap)", [shot("113", 100)], True),
        ("pertussis (one Tdap)", [shot("115", 9000)], False),
        ("zoster, recombinant", [shot("187", 400)], True),
        ("zoster, recombinant", [shot("187", 400), shot("187", 200)], False),
        ("zoster, recombinant", [shot("187", 400), shot("187", 400)], True),
        ("zoster, recombinant", [shot("121", 400), shot("121", 200)], True),
        ("pneumococcal", [shot("216", 900)], False),
        ("pneumococcal", [shot("327", 10)], False),
        ("pneumococcal", [shot("215", 900)], True),
        ("pneumococcal", [shot("215", 900), shot("33", 400)], False),
        ("pneumococcal", [shot("133", 900)], True),
        ("pneumococcal", [shot("133", 900), shot("33", 400)], False),
        ("respiratory syncytial virus", [shot("305", 200)], False),
        ("COVID-19", [shot("309", 100)], False),
        ("COVID-19", [shot("208", 900)], True),
    ],
)
def test_doses_and_intervals(vaccine, doses, is_due):
    assert (vaccine in due(*doses, age=78)) is is_due


def test_polysaccharide_before_65_does_not_end_the_pneumococcal_series():
    assert "pneumococcal" in due(shot("133", 900), shot("33", 400), age=60)


def test_hpv_needs_two_doses_when_begun_before_15_and_three_after():
    years = 365.25
    early = [shot("62", 10 * years), shot("62", 9 * years)]
    late = [shot("165", 3 * years), shot("165", 2 * years)]
    assert "human papillomavirus" not in due(*early, age=22)
    assert "human papillomavirus" in due(*late, age=22)
    assert "human papillomavirus" not in due(*late, shot("165", years), age=22)


@pytest.mark.parametrize(
    ("vaccine", "age", "is_due"),
    [("measles, mumps and rubella", 67, True), ("measles, mumps and rubella", 68, False), ("varicella", 44, True),
     ("varicella", 45, False)],
)  # fmt: skip
def test_years_of_birth(vaccine, age, is_due):
    assert (vaccine in due(age=age)) is is_due


def test_some_wait_in_pregnancy():
    expecting = condition("77386006", onset=NOW - timedelta(days=90))
    outcome = compute(patient(expecting, age=25, sex="female"), NOW)
    assert "measles, mumps and rubella" not in due(expecting, age=25, sex="female")
    assert any("due, but not in pregnancy" in f.text for f in outcome.findings)
    assert "influenza" in due(expecting, age=25, sex="female")


def test_who_it_is_not_for():
    assert "childhood schedule is not done" in compute(patient(age=18), NOW).summary
    assert "died" in compute(patient(deceased=True), NOW).summary
    assert compute(patient(birth_date=None), NOW).summary == "Immunisation not computable: no date of birth."
