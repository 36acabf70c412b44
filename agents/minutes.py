"""Minutes, the unit of capacity and demand: a number, or a text with a unit of time."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

_PER_UNIT = {"s": 1 / 60, "sec": 1 / 60, "min": 1.0, "minutes": 1.0, "h": 60.0, "hours": 60.0, "d": 1440.0}
_TEXT = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*([A-Za-z%/\[\]{}]*)\s*")


def to_minutes(value: Any) -> Any:
    """Turn ``"1.5 h"`` into 90.0; a number is minutes already.

    Raises
    ------
    ValueError
        When the text has no number, or a unit that is not one of time.
    """
    if not isinstance(value, str):
        return value
    match = _TEXT.fullmatch(value)
    if not match:
        msg = f"{value!r} is not an amount of time: write minutes as a number, or '45 min', '1.5 h'"
        raise ValueError(msg)
    number, unit = match.groups()
    if unit and unit not in _PER_UNIT:
        msg = f"unit {unit!r} does not fit: capacity and demand are times (s, min, h, d)"
        raise ValueError(msg)
    return float(number) * _PER_UNIT[unit or "min"]


Minutes = Annotated[float, BeforeValidator(to_minutes), Field(ge=0, allow_inf_nan=False)]
"""Minutes, not negative; read from a number or from a text such as '45 min' or '1.5 h'."""
