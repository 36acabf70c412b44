"""What is written back is valid FHIR R4, says what happened, and is the same each time."""

import json
from datetime import UTC, datetime

import pytest
from fhir.resources.R4B.bundle import Bundle
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.fhir import read, tasks_from, to_bundle
from agents.result import Evidence, Finding, Outcome, Result, Timings, Value
from agents.task import Task

AS_OF = datetime(2024, 5, 2, 12, tzinfo=UTC)
SCORE = Outcome(
    summary="NEWS2 is 7",
    values=(
        Value("NEWS2", 7, "{score}", "http://snomed.info/sct", "1104051000000101", "high risk"),
        Value("oxygen scale", "scale 1"),
    ),
    findings=(Finding("Call the team", "urgent"),),
    missing=("consciousness",),
    source="RCP 2017",
    evidence=(
        Evidence("Observation/o1", "respiratory rate", 21, "/min"),
        Evidence("Observation/o1", "again"),
        Evidence("Condition/c1", "COPD"),
    ),
)
TASK = Task(id="p1:early-warning-score", kind="early-warning-score", subject="Patient/p1", payload="Patient/p1")


def parts(made):
    """The resources of a bundle that R4B parses: tasks and observations."""
    Bundle.model_validate(json.loads(json.dumps(made, allow_nan=False)))
    resources = [entry["resource"] for entry in made.get("entry", [])]
    return (
        [r for r in resources if r["resourceType"] == "Task"],
        [r for r in resources if r["resourceType"] == "Observation"],
    )


def test_a_result_becomes_a_task_and_an_observation_for_each_value():
    times = Timings(AS_OF, AS_OF, AS_OF.replace(minute=1), AS_OF.replace(minute=5))
    result = Result(TASK.id, "done", SCORE, agent="hospital/ward-3/nurse-1", timings=times)
    made = to_bundle([TASK], [result], as_of=AS_OF)
    (task,), (score, scale) = parts(made)
    assert (task["status"], task["intent"], task["for"]) == ("completed", "order", {"reference": "Patient/p1"})
    assert task["owner"]["identifier"]["value"] == "hospital/ward-3/nurse-1"
    assert task["executionPeriod"] == {"start": "2024-05-02T12:01:00+00:00", "end": "2024-05-02T12:05:00+00:00"}
    assert "statusReason" not in task
    said = [(o["type"]["text"], o.get("valueString")) for o in task["output"]]
    assert said == [
        ("summary", "NEWS2 is 7"),
        ("NEWS2", None),
        ("oxygen scale", None),
        ("finding: urgent", "Call the team"),
        ("missing input", "consciousness"),
        ("source", "RCP 2017"),
    ]
    full = {entry["fullUrl"] for entry in made["entry"]}
    assert {o["valueReference"]["reference"] for o in task["output"] if "valueReference" in o} <= full
    assert score["valueQuantity"] == {
        "value": 7,
        "unit": "{score}",
        "system": "http://unitsofmeasure.org",
        "code": "{score}",
    }
    assert score["code"]["coding"] == [{"system": "http://snomed.info/sct", "code": "1104051000000101"}]
    assert score["interpretation"] == [{"text": "high risk"}]
    assert score["derivedFrom"] == [{"reference": "Observation/o1"}]
    assert (score["status"], score["effectiveDateTime"]) == ("final", "2024-05-02T12:00:00+00:00")
    assert score["note"] == [{"text": "RCP 2017"}]
    assert scale["valueString"] == "scale 1"


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("done", "completed"),
        ("failed", "failed"),
        ("cancelled", "cancelled"),
        ("rejected", "rejected"),
        ("expired", "failed"),
    ],
)
def test_how_a_task_ended(state, status):
    result = Result(TASK.id, state, reason="" if state == "done" else "no capacity")
    (task,), _ = parts(to_bundle([TASK], {TASK.id: result}, as_of=AS_OF))
    assert task["status"] == status
    if state == "expired":
        assert task["statusReason"]["coding"][0]["code"] == "expired"
        assert task["statusReason"]["text"] == "expired: no capacity"


@pytest.mark.parametrize(
    ("state", "status"),
    [(None, "requested"), ("planned", "accepted"), ("running", "in-progress"), ("parked", "on-hold")],
)
def test_a_task_that_has_not_ended(state, status):
    states = {TASK.id: state} if state else None
    (task,), _ = parts(to_bundle([TASK], [], as_of=AS_OF, states=states))
    assert task["status"] == status


