"""A file that is to be read: its bytes, its text and its numbers, each made once and only when asked for."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import FloatArray
from scheduler.formats.errors import FormatError, UnreadableFileError

if TYPE_CHECKING:
    import os

HEAD = 4096
"""Bytes in which a file's signature is looked for."""


class Source:
    """A file and what can be said of its content.

    Parameters
    ----------
    path
        The file; where there is none of this name, `#` and a number at its end choose one of its problems.

    Raises
    ------
    FormatError
        If it cannot be read.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.part: int | None = None
        numbered = re.fullmatch(r"(.+)#(\d{1,9})", str(path), re.DOTALL)
        if numbered and not self.path.exists():
            self.path, self.part = Path(numbered[1]), int(numbered[2])
        try:
            with self.path.open("rb") as file:
                self.head = file.read(HEAD)
        except OSError as error:
            raise UnreadableFileError(str(self.path), reason_of(error)) from None

    def error(self, where: str, found: str, expected: str) -> FormatError:
        """An error about this file."""
        return FormatError(str(self.path), where, found, expected)

    @cached_property
    def data(self) -> bytes:
        """The whole content."""
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise UnreadableFileError(str(self.path), reason_of(error)) from None

    @cached_property
    def is_text(self) -> bool:
        """Whether the beginning is text."""
        return b"\0" not in self.head and not self.head.startswith(b"PK\x03\x04")

    @cached_property
    def text(self) -> str:
        """The content as UTF-8."""
        try:
            return self.data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise self.error(f"byte {error.start}", "bytes that are no UTF-8", "text") from None

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text; the first is number 1 in errors."""
        return self.text.splitlines()

    @cached_property
    def values(self) -> FloatArray:
        """The text as finite numbers separated by white space.

        Raises
        ------
        FormatError
            At the first token that is none.
        """
        tokens = self.text.split()
        try:
            values = np.array(tokens, dtype=np.float64)
            if np.isfinite(values).all():
                return values
        except ValueError:
            pass
        wrong = next(place for place, token in enumerate(tokens) if not _is_number(token))
        raise self.error(self.locate(wrong), repr(tokens[wrong][:40]), "a number")

    def locate(self, place: int) -> str:
        """Line and number within the line of a token, counted from 0 over the whole text."""
        before = 0
        for number, line in enumerate(self.lines, 1):
            here = len(line.split())
            if place < before + here:
                return f"line {number}, token {place - before + 1}"
            before += here
        return f"line {len(self.lines)}, the end"


def _is_number(token: str) -> bool:
    try:
        return bool(np.isfinite(float(token)))
    except ValueError:
        return False


def reason_of(error: OSError) -> str:
    """Why the operating system refused, as it says it, in lower case."""
    return (error.strerror or type(error).__name__).lower()
