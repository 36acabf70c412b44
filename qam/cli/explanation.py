"""What an error says, in the three parts that every error object has: what is wrong, where, and what to do."""

from __future__ import annotations

from typing import Any


def explained(error: Exception) -> dict[str, Any]:
    """An error as data: `type`, `message`, `what`, `where`, `hint`; the last two are null where there is nothing."""
    what, where, hint = _parts(error)
    return {"type": type(error).__name__, "message": str(error), "what": what, "where": where, "hint": hint}


def usage(error: Any, message: str) -> dict[str, Any]:
    """The parser's errors the same way.

    Parameters
    ----------
    error
        A usage error of the parser; where it knows the option and the command they are named.
    message
        Its text.
    """
    parameter, context = getattr(error, "param", None), getattr(error, "ctx", None)
    names = getattr(parameter, "opts", None) or [getattr(parameter, "name", None)]
    where = getattr(error, "option_name", None) or names[0]
    path = getattr(context, "command_path", None) or "qam"
    hint = f"`{path} --help` lists what it takes."
    return {"type": "UsageError", "message": message, "what": error.message or message, "where": where, "hint": hint}


def _parts(error: Exception) -> tuple[str, str | None, str | None]:
    from scheduler.errors import (
        InvalidAssignmentError,
        InvalidProblemError,
        MissingExtraError,
        ProblemTooLargeError,
        UnknownNameError,
    )
    from scheduler.formats.errors import AmbiguousFormatError, FormatError, UnknownFormatError

    text = str(error)
    match error:
        case FormatError():
            parts = error.what, f"{error.path}, {error.where}" if error.where else error.path, error.hint
        case AmbiguousFormatError():
            options = " or ".join(f"--format {name}" for name in error.candidates)
            parts = "its content fits several formats", error.path, f"give {options}"
        case UnknownFormatError():
            parts = "its content fits no format that is known", error.path, "--format NAME says where it goes wrong"
        case InvalidProblemError():
            where = error.array if error.index is None else f"{error.array}[{error.index}]"
            parts = f"{where} = {error.value!r}", where, error.advice
        case InvalidAssignmentError():
            where = "assignment" if error.task is None else f"assignment[{error.task}]"
            parts = f"{where} = {error.agent}", where, error.advice
        case UnknownNameError() | ProblemTooLargeError() | MissingExtraError():
            what, _, hint = text.partition(": ")
            return what, None, hint or None
        case _:
            return getattr(error, "what", None) or text, getattr(error, "where", None), getattr(error, "hint", None)
    return parts
