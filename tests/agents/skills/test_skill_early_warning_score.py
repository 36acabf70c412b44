"""NEWS2 against every cell of the chart of the Royal College of Physicians (2017)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from skill_records import NOW, coded, condition, measured, patient, pressure

from agents.record import ICD10CM, SNOMED, Coding, Component, Concept, Observation, Quantity
from agents.skills.early_warning_score import compute

NORMAL = {"rr": 16, "spo2": 97, "sbp": 120, "hr": 70, "temp": 37.0, "flow": 0.0, "acvpu": "248234008"}


def signs(**change):
    v = {**NORMAL, **change}
    made = {
        "rr": lambda x: measured("9279-1", x, "/min"),
        "spo2": lambda x: measured("59408-5", x, "%"),
        "sbp": lambda x: measured("8480-6", x, "mm[Hg]"),
        "hr": lambda x: measured("8867-4", x, "/min"),
        "temp": lambda x: measured("8310-5", x, "Cel"),
        "flow": lambda x: measured("3151-8", x, "L/min"),
        "acvpu": lambda x: coded("67775-7", x),
    }
    return [made[name](value) for name, value in v.items() if value is not None]


def score(*items, **change):
    return compute(patient(*signs(**change), *items), NOW)


HYPERCAPNIC = condition("J96.12", "Chronic respiratory failure with hypercapnia", ICD10CM)


@pytest.mark.parametrize(
    ("sign", "cells"),
    [
        ("rr", {3: (4, 8), 1: (9, 11), 0: (12, 20), 2: (21, 24)}),
        ("rr", {3: (25, 60)}),
        ("spo2", {3: (70, 91), 2: (92, 93), 1: (94, 95), 0: (96, 100)}),
        ("sbp", {3: (50, 90), 2: (91, 100), 1: (101, 110), 0: (111, 219)}),
        ("sbp", {3: (220, 300)}),
        ("hr", {3: (20, 40), 1: (41, 50), 0: (51, 90), 2: (111, 130)}),
        ("hr", {1: (91, 110), 3: (131, 220)}),
        ("temp", {3: (33.0, 35.0), 1: (35.1, 36.0), 0: (36.1, 38.0), 2: (39.1, 42.0)}),
        ("temp", {1: (38.1, 39.0)}),
    ],
)
def test_every_cell_of_the_chart_at_both_its_ends(sign, cells):
    for points, ends in cells.items():
        for value in ends:
            assert score(**{sign: value}).values[0].value == points, (sign, value)


@pytest.mark.parametrize(
    ("spo2", "on_air", "on_oxygen"),
    [(83, 3, 3), (84, 2, 2), (85, 2, 2), (86, 1, 1), (87, 1, 1), (88, 0, 0), (92, 0, 0), (93, 0, 1), (94, 0, 1),
     (95, 0, 2), (96, 0, 2), (97, 0, 3), (100, 0, 3)],
)  # fmt: skip
def test_scale_2_of_the_chart(spo2, on_air, on_oxygen):
    air, oxygen = score(HYPERCAPNIC, spo2=spo2), score(HYPERCAPNIC, spo2=spo2, flow=2)
    assert air.data["spo2_scale"] == oxygen.data["spo2_scale"] == 2
    assert air.values[0].value == on_air
    assert oxygen.values[0].value == on_oxygen + 2


@pytest.mark.parametrize(
    ("answer", "points"),
    [("248234008", 0), ("130987000", 3), ("300202002", 3), ("450847001", 3), ("422768004", 3), ("Alert", 0),
     ("New confusion", 3), ("Responds to voice", 3), ("Responds to pain", 3), ("Unresponsive", 3), ("A", 0), ("U", 3)],
)  # fmt: skip
def test_consciousness_by_code_and_by_word(answer, points):
    assert score(acvpu=answer).values[0].value == points


@pytest.mark.parametrize(("coma", "points"), [(15, 0), (14, 3), (3, 3)])
def test_the_coma_score_maps_to_alert_only_at_15(coma, points):
    assert score(measured("9269-2", coma, "{score}"), acvpu=None).values[0].value == points


@pytest.mark.parametrize("answer", ["not alert", "Alert, no pain", "Alert but confused", "sleepy", "No new confusion"])
def test_an_answer_that_is_not_plainly_one_of_acvpu_is_not_guessed(answer):
    found = score(acvpu=answer)
    assert found.missing == ("no usable level of consciousness: the answer is not one of ACVPU",)


@pytest.mark.parametrize(
    ("change", "total", "band"),
    [
        ({}, 0, "low"),
        ({"rr": 21, "hr": 95, "temp": 38.5}, 4, "low"),
        ({"rr": 25}, 3, "low-medium"),
        ({"rr": 21, "hr": 95, "flow": 2}, 5, "medium"),
        ({"rr": 25, "hr": 95, "flow": 2}, 6, "medium"),
        ({"rr": 25, "spo2": 93, "flow": 2}, 7, "high"),
        ({"rr": 28, "spo2": 92, "flow": 4, "temp": 38.5, "sbp": 95, "hr": 120, "acvpu": "300202002"}, 15, "high"),
        ({"rr": 25, "spo2": 90, "flow": 4, "temp": 34.9, "sbp": 85, "hr": 135, "acvpu": "422768004"}, 20, "high"),
    ],
)
def test_aggregate_and_band(change, total, band):
    found = score(**change)
    assert (found.values[0].value, found.data["band"]) == (total, band)
    assert found.values[0].code == "1104051000000101"
    assert found.missing == ()
    assert len(found.evidence) == 7


def test_the_observations_of_a_published_uk_example_are_read_by_their_snomed_codes():
    """UK Core sends NEWS2 with these codes; by the chart the example's values make 2 + 1 + 2 = 5."""
    made = [
        measured("86290005", 21, "/min", system=SNOMED),
        measured("103228002", 93, "%", system=SNOMED),
        measured("364075005", 95, "/min", system=SNOMED),
        measured("276885007", 37.5, "Cel", system=SNOMED),
        coded("1104441000000107", "248234008", system=SNOMED),
        Observation("Observation/air", Concept((Coding(SNOMED, "722742002"),)), NOW - timedelta(hours=1)),
        Observation("Observation/bp", Concept((Coding(SNOMED, "75367002"),)), NOW - timedelta(hours=1),
                    components=(Component(Concept((Coding(SNOMED, "72313002"),)), Quantity(120, "mm[Hg]")),)),
    ]  # fmt: skip
    assert compute(patient(*made), NOW).values[0].value == 5


