"""Orders with their references resolved, and those refused that cannot be placed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from agents.fhir.entry import Entry, Fail
from agents.fhir.order import Order
from agents.fhir.problem import Place, Unusable
from agents.fhir.references import References
from agents.fhir.stand_ins import StandIns


def assemble_orders(
    entries: Iterable[Entry],
    references: References,
    stand_ins: StandIns,
    lost: set[str],
    fail: Fail,
    passed: Counter[str],
) -> dict[str, Order]:
    """Orders by the reference by which they are shown.

    Parameters
    ----------
    entries : iterable of Entry
        All entries; others than orders are left alone.
    references, stand_ins
        What the input calls its resources, and how they are shown.
    lost : set of str
        Patients that could not be used.
    fail : callable
        Told of orders that cannot be used.
    passed : Counter
        Counts what is passed over.
    """
    all_entries = list(entries)
    found = [entry for entry in all_entries if isinstance(entry.parsed.item, Order)]
    stays = {e.reference: e for e in all_entries if e.kind == "Encounter"}
    subjects = {e.reference: _subject(e, references, stays) for e in found}
    for entry in found:
        stand_ins.show_about(entry.reference, subjects[entry.reference])
    orders: dict[str, Order] = {}
    places: dict[str, Place] = {}
    for entry in found:
        subject = subjects[entry.reference]
        if subject in lost:
            passed["about a patient that was skipped"] += 1
        elif subject.startswith("Patient/") and subject not in stand_ins.secrets:
            name = "for" if entry.kind == "Task" else "subject"
            what, hint = "names a Patient that is not in the input", "Add that Patient to the input"
            fail(entry.place, Unusable(f"{entry.place.path}.{name}", what, hint))
        else:
            order = _resolved(entry, subject, references, stand_ins)
            orders[order.reference] = order
            places[order.reference] = entry.place
    _check_after(orders, places, fail)
    return orders


def _subject(entry: Entry, references: References, stays: Mapping[str, Entry]) -> str:
    """Whom an order is about: as it says, else the patient of its encounter, else a Patient that it focuses on."""
    item: Order = entry.parsed.item
    if named := references.resolve(item.subject, entry.scope):
        return named
    if stay := stays.get(references.resolve(item.encounter, entry.scope)):
        return references.resolve(stay.parsed.subject, stay.scope)
    focus = references.resolve(item.focus, entry.scope)
    return focus if focus.startswith("Patient/") else ""


def _resolved(entry: Entry, subject: str, references: References, stand_ins: StandIns) -> Order:
    item: Order = entry.parsed.item

    def one(link: str) -> str:
        return stand_ins.show_about(references.resolve(link, entry.scope), subject)

    def many(links: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(filter(None, map(one, links))))

    shown = stand_ins.show_about(entry.reference, subject)
    return replace(
        item,
        reference=shown,
        task_id=shown.replace("/", "|", 1),
        where=str(entry.place),
        subject=stand_ins.show_about(subject, subject),
        encounter=one(item.encounter),
        requester=one(item.requester),
        owner=one(item.owner),
        based_on=many(item.based_on),
        part_of=many(item.part_of),
        after=many(item.after),
        focus=one(item.focus),
    )


def _check_after(orders: dict[str, Order], places: dict[str, Place], fail: Fail) -> None:
    """Leave out orders whose ``after`` input names none of the others; again, for what named those."""
    while bad := [ref for ref, order in orders.items() if any(name not in orders for name in order.after)]:
        for ref in bad:
            del orders[ref]
            what = "comes after a Task that is not in the input"
            fail(
                places[ref],
                Unusable(f"{places[ref].path}.input", what, "Add that Task, or take the input out"),
            )
