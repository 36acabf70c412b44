"""Files to resources: Bundles, single resources and bulk ndjson, each resource with its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from agents.fhir.naming import cautious_name, shown_name
from agents.fhir.problem import Place, Unreadable, Unusable
from agents.fhir.version import check_version

Json = dict[str, Any]
_R4_JSON = "Give FHIR R4 as JSON (a Bundle, a resource, or bulk ndjson)"
_HEAD = 65536
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(slots=True)
class Scope:
    """What one Bundle (or one file) calls its resources: full URL to ``Type/id``."""

    urls: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """One resource and where it stands; `failure` instead of a resource where it could not be read."""

    kind: str
    resource: Json
    place: Place
    scope: Scope
    url: str = ""
    failure: Unusable | None = None


def files_of(paths: Iterable[str | Path]) -> list[Path]:
    """The files below `paths`: files as given, folders as their ``*.json`` and ``*.ndjson``, sorted.

    Raises
    ------
    Unreadable
        When there is no such path, or a folder holds no such file.
    """
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix in (".json", ".ndjson") and p.is_file())
            if not inside:
                raise Unreadable(str(path), "holds no *.json or *.ndjson file", _R4_JSON)
            found.update(dict.fromkeys(inside))
        elif path.is_file():
            found[path] = None
        else:
            raise Unreadable(str(path), "there is no such file or folder", "Check the path")
    if not found:
        raise Unreadable("input", "is empty: no file was given", _R4_JSON)
    return list(found)


def resources_of(path: Path, number: int = 1, total: int = 1) -> Iterator[Found]:
    """Every resource of a file; what cannot be read is given as a `Found` with its failure.

    Parameters
    ----------
    path : Path
        The file.
    number, total : int
        Which of how many files it is: named so where its own name may not be shown.
    """
    label = cautious_name(path, number, total)
    try:
        with path.open("rb") as file:
            head = _checked(file.read(_HEAD))
            file.seek(0)
            if path.suffix == ".ndjson":
                first = head.lstrip().partition("\n")[0]
                label = shown_name(path, head, number, total) if _parses(first) else label
                yield from _from_lines(file, label)
                return
            raw = file.read()
        text = _decoded(raw)
        del raw
        if _is_ndjson(text):
            label = shown_name(path, text, number, total)
            yield from _from_lines(text.encode().splitlines(), label)
        else:
            resource = _parsed(text, "$")
            label = shown_name(path, text, number, total)
            yield from _from_resource(resource, Place(label), Scope())
    except OSError:
        problem = Unreadable("$", "cannot be opened", "Check that it may be read")
        yield Found("", {}, Place(label), Scope(), failure=problem)
    except Unusable as failure:
        yield Found("", {}, Place(label), Scope(), failure=failure)


def _checked(head: bytes) -> str:
    """The beginning of a file as text, when it may be JSON."""
    if head[:2] == b"\x1f\x8b" or head[:4] == b"PK\x03\x04":
        raise Unreadable("$", "is compressed", "Unpack it first")
    text = head.decode("utf-8-sig", "replace")
    if text.lstrip()[:1] == "<":
        raise Unreadable("$", "looks like HTML or XML, not JSON", _R4_JSON)
    return text


def _decoded(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("$", f"is not UTF-8 text (byte {error.start})", "Save it as UTF-8") from None
    if not text.strip():
        raise Unreadable("$", "is empty", _R4_JSON)
    return text


def _is_ndjson(text: str) -> bool:
    """Whether a file without the ending is ndjson: its first line is a whole object, and more follows."""
    first, _, rest = text.lstrip().partition("\n")
    return bool(rest.strip()) and first.rstrip().endswith("}") and _parses(first)


def _parses(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _constant(name: str) -> NoReturn:
    msg = f"{name} is not JSON"
    raise ValueError(msg)


def _parsed(text: str, at: str) -> Json:
    try:
        value = json.loads(text, parse_constant=_constant)
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        what = "is cut off" if cut else "is not JSON"
        where = f"line {error.lineno}, column {error.colno}"
        hint = "Fetch or export the file again" if cut else _R4_JSON
        raise Unreadable(at, f"{what} at {where}", hint) from None
    except ValueError:
        raise Unreadable(at, "holds a number that JSON does not allow or that is too long", _R4_JSON) from None
    except RecursionError:
        raise Unreadable(at, "is nested too deeply", _R4_JSON) from None
    if not isinstance(value, dict):
        raise Unreadable(at, "is not a FHIR resource: it must be a JSON object", _R4_JSON)
    if _SURROGATE.search(text):
        _check_text(value, at)
    return value


def _check_text(value: Json, at: str) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Unreadable(at, "holds half of a Unicode surrogate pair", "Save it as UTF-8") from None


def _from_lines(lines: Iterable[bytes], label: str) -> Iterator[Found]:
    """Resources of ndjson, read line by line: an export may be larger than the memory."""
    scope = Scope()
    number = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = Place(label, number)
        try:
            value = _parsed(_decoded(line), "$")
            if "resourceType" not in value and "exportId" in value and "eventId" in value:
                yield Found("bulk export log", value, place, scope)
            else:
                yield from _from_resource(value, place, scope)
        except Unusable as failure:
            yield Found("", {}, place, scope, failure=failure)
    if not number:
        yield Found("empty file", {}, Place(label), scope)


def _from_resource(resource: Json, place: Place, scope: Scope, url: str = "") -> Iterator[Found]:
    kind = check_version(resource, place.path)
    if kind == "Bundle":
        yield from _from_bundle(resource, place)
    else:
        yield Found(kind, resource, place, scope, url)


def _from_bundle(bundle: Json, place: Place) -> Iterator[Found]:
    entries = bundle.get("entry")
    if not isinstance(entries, list) or not entries:
        raise Unreadable(f"{place.path}.entry", "is empty: this Bundle holds nothing", "Give one with entries")
    scope = Scope()
    for index, entry in enumerate(entries):
        at = f"{place.path}.entry[{index}]"
        inner = Place(place.source, place.line, f"{at}.resource")
        try:
            yield from _from_entry(entry, at, inner, scope)
        except Unusable as failure:
            yield Found("", {}, inner, scope, failure=failure)


def _from_entry(entry: Any, at: str, place: Place, scope: Scope) -> Iterator[Found]:
    if not isinstance(entry, dict):
        raise Unusable(at, "must be an object")
    resource, url = entry.get("resource"), entry.get("fullUrl")
    if resource is None:
        return
    if not isinstance(resource, dict):
        raise Unusable(f"{at}.resource", "must be an object")
    if url is not None and not isinstance(url, str):
        raise Unusable(f"{at}.fullUrl", "must be a text")
    yield from _from_resource(resource, place, scope, url or "")
