"""Takes named arrays, one after the other, from a file that is nothing but numbers."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from scheduler.arrays import FloatArray
from scheduler.formats.errors import FormatError
from scheduler.formats.source import Source


class Numbers:
    """A cursor over the numbers of a file.

    Parameters
    ----------
    source
        The file.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.values = source.values
        self.place = 0

    def take(self, name: str, *shape: int) -> FloatArray:
        """The next numbers as an array of a shape.

        Raises
        ------
        FormatError
            If the file ends before.
        """
        size, left = prod(shape), len(self.values) - self.place
        if left < size:
            what = f"{name}, {' x '.join(map(str, shape))} numbers" if shape else f"{name}, a number"
            found = "only 1 number" if left == 1 else f"only {left} numbers"
            raise self.source.error(self.source.locate(len(self.values)), found, what)
        taken = self.values[self.place : self.place + size].reshape(shape)
        self.place += size
        return taken

    def count(self, name: str) -> int:
        """The next number, which counts something: whole and at least 1.

        Raises
        ------
        FormatError
            If it is not.
        """
        value = float(self.take(name))
        if not (value >= 1 and value.is_integer()):
            where = self.source.locate(self.place - 1)
            raise self.source.error(where, f"{value:g}", f"{name}: a whole number of at least 1")
        return int(value)

    def finish(self) -> None:
        """Make sure that nothing is left.

        Raises
        ------
        FormatError
            At the first number too many.
        """
        left = len(self.values) - self.place
        if left:
            where = self.source.locate(self.place)
            raise self.source.error(where, f"{left} more numbers", f"the end of the file after {self.place} numbers")


def doubt_of_count(source: Source, counts: tuple[str, ...], size: Callable[..., int]) -> str | None:
    """What speaks against a format of so many numbers: a reason, or None.

    Parameters
    ----------
    source
        The file.
    counts
        Names of the counts that it begins with.
    size
        How many numbers there are in all, given the counts.
    """
    try:
        numbers = Numbers(source)
        given = [numbers.count(name) for name in counts]
    except FormatError as error:
        return f"found {error.found}, expected {error.expected}"
    wanted, there = size(*given), len(numbers.values)
    return None if wanted == there else f"{wanted} numbers expected, {there} found"
