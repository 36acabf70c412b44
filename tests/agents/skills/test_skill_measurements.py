from datetime import UTC, datetime, timedelta

import pytest
from skill_records import NOW, measured, patient, pressure

from agents.skills.measurements import CREATININE, PULSE, SYSTOLIC, newest, readings


def test_the_newest_counts_and_its_evidence_is_converted():
    old, new = measured("2160-0", 1.0, "mg/dL", 5), measured("14682-9", 176.8, "umol/L", 2)
    found = newest(patient(old, new), CREATININE, NOW).reading
    assert found.evidence.reference == new.reference
    assert (round(found.evidence.value, 2), found.evidence.unit) == (2.0, "mg/dL")
    assert found.evidence.time == (NOW - timedelta(hours=2)).isoformat()


def test_a_part_of_a_panel_is_found():
    assert newest(patient(pressure(121, 80)), SYSTOLIC, NOW).reading.value == 121


@pytest.mark.parametrize(
    ("made", "why"),
    [
        ([], "no pulse"),
        ([measured("8867-4", 70, "/min", time=None)], "no pulse"),
        ([measured("8867-4", 70, "/min", -1)], "no pulse"),
        ([measured("8867-4", 70, "/min", status="entered-in-error")], "no pulse"),
        ([measured("8867-4", 70, "/min", status="cancelled")], "no pulse"),
        ([measured("8867-4", -5, "/min")], "no usable pulse: -5 /min is not physiologically possible"),
        ([measured("8867-4", 900, "bpm")], "no usable pulse: 900 bpm is not physiologically possible"),
        ([measured("8867-4", float("nan"), "/min")], "no usable pulse: nan /min is not physiologically possible"),
        ([measured("8867-4", 70, "kg")], "no usable pulse: unit kg does not fit"),
        ([measured("8867-4", 70, "")], "no usable pulse: there is no unit"),
    ],
)
def test_what_cannot_be_used_says_why(made, why):
    found = newest(patient(*made), PULSE, NOW)
    assert found.reading is None
    assert found.missing == why


def test_an_unusable_newer_value_is_kept_as_a_reason():
    found = newest(patient(measured("8867-4", 70, "/min", 3), measured("8867-4", 900, "/min", 1)), PULSE, NOW)
    assert found.reading.value == 70
    assert found.rejected == ("pulse: 900 /min is not physiologically possible",)


def test_a_moment_without_zone_is_utc():
    naive = measured("8867-4", 70, "/min", time=datetime(2024, 6, 15, 11))  # noqa: DTZ001
    assert newest(patient(naive), PULSE, NOW).reading.time == datetime(2024, 6, 15, 11, tzinfo=UTC)
    assert newest(patient(naive), PULSE, NOW.replace(tzinfo=None)).reading.value == 70


def test_readings_run_from_new_to_old():
    record = patient(*(measured("8867-4", 60 + hours, "/min", hours) for hours in (3, 1, 2)))
    assert [reading.value for reading, _ in readings(record, PULSE, NOW)] == [61, 62, 63]
