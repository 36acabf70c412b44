"""Lines of two variables, counted from 0, and a coefficient, as qbsolv and dimod write them."""

from __future__ import annotations

import math
import re

from scheduler.formats.source import Source

_INDEX = re.compile(r"\d{1,9}")


def read_triple(source: Source, number: int, line: str) -> tuple[int, int, float]:
    """Two variables and the coefficient of a line.

    Raises
    ------
    FormatError
        With the line and the token at fault.
    """
    tokens = line.split()
    if len(tokens) != 3:
        raise source.error(f"line {number}", f"{len(tokens)} tokens", "`i j value`")
    for place, token in enumerate(tokens[:2], 1):
        if not _INDEX.fullmatch(token):
            raise source.error(f"line {number}, token {place}", repr(token[:40]), "a variable: a whole number from 0")
    try:
        value = float(tokens[2])
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise source.error(f"line {number}, token 3", repr(tokens[2][:40]), "a number")
    return int(tokens[0]), int(tokens[1]), value
