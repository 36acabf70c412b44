"""Files of solutions: whole numbers separated by white space, one for each task or variable."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import Int32Array
from scheduler.formats.errors import UnwritableFileError
from scheduler.formats.source import Source, reason_of

if TYPE_CHECKING:
    import os

    from numpy.typing import ArrayLike

_WHOLE = re.compile(r"-?\d{1,9}")


def write_assignment(path: str | os.PathLike[str], assignment: ArrayLike) -> None:
    """Write the agent of each task (-1 unassigned), or the value of each 0/1 variable, one a line.

    Raises
    ------
    FormatError
        If the file cannot be written.
    """
    text = "".join(f"{int(value)}\n" for value in np.asarray(assignment).tolist())
    try:
        Path(path).write_text(text, encoding="ascii")
    except OSError as error:
        raise UnwritableFileError(str(path), reason_of(error)) from None


def read_assignment(path: str | os.PathLike[str]) -> Int32Array:
    """Read what `write_assignment` wrote, or any whole numbers separated by white space.

    Whether they suit a problem is for `violations` and `verify` to say.

    Raises
    ------
    FormatError
        At the first token that is no whole number.
    """
    source = Source(path)
    tokens = source.text.split()
    for place, token in enumerate(tokens):
        if not _WHOLE.fullmatch(token):
            raise source.error(source.locate(place), repr(token[:40]), "a whole number")
    return np.array(tokens, dtype=np.int32)
