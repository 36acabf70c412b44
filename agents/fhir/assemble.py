"""From parsed items to whole records: references resolved, duplicates settled, ids made fit to be shown."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from agents.fhir.assemble_orders import assemble_orders
from agents.fhir.entry import Entry, Fail
from agents.fhir.fhir_input import FhirInput
from agents.fhir.naming import zone_of
from agents.fhir.people import Practitioner, Role
from agents.fhir.problem import Unusable
from agents.fhir.references import References
from agents.fhir.source import Scope
from agents.fhir.stand_ins import StandIns
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
        patients = (e for e in entries.values() if e.kind == "Patient")
        self._stand_ins = StandIns({e.reference: e.parsed.secrets for e in patients})
        self.passed: Counter[str] = Counter()

    def into(self, result: FhirInput) -> None:
        """Fill records, orders, practitioners and aliases of `result`."""
        held: dict[str, dict[str, list[Any]]] = {ref: {} for ref in self._stand_ins.secrets}
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
            shown = self._stand_ins.show_about(ref, ref)
            items: dict[str, Any] = {name: tuple(found) for name, found in lists.items()}
            result.records[shown] = replace(record, reference=shown, **items)
        self._people(result)
        result.orders = assemble_orders(
            self._entries.values(), self._references, self._stand_ins, self._lost, self._fail, self.passed
        )
        result.aliases = self._stand_ins.aliases

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
            item = self._settle(entry, self._stand_ins.secrets[subject])
            if item is not None:
                held[subject].setdefault(_LISTS[entry.kind], []).append(item)

    def _settle(self, entry: Entry, secrets: frozenset[str]) -> Any:
        parsed = entry.parsed
        item = replace(parsed.item, reference=self._stand_ins.show(entry.reference, secrets))
        if entry.kind == "Encounter":
            zone = self._zone(parsed.link, parsed.label, entry.scope, secrets)
            return replace(item, zone=zone) if zone else item
        if entry.kind in ("MedicationRequest", "MedicationStatement"):
            reasons = (*(self._reason(link, entry.scope, secrets) for link in parsed.reasons), *item.reasons)
            drug = self._drug(entry) if parsed.link or parsed.label else item.concept
            return replace(item, reasons=reasons, concept=drug)
        return item

    def _reason(self, link: str, scope: Scope, secrets: frozenset[str]) -> str:
        found = self._references.resolve(link, scope)
        return self._stand_ins.show(found, secrets) or "a resource that is not in the input"

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


def _merged(first: tuple[Any, ...], second: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys((*first, *second)))
