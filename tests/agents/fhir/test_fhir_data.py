"""The shared Synthea data, bundles and bulk export: all of it is read, and it gives work."""

import json
from collections import Counter
from datetime import UTC, datetime

import pytest
from fhir.resources.R4B.bundle import Bundle

from agents.fhir import durations_from, read, tasks_from, to_bundle
from agents.record import SNOMED
from agents.result import Outcome, Result, Value
from agents.skills.registry import default_registry

RULES_POSSIBLE = {
    "bundles": {
        "early-warning-score",
        "blood-pressure",
        "body-mass-index",
        "lipids",
        "glycaemia",
        "kidney-function",
        "drug-dose-check",
        "medication-reconciliation",
        "screening",
        "immunisation",
    },
    "bulk": {"medication-reconciliation", "screening", "immunisation"},
}


@pytest.fixture(scope="module", params=["bundles", "bulk"])
def source(request, data):
    return request.param, data / request.param, read(data / request.param)


def raw_resources(folder):
    for path in sorted(folder.iterdir()):
        if path.suffix == ".json":
            yield from (e["resource"] for e in json.loads(path.read_text(encoding="utf-8"))["entry"])
        elif path.suffix == ".ndjson":
            for line in path.read_text(encoding="utf-8").splitlines():
                yield json.loads(line)


def test_every_resource_is_counted(source):
    _, folder, found = source
    raw = Counter(r.get("resourceType", "bulk export log") for r in raw_resources(folder))
    assert found.counts == dict(raw)
    assert found.skipped == []


def test_every_patient_has_a_record_with_all_that_is_about_her(source):
    _, _, found = source
    assert len(found.records) == found.counts["Patient"]
    for kind, name in [
        ("Observation", "observations"),
        ("Condition", "conditions"),
        ("MedicationRequest", "medications"),
        ("Procedure", "procedures"),
        ("Immunization", "immunisations"),
        ("Encounter", "encounters"),
    ]:
        held = sum(len(getattr(record, name)) for record in found.records.values())
        assert held == found.counts.get(kind, 0), kind
    assert all(record.birth_date and record.sex in ("male", "female") for record in found.records.values())
    assert all(m.concept.codings for r in found.records.values() for m in r.medications)


def test_latest_is_a_moment_of_the_data(source):
    name, _, found = source
    expected = {
        "bundles": datetime(2021, 3, 27, 5, 34, 12, tzinfo=UTC),
        "bulk": datetime(2023, 3, 22, 19, 45, 24, tzinfo=UTC),
    }
    assert found.latest == expected[name]


def test_each_rule_that_can_apply_does(source):
    name, _, found = source
    tasks = tasks_from(found, found.latest)
    assert {task.kind for task in tasks} == RULES_POSSIBLE[name]
    assert len({task.id for task in tasks}) == len(tasks)
    alive = {ref for ref, record in found.records.items() if not record.deceased}
    assert {task.subject for task in tasks} <= alive


def test_durations_come_from_the_procedures(source):
    name, _, found = source
    known = durations_from(found.records)
    if name == "bulk":
        assert known[f"{SNOMED}|430193006"] == pytest.approx(15, abs=1)
        assert known[f"{SNOMED}|171207006"] == pytest.approx(12, abs=4)
        assert len(known) > 50
    for task in tasks_from(found, found.latest):
        if task.kind == "medication-reconciliation":
            assert task.demand["staff"] == pytest.approx(15, abs=1)


def test_zones_and_practitioners_of_the_bulk_export(data):
    found = read(data / "bulk")
    assert all(e.zone for r in found.records.values() for e in r.encounters)
    assert all(p.roles for p in found.practitioners.values())


def test_what_is_written_back_is_valid(source):
    _, _, found = source
    tasks = tasks_from(found, found.latest)
    outcome = Outcome("done", (Value("score", 3, "{score}"),), source="a source")
    made = to_bundle(tasks, [Result(t.id, "done", outcome) for t in tasks], as_of=found.latest)
    assert len(Bundle.model_validate(made).entry) == 2 * len(tasks)


def test_what_the_skills_compute_is_written_back_and_valid(source):
    _, _, found = source
    skills = default_registry()
    tasks = tasks_from(found, found.latest)
    results = [
        Result(t.id, "done", skills[t.kind].compute(found.records[t.subject], found.latest), agent="a/b") for t in tasks
    ]
    made = to_bundle(tasks, results, as_of=found.latest, orders=found.orders, aliases=found.aliases)
    Bundle.model_validate(json.loads(json.dumps(made, allow_nan=False)))
    references = {r.reference for record in found.records.values() for r in record.observations}
    observations = [e["resource"] for e in made["entry"] if e["resource"]["resourceType"] == "Observation"]
    assert {d["reference"] for o in observations for d in o.get("derivedFrom", ())} <= references


def test_no_name_and_no_identifier_is_in_the_work_or_the_records(source):
    _, folder, found = source
    shown = repr(tasks_from(found, found.latest)) + repr(found.practitioners)
    for res in raw_resources(folder):
        if res.get("resourceType") == "Patient":
            names = [n[key] for n in res["name"] for key in ("family",)] + [g for n in res["name"] for g in n["given"]]
            values = [i["value"] for i in res.get("identifier", []) if i["value"] != res["id"]]
            assert not any(word in shown for word in (*names, *values))
