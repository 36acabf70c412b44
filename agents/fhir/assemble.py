"""From parsed items to whole records: references resolved, duplicates settled, ids made fit to be shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from agents.fhir.clinical import Parsed
from agents.fhir.fhir_input import FhirInput
from agents.fhir.naming import public, zone_of
from agents.fhir.order import Order
from agents.fhir.people import Practitioner, Role
from agents.fhir.problem import Place, Unusable
from agents.fhir.references import References
from agents.fhir.source import Scope
from agents.record import Concept, PatientRecord

_LISTS = {
    "Observation": "observations",
    "Condition": "conditions",
    "MedicationRequest": "medications",
    "MedicationStatement": "medications",
    "Procedure": "procedures",
    "Immunization": "immunisations",
    "Encounter": "encounters",
    "AllergyIntolerance": "allergies",
}
Fail = Callable[[Place, Unusable], None]


@dataclass(frozen=True, slots=True)
class Entry:
    """A parsed resource that waits for the others."""

    reference: str
    parsed: Parsed
    place: Place
    scope: Scope
    updated: datetime | None

    @property
    def kind(self) -> str:
        """Resource type."""
        return self.reference.partition("/")[0]


class Assembler:
    """Makes a `FhirInput` of entries.

    Parameters
    ----------
    entries : dict of str to Entry
        By reference.
    references : References
        What the input calls its resources.
    lost : set of str
        Patients that could not be used: what is about them is passed over.
    fail : callable
        Told of each unusable entry; raises unless the user allowed skipping.
    """

    def __init__(self, entries: dict[str, Entry], references: References, lost: set[str], fail: Fail) -> None:
        self._entries, self._references, self._lost, self._fail = entries, references, lost, fail
        self._public: dict[str, str] = {}
        self._secrets: dict[str, frozenset[str]] = {}
        self.passed: Counter[str] = Counter()

    def into(self, result: FhirInput) -> None:
        """Fill records, orders, practitioners and aliases of `result`."""
        for entry in self._entries.values():
            if entry.kind == "Patient":
                self._secrets[entry.reference] = entry.parsed.secrets
                self._show(entry.reference, entry.parsed.secrets)
        held: dict[str, dict[str, list[Any]]] = {ref: {} for ref in self._secrets}
        for entry in self._entries.values():
            if entry.parsed.passed:
                self.passed[entry.parsed.passed] += 1
            elif entry.kind in _LISTS:
                try:
                    self._attach(entry, held)
                except Unusable as problem:
                    self._fail(entry.place, problem)
        for ref, lists in held.items():
            record: PatientRecord = self._entries[ref].parsed.item
            shown = self._public[ref]
            items: dict[str, Any] = {name: tuple(found) for name, found in lists.items()}
            result.records[shown] = replace(record, reference=shown, **items)
        self._people(result)
        self._orders(result)
        result.aliases = {shown: ref for ref, shown in self._public.items() if shown != ref}

    def _show(self, reference: str, secrets: frozenset[str]) -> str:
        shown = public(reference, secrets)
        if shown != reference or reference.startswith("Patient/"):
            self._public[reference] = shown
        return shown

    def _attach(self, entry: Entry, held: dict[str, dict[str, list[Any]]]) -> None:
        path = f"{entry.place.path}.{'patient' if entry.kind in ('Immunization', 'AllergyIntolerance') else 'subject'}"
        subject = self._references.resolve(entry.parsed.subject, entry.scope)
        if subject in self._lost:
            self.passed["about a patient that was skipped"] += 1
        elif subject and not subject.startswith("Patient/"):
            self.passed["about something other than a patient"] += 1
        elif subject not in held:
            raise Unusable(path, "names a Patient that is not in the input", "Add that Patient to the input")
        else:
            item = self._settle(entry, self._secrets[subject])
            if item is not None:
                held[subject].setdefault(_LISTS[entry.kind], []).append(item)

    def _settle(self, entry: Entry, secrets: frozenset[str]) -> Any:
        parsed = entry.parsed
        item = replace(parsed.item, reference=self._show(entry.reference, secrets))
        if entry.kind == "Encounter":
            zone = self._zone(parsed.link, parsed.label, entry.scope, secrets)
            return replace(item, zone=zone) if zone else item
        if entry.kind in ("MedicationRequest", "MedicationStatement"):
            reasons = (*(self._reason(link, entry.scope) for link in parsed.reasons), *item.reasons)
            drug = self._drug(entry) if parsed.link or parsed.label else item.concept
            return replace(item, reasons=reasons, concept=drug)
        return item

    def _reason(self, link: str, scope: Scope) -> str:
        return self._references.resolve(link, scope) or "a resource that is not in the input"

    def _drug(self, entry: Entry) -> Concept:
        parsed = entry.parsed
        known = self._entries.get(self._references.resolve(parsed.link, entry.scope))
        if known is not None and isinstance(known.parsed.item, Concept):
            return known.parsed.item
        if parsed.label:
            return Concept(text=parsed.label)
        path = f"{entry.place.path}.medicationReference"
        raise Unusable(path, "names a Medication that is not in the input", "Add that Medication to the input")

    def _zone(self, link: str, label: str, scope: Scope, secrets: frozenset[str] = frozenset()) -> str:
        where = self._references.resolve(link, scope)
        ident = where.partition("/")[2]
        known = self._entries.get(where)
        return zone_of(ident, known.parsed.item if known else label, secrets)

    def _people(self, result: FhirInput) -> None:
        for entry in self._entries.values():
            if entry.kind == "Practitioner":
                result.practitioners[entry.reference] = entry.parsed.item
        for entry in self._entries.values():
            role = entry.parsed.item
            if isinstance(role, Role) and (who := self._references.resolve(role.practitioner, entry.scope)):
                known = result.practitioners.get(who, Practitioner(who))
                zones = (self._zone(link, label, entry.scope) for link, label in role.locations)
                result.practitioners[who] = replace(
                    known,
                    roles=_merged(known.roles, role.roles),
                    specialties=_merged(known.specialties, role.specialties),
                    zones=_merged(known.zones, tuple(filter(None, zones))),
                )

    def _orders(self, result: FhirInput) -> None:
        found = {e.reference: e for e in self._entries.values() if isinstance(e.parsed.item, Order)}
        subjects = {ref: self._references.resolve(e.parsed.item.subject, e.scope) for ref, e in found.items()}
        for ref in found:
            self._show(ref, self._secrets.get(subjects[ref], frozenset()))
        places: dict[str, Place] = {}
        for ref, entry in found.items():
            subject = subjects[ref]
            if subject in self._lost:
                self.passed["about a patient that was skipped"] += 1
                continue
            if subject.startswith("Patient/") and subject not in self._secrets:
                name = "for" if entry.kind == "Task" else "subject"
                problem = Unusable(
                    f"{entry.place.path}.{name}",
                    "names a Patient that is not in the input",
                    "Add that Patient to the input",
                )
                self._fail(entry.place, problem)
                continue
            shown = self._public.get(ref, ref)
            result.orders[shown] = self._order(entry, shown, subject)
            places[shown] = entry.place
        self._check_after(result.orders, places)

    def _check_after(self, orders: dict[str, Order], places: dict[str, Place]) -> None:
        """Leave out orders whose ``after`` input names none of the others; again, for what named those."""
        while bad := [ref for ref, order in orders.items() if any(name not in orders for name in order.after)]:
            for ref in bad:
                path = f"{places[ref].path}.input"
                del orders[ref]
                self._fail(
                    places[ref],
                    Unusable(path, "comes after a Task that is not in the input", "Add that Task, or leave it out"),
                )

    def _order(self, entry: Entry, shown: str, subject: str) -> Order:
        item: Order = entry.parsed.item

        def one(link: str) -> str:
            found = self._references.resolve(link, entry.scope)
            return self._public.get(found, found)

        def many(links: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(dict.fromkeys(filter(None, map(one, links))))

        return replace(
            item,
            reference=shown,
            task_id=shown.replace("/", "|", 1),
            where=str(entry.place),
            subject=self._public.get(subject, subject),
            encounter=one(item.encounter),
            requester=one(item.requester),
            owner=one(item.owner),
            based_on=many(item.based_on),
            part_of=many(item.part_of),
            after=many(item.after),
            focus=one(item.focus),
        )


def _merged(first: tuple[Any, ...], second: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys((*first, *second)))
