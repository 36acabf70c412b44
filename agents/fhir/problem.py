"""Where something stands in the input, and what makes a record unusable."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in the input.

    Parameters
    ----------
    source : str
        File, as it may be shown (a file name that holds a patient's name is withheld).
    line : int
        Line of an ndjson file, from 1; 0 for other files.
    path : str
        JSON path, such as ``$.entry[12].resource``.
    """

    source: str
    line: int = 0
    path: str = "$"

    def at(self, path: str) -> str:
        """Text that leads a person to `path` in this file."""
        file = f"{self.source}:{self.line}" if self.line else self.source
        return f"{file} {path}"

    def __str__(self) -> str:
        return self.at(self.path)


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that could not be used and was left out because the user allowed it.

    Parameters
    ----------
    where : str
        File, line and JSON path.
    what : str
        What is wrong with it, and what to do about it.
    """

    where: str
    what: str


class Unusable(Exception):  # noqa: N818 - it is a finding about a record; the reader turns it into an error
    """A record that cannot be used; the reader makes it an `InputError` or a `Skipped`.

    Parameters
    ----------
    path : str
        JSON path of the culprit.
    what : str
        What is wrong, without the value.
    hint : str
        What to do.
    """

    def __init__(self, path: str, what: str, hint: str = "Correct it in the source") -> None:
        super().__init__(what)
        self.path, self.what, self.hint = path, what, hint


class WrongVersion(Unusable):
    """A resource of another FHIR version: never skipped, since the rest of its file is suspect as well."""


class Unreadable(Unusable):
    """A file or a line that is not JSON, or not FHIR at all."""
