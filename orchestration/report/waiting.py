"""How long tasks wait for their planned start, by acuity."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from orchestration.report.chart import axis, dots, grid, marker, svg
from orchestration.report.markup import JSON, number, section, table

_COLUMNS, _LEVELS, _WIDTH, _HEIGHT = 72, 8, 720.0, 44.0
_STEPS = (5, 10, 15, 30, 60, 120, 240, 480)


def quantile(ordered: Sequence[float], share: float) -> float:
    """Smallest value that at least `share` of the ascending, non-empty `ordered` do not exceed."""
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


def waiting_section(report: JSON) -> str:
    """Build one row of dots for each acuity, and the same as figures."""
    title = "Waiting by acuity"
    waits = {
        acuity: sorted(
            t["wait_minutes"] for t in report["tasks"] if t["priority"] == acuity and t["wait_minutes"] is not None
        )
        for acuity in range(1, 6)
    }
    longest = max((own[-1] for own in waits.values() if own), default=None)
    if longest is None:
        return section("waiting", title, "Nothing was planned.", "")
    step = next((s for s in _STEPS if longest < 7 * s), math.ceil(longest / 360) * 60)
    ticks = max(math.ceil((longest + 1) / step), 1)
    columns = {acuity: _columns(own, ticks * step) for acuity, own in waits.items()}
    tallest = max(max(c.values(), default=0) for c in columns.values())
    worth = max(math.ceil(tallest / _LEVELS), 1)
    rows = "".join(_row(a, waits[a], columns[a], worth, (ticks, step)) for a in range(1, 6))
    labels = axis([f"{tick * step} min" for tick in range(ticks)])
    rows += f'<div class="row wait"><div class="who"></div>{labels}<div class="figure"></div></div>'
    each = "one task" if worth == 1 else f"up to {worth:,} tasks"
    lead = (
        f"Minutes from the start of the plan to the planned start. Each dot is {each}; the solid line is the "
        "median (p50), the dashed line is what nine in ten do not exceed (p90)."
    )
    return section("waiting", title, lead, rows + _figures(report, waits))


def _columns(own: Sequence[float], span: float) -> Counter[int]:
    return Counter(max(min(int(wait / span * _COLUMNS), _COLUMNS - 1), 0) for wait in own)


def _row(acuity: int, own: Sequence[float], columns: Counter[int], worth: int, scale: tuple[int, int]) -> str:
    ticks, step = scale
    span = ticks * step
    body = grid((tick * _WIDTH / ticks for tick in range(ticks)), _HEIGHT)
    words = "no task"
    figure = '<span class="aside">no task</span>'
    if own:
        middle, most = quantile(own, 0.5), quantile(own, 0.9)
        words = f"{len(own)} tasks, median {middle:.0f} minutes, p90 {most:.0f} minutes"
        figure = f"p50 <b>{middle:,.0f}</b> · p90 <b>{most:,.0f}</b> min"
        points = (
            ((column + 0.5) * _WIDTH / _COLUMNS, _HEIGHT - 3.5 - level * 5)
            for column, count in sorted(columns.items())
            for level in range(math.ceil(count / worth))
        )
        body += dots(points, f"a{acuity}")
        body += marker(middle / span * _WIDTH, _HEIGHT, "median") + marker(most / span * _WIDTH, _HEIGHT, "most")
    drawing = svg(f"Waiting at acuity {acuity}", words, _WIDTH, _HEIGHT, body, "swarm")
    who = f'<span class="acuity a{acuity}">{acuity}</span> <span class="aside">acuity</span>'
    return f'<div class="row wait"><div class="who">{who}</div>{drawing}<div class="figure">{figure}</div></div>'


def _figures(report: JSON, waits: dict[int, list[float]]) -> str:
    def line(acuity: int) -> tuple[str, ...]:
        own = waits[acuity]
        tasks = [task for task in report["tasks"] if task["priority"] == acuity]
        shares = [number(quantile(own, share)) if own else "–" for share in (0.5, 0.9, 1.0)]
        late = number(sum(task["late_minutes"] > 0 for task in tasks))
        return (str(acuity), number(len(tasks)), number(len(tasks) - len(own)), *shares, late)

    head = ("Acuity", "Tasks", "Not planned", "Median, min", "p90, min", "Longest, min", "Late")
    return table("Waiting by acuity", head, (line(a) for a in range(1, 6)), numeric=range(1, 7))
