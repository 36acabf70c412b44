"""What a file format offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from scheduler.binary.problem import QuboProblem
    from scheduler.formats.source import Source
    from scheduler.problem import AssignmentProblem


class Format(Protocol):
    """A way to write a problem down, known by `name`."""

    name: str

    def signed(self, source: Source) -> bool:
        """Whether the content carries a mark that only this format has."""
        ...

    def doubt(self, source: Source) -> str | None:
        """What speaks against a file without any mark being of this format; None when nothing does."""
        ...

    def read(self, source: Source) -> AssignmentProblem | QuboProblem:
        """Read a problem.

        Raises
        ------
        FormatError
            With the place where the file is not as this format has it.
        """
        ...
