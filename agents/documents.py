"""YAML and JSON that people write: read fast, and when something is wrong, named by file, line and path."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from agents.errors import InputError

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 200
_BRACKET = re.compile(r"[\[{\]}]")
_DASHES = re.compile(rf"(?:[-?] +){{{_DEEPEST}}}")


def load_document(path: Path) -> Any:
    """Read a YAML or JSON file.

    Raises
    ------
    InputError
        When the file cannot be read or parsed, or holds nothing; names file, line and column.
    """
    text = _text(path)
    if odd := yaml.reader.Reader.NON_PRINTABLE.search(text):
        line, column = text.count("\n", 0, odd.start()) + 1, odd.start() - text.rfind("\n", 0, odd.start())
        raise InputError(
            f"holds a control character (U+{ord(odd[0]):04X})",
            where=f"{path}, line {line}, column {column}",
            hint="Remove it.",
        )
    if _too_deep(text):
        raise _not_valid(path, "nested too deeply", None, "See the schema in docs/schemas.")
    try:
        found = yaml.load(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        what, at = error.problem or "cannot be parsed", error.problem_mark
        hint = "A missing bracket or quote, or a file that was cut short, is the usual cause."
        raise _not_valid(path, what, at, hint) from None
    except ValueError:
        at = _impossible(text)
        what = "a value that does not exist, such as the 30th of February"
        raise _not_valid(path, what, at, "Correct it, or put it in quotes if it is a text.") from None
    except (yaml.YAMLError, TypeError, RecursionError):
        raise _not_valid(path, "cannot be parsed", None, "See the schema in docs/schemas.") from None
    if found is None:
        raise InputError("the file is empty", where=str(path), hint="See the schema in docs/schemas.")
    return found


def _too_deep(text: str) -> bool:
    """Whether lists in lists go so deep that the parser, which is written in C, would end the process."""
    depth = deepest = 0
    for found in _BRACKET.finditer(text):
        depth = depth + 1 if found[0] in "[{" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    return deepest > _DEEPEST or _DASHES.search(text) is not None


def _not_valid(path: Path, what: str, mark: Any, hint: str) -> InputError:
    place = f"{path}, line {mark.line + 1}, column {mark.column + 1}" if mark else str(path)
    return InputError(f"not valid {_kind(path)}: {what}", where=place, hint=hint)


def _impossible(text: str) -> Any:
    """Where the first scalar stands that looks like a value and is none."""
    maker, waiting = yaml.SafeLoader(""), [yaml.compose(text, Loader=_LOADER)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.ScalarNode):
            try:
                maker.construct_object(node)
            except ValueError:
                return node.start_mark
        elif isinstance(node, yaml.MappingNode):
            waiting += [part for pair in reversed(node.value) for part in reversed(pair)]
        elif isinstance(node, yaml.SequenceNode):
            waiting += reversed(node.value)
    return None


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
