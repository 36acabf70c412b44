"""Typed reading of JSON elements: each function checks what it reads and names the path of what is wrong.

Values never get into a message: they may be a patient's.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

from agents.fhir.moment import endless, moment
from agents.fhir.problem import Unusable
from agents.record import UCUM, Coding, Concept, Quantity

Json = dict[str, Any]

_DATE_HINT = "Write YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with a zone"


def text(data: Json, key: str, at: str) -> str:
    """The string at `key`, '' where there is none."""
    value = data.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unusable(f"{at}.{key}", "must be a text")
    return value


def needed(data: Json, key: str, at: str) -> str:
    """The string at `key`, which R4 requires."""
    value = text(data, key, at)
    if not value:
        raise Unusable(f"{at}.{key}", "is missing, and FHIR R4 requires it", "Add it in the source")
    return value


def flag(data: Json, key: str, at: str) -> bool | None:
    """The boolean at `key`."""
    value = data.get(key)
    if value is not None and not isinstance(value, bool):
        raise Unusable(f"{at}.{key}", "must be true or false")
    return value


def number(data: Json, key: str, at: str) -> float | None:
    """The finite number at `key`."""
    value = data.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Unusable(f"{at}.{key}", "must be a number")
    try:
        result = float(value)
    except OverflowError:
        result = math.inf
    if not math.isfinite(result):
        raise Unusable(f"{at}.{key}", "is too large a number")
    return result


def part(data: Json, key: str, at: str) -> Json:
    """The object at `key`, empty where there is none."""
    value = data.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Unusable(f"{at}.{key}", "must be an object")
    return value


def parts(data: Json, key: str, at: str) -> Iterator[tuple[Json, str]]:
    """The objects of the list at `key`, each with its path."""
    values = data.get(key)
    if values is None:
        return
    if not isinstance(values, list):
        raise Unusable(f"{at}.{key}", "must be a list")
    for index, value in enumerate(values):
        path = f"{at}.{key}[{index}]"
        if not isinstance(value, dict):
            raise Unusable(path, "must be an object")
        yield value, path


def when(data: Json, key: str, at: str, *, last: bool = False) -> datetime | None:
    """The date or time at `key`, in UTC."""
    value = text(data, key, at)
    if not value:
        return None
    try:
        return moment(value, last=last)
    except ValueError:
        raise Unusable(f"{at}.{key}", "is not a FHIR date", _DATE_HINT) from None


def period(data: Json, key: str, at: str) -> tuple[datetime | None, datetime | None]:
    """Start and end of the Period at `key`; an end such as 9999-12-31 is none."""
    value = part(data, key, at)
    if not value:
        return None, None
    path = f"{at}.{key}"
    end = when(value, "end", path, last=True)
    return when(value, "start", path), None if end and endless(end) else end


def concept(data: Json, key: str, at: str) -> Concept:
    """The CodeableConcept at `key`, empty where there is none."""
    value = part(data, key, at)
    return coded(value, f"{at}.{key}") if value else _EMPTY


def concepts(data: Json, key: str, at: str) -> tuple[Concept, ...]:
    """The CodeableConcepts of the list at `key`."""
    return tuple(coded(value, path) for value, path in parts(data, key, at))


def coded(value: Json, at: str) -> Concept:
    """A CodeableConcept."""
    codings = tuple(
        (text(c, "system", path), text(c, "code", path), text(c, "display", path))
        for c, path in parts(value, "coding", at)
    )
    return _concept(codings, text(value, "text", at))


@lru_cache(maxsize=65536)
def _concept(codings: tuple[tuple[str, str, str], ...], label: str) -> Concept:
    """Equal concepts are one object: an export repeats a few thousand of them millions of times."""
    return Concept(tuple(Coding(*c) for c in codings if c[1] or c[2]), label)


_EMPTY = Concept()


def first_code(value: Concept) -> str:
    """The first code of a concept, such as a status written as a CodeableConcept; '' where there is none."""
    return next((c.code for c in value.codings if c.code), "")


def quantity(data: Json, key: str, at: str) -> Quantity | None:
    """The Quantity at `key` with its UCUM code, else its unit as written; None without a number.

    A quantity with a comparator (``<5``) is no number to reckon with: None as well (see `bounded`).
    """
    value = part(data, key, at)
    if not value:
        return None
    path = f"{at}.{key}"
    amount = number(value, "value", path)
    if amount is None or text(value, "comparator", path):
        return None
    unit, code = text(value, "unit", path), text(value, "code", path)
    return Quantity(amount, code if code and (not unit or text(value, "system", path) == UCUM) else unit)


def bounded(data: Json, key: str, at: str) -> str:
    """The Quantity at `key` as a text when it is only a bound, such as ``<5 mg/dL``; '' otherwise."""
    value = part(data, key, at)
    comparator = text(value, "comparator", f"{at}.{key}")
    amount = number(value, "value", f"{at}.{key}")
    if not comparator or amount is None:
        return ""
    unit = text(value, "unit", f"{at}.{key}") or text(value, "code", f"{at}.{key}")
    return f"{comparator}{amount:g} {unit}".strip()


def reference(data: Json, key: str, at: str) -> str:
    """The Reference at `key` as one text, '' where there is none; one by identifier only becomes conditional."""
    value = part(data, key, at)
    return linked(value, f"{at}.{key}") if value else ""


def references(data: Json, key: str, at: str) -> tuple[str, ...]:
    """The References of the list at `key`."""
    found = (linked(value, path) for value, path in parts(data, key, at))
    return tuple(link for link in found if link)


def linked(value: Json, at: str) -> str:
    """A Reference as one text: ``Type/id``, a URL, ``#id`` or ``Type?identifier=system|value``."""
    link = text(value, "reference", at)
    if link:
        return link
    token = token_of(part(value, "identifier", at), f"{at}.identifier")
    return f"{text(value, 'type', at)}?identifier={token}" if token else ""


def token_of(identifier: Json, at: str) -> str:
    """An Identifier as ``system|value``, '' without a value."""
    value = text(identifier, "value", at)
    return f"{text(identifier, 'system', at)}|{value}" if value else ""


def contained(res: Json, link: str, at: str) -> tuple[Json, str]:
    """The contained resource that ``#id`` names, with its path; empty where it is not there."""
    for inner, path in parts(res, "contained", at):
        if inner.get("id") == link[1:]:
            return inner, path
    return {}, at
