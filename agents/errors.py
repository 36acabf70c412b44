"""Errors of the agents room.

Every error carries what is wrong (`what`), where (`where`), what to do (`hint`) and further data, so that a
program can act on it and a person can mend it. No message ever holds a patient's data: places are named by
file, line and JSON path, subjects by reference.
"""

from __future__ import annotations

from typing import Any


class AgentsError(Exception):
    """Base of all errors of this room.

    Parameters
    ----------
    what : str
        What is wrong, one sentence without a full stop.
    where : str, optional
        File, line, JSON path or task id.
    hint : str, optional
        What to do about it.
    **data
        Facts for programs, kept in `data`.
    """

    def __init__(self, what: str, *, where: str | None = None, hint: str | None = None, **data: Any) -> None:
        self.what, self.where, self.hint, self.data = what, where, hint, data
        text = f"{where}: {what}" if where else what
        stop = "" if text.endswith("?") else "."
        super().__init__(f"{text}{stop} {hint}" if hint else text)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.what, self.where, self.hint, self.data)


def _rebuild(
    kind: type[AgentsError], what: str, where: str | None, hint: str | None, data: dict[str, Any]
) -> AgentsError:
    return kind(what, where=where, hint=hint, **data)


class InputError(AgentsError):
    """Input that cannot be used: `where` names the file and, where known, its line or JSON path."""


class UnitError(AgentsError):
    """A quantity whose unit does not fit what is asked of it."""


class UnknownSkillError(AgentsError):
    """A skill name that the registry does not hold."""


class RecordAccessError(AgentsError):
    """A handler asked for a record that its task does not give it."""


class HandlerError(AgentsError):
    """A handler that cannot be found, loaded or called."""
