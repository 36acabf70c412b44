"""Patients and practitioners: what may be known of them, and what must stay out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from agents.fhir.clinical import Parsed
from agents.fhir.element import concept, concepts, first_code, flag, linked, parts, reference, text, when
from agents.fhir.moment import day
from agents.fhir.problem import Unusable
from agents.record import Concept, PatientRecord

Json = dict[str, Any]

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_SEXES = ("male", "female", "other", "unknown")


@dataclass(frozen=True, slots=True)
class Practitioner:
    """Someone who works here, without name or identifier.

    Parameters
    ----------
    reference : str
        ``Practitioner/<id>``.
    qualifications : tuple of Concept
        Of the Practitioner.
    roles, specialties : tuple of Concept
        Of all its PractitionerRoles.
    zones : tuple of str
        Zones (see `Encounter.zone`) where it works.
    """

    reference: str
    qualifications: tuple[Concept, ...] = ()
    roles: tuple[Concept, ...] = ()
    specialties: tuple[Concept, ...] = ()
    zones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Role:
    """A PractitionerRole: who, as what, where (references as written)."""

    practitioner: str
    roles: tuple[Concept, ...]
    specialties: tuple[Concept, ...]
    locations: tuple[tuple[str, str], ...]


def patient(res: Json, ref: str, at: str) -> Parsed:
    """Read a Patient, leaving names, identifiers, addresses and contacts behind."""
    born = text(res, "birthDate", at)
    try:
        birth_date = day(born) if born else None
    except ValueError:
        raise Unusable(f"{at}.birthDate", "is not a FHIR date", "Write YYYY, YYYY-MM or YYYY-MM-DD") from None
    sex = text(res, "gender", at) or "unknown"
    if sex not in _SEXES:
        raise Unusable(f"{at}.gender", "is none of male, female, other, unknown")
    dead = bool(flag(res, "deceasedBoolean", at)) or when(res, "deceasedDateTime", at) is not None
    return Parsed(
        PatientRecord(reference=ref, birth_date=birth_date, sex=sex, deceased=dead, language=_language(res, at)),
        secrets=names_and_identifiers(res),
    )


def _language(res: Json, at: str) -> str:
    spoken = [
        (flag(item, "preferred", path), first_code(concept(item, "language", path)))
        for item, path in parts(res, "communication", at)
    ]
    chosen = [code for preferred, code in spoken if preferred] or [code for _, code in spoken][:1]
    return chosen[0] if len(chosen) == 1 and _LANGUAGE.fullmatch(chosen[0]) else ""


def practitioner(res: Json, ref: str, at: str) -> Parsed:
    """Read a Practitioner."""
    held = tuple(concept(item, "code", path) for item, path in parts(res, "qualification", at))
    return Parsed(Practitioner(ref, held))


def practitioner_role(res: Json, ref: str, at: str) -> Parsed:  # noqa: ARG001 - all parsers are called alike
    """Read a PractitionerRole."""
    places = tuple((linked(item, path), text(item, "display", path)) for item, path in parts(res, "location", at))
    who = reference(res, "practitioner", at)
    return Parsed(Role(who, concepts(res, "code", at), concepts(res, "specialty", at), places))


def names_and_identifiers(res: Json) -> frozenset[str]:
    """Words and values of a Patient that must not be shown, in lower case; reads anything without failing."""
    found: set[str] = set()
    values: set[str] = set()
    for human in _dicts(res.get("name")):
        for key in ("family", "text"):
            if isinstance(human.get(key), str):
                found.update(human[key].split())
                found.add(human[key])
        given = human.get("given")
        for word in given if isinstance(given, list) else []:
            if isinstance(word, str):
                found.update((word, *word.split()))
    for bearer in (*_dicts(res.get("identifier")), *_dicts(res.get("telecom"))):
        if isinstance(bearer.get("value"), str):
            values.add(bearer["value"].lower())
    return frozenset(word.lower() for word in found if len(word) > 2) | (values - {""})


def _dicts(value: Any) -> list[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def location(res: Json, ref: str, at: str) -> Parsed:  # noqa: ARG001 - all parsers are called alike
    """Read a Location: its name, '' for someone's home."""
    kinds = (concept(res, "physicalType", at), *concepts(res, "type", at))
    home = any(c.code in ("ho", "PTRES") for kind in kinds for c in kind.codings)
    return Parsed("" if home else text(res, "name", at))
