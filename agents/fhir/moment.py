"""FHIR's dates and times: year, month, day, or an instant with a zone."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

_PARTS = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9})\d*)?)?(Z|[+-]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)
_FOREVER = 9000
"""Years from here on stand for "no end" in many systems."""


def moment(text: str, *, last: bool = False) -> datetime:
    """Read a FHIR date, dateTime or instant as a moment in UTC.

    Parameters
    ----------
    text : str
        ``YYYY``, ``YYYY-MM``, ``YYYY-MM-DD`` or a dateTime, also without seconds; no zone means UTC.
    last : bool
        Where only a day, month or year is known: its last second instead of its first.

    Raises
    ------
    ValueError
        When it is none of these, or no such day.
    """
    match = _PARTS.fullmatch(text)
    if not match:
        msg = "not a FHIR date"
        raise ValueError(msg)
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    if "00" in (month, day):
        msg = "no such day"
        raise ValueError(msg)
    if hour is None:
        return _whole(int(year), int(month or 0), int(day or 0), last=last)
    micro = int((fraction or "0").ljust(6, "0")[:6])
    naive = datetime(  # noqa: DTZ001 - the zone follows
        int(year), int(month), int(day), int(hour), int(minute), min(int(second or 0), 59), micro
    )
    try:
        return (naive - _offset(zone)).replace(tzinfo=UTC)
    except OverflowError as error:
        msg = "out of range"
        raise ValueError(msg) from error


def _whole(year: int, month: int, day: int, *, last: bool) -> datetime:
    if not last:
        return datetime(year, month or 1, day or 1, tzinfo=UTC)
    month = month or 12
    return datetime(year, month, day or monthrange(year, month)[1], 23, 59, 59, tzinfo=UTC)


def _offset(zone: str | None) -> timedelta:
    if zone is None or zone == "Z":
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    if hours > 14 or minutes > 59:
        msg = "no such zone"
        raise ValueError(msg)
    size = timedelta(hours=hours, minutes=minutes)
    return size if zone[0] == "+" else -size


def day(text: str) -> date:
    """Read a FHIR date; a year or a month gives its first day. Raises ValueError as `moment` does."""
    whole = moment(text)
    return whole.date() if len(text) <= 10 else date.fromisoformat(text[:10])


def endless(at: datetime) -> bool:
    """Whether a moment stands for "no end", such as 9999-12-31."""
    return at.year >= _FOREVER
