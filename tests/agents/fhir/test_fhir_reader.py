"""Reading whole inputs: hand-written bundles and ndjson, references, duplicates, privacy."""

import json
from dataclasses import asdict
from datetime import UTC, date, datetime

import pytest

from agents.errors import InputError
from agents.fhir import read
from agents.record import LOINC, SNOMED, Quantity

NOW = datetime(2024, 5, 3, tzinfo=UTC)


@pytest.fixture
def emergency(fixtures):
    return read(fixtures / "emergency.json", now=NOW)


@pytest.fixture
def others(fixtures):
    return read([fixtures / "other_systems.ndjson"], now=NOW)


def only(fhir_input):
    (record,) = fhir_input.records.values()
    return record


def test_a_patient_keeps_what_is_computed_with_and_nothing_that_names_her(emergency, make):
    record = only(emergency)
    assert record.reference == "Patient/0b0e8f5e-3a55-4d0e-9f57-6f1f7a1f0001"
    assert (record.birth_date, record.sex, record.language) == (date(1951, 1, 1), "male", "de-CH")
    assert not any(secret in str(asdict(record)) for secret in make["secrets"])


def test_vitals_keep_value_unit_and_time_whatever_their_shape(emergency):
    record = only(emergency)
    (rate,) = record.find(SNOMED, ["86290005"])
    assert rate.quantity == Quantity(21.0, "/min")
    assert rate.time == datetime(2024, 5, 2, 6, 20, tzinfo=UTC)
    (oxygen,) = record.find(LOINC, ["59408-5"])
    assert oxygen.time == datetime(2024, 5, 2, 6, 20, 0, 123000, tzinfo=UTC)
    (heart,) = record.find(LOINC, ["8867-4"])
    assert heart.time == datetime(2024, 5, 2, 6, 20, tzinfo=UTC)
    (heat,) = record.find(LOINC, ["8310-5"])
    assert heat.quantity == Quantity(101.3, "[degF]")
    assert heat.time == datetime(2024, 5, 2, 8, 20, tzinfo=UTC), "without a zone it is UTC"
    (alert,) = record.find(LOINC, ["80288-4"])
    assert alert.coded.has(SNOMED, ["248234008"])


def test_a_component_with_a_data_absent_reason_has_no_value(emergency):
    (pressure,) = only(emergency).find(LOINC, ["85354-9"])
    systolic, diastolic = pressure.components
    assert systolic.quantity == Quantity(98.0, "mm[Hg]")
    assert diastolic.quantity is None


def test_a_bound_is_a_text_not_a_number(emergency):
    (troponin,) = only(emergency).find(LOINC, ["30313-1"])
    assert troponin.quantity is None
    assert troponin.text == "<5 ng/L"


def test_entered_in_error_is_passed_over_and_counted(emergency):
    assert emergency.passed_over["entered-in-error"] == 1
    assert not any(o.concept.text == "Wrong patient" for o in only(emergency).observations)


def test_the_zone_is_the_active_location_found_by_its_identifier(emergency):
    (stay,) = only(emergency).encounters
    assert stay.zone == "emergency-department-bay-4"
    assert (stay.class_code, stay.priority, stay.open) == ("EMER", 2, True)


def test_a_contained_medication_gives_drug_and_dose(emergency):
    (drug,) = only(emergency).medications
    assert drug.concept.codings[0].code == "A10BA02"
    assert drug.dose.quantity == Quantity(1000.0, "mg")
    assert drug.dose.times_per_day == 2.0
    assert drug.authored == datetime(2023, 11, 1, tzinfo=UTC)
    assert drug.reasons == ("Type 2 diabetes",)


def test_a_subject_known_by_identifier_only_is_found(emergency):
    (problem,) = only(emergency).conditions
    assert problem.active
    assert problem.onset == datetime(2009, 1, 1, tzinfo=UTC)


def test_latest_is_the_last_moment_that_is_not_in_the_future(write, make):
    early = make["about"]("Observation", id="a", effectiveDateTime="2024-05-02T07:00:00Z")
    late = make["about"]("Observation", id="b", effectiveDateTime="2031-01-01")
    found = read(write(make["bundle"](make["patient"](), early, late)), now=NOW)
    assert found.latest == datetime(2024, 5, 2, 7, tzinfo=UTC)


def test_bulk_lines_resolve_medications_roles_and_versions(others):
    record = only(others)
    apixaban, paracetamol = record.medications
    assert apixaban.concept.has(SNOMED, ["698090000"])
    assert (apixaban.dose.times_per_day, apixaban.dose.quantity) == (2.0, Quantity(5.0, "mg"))
    assert paracetamol.dose.as_needed
    assert paracetamol.dose.times_per_day == 3.0
    assert paracetamol.active
    assert [a.concept.text for a in record.allergies] == ["Latex"]
    assert record.immunisations[0].time is None
    assert not record.conditions[0].active, "it ended, only not at a known date"
    nurse = others.practitioners["Practitioner/nurse-77"]
    assert nurse.roles[0].codings[0].code == "163W00000X"
    assert nurse.zones == ("ward-7",)


