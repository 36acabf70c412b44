from datetime import timedelta

from skill_records import NOW, concept, condition, done, drug, measured, patient, pressure, taken, visit

from agents.record import SNOMED, Allergy, Concept
from agents.skills.discharge_summary import compute

WHOLE = [
    measured("9279-1", 16, "/min"),
    measured("59408-5", 97, "%"),
    pressure(125, 75),
    measured("8867-4", 70, "/min"),
    measured("8310-5", 37, "Cel"),
    condition("59621000", "Essential hypertension"),
    drug("lisinopril 10 MG Oral Tablet", taken(1)),
    visit(concept("29857009", SNOMED, "Chest pain"), klass="IMP"),
]
ALLERGY = Allergy("AllergyIntolerance/1", Concept((), "No known allergies"))


def test_a_whole_record_leaves_only_what_no_record_holds():
    found = compute(patient(*WHOLE, allergies=(ALLERGY,)), NOW)
    assert found.data["checklist"] == ["instructions for the patient and follow-up appointment"]
    assert found.missing == ()
    assert found.data["reasons"] == ["Chest pain"]
    assert [p["name"] for p in found.data["problems"]] == ["Essential hypertension"]
    assert found.data["vital_signs"][0]["name"] == "respiratory rate"


def test_what_is_missing_is_on_the_checklist():
    found = compute(patient(visit(klass="IMP")), NOW)
    assert found.missing == (
        "no reason of the encounter",
        "no active problems",
        "no allergies or statement that there are none",
        "no vital signs in the last 24 h",
    )
    assert "pulse is missing in the last 24 h" in found.data["checklist"]


def test_duplicates_and_unexplained_drugs_are_flagged():
    more = [drug("Zestril 20 MG Oral Tablet"), drug("Allopurinol 100 MG Oral Tablet")]
    found = compute(patient(*WHOLE, *more, allergies=(ALLERGY,)), NOW)
    assert "duplicate order of lisinopril" in found.data["checklist"]
    assert "indication of allopurinol" in found.data["checklist"]
    assert [m["duplicate"] for m in found.data["medications"]].count(True) == 2


def test_only_procedures_and_results_of_this_encounter_count():
    inside, before = done("415070008", 0.05), done("73761001", 30)
    sodium, old = measured("2951-2", 140, "mmol/L", 1), measured("2951-2", 130, "mmol/L", 90)
    found = compute(patient(*WHOLE, inside, before, sodium, old), NOW)
    assert [p["reference"] for p in found.data["procedures"]] == [inside.reference]
    assert [r["value"] for r in found.data["results"]] == [140]


def test_what_is_pending_is_listed():
    waiting = [
        measured("600-7", 0, "1", status="registered"),
        done("40701008", 0, status="in-progress"),
        drug("novelamide 5 MG", status="draft"),
    ]
    found = compute(patient(*WHOLE, *waiting), NOW)
    assert {item["status"] for item in found.data["pending"]} == {"registered", "in-progress", "draft"}
    assert sum(text.startswith("pending: ") for text in found.data["checklist"]) == 3


def test_it_needs_an_open_encounter():
    for record in (patient(), patient(visit(status="finished")), patient(visit(status="planned"))):
        assert compute(record, NOW).summary == "Discharge summary not applicable: no encounter is open."
    assert "no encounter" in compute(patient(visit()), NOW - timedelta(days=2)).summary
