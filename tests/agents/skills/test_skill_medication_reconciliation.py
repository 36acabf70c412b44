import csv
from dataclasses import replace
from importlib.resources import files

import pytest
from skill_records import NOW, condition, drug, patient, taken

from agents.record import ICD10CM, Allergy, Concept
from agents.skills.medication_reconciliation import compute


def found(*items, **more):
    return compute(patient(*items, **more), NOW)


def test_every_row_of_the_ingredients_is_whole():
    with (files("agents") / "data" / "ingredients.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    names = [row["ingredient"] for row in rows]
    assert len(names) == len(set(names)) >= 80
    codes = [row["rxnorm"] for row in rows if row["rxnorm"]]
    assert len(codes) == len(set(codes))
    for row in rows:
        assert row["source"]
        assert row["atc"]
        assert row["indication_words"]
        assert row["ingredient"] in row["synonyms"].split("|")
        assert row["synonyms"] == row["synonyms"].lower()


@pytest.mark.parametrize(
    ("first", "second", "double"),
    [
        ("Ibuprofen 200 MG Oral Tablet", "Ibuprofen 400 MG Oral Tablet [Ibu]", ["ibuprofen"]),
        ("Lasix 40mg", "10 ML Furosemide 10 MG/ML Injection", ["furosemide"]),
        ("Paracetamol 500 mg", "Acetaminophen 325 MG Oral Tablet [Tylenol]", ["acetaminophen"]),
        ("metFORMIN 500 MG", "24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet", ["metformin"]),
        ("Amoxicillin 250 MG / Clavulanate 125 MG Oral Tablet", "Amoxicillin 500 MG Oral Tablet", ["amoxicillin"]),
        ("24 HR Donepezil 10 MG / Memantine 28 MG", "memantine 10 MG Oral Tablet", ["memantine"]),
        ("24 HR metoprolol succinate 100 MG [Toprol]", "metoprolol tartrate 50 MG Oral Tablet", ["metoprolol"]),
        ("Co-trimoxazole 480 mg", "Trimethoprim 200 mg", ["trimethoprim"]),
        ("Novelamide 5 MG Oral Tablet", "novelamide 10 MG Oral Tablet", ["novelamide"]),
        ("lisinopril 10 MG Oral Tablet", "Captopril 25 MG Oral Tablet", []),
        ("Simvastatin 20 MG Oral Tablet", "Hydrochlorothiazide 25 MG", []),
        ("Penicillin V Potassium 250 MG Oral Tablet", "potassium chloride 600 MG", []),
    ],
)
def test_duplicates_by_ingredient(first, second, double):
    assert list(found(drug(first), drug(second)).data["duplicates"]) == double


def test_two_of_one_group_are_noted():
    groups = found(drug("lisinopril 10 MG Oral Tablet"), drug("Captopril 25 MG Oral Tablet")).data["same_group"]
    assert groups == {"C09AA": ["captopril", "lisinopril"]}


@pytest.mark.parametrize(
    ("name", "problem", "explained"),
    [
        ("lisinopril 10 MG", condition("59621000", "Essential hypertension (disorder)"), True),
        ("lisinopril 10 MG", condition("I10", "", ICD10CM), True),
        ("lisinopril 10 MG", condition("90560007", "Gout"), False),
        ("metformin 500 MG", condition("44054006", "Diabetes"), True),
        ("metformin 500 MG", condition("E11.9", "", ICD10CM), True),
        ("simvastatin 10 MG", condition("55822004", "Hyperlipidemia"), True),
        ("allopurinol 100 MG", condition("90560007", "Gout"), True),
        ("albuterol 0.21 MG/ML", condition("233678006", "Childhood asthma"), True),
        ("novelamide 5 MG", condition("90560007", "Gout"), False),
        ("lisinopril 10 MG", condition("59621000", "Essential hypertension", clinical_status="resolved"), False),
    ],
)
def test_a_problem_explains_a_drug(name, problem, explained):
    assert (found(drug(name), problem).data["without_indication"] == []) is explained


def test_the_reason_of_the_order_is_enough():
    assert found(drug("novelamide 5 MG", reasons=("Condition/9",))).data["without_indication"] == []


def test_as_needed_is_noted():
    outcome = found(drug("Ibuprofen 200 MG", replace(taken(1), as_needed=True)))
    assert outcome.data["as_needed"] == ["ibuprofen"]
    assert "ibuprofen: taken as needed." in [f.text for f in outcome.findings]


def test_an_allergy_to_an_active_drug_is_urgent():
    allergy = Allergy("AllergyIntolerance/1", Concept((), "Allergy to ibuprofen"))
    outcome = found(drug("Ibuprofen 200 MG"), allergies=(allergy,))
    assert (outcome.findings[0].severity, "allergy" in outcome.findings[0].text) == ("urgent", True)


def test_stopped_and_future_orders_do_not_count():
    later = drug("Ibuprofen 200 MG", authored=NOW.replace(year=2025))
    assert "No active medication" in found(drug("Ibuprofen 200 MG", status="completed"), later).summary


def test_an_order_without_name_is_named_by_its_reference():
    nameless = replace(drug("x"), concept=Concept())
    assert found(nameless).missing == (f"no name or known code of {nameless.reference}",)
