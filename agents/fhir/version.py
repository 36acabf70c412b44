"""Tells a resource of another FHIR version from one of R4, by what it says of itself and by its elements."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from agents.fhir.other_versions import OTHER_ELEMENTS, OTHER_TYPES, R4_TYPES
from agents.fhir.problem import Unreadable, WrongVersion

Json = dict[str, Any]

_NAMES = {"1.0": "DSTU2", "0.5": "DSTU2", "0.4": "DSTU2", "3.0": "STU3", "3.5": "STU3", "5.0": "R5"}
_R4_NUMBERS = ("4.0", "4.1", "4.3")
_NUMBER = re.compile(r"(\d+\.\d+)(?:\.\d+)?(?:-[a-z0-9]+)?")
_IN_URL = re.compile(
    r"^https?://hl7\.org/fhir/(\d+\.\d+)/|^https?://hl7\.org/fhir/StructureDefinition/[^|]+\|(\d+\.\d+)"
)
_BY_NAME = re.compile(r"/(DSTU2|STU3|R5)/")


def check_version(resource: Json, at: str) -> str:
    """Return the type of an R4 resource.

    Raises
    ------
    WrongVersion
        When it is of another FHIR version.
    Unreadable
        When it is no FHIR resource at all.
    """
    kind = resource.get("resourceType")
    if not isinstance(kind, str):
        raise Unreadable(at, "is not a FHIR resource (no resourceType)", "Give FHIR R4 as JSON")
    if kind not in R4_TYPES:
        if kind in OTHER_TYPES:
            _refuse(at, OTHER_TYPES[kind], f"resource type {kind}")
        raise Unreadable(f"{at}.resourceType", "is not a resource type of FHIR R4", "Give FHIR R4 as JSON")
    _by_statement(resource, at)
    for name, version in OTHER_ELEMENTS.get(kind, {}).items():
        if resource.get(name) is not None:
            _refuse(f"{at}.{name}", version, f"{kind}.{name}")
    if shape := _SHAPES.get(kind):
        shape(resource, at)
    return kind


def _refuse(at: str, version: str, sign: str) -> None:
    raise WrongVersion(
        at,
        f"this is FHIR {version}, known by its {sign}; only FHIR R4 (4.0.1, also R4B) is read",
        "Ask the sender for an R4 export, or convert it to R4 first",
    )


def _by_statement(resource: Json, at: str) -> None:
    stated = resource.get("fhirVersion")
    for value in stated if isinstance(stated, list) else [stated]:
        if isinstance(value, str) and (match := _NUMBER.fullmatch(value)):
            _check_number(match[1], f"{at}.fhirVersion", "fhirVersion")
    meta = resource.get("meta")
    profiles = meta.get("profile") if isinstance(meta, dict) else None
    for index, url in enumerate(profiles if isinstance(profiles, list) else []):
        if not isinstance(url, str):
            continue
        place = f"{at}.meta.profile[{index}]"
        if match := _IN_URL.match(url):
            _check_number(match[1] or match[2], place, "meta.profile")
        elif match := _BY_NAME.search(url):
            _refuse(place, match[1], "meta.profile")


def _check_number(number: str, at: str, sign: str) -> None:
    if number not in _R4_NUMBERS:
        _refuse(at, _NAMES.get(number, number), sign)


def _encounter(resource: Json, at: str) -> None:
    value = resource.get("class")
    if isinstance(value, list):
        _refuse(f"{at}.class", "R5", "Encounter.class as a list")
    if isinstance(value, str):
        _refuse(f"{at}.class", "DSTU2", "Encounter.class as a code")
    reason = resource.get("reason")
    if isinstance(reason, list) and reason:
        newer = isinstance(reason[0], dict) and ("value" in reason[0] or "use" in reason[0])
        _refuse(f"{at}.reason", "R5" if newer else "DSTU2 or STU3", "Encounter.reason")


def _clinical_status(resource: Json, at: str) -> None:
    for name in ("clinicalStatus", "verificationStatus"):
        if isinstance(resource.get(name), str):
            kind = resource["resourceType"]
            _refuse(f"{at}.{name}", "DSTU2 or STU3", f"{kind}.{name} as a plain code")


def _medication_request(resource: Json, at: str) -> None:
    requester = resource.get("requester")
    if isinstance(requester, dict) and "agent" in requester:
        _refuse(f"{at}.requester.agent", "STU3", "MedicationRequest.requester.agent")
    for index, dose in enumerate(_list(resource.get("dosageInstruction"))):
        if isinstance(dose, dict) and ("doseQuantity" in dose or "doseRange" in dose):
            _refuse(f"{at}.dosageInstruction[{index}]", "STU3", "dosageInstruction.doseQuantity")


def _service_request(resource: Json, at: str) -> None:
    code = resource.get("code")
    if isinstance(code, dict) and ("concept" in code or "reference" in code):
        _refuse(f"{at}.code", "R5", "ServiceRequest.code as a CodeableReference")


def _task(resource: Json, at: str) -> None:
    if isinstance(resource.get("reason"), list):
        _refuse(f"{at}.reason", "R5", "Task.reason as a list")
    if isinstance(resource.get("reason"), dict):
        _refuse(f"{at}.reason", "STU3", "Task.reason")
    requester = resource.get("requester")
    if isinstance(requester, dict) and "agent" in requester:
        _refuse(f"{at}.requester.agent", "STU3", "Task.requester.agent")


def _practitioner(resource: Json, at: str) -> None:
    if isinstance(resource.get("name"), dict):
        _refuse(f"{at}.name", "DSTU2", "Practitioner.name as an object")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


_SHAPES: dict[str, Callable[[Json, str], None]] = {
    "Encounter": _encounter,
    "Condition": _clinical_status,
    "AllergyIntolerance": _clinical_status,
    "MedicationRequest": _medication_request,
    "ServiceRequest": _service_request,
    "Task": _task,
    "Practitioner": _practitioner,
}
"""Elements that R4 has too, in another shape."""
