"""The rules derive a ward's work from what a record holds, and users may change them."""

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest

from agents.errors import InputError
from agents.fhir import derive_tasks, durations_from, load_rules, read
from agents.fhir.fhir_input import FhirInput
from agents.record import (
    LOINC,
    SNOMED,
    Coding,
    Component,
    Concept,
    Condition,
    Encounter,
    Medication,
    Observation,
    PatientRecord,
    Procedure,
    Quantity,
)
from agents.skills.measurements import Measurement
from agents.skills.registry import default_registry

AS_OF = datetime(2024, 5, 2, 7, tzinfo=UTC)
BORN = datetime(1960, 1, 1, tzinfo=UTC).date()


def seen(code, days_ago=1.0, **more):
    concept = Concept((Coding(LOINC, code),))
    return Observation("Observation/o", concept, AS_OF - timedelta(days=days_ago), Quantity(1.0), **more)


def stay(class_code="IMP", **more):
    return Encounter("Encounter/e", "in-progress", class_code, start=AS_OF - timedelta(hours=2), **more)


def drug():
    return Medication("MedicationRequest/m", Concept(text="x"))


def derived(rules=None, **record):
    who = PatientRecord("Patient/p1", **{"birth_date": BORN, **record})
    tasks = derive_tasks(FhirInput(records={"Patient/p1": who}), AS_OF, rules)
    return {task.kind: task for task in tasks}


def test_an_adult_is_screened_and_vaccinated():
    assert set(derived()) == {"screening", "immunisation"}


@pytest.mark.parametrize("born", [None, datetime(2010, 1, 1, tzinfo=UTC).date()])
def test_a_child_or_someone_of_unknown_age_is_not(born):
    assert derived(birth_date=born) == {}


def test_the_dead_get_no_work():
    assert derived(deceased=True, observations=(seen("8480-6"),)) == {}


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("9279-1", "early-warning-score"),
        ("55284-4", "blood-pressure"),
        ("39156-5", "body-mass-index"),
        ("2093-3", "lipids"),
        ("4548-4", "glycaemia"),
        ("1558-6", "glycaemia"),
        ("38483-4", "kidney-function"),
    ],
)
def test_an_observation_gives_its_work(code, kind):
    assert kind in derived(observations=(seen(code),))
    assert kind not in derived(observations=(seen(code, days_ago=401),))
    assert kind not in derived(observations=(seen(code, days_ago=-1),)), "not yet made"
    assert kind not in derived(observations=(seen(code, status="cancelled"),))


def test_a_glucose_that_is_not_fasting_gives_no_work():
    assert "glycaemia" not in derived(observations=(seen("2339-0"),))


def test_rules_watch_for_every_code_that_their_skill_reads():
    watched = {rule.kind: set(rule.when.observed) for rule in load_rules().rules if rule.when.observed}
    for kind, codes_watched in watched.items():
        module = import_module(f"agents.skills.{kind.replace('-', '_')}")
        read_by_skill = {
            f"{system}|{code}"
            for value in vars(module).values()
            if isinstance(value, Measurement)
            for system, codes in value.codes.items()
            for code in codes
        }
        assert read_by_skill <= codes_watched, kind


def test_rules_are_about_skills_that_exist():
    assert {rule.kind for rule in load_rules().rules} <= set(default_registry())


def test_a_component_counts_as_an_observation():
    panel = Observation(
        "Observation/o",
        Concept(text="pressure"),
        AS_OF,
        components=(Component(Concept((Coding(LOINC, "8480-6"),)), Quantity(120.0)),),
    )
    assert "blood-pressure" in derived(observations=(panel,))


def test_old_vitals_count_during_a_long_stay():
    long_stay = Encounter("Encounter/e", "in-progress", "IMP", start=AS_OF - timedelta(days=90))
    old = seen("8867-4", days_ago=60)
    assert "early-warning-score" not in derived(observations=(old,))
    assert "early-warning-score" in derived(observations=(old,), encounters=(long_stay,))


def test_doses_are_checked_after_the_kidneys():
    tasks = derived(observations=(seen("2160-0"),), medications=(drug(),))
    assert tasks["drug-dose-check"].after == ("p1:kidney-function",)
    assert "drug-dose-check" not in derived(observations=(seen("2160-0"),))
    assert "drug-dose-check" not in derived(medications=(drug(),))


def test_triage_comes_first_in_an_emergency_but_holds_up_no_score():
    vitals = (seen("8867-4"), seen("8480-6"), seen("2160-0"))
    tasks = derived(encounters=(stay("EMER", priority=1),), observations=vitals, medications=(drug(),))
    assert tasks["triage"].priority == 1
    assert tasks["early-warning-score"].after == ()
    others = set(tasks) - {"triage", "early-warning-score"}
    assert others
    assert all("p1:triage" in tasks[kind].after for kind in others)


def test_a_stay_ends_with_a_summary_after_reconciliation():
    tasks = derived(encounters=(stay(),), medications=(drug(),))
    assert tasks["discharge-summary"].after == ("p1:medication-reconciliation",)
    assert "triage" not in tasks


def test_a_finished_encounter_gives_neither():
    over = Encounter("Encounter/e", "finished", "EMER", start=AS_OF, end=AS_OF)
    assert set(derived(encounters=(over,))) == {"screening", "immunisation"}