def test_other_units_and_spellings_give_the_same_score():
    made = [
        measured("9279-1", 16, "breaths/minute"),
        measured("59408-5", 0.97, "1"),
        measured("8480-6", 16.0, "kPa"),
        measured("8867-4", 70, "bpm"),
        measured("8331-1", 101.3, "[degF]"),
        measured("3150-6", 28, "%"),
        coded("80288-4", "Alert"),
    ]
    assert compute(patient(*made), NOW).data["points"]["temperature"] == 1
    assert compute(patient(*made), NOW).values[0].value == 3


def test_fahrenheit_falls_on_the_chart_without_a_rounding_slip():
    assert score(measured("8310-5", 100.4, "[degF]"), temp=None).values[0].value == 0
    assert score(measured("8310-5", 100.6, "[degF]"), temp=None).values[0].value == 1


@pytest.mark.parametrize(
    ("absent", "text"),
    [
        ("rr", "no respiratory rate"),
        ("spo2", "no oxygen saturation"),
        ("sbp", "no systolic blood pressure"),
        ("hr", "no pulse"),
        ("temp", "no body temperature"),
        ("flow", "no statement of air or supplemental oxygen"),
        ("acvpu", "no level of consciousness"),
    ],
)
def test_each_missing_input_is_named(absent, text):
    found = score(**{absent: None})
    assert found.missing == (text,)
    assert found.summary == f"NEWS2 not computable: {text}."
    assert not found.values
    assert not found.computable


