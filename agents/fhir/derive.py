"""Derives a ward's work from records, by rules that users may change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from agents.fhir.durations import durations_from, minutes_of
from agents.fhir.fhir_input import FhirInput
from agents.fhir.rules import Code, Rule, Rules, When, load_rules
from agents.record import Encounter, Observation, PatientRecord
from agents.task import Task

_USABLE = ("final", "amended", "corrected", "preliminary", "registered")
_ALWAYS = datetime.min.replace(tzinfo=UTC)


def derive_tasks(
    fhir_input: FhirInput,
    as_of: datetime,
    rules: Rules | None = None,
    *,
    durations: Mapping[str, float] | None = None,
) -> list[Task]:
    """Tasks that the rules derive for every living patient, whatever orders there are.

    Parameters
    ----------
    fhir_input : FhirInput
        What was read.
    as_of : datetime
        "Now", for ages, windows and due times.
    rules : Rules, optional
        Default: the packaged ones.
    durations : mapping of str to float, optional
        Minutes by ``system|code``; default: those of the input's own procedures.

    Returns
    -------
    list of Task
        Ids are ``<patient id>:<kind>``: the same input and rules give the same ids.
    """
    known = durations_from(fhir_input.records) if durations is None else durations
    chosen = rules or load_rules()
    return [task for record in fhir_input.records.values() for task in derive_for(record, as_of, chosen, known)]


def derive_for(record: PatientRecord, as_of: datetime, rules: Rules, durations: Mapping[str, float]) -> list[Task]:
    """Tasks of one patient; none for one who has died."""
    now = as_of if as_of.tzinfo else as_of.replace(tzinfo=UTC)
    if record.deceased:
        return []
    stay = open_encounter(record, now)
    fitting = [rule for rule in rules.rules if _applies(rule.when, record, stay, now)]
    ident = record.reference.partition("/")[2]
    ids = {rule.kind: f"{ident}:{rule.kind}" for rule in fitting}
    return [_task(rule, record, stay, now, ids, minutes_of(rule, durations)) for rule in fitting]


def open_encounter(record: PatientRecord, now: datetime | None = None) -> Encounter | None:
    """The open encounter that began last, and not after `now`; None where the patient is not here."""
    here = (e for e in record.encounters if e.open and (now is None or (e.start or _ALWAYS) <= now))
    return max(here, key=lambda e: e.start or _ALWAYS, default=None)


def _task(
    rule: Rule,
    record: PatientRecord,
    stay: Encounter | None,
    now: datetime,
    ids: dict[str, str],
    minutes: float,
) -> Task:
    def others(kinds: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(ids[kind] for kind in kinds if kind in ids)

    return Task(
        id=ids[rule.kind],
        kind=rule.kind,
        subject=record.reference,
        priority=_priority(rule, stay),
        due=now + timedelta(minutes=_due_minutes(rule, stay)),
        demand={rule.resource: minutes},
        level=rule.level,
        licences=rule.licences,
        zone=(stay.zone or None) if stay else None,
        language=record.language or None,
        after=others(rule.after),
        same_agent_as=others(rule.same_agent_as),
        different_agent_from=others(rule.different_agent_from),
        payload=record.reference,
    )


def _priority(rule: Rule, stay: Encounter | None) -> int:
    if stay is None:
        return rule.priority
    if rule.acuity and stay.priority is not None:
        return stay.priority
    return rule.when_open.priority or rule.priority


def _due_minutes(rule: Rule, stay: Encounter | None) -> float:
    differs = stay is not None and rule.when_open.due_minutes is not None
    return (rule.when_open.due_minutes or 0.0) if differs else rule.due_minutes


def _applies(when: When, record: PatientRecord, stay: Encounter | None, now: datetime) -> bool:
    return (
        _is_here(when, stay)
        and _is_of_age(when, record, now)
        and (not when.active_medications or _active(record) >= when.active_medications)
        and (not when.conditions or _has_condition(when, record))
        and (not when.observed or _was_observed(when, record, stay, now))
    )


def _is_here(when: When, stay: Encounter | None) -> bool:
    wanted = when.open_encounter
    if isinstance(wanted, bool):
        return stay is not None or not wanted
    return stay is not None and stay.class_code in wanted


def _is_of_age(when: When, record: PatientRecord, now: datetime) -> bool:
    if when.min_age is None and when.max_age is None:
        return True
    age = record.age(now)
    return age is not None and (when.min_age or 0) <= age and (when.max_age is None or age <= when.max_age)


def _active(record: PatientRecord) -> int:
    return sum(m.active for m in record.medications)


def _has_condition(when: When, record: PatientRecord) -> bool:
    wanted = set(when.conditions)
    return any(f"{c.system}|{c.code}" in wanted for p in record.known_conditions() for c in p.concept.codings)


def _was_observed(when: When, record: PatientRecord, stay: Encounter | None, now: datetime) -> bool:
    since = now - timedelta(days=when.within_days)
    if stay is not None and stay.start is not None:
        since = min(since, stay.start)
    wanted = set(when.observed)
    return any(
        o.status in _USABLE and o.time is not None and since <= o.time <= now and _is_coded(o, wanted)
        for o in record.observations
    )


def _is_coded(item: Observation, wanted: set[Code]) -> bool:
    if any(f"{c.system}|{c.code}" in wanted for c in item.concept.codings):
        return True
    return any(f"{c.system}|{c.code}" in wanted for part in item.components for c in part.concept.codings)
