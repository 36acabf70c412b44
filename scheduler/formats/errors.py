"""The errors of reading and writing files: each names the file, the place in it and what was expected there."""

from __future__ import annotations

from collections.abc import Mapping

from scheduler.errors import SchedulerError, UnknownNameError


class FormatError(SchedulerError, ValueError):
    """A file cannot be read as what it is meant to be, or cannot be written.

    Parameters
    ----------
    path
        The file.
    where
        Place in it, such as "line 3, token 2"; empty for the file as a whole.
    found
        What is there.
    expected
        What should be there.
    """

    joint = ", "

    def __init__(self, path: str, where: str, found: str, expected: str) -> None:
        self.path = path
        self.where = where
        self.found = found
        self.expected = expected
        place = f"{path}, {where}" if where else path
        self.what, self.hint = self._told()
        super().__init__(f"{place}: {self.what}{self.joint}{self.hint}")

    def _told(self) -> tuple[str, str]:
        """What is wrong, and what to do about it."""
        return f"found {self.found}", f"expected {self.expected}"

    def __reduce__(self) -> tuple[type[FormatError], tuple[str, ...]]:
        return type(self), (self.path, self.where, self.found, self.expected)


class MalformedArrayError(FormatError):
    """An array in a file is not as the problem needs it; `found` is its value, `expected` the advice."""

    joint = ": "

    def _told(self) -> tuple[str, str]:
        return f"found {self.found}", self.expected


class MissingArrayError(FormatError):
    """A file lacks an array; `where` is empty, `found` the name of the array, `expected` what the file should be."""

    joint = ": "

    def _told(self) -> tuple[str, str]:
        return f"there is no array {self.found} in it", f"give {self.expected}"


class UnreadableFileError(FormatError):
    """A file cannot be read.

    Parameters
    ----------
    path
        The file.
    reason
        Why, in the words of the operating system.
    """

    joint = ": "

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, "", reason, "a file that can be read")

    def _told(self) -> tuple[str, str]:
        return f"cannot be read ({self.found})", f"give {self.expected}"

    def __reduce__(self) -> tuple[type[FormatError], tuple[str, ...]]:
        return type(self), (self.path, self.found)


class UnwritableFileError(FormatError):
    """A file cannot be written.

    Parameters
    ----------
    path
        The file.
    reason
        Why, in the words of the operating system.
    """

    joint = ": "

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, "", reason, "a place that can be written to")

    def _told(self) -> tuple[str, str]:
        return f"cannot be written ({self.found})", f"give {self.expected}"

    def __reduce__(self) -> tuple[type[FormatError], tuple[str, ...]]:
        return type(self), (self.path, self.found)


class AmbiguousFormatError(SchedulerError, ValueError):
    """The content of a file is that of several formats.

    Parameters
    ----------
    path
        The file.
    candidates
        Names of the formats that it may be in.
    """

    def __init__(self, path: str, candidates: tuple[str, ...]) -> None:
        self.path = path
        self.candidates = candidates
        options = " or ".join(f"--format {name}" for name in candidates)
        super().__init__(f"{path} may be {' or '.join(candidates)}: its content fits each. Give {options}")

    def __reduce__(self) -> tuple[type[AmbiguousFormatError], tuple[str, tuple[str, ...]]]:
        return type(self), (self.path, self.candidates)


class UnknownFormatError(SchedulerError, ValueError):
    """The content of a file is that of no format.

    Parameters
    ----------
    path
        The file.
    doubts
        What speaks against each format.
    """

    def __init__(self, path: str, doubts: Mapping[str, str]) -> None:
        self.path = path
        self.doubts = dict(doubts)
        told = "; ".join(f"{name}: {why}" for name, why in self.doubts.items())
        super().__init__(f"{path} fits no format that is known ({told}). --format NAME says where it goes wrong")

    def __reduce__(self) -> tuple[type[UnknownFormatError], tuple[str, dict[str, str]]]:
        return type(self), (self.path, self.doubts)


class UnknownFormatNameError(UnknownNameError):
    """No format has this name."""

    noun = "format"