def test_what_is_there_already_warns():
    found = score(rr=None, spo2=85)
    assert found.findings[0].severity == "urgent"
    assert "already score 3" in found.findings[0].text


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (measured("59408-5", 140, "%"), "no usable oxygen saturation: 140 % is not physiologically possible"),
        (measured("59408-5", 97, "kg"), "no usable oxygen saturation: unit kg does not fit"),
        (measured("59408-5", 97, ""), "no usable oxygen saturation: there is no unit"),
        (measured("59408-5", 97, "%", status="entered-in-error"), "no oxygen saturation"),
        (measured("59408-5", 97, "%", hours_ago=-1), "no oxygen saturation"),
        (measured("59408-5", 97, "%", time=None), "no oxygen saturation"),
    ],
)
def test_what_cannot_be_used_is_named(made, text):
    assert score(made, spo2=None).missing == (text,)


@pytest.mark.parametrize(("hours", "known"), [(24.9, True), (25.1, False)])
def test_a_vital_sign_is_stale_a_day_before_the_newest(hours, known):
    found = score(measured("8867-4", 70, "/min", hours_ago=hours), hr=None)
    assert bool(found.values) is known
    if not known:
        assert found.missing[0].startswith("no recent pulse: the newest is of 2024-06-14")


def test_an_impossible_new_value_gives_way_to_the_one_before_and_is_named():
    found = score(measured("8867-4", 900, "/min", hours_ago=0.5))
    assert found.values[0].value == 0
    assert any("900 /min is not physiologically possible" in f.text for f in found.findings)


def test_scale_2_is_never_guessed():
    for other in (
        condition("13645005", "Chronic obstructive pulmonary disease"),
        condition(label="History of hypercapnic respiratory failure"),
        replace(HYPERCAPNIC, verification_status="provisional"),
        replace(HYPERCAPNIC, clinical_status="resolved"),
    ):
        assert score(other, spo2=90).data["spo2_scale"] == 1


def test_a_prescribed_target_calls_for_scale_2():
    target = replace(coded("852641000000103", "88-92 %", system=SNOMED), text="88-92 %")
    assert score(target, spo2=90).data["spo2_scale"] == 2


def test_it_is_for_adults_who_are_not_pregnant():
    assert "under 16 years" in compute(patient(*signs(), age=15), NOW).summary
    assert compute(patient(*signs(), age=16), NOW).values
    expecting = condition("72892002", "Normal pregnancy", onset=NOW - timedelta(days=100))
    assert compute(patient(*signs(), expecting, age=30, sex="female"), NOW).summary.endswith("pregnant.")
    over = condition("72892002", "Normal pregnancy", onset=NOW - timedelta(days=400))
    assert compute(patient(*signs(), over, age=30, sex="female"), NOW).values
    assert compute(patient(*signs(), birth_date=None), NOW).missing == ("no date of birth",)


def test_the_systolic_part_of_a_panel_is_read():
    for panel in ("85354-9", "55284-4"):
        assert score(pressure(95, 60, panel=panel), sbp=None).values[0].value == 2


def test_a_newer_unclear_answer_is_not_replaced_by_an_older_clear_one():
    found = score(coded("67775-7", "248234008", 5), coded("67775-7", "sleepy", 0.5), acvpu=None)
    assert found.missing == ("no usable level of consciousness: the answer is not one of ACVPU",)


def test_the_newer_of_coma_score_and_answer_counts():
    assert score(measured("9269-2", 13, "{score}", 0.5)).values[0].value == 3
    assert score(measured("9269-2", 13, "{score}", 5)).values[0].value == 0


def test_consciousness_days_after_the_signs_makes_them_stale():
    made = [measured("9279-1", 16, "/min", 80), measured("8867-4", 70, "/min", 80), coded("67775-7", "248234008", 1)]
    assert all(text.startswith("no ") for text in compute(patient(*made), NOW).missing)
    assert any(text.startswith("no recent pulse") for text in compute(patient(*made), NOW).missing)
