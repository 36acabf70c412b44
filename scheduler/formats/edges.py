"""Files that begin with `n m` and go on with m lines `i j weight`, counted from 1."""

from __future__ import annotations

import numpy as np

from scheduler.arrays import FloatArray, Int64Array
from scheduler.formats.errors import FormatError
from scheduler.formats.numbers import Numbers, doubt_of_count
from scheduler.formats.source import Source

MOST = 999_999_999
"""Most variables: nine digits, as in the other formats."""
Edges = tuple[int, Int64Array, Int64Array, FloatArray]


def read_edges(source: Source, own: bool) -> Edges:
    """Number of variables, the two ends of each line counted from 0, and its weight.

    Parameters
    ----------
    source
        The file.
    own
        Whether a line may have twice the same end.

    Raises
    ------
    FormatError
        With the line at fault: no whole number, out of range, twice.
    """
    numbers = Numbers(source)
    size, count = numbers.count("n, the number of variables"), numbers.count("m, the number of lines")
    if size > MOST:
        raise source.error(source.locate(0), f"{size}", f"n, the number of variables: at most {MOST}")
    table = numbers.take("lines `i j weight`", count, 3)
    numbers.finish()
    ends = table[:, :2]
    wrong = (ends < 1) | (ends > size) | (ends != np.rint(ends))
    if wrong.any():
        line, column = np.argwhere(wrong)[0]
        where = source.locate(2 + 3 * int(line) + int(column))
        raise source.error(where, f"{ends[line, column]:g}", f"a variable: a whole number from 1 to {size}")
    first, second = ends[:, 0].astype(np.int64) - 1, ends[:, 1].astype(np.int64) - 1
    same = np.flatnonzero(first == second)
    if len(same) and not own:
        where = source.locate(2 + 3 * int(same[0]))
        raise source.error(where, f"an edge from {first[same[0]] + 1} to itself", "two different ends")
    key = np.minimum(first, second) * size + np.maximum(first, second)
    order = np.argsort(key, kind="stable")
    twice = np.flatnonzero(np.diff(key[order]) == 0)
    if len(twice):
        line = int(order[twice[0] + 1])
        found = f"{first[line] + 1} {second[line] + 1} a second time"
        raise source.error(source.locate(2 + 3 * line), found, "each pair once")
    return size, first, second, table[:, 2]


def doubt_of_edges(source: Source, own: bool) -> str | None:
    """What speaks against such a file: a reason, or None."""
    reason = doubt_of_count(source, ("n", "m"), lambda _, m: 2 + 3 * m)
    if reason is not None:
        return reason
    try:
        read_edges(source, own)
    except FormatError as error:
        return f"{error.where}: found {error.found}, expected {error.expected}"
    return None
