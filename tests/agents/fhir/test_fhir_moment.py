"""Dates as FHIR writes them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.fhir.moment import day, endless, moment


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024", datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2024-02", datetime(2024, 2, 1, tzinfo=UTC), datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)),
        ("2024-02-29", datetime(2024, 2, 29, tzinfo=UTC), datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_partial_date_has_a_first_and_a_last_moment(text, first, last):
    assert moment(text) == first
    assert moment(text, last=True) == last


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2024-05-02T08:20:00+02:00", datetime(2024, 5, 2, 6, 20, tzinfo=UTC)),
        ("2024-05-02T08:20:00-05:30", datetime(2024, 5, 2, 13, 50, tzinfo=UTC)),
        ("2024-05-02T08:20Z", datetime(2024, 5, 2, 8, 20, tzinfo=UTC)),
        ("2024-05-02T08:20:00", datetime(2024, 5, 2, 8, 20, tzinfo=UTC)),
        ("2024-05-02T08:20:00.1234567Z", datetime(2024, 5, 2, 8, 20, 0, 123456, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_in_utc(text, utc):
    assert moment(text) == utc == moment(text, last=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "24",
        "2024-13",
        "2024-00",
        "2024-02-30",
        "2024-1-1",
        "20240502",
        "2024-W18",
        "2024-05-02 08:20",
        "2024-05-02T25:00Z",
        "2024-05-02T08:20+15:00",
        "0000",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "soon",
        "２０２４",
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        moment(text)


def test_a_birth_date_may_be_a_year():
    assert day("1951") == date(1951, 1, 1)
    assert day("1951-07-09") == date(1951, 7, 9)
    assert day("1951-07-09T23:00:00-05:00") == date(1951, 7, 9)


def test_the_far_future_is_no_end():
    assert endless(moment("9999-12-31"))
    assert not endless(moment("2099-12-31"))


@given(
    st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
)
def test_every_moment_survives(naive, offset):
    zone = f"{'+' if offset >= 0 else '-'}{abs(offset) // 60:02}:{abs(offset) % 60:02}"
    if abs(offset) > 14 * 60:
        return
    text = f"{naive.isoformat()}{zone}"
    if naive.microsecond == 0:
        text = text.replace(".000000", "")
    assert moment(text) == naive.replace(tzinfo=UTC) - timedelta(minutes=offset)
