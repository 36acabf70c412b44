"""FHIR Task and ServiceRequest to `agents.Task`: what is to be done, by when, after what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from agents.errors import InputError
from agents.fhir.circles import circle_in
from agents.fhir.derive import derive_for, open_encounter
from agents.fhir.durations import durations_from, minutes_of
from agents.fhir.fhir_input import FhirInput
from agents.fhir.naming import slug
from agents.fhir.order import NO_CODE, Order
from agents.fhir.order_book import OrderBook
from agents.fhir.rules import OrderCodes, Rules, load_order_codes, load_rules
from agents.record import Concept, PatientRecord
from agents.task import STAFF, Task

_DEFAULT_MINUTES = 10.0


def tasks_from(
    fhir_input: FhirInput,
    as_of: datetime,
    rules: Rules | None = None,
    *,
    codes: OrderCodes | None = None,
) -> list[Task]:
    """All work of an input: its orders, and what the rules derive for patients without an order to do.

    Parameters
    ----------
    fhir_input : FhirInput
        What was read.
    as_of : datetime
        "Now".
    rules : Rules, optional
        Derivation rules; default: the packaged ones.
    codes : OrderCodes, optional
        What order codes mean; default: the packaged ones.

    Raises
    ------
    InputError
        When orders wait for each other in a circle, or an ``after`` input names a Task that is not there.
    """
    chosen = rules or load_rules()
    durations = durations_from(fhir_input.records)
    ordered = tasks_of_orders(fhir_input, chosen, codes, durations)
    with_orders = {task.subject for task in ordered}
    derived = (
        task
        for record in fhir_input.records.values()
        if record.reference not in with_orders
        for task in derive_for(record, as_of, chosen, durations)
    )
    return [*ordered, *derived]


def tasks_of_orders(
    fhir_input: FhirInput,
    rules: Rules | None = None,
    codes: OrderCodes | None = None,
    durations: Mapping[str, float] | None = None,
) -> list[Task]:
    """Tasks of the orders that are to be done; what is passed over is counted in ``fhir_input.passed_over``."""
    book = OrderBook(fhir_input.orders)
    _refuse_circle(book)
    meaning = _Meaning(codes or load_order_codes(), rules or load_rules(), durations or {})
    tasks = [meaning.task(order, book, fhir_input.records.get(book.subject(order))) for order in book.open.values()]
    stale = [reason for reason in fhir_input.passed_over if reason.startswith("order: ")]
    for reason in stale:
        del fhir_input.passed_over[reason]
    fhir_input.passed_over.update(sorted(book.passed.items()))
    return tasks


class _Meaning:
    """Turns one order into a task: its kind, urgency, licences and minutes."""

    def __init__(self, codes: OrderCodes, rules: Rules, durations: Mapping[str, float]) -> None:
        self._codes, self._rules, self._durations = codes, rules.by_kind(), durations
        self._by_code = {code: kind for kind, known in codes.kinds.items() for code in known.codes}
        self._by_text = {text.lower(): kind for kind, known in codes.kinds.items() for text in known.texts}

    def task(self, order: Order, book: OrderBook, record: PatientRecord | None) -> Task:
        request = book.request(order)
        code = order.code if order.code != NO_CODE or request is None else request.code
        kind = self._kind(code)
        rule = self._rules.get(kind)
        start, due = _window(order, request)
        return Task(
            id=order.task_id,
            kind=kind,
            subject=book.subject(order) or None,
            priority=self._priority(order, request),
            not_before=start,
            due=due,
            demand={rule.resource if rule else STAFF: self._minutes(order, code, kind)},
            level=rule.level if rule else 1,
            licences=self._licences(order, request) or (rule.licences if rule else frozenset()),
            zone=_zone(order, request, record),
            language=(record.language or None) if record else None,
            after=book.after(order),
            payload=order.reference,
            requester=order.requester or (request.requester if request else "") or None,
            based_on=_based_on(order, book),
        )

    def _kind(self, code: Concept) -> str:
        for coding in code.codings:
            if kind := self._by_code.get(f"{coding.system}|{coding.code}"):
                return kind
        for words in (code.text, *(coding.display for coding in code.codings)):
            if kind := self._by_text.get(words.strip().lower()):
                return kind
        known = next((slug(coding.code) for coding in code.codings if slug(coding.code)), "")
        return f"order:{known or 'uncoded'}"

    def _priority(self, order: Order, request: Order | None) -> int:
        written = order.priority or (request.priority if request else "") or "routine"
        return self._codes.priorities.get(written, 4)

    def _licences(self, order: Order, request: Order | None) -> frozenset[str]:
        asked = order.performers or (request.performers if request else ())
        codes = (f"{c.system}|{c.code}" for performer in asked for c in performer.codings)
        return frozenset(self._codes.licences[code] for code in codes if code in self._codes.licences)

    def _minutes(self, order: Order, code: Concept, kind: str) -> float:
        if order.minutes is not None:
            return order.minutes
        for coding in code.codings:
            if (known := self._durations.get(f"{coding.system}|{coding.code}")) is not None:
                return known
        rule = self._rules.get(kind)
        return minutes_of(rule, self._durations) if rule else _DEFAULT_MINUTES


def _window(order: Order, request: Order | None) -> tuple[datetime | None, datetime | None]:
    """When it may begin and must be done; a Task without times has those of its request."""
    timed = order if order.start or order.due or request is None else request
    if timed.start and timed.due and timed.due < timed.start:
        what = "its period ends before it starts"
        raise InputError(what, where=order.where, hint="Correct restriction.period or occurrence[x]")
    return timed.start, timed.due


def _zone(order: Order, request: Order | None, record: PatientRecord | None) -> str | None:
    if record is None:
        return None
    named = order.encounter or (request.encounter if request else "")
    stay = next((e for e in record.encounters if named and e.reference == named), None)
    stay = stay or open_encounter(record)
    return (stay.zone or None) if stay else None


def _based_on(order: Order, book: OrderBook) -> tuple[str, ...]:
    own = (order.reference,) if order.reference.startswith("ServiceRequest/") else book.requests(order)
    return tuple(dict.fromkeys((*own, *order.based_on)))


def _refuse_circle(book: OrderBook) -> None:
    found = circle_in({ref: book.before(ref) for ref in book.open})
    if not found:
        return
    ids = tuple(book.open[ref].task_id for ref in found)
    shown = " -> ".join(ids if len(ids) <= 10 else (*ids[:9], "...", ids[-1]))
    raise InputError(
        f"orders wait for each other in a circle: {shown}",
        where=book.open[found[0]].where,
        hint="Take one of the references out: Task.basedOn, partOf or input, ServiceRequest.basedOn",
        ids=ids,
    )