def test_nothing_gives_a_valid_bundle():
    assert parts(to_bundle([], [], as_of=AS_OF)) == ([], [])


def test_an_order_keeps_its_id_code_and_encounter(fixtures):
    found = read(fixtures / "orders.json", now=AS_OF)
    tasks = tasks_from(found, AS_OF)
    made = to_bundle(tasks, [], as_of=AS_OF, orders=found.orders, aliases=found.aliases)
    by_id = {task["id"]: task for task in parts(made)[0]}
    assert {"do-egfr", "summary", "reconcile", "bandage"} <= set(by_id)
    assert by_id["bandage"]["code"]["coding"][1]["code"] == "182531007"
    assert by_id["do-egfr"]["basedOn"] == [{"reference": "ServiceRequest/egfr"}]
    assert by_id["summary"]["restriction"]["period"]["end"] == "2024-05-02T18:00:00+00:00"
    (new,) = (t for t in by_id.values() if t.get("focus") == {"reference": "ServiceRequest/dose"})
    assert new["basedOn"][0] == {"reference": "ServiceRequest/dose"}
    written = {"status": "requested", "priority": "stat", "id": "reconcile"}
    assert written.items() <= by_id["reconcile"].items()


def test_what_is_written_can_be_read_again(fixtures, write):
    found = read(fixtures / "orders.json", now=AS_OF)
    tasks = tasks_from(found, AS_OF)
    results = [Result(t.id, "done", SCORE, agent="a/b") for t in tasks[:3]]
    made = to_bundle(tasks, results, as_of=AS_OF)
    people = [{"resource": {"resourceType": "Patient", "id": ident}} for ident in ("p1", "p2")]
    made["entry"] += people
    again = read(write(made), now=AS_OF)
    assert len(again.orders) == len(tasks)
    assert sum(len(r.observations) for r in again.records.values()) == 6


def test_stand_ins_are_replaced_by_what_the_source_says(fixtures):
    found = read(fixtures / "other_systems.ndjson", now=AS_OF)
    tasks = tasks_from(found, AS_OF)
    assert tasks
    assert "55310" not in repr(tasks)
    made = to_bundle(tasks, [], as_of=AS_OF, aliases=found.aliases)
    assert {t["for"]["reference"] for t in parts(made)[0]} == {"Patient/MRN-55310"}


def test_the_same_run_gives_the_same_bundle():
    result = [Result(TASK.id, "done", SCORE)]
    assert to_bundle([TASK], result, as_of=AS_OF) == to_bundle([TASK], result, as_of=AS_OF)


def test_ten_thousand_tasks_are_written_with_a_subject_each():
    tasks = [
        Task(id=f"p{n}:early-warning-score", kind="early-warning-score", subject=f"Patient/p{n}") for n in range(10_000)
    ]
    results = {t.id: Result(t.id, "done", SCORE, agent="a/b") for t in tasks}
    made = to_bundle(tasks, results, as_of=AS_OF)
    assert len(made["entry"]) == 30_000


words = st.text(max_size=8)
values = st.builds(
    Value,
    name=words,
    value=st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.integers(-(10**9), 10**9), words),
    unit=st.sampled_from(["", "mg/dL", "{score}"]),
    system=st.sampled_from(["", "http://loinc.org"]),
    code=st.sampled_from(["", "1234-5"]),
    interpretation=words,
)
outcomes = st.builds(
    Outcome,
    summary=words,
    values=st.lists(values, max_size=3).map(tuple),
    findings=st.lists(st.builds(Finding, text=words), max_size=2).map(tuple),
    missing=st.lists(words, max_size=2).map(tuple),
    source=words,
)


@settings(max_examples=60, deadline=None)
@given(outcome=outcomes, reason=words)
def test_any_outcome_gives_a_valid_bundle(outcome, reason):
    (done,), observations = parts(to_bundle([TASK], [Result(TASK.id, "done", outcome)], as_of=AS_OF))
    assert (done["status"], len(observations)) == ("completed", len(outcome.values))
    (failed,), observations = parts(to_bundle([TASK], [Result(TASK.id, "failed", reason=reason)], as_of=AS_OF))
    assert (failed["status"], observations) == ("failed", [])