def test_an_id_that_is_an_identifier_gets_a_stand_in_that_leads_back(others):
    record = only(others)
    assert "55310" not in record.reference
    assert others.aliases[record.reference] == "Patient/MRN-55310"
    assert "kwiatkowska" not in str(asdict(record)).lower()
    assert record.encounters[0].zone.startswith("zone-")


def test_stand_ins_are_used_wherever_the_resource_is_named(others):
    record = only(others)
    (problem,) = record.conditions
    assert record.medications[0].reasons == (problem.reference,)
    assert others.aliases[problem.reference] == "Condition/c-kwiatkowska-1"


def test_an_end_in_the_year_9999_is_no_end(others):
    (stay,) = only(others).encounters
    assert stay.open
    assert stay.priority == 3


def test_a_uuid_that_is_also_an_identifier_stays(write, make):
    ident = "129c6ac7-8d06-89de-ad63-0204a93e76c3"
    someone = make["patient"](id=ident, identifier=[{"value": ident}])
    assert list(read(write(someone)).records) == [f"Patient/{ident}"]


def test_a_folder_is_read_at_any_depth_and_sorted(tmp_path, make):
    inner = tmp_path / "b" / "c"
    inner.mkdir(parents=True)
    observation = make["about"]("Observation", id="o1", effectiveDateTime="2020")
    (inner / "Observation.ndjson").write_text(json.dumps(observation) + "\n\n")
    (tmp_path / "z.json").write_text(json.dumps(make["patient"]()))
    (tmp_path / "notes.txt").write_text("not read")
    found = read(tmp_path)
    assert len(only(found).observations) == 1
    assert found.sources == (str(inner / "Observation.ndjson"), str(tmp_path / "z.json"))


def test_a_byte_order_mark_and_ndjson_without_its_ending_are_understood(tmp_path, make):
    path = tmp_path / "export.txt"
    lines = [make["patient"](), make["about"]("Condition", id="c1")]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8-sig")
    assert len(only(read(path)).conditions) == 1


def test_a_reference_keeps_to_its_own_bundle(tmp_path, make):
    for name, ident in (("a", "p1"), ("b", "p2")):
        someone = make["patient"](id=ident, identifier=[])
        seen = make["about"]("Condition", id=f"c-{name}", subject={"reference": "urn:uuid:1"})
        made = make["bundle"](someone, seen)
        made["entry"][0]["fullUrl"] = "urn:uuid:1"
        (tmp_path / f"{name}.json").write_text(json.dumps(made))
    records = read(tmp_path).records
    assert [c.reference for c in records["Patient/p1"].conditions] == ["Condition/c-a"]
    assert [c.reference for c in records["Patient/p2"].conditions] == ["Condition/c-b"]


def test_an_id_may_come_from_the_full_url(write, make):
    made = make["bundle"](make["patient"](id=None), make["about"]("Condition", id=None))
    made["entry"][0]["resource"].pop("id")
    made["entry"][0]["fullUrl"] = "https://h.example/fhir/Patient/p1"
    made["entry"][1]["resource"]["subject"] = {"reference": "https://h.example/fhir/Patient/p1"}
    record = only(read(write(made)))
    assert record.reference == "Patient/p1"
    assert len(record.conditions) == 1


def test_what_is_about_a_group_is_passed_over(write, make):
    seen = make["about"]("Observation", id="o", subject={"reference": "Group/g1"})
    found = read(write(make["bundle"](make["patient"](), seen)))
    assert found.passed_over == {"about something other than a patient": 1}


def test_other_types_are_counted_and_passed_over(write, make):
    claim = {"resourceType": "Claim", "id": "c"}
    found = read(write(make["bundle"](make["patient"](), claim, claim)))
    assert found.counts == {"Claim": 2, "Patient": 1}
    assert found.passed_over == {"Claim": 2}


def test_the_same_resource_twice_counts_once(write, make):
    seen = make["about"]("Condition", id="c1")
    found = read(write(make["bundle"](make["patient"](), seen, seen)))
    assert len(only(found).conditions) == 1
    assert found.passed_over == {"repeated": 1}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_versions_the_later_one_counts(write, make, order):
    versions = [
        make["about"]("Observation", id="o", valueInteger=1, meta={"lastUpdated": "2024-01-01T00:00:00Z"}),
        make["about"]("Observation", id="o", valueInteger=2, meta={"lastUpdated": "2024-02-01T00:00:00Z"}),
    ]
    found = read(write(make["bundle"](make["patient"](), *(versions[i] for i in order))))
    (kept,) = only(found).observations
    assert kept.quantity.value == 2.0


