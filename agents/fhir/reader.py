"""Reads FHIR R4: every resource is parsed as it comes, references are resolved when all is known.

A reference may point forwards, into another file or at an identifier, so nothing can be attached to its patient
at once. What waits is small: the parsed item, not the JSON.
"""

from __future__ import annotations

import gc
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from agents.errors import InputError
from agents.fhir import clinical, encounter, medication, order, people
from agents.fhir.assemble import Assembler
from agents.fhir.clinical import Parsed
from agents.fhir.element import part, text, when
from agents.fhir.entry import Entry
from agents.fhir.fhir_input import FhirInput
from agents.fhir.other_versions import R4_TYPES
from agents.fhir.problem import Place, Skipped, Unreadable, Unusable, WrongVersion
from agents.fhir.references import References, id_in_url
from agents.fhir.source import Found, files_of, resources_of

Json = dict[str, Any]

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def _drug(res: Json, ref: str, at: str) -> Parsed:  # noqa: ARG001 - all parsers are called alike
    return Parsed(medication.drug_of(res, at))


_PARSERS: dict[str, Callable[[Json, str, str], Parsed]] = {
    "Patient": people.patient,
    "Encounter": encounter.encounter,
    "Condition": clinical.condition,
    "Observation": clinical.observation,
    "MedicationRequest": medication.medication_request,
    "MedicationStatement": medication.medication_statement,
    "Medication": _drug,
    "Procedure": clinical.procedure,
    "Immunization": clinical.immunisation,
    "AllergyIntolerance": clinical.allergy,
    "Practitioner": people.practitioner,
    "PractitionerRole": people.practitioner_role,
    "Location": people.location,
    "Task": order.task,
    "ServiceRequest": order.service_request,
}


def read(
    paths: str | Path | Iterable[str | Path], *, skip_unusable: bool = False, now: datetime | None = None
) -> FhirInput:
    """Read FHIR R4 Bundles, resources and bulk ndjson.

    Parameters
    ----------
    paths : path or iterable of paths
        Files, or folders whose ``*.json`` and ``*.ndjson`` files are read, at any depth.
    skip_unusable : bool
        Leave out what cannot be used and list it in ``skipped``, instead of raising. Another FHIR version is
        always refused.
    now : datetime, optional
        The present, for `FhirInput.latest`: later moments do not count. Default: the clock of the machine.

    Raises
    ------
    InputError
        When something cannot be used; it names the file, the line of an ndjson file and the JSON path, and never
        holds a value.
    """
    given = [paths] if isinstance(paths, (str, Path)) else list(paths)
    reader = _Reader(skip_unusable, now or datetime.now(UTC))
    try:
        files = files_of(given)
    except Unreadable as problem:
        raise InputError(problem.what, where=problem.path, hint=problem.hint) from None
    with _no_collection():
        for number, path in enumerate(files, start=1):
            for found in resources_of(path, number, len(files)):
                reader.take(found)
        return reader.finish()