def test_acuity_zone_language_and_hurry_come_from_the_record():
    here = derived(encounters=(stay(priority=1, zone="ward-3"),), observations=(seen("8867-4"),), language="de")
    score = here["early-warning-score"]
    assert (score.priority, score.zone, score.language) == (1, "ward-3", "de")
    assert score.due == AS_OF + timedelta(minutes=60)
    away = derived(observations=(seen("8867-4"),))["early-warning-score"]
    assert (away.priority, away.zone, away.language) == (3, None, None)
    assert away.due == AS_OF + timedelta(minutes=480)


def test_the_newest_open_encounter_counts():
    old = Encounter("Encounter/a", "in-progress", "IMP", start=AS_OF - timedelta(days=9), zone="old")
    new = Encounter("Encounter/b", "in-progress", "IMP", start=AS_OF - timedelta(days=1), zone="new")
    unknown = Encounter("Encounter/c", "in-progress", "IMP", zone="unknown")
    assert derived(encounters=(new, unknown, old))["screening"].zone == "new"


def test_an_encounter_that_begins_later_is_not_open_yet():
    later = Encounter("Encounter/e", "arrived", "EMER", start=AS_OF + timedelta(minutes=1))
    assert "triage" not in derived(encounters=(later,))


def test_ids_and_payload():
    task = derived()["screening"]
    assert (task.id, task.subject, task.payload) == ("p1:screening", "Patient/p1", "Patient/p1")


def test_hand_written_emergency_gives_every_kind_that_it_can(fixtures):
    found = read(fixtures / "emergency.json", now=AS_OF)
    kinds = {task.kind for task in derive_tasks(found, found.latest + timedelta(minutes=5))}
    assert kinds == {
        "triage",
        "early-warning-score",
        "blood-pressure",
        "kidney-function",
        "drug-dose-check",
        "medication-reconciliation",
        "screening",
        "immunisation",
        "discharge-summary",
    }


def done(minutes, code="430193006", status="completed"):
    return Procedure("Procedure/x", Concept((Coding(SNOMED, code),)), status, AS_OF, AS_OF + timedelta(minutes=minutes))


def test_durations_are_medians_of_what_was_completed():
    who = PatientRecord(
        "Patient/p1",
        procedures=(
            *(done(m) for m in (10, 21, 90)),
            done(500, status="not-done"),
            done(0, "zero"),
            done(99999, "course"),
            Procedure("Procedure/y", Concept((Coding(SNOMED, "open"),)), start=AS_OF),
        ),
    )
    assert durations_from([who]) == {f"{SNOMED}|430193006": 21.0}
    assert durations_from({"Patient/p1": who}) == durations_from([who])
    assert durations_from([who], at_least=4) == {}


def test_durations_are_used_where_the_rule_names_their_code():
    tasks = derived(medications=(drug(),), procedures=(done(21), done(21), done(30)))
    assert tasks["medication-reconciliation"].demand == {"staff": 21.0}
    assert derived(medications=(drug(),))["medication-reconciliation"].demand == {"staff": 15.0}


OWN = """
rules:
  - kind: falls-check
    when: {min_age: 60, max_age: 70, conditions: ["http://snomed.info/sct|161898004"], open_encounter: [IMP, ACUTE]}
    priority: 2
    due_minutes: 2 h
    minutes: 12 min
    level: 3
    licences: [nurse]
    resource: bedside
    when_open: {priority: 1}
  - kind: second-look
    when: {open_encounter: true}
    after: [falls-check]
    different_agent_from: [falls-check]
"""


def test_rules_are_the_users_to_change(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(OWN)
    falls = Condition("Condition/c", Concept((Coding(SNOMED, "161898004"),)))
    tasks = derived(load_rules(path), conditions=(falls,), encounters=(stay(),))
    one, two = tasks["falls-check"], tasks["second-look"]
    assert (one.priority, one.level, one.licences, one.demand) == (1, 3, {"nurse"}, {"bedside": 12.0})
    assert one.due == AS_OF + timedelta(minutes=120)
    assert two.after == two.different_agent_from == ("p1:falls-check",)
    assert set(derived(load_rules(path), encounters=(stay(),))) == {"second-look"}
    assert derived(load_rules(path), conditions=(falls,), encounters=(stay("AMB"),)).keys() == {"second-look"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rules: [{kind: a}]", r"rules\.yaml: rules\.0\.when: Field required\. See docs/fhir\.md"),
        ("rules: [{kind: a, when: {}, colour: red}]", r"rules\.0\.colour: Extra inputs"),
        ("rules: [{kind: a, when: {}, priority: 7}]", r"rules\.0\.priority: Input should be less than"),
        ("rules: [{kind: a, when: {}, minutes: 3 kg}]", r"rules\.0\.minutes: unit 'kg' does not fit"),
        ("rules: [{kind: a, when: {observed: ['8480-6']}}]", r"observed\.0: write a code as system\|code"),
        ("rules: [{kind: a, when: {}}, {kind: a, when: {}}]", r"two rules for 'a'"),
        ("rules: [{kind: a, when: {}, after: [b]}]", r"after of 'a' names 'b', which is no other rule"),
        ("rules: [{kind: a, when: {}, after: [b]}, {kind: b, when: {}, after: [a]}]", r"circle: a -> b -> a"),
        ("rules: [", r"rules\.yaml:1: is not YAML"),
        ("", r"rules\.yaml: the file: "),
    ],
)
def test_rules_that_do_not_fit(tmp_path, text, message):
    path = tmp_path / "rules.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        load_rules(path)


def test_rules_that_are_not_there(tmp_path):
    with pytest.raises(InputError, match=r"absent\.yaml: cannot be read as text"):
        load_rules(tmp_path / "absent.yaml")