def test_two_that_differ_without_a_date_are_refused(write, make):
    one, two = (make["about"]("Observation", id="o", valueInteger=n) for n in (1, 2))
    with pytest.raises(InputError, match=r"\$\.entry\[2\]\.resource: differs from .*entry\[1\].*lastUpdated"):
        read(write(make["bundle"](make["patient"](), one, two)))


def test_two_people_with_one_id_are_refused(write, make):
    twin = make["patient"](name=[{"family": "Someone-Else"}])
    with pytest.raises(InputError, match="differs from the Patient of the same id") as caught:
        read(write(make["bundle"](make["patient"](), twin)))
    assert "Someone" not in str(caught.value)


def test_a_file_named_after_a_patient_is_not_named(tmp_path, make):
    path = tmp_path / "Zebulon_Quackenbush_7.json"
    path.write_text(json.dumps(make["bundle"](make["patient"](birthDate="bad"))))
    with pytest.raises(InputError, match="file 1 of 1, name withheld") as caught:
        read(tmp_path)
    assert "Quackenbush" not in str(caught.value)


def test_a_cut_file_named_after_a_patient_is_not_named(tmp_path, make):
    path = tmp_path / "Zebulon_Quackenbush_7.json"
    path.write_text(json.dumps(make["bundle"](make["patient"]()))[:-20])
    with pytest.raises(InputError, match="cut off") as caught:
        read(path)
    assert "Quackenbush" not in str(caught.value)


@pytest.mark.parametrize("content", ["", "not json", '{"resourceType": "Bundle", "ent', "<html>", b"\xff"])
@pytest.mark.parametrize("ending", ["json", "ndjson"])
def test_a_file_that_says_nothing_of_whose_it_is_is_not_named(write, make, tmp_path, content, ending):
    write(content, f"John_Secretname_1950.{ending}")
    write([make["patient"]()], "Patient.ndjson")
    found = read(tmp_path, skip_unusable=True)
    told = f"{found.skipped} {found.sources}"
    assert "(file 1 of 2, name withheld, SHA-256 " in told
    assert "Secretname" not in told


def test_an_ndjson_named_after_a_patient_is_not_named(write, make):
    path = write([make["patient"](), make["patient"](id="p2", birthDate="x")], "Quackenbush.ndjson")
    with pytest.raises(InputError, match=r"name withheld\):2 \$\.birthDate") as caught:
        read(path)
    assert "Quackenbush" not in str(caught.value)


def test_an_empty_file_of_an_export_is_passed_over(write, make, tmp_path):
    write("", "Condition.ndjson")
    write([make["patient"]()], "Patient.ndjson")
    assert read(tmp_path).passed_over == {"empty file": 1}


def test_lines_that_are_not_utf_8_are_named(write, make):
    lines = b"\n".join([json.dumps(make["patient"]()).encode(), b'{"resourceType": "Claim", "x": "\xff"}'])
    with pytest.raises(InputError, match=r"in\.ndjson:2 \$: is not UTF-8 text \(byte 32\)"):
        read(write(lines, "in.ndjson"))


def test_huge_numbers_are_fine_where_they_are_not_read(write, make):
    extra = [{"url": "urn:x", "valueInteger": 10**300}]
    assert only(read(write(make["patient"](extension=extra))))


def test_an_unusable_record_is_skipped_when_allowed(write, make):
    bad = make["about"]("Observation", id="o", effectiveDateTime="yesterday")
    good = make["about"]("Observation", id="o2")
    found = read(write(make["bundle"](make["patient"](), bad, good)), skip_unusable=True)
    assert len(only(found).observations) == 1
    (skipped,) = found.skipped
    assert skipped.where.endswith("in.json $.entry[1].resource.effectiveDateTime")
    assert "not a FHIR date" in skipped.what


def test_what_is_about_a_skipped_patient_is_counted_not_listed(write, make):
    bad = make["patient"](id="p2", identifier=[], birthDate="31.12.1980")
    orphans = [make["about"]("Condition", id=f"c{n}", subject={"reference": "Patient/p2"}) for n in range(3)]
    task = make["about"]("Task", id="t", **{"for": {"reference": "Patient/p2"}})
    found = read(write(make["bundle"](make["patient"](), bad, *orphans, task)), skip_unusable=True)
    assert len(found.skipped) == 1
    assert found.passed_over["about a patient that was skipped"] == 4
    assert not found.orders


def test_an_unreadable_file_is_skipped_when_allowed(tmp_path, make):
    (tmp_path / "a.json").write_text("<html>")
    (tmp_path / "b.json").write_text(json.dumps(make["patient"]()))
    found = read(tmp_path, skip_unusable=True)
    assert len(found.records) == 1
    assert "HTML" in found.skipped[0].what


def test_nothing_left_after_skipping_is_an_error(write, make):
    with pytest.raises(InputError, match=r"no usable Patient.*skipped: 1, the first at .*birthDate"):
        read(write(make["patient"](birthDate="x")), skip_unusable=True)