@contextmanager
def _no_collection() -> Iterator[None]:
    """Hold the garbage collector back: reading makes millions of objects, none of them garbage in a cycle."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Reader:
    def __init__(self, skip: bool, now: datetime) -> None:
        self._skip = skip
        self._horizon = now + timedelta(days=1)
        self._entries: dict[str, Entry] = {}
        self._again: list[Entry] = []
        self._references = References()
        self._lost: set[str] = set()
        self._passed: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()
        self._sources: dict[str, None] = {}
        self._result = FhirInput()

    def take(self, found: Found) -> None:
        self._sources[found.place.source] = None
        if found.failure:
            self._fail(found.place, found.failure)
            return
        self._counts[found.kind] += 1
        if found.kind not in R4_TYPES:
            self._passed[found.kind] += 1
            return
        try:
            self._parse(found)
        except Unusable as problem:
            self._fail(found.place, problem)

    def _parse(self, found: Found) -> None:
        res, at = found.resource, found.place.path
        parser = _PARSERS.get(found.kind)
        ref = _reference_of(found)
        self._references.add(ref, res, found.url, found.scope, at)
        if parser is None:
            self._passed[found.kind] += 1
            return
        if _in_error(res):
            self._passed["entered-in-error"] += 1
            return
        try:
            parsed = parser(res, ref, at)
            updated = when(part(res, "meta", at), "lastUpdated", f"{at}.meta")
        except Unusable:
            if found.kind == "Patient":
                self._lost.add(ref)
            raise
        latest = self._result.latest
        if parsed.moment and parsed.moment <= self._horizon and (latest is None or parsed.moment > latest):
            self._result.latest = parsed.moment
        entry = Entry(ref, parsed, found.place, found.scope, updated)
        if self._entries.setdefault(ref, entry) is not entry:
            self._again.append(entry)

    def finish(self) -> FhirInput:
        for entry in self._again:
            try:
                self._settle_duplicate(entry)
            except Unusable as problem:
                self._fail(entry.place, problem)
        result = self._result
        assembler = Assembler(self._entries, self._references, self._lost, self._fail)
        assembler.into(result)
        result.counts = dict(sorted(self._counts.items()))
        result.passed_over = dict(sorted((self._passed + assembler.passed).items()))
        result.sources = tuple(self._sources)
        if not result.records:
            hint = "Give a Bundle, a resource or an ndjson export that holds Patient resources"
            if result.skipped:
                hint = f"Unusable and skipped: {len(result.skipped)}, the first at {result.skipped[0].where}"
            raise InputError("holds no usable Patient", where=_few(result.sources), hint=hint)
        return result

    def _settle_duplicate(self, entry: Entry) -> None:
        first = self._entries[entry.reference]
        if self._same(first, entry):
            self._passed["repeated"] += 1
        elif first.updated and entry.updated and first.updated != entry.updated:
            self._passed["older version"] += 1
            if entry.updated > first.updated:
                self._entries[entry.reference] = entry
        else:
            raise Unusable(
                entry.place.path,
                f"differs from the {entry.kind} of the same id at {first.place}",
                "Give each resource its own id, or meta.lastUpdated to tell which is newer",
            )

    def _same(self, one: Entry, other: Entry) -> bool:
        return self._plain(one) == self._plain(other)

    def _plain(self, entry: Entry) -> tuple[Any, ...]:
        p, scope = entry.parsed, entry.scope
        links = (p.subject, p.link, *p.reasons)
        return (p.item, p.secrets, *(self._references.resolve(link, scope) or link for link in links))

    def _fail(self, place: Place, problem: Unusable) -> None:
        where = place.at(problem.path)
        if not self._skip or isinstance(problem, WrongVersion):
            raise InputError(problem.what, where=where, hint=problem.hint) from None
        self._result.skipped.append(Skipped(where, f"{problem.what}. {problem.hint}"))


def _reference_of(found: Found) -> str:
    ident = text(found.resource, "id", found.place.path) or id_in_url(found.url)
    if not ident:
        if found.kind == "Patient":
            raise Unusable(f"{found.place.path}.id", "is missing, so nothing can refer to it", "Add an id")
        ident = str(uuid5(NAMESPACE_URL, json.dumps(found.resource, sort_keys=True)))
    elif not _ID.fullmatch(ident):
        raise Unusable(f"{found.place.path}.id", "is not a FHIR id: letters, digits, '-' and '.', at most 64")
    return f"{found.kind}/{ident}"


def _in_error(res: Json) -> bool:
    if res.get("status") == "entered-in-error":
        return True
    verified = res.get("verificationStatus")
    codings = verified.get("coding") if isinstance(verified, dict) else None
    return isinstance(codings, list) and any(
        isinstance(c, dict) and c.get("code") == "entered-in-error" for c in codings
    )


def _few(sources: tuple[str, ...]) -> str:
    return sources[0] if len(sources) == 1 else f"{sources[0]} and {len(sources) - 1} more" if sources else "input"
