"""The values that the page of the method states are those of the source."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scheduler import core, schedule, search
from scheduler.schedule import Schedule
from scheduler.solvers import pga

PAGE = (Path(__file__).parents[2] / "docs" / "method.md").read_text()
SCHEDULES = {
    "Schedule()": Schedule(),
    **{name: value for name, value in vars(schedule).items() if isinstance(value, Schedule)},
}
VALUES = {
    "CANDIDATES": search.CANDIDATES,
    "DEPTH": search.DEPTH,
    "POLISH_SWEEPS": search.POLISH_SWEEPS,
    "SMALL": schedule.SMALL,
    "FLAT_LIMIT": pga.FLAT_LIMIT,
    "LABELS": core.LABELS,
    "NODES": core.NODES,
    "PATIENCE": core.PATIENCE,
}


def test_the_table_of_schedules_is_that_of_the_source() -> None:
    """Every schedule of the source has one row, with its values."""
    rows = re.findall(r"^\| `([^`]+)` \| [^|]+ \| (\S+) to (\S+) \| (\S+) to (\S+) \| (\S+) to (\S+) \|$", PAGE, re.M)
    stated = {name: tuple(map(float, values)) for name, *values in rows}
    assert stated == {name: (s.hot, s.cold, s.loose, s.tight, s.mild, s.harsh) for name, s in SCHEDULES.items()}, (
        "write docs/method.md anew"
    )
    assert len(rows) == len(stated)


@pytest.mark.parametrize("name", VALUES)
def test_a_parameter_has_the_value_that_the_page_states(name: str) -> None:
    """As "`NAME` value", wherever the page gives one."""
    stated = re.findall(rf"`{name}` (\d+)", PAGE)
    assert stated
    assert {int(value) for value in stated} == {VALUES[name]}


def test_must_place_is_charged_as_the_page_says() -> None:
    """20 (2 x the largest cost + the largest distance x the heaviest task's pairs)."""
    from scheduler import from_triplets
    from scheduler.spaces import finite_unassigned_cost

    problem = from_triplets(
        [0, 1, 2], [0, 0, 0], [-7.0, 2.0, 3.0], [1.0] * 3, [3.0], [float("inf"), 5.0, 1.0],
        pairs=([0, 0], [1, 2], [2.0, 4.0]), unassigned_distance=3.0,
    )  # fmt: skip
    assert "20 (2 x the largest finite cost in size + the largest distance x the largest sum" in PAGE
    assert finite_unassigned_cost(problem).tolist() == pytest.approx([20.0 * (2.0 * 7.0 + 3.0 * 6.0), 5.0, 1.0])
