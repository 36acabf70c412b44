"""YAML and JSON that people write: read fast, and when something is wrong, named by file, line and path."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from agents.errors import InputError

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_document(path: Path) -> Any:
    """Read a YAML or JSON file.

    Raises
    ------
    InputError
        When the file cannot be read or parsed, or holds nothing; names file, line and column.
    """
    text = _text(path)
    try:
        found = yaml.load(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{path}, line {mark.line + 1}, column {mark.column + 1}" if mark else str(path)
        raise InputError(
            f"not valid {_kind(path)}: {error.problem or 'cannot be parsed'}",
            where=place,
            hint="A missing bracket or quote, or a file that was cut short, is the usual cause.",
        ) from None
    if found is None:
        raise InputError("the file is empty", where=str(path), hint="See the schema in docs/schemas.")
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("not UTF-8 text", where=str(path), hint="Save it as UTF-8.") from None
    except OSError as error:
        raise InputError(
            f"cannot be read ({error.strerror or type(error).__name__})",
            where=str(path),
            hint="Check the path and its permissions.",
        ) from None


def _kind(path: Path) -> str:
    return "JSON" if path.suffix == ".json" else "YAML"


def line_of(path: Path, place: Sequence[str | int]) -> int | None:
    """Line (from 1) of the node at `place` in the document, or of its nearest ancestor that exists."""
    try:
        node: Any = yaml.compose(_text(path), Loader=_LOADER)
    except (yaml.YAMLError, InputError):
        return None
    for step in place:
        below = _child(node, step)
        if below is None:
            break
        node = below
    return None if node is None else node.start_mark.line + 1


def _child(node: Any, step: str | int) -> Any:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step]
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(step)), None)
    return None


def json_path(place: Sequence[str | int]) -> str:
    """JSON path of `place`, such as ``$.agents[3].cost``."""
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)


def input_error(
    what: str, path: Path | None, place: Sequence[str | int], hint: str | None = None, **data: Any
) -> InputError:
    """Make the InputError that names file, line and JSON path of `place`."""
    where = json_path(place)
    if path is not None:
        line = line_of(path, place)
        where = f"{path}, line {line}, {where}" if line else f"{path}, {where}"
    return InputError(
        what, where=where, hint=hint, path=str(path) if path else None, json_path=json_path(place), **data
    )


def from_validation(error: ValidationError, path: Path | None, prefix: Sequence[str | int]) -> InputError:
    """Turn pydantic's first complaint into ours; the others are counted. Values given are not repeated."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = [*prefix, *(step for step in first["loc"] if step != "[key]")]
    what = first["msg"].removeprefix("Value error, ")
    hint = None
    if first["type"] == "extra_forbidden":
        what, hint = (
            f"unknown field {first['loc'][-1]!r}",
            "Remove it, or see docs/schemas for the fields there are.",
        )
    elif first["type"] == "missing":
        what = f"field {first['loc'][-1]!r} is missing"
        place = place[:-1]
    more = error.error_count() - 1
    if more:
        what += f" (and {more} more {'problem' if more == 1 else 'problems'} here)"
    return input_error(what, path, place, hint)
