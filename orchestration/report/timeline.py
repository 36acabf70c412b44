"""The plan over time: one strip a cluster, one row of bars an agent, coloured by acuity."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import datetime, timedelta

from orchestration.report.chart import acuity_legend, area, axis, bar, grid, svg
from orchestration.report.markup import JSON, clock, duration, instant, note, number, plural, section, text

CLUSTERS, AGENTS, EVERYONE = 12, 8, 60
"""Clusters shown, agents shown of each, and the number of agents up to which all are shown."""

Span = tuple[float, float, JSON]


def timeline_section(report: JSON) -> str:
    """Build the timeline: all agents of a small run, the busiest of a large one."""
    start = instant(report["as_of"])
    spans = _spans(report, start) if start else {}
    title = "Timeline"
    if start is None or not spans:
        return section("timeline", title, "Nothing was planned.", "")
    last = max(end for own in spans.values() for _, end, _ in own)
    hours = max(math.ceil(max(last, report["horizon_minutes"]) / 60), 1)
    clusters = _clusters(report, spans)
    small = len(report["agents"]) <= EVERYONE
    shown = clusters if small else clusters[:CLUSTERS]
    per_cluster = EVERYONE if small else AGENTS
    body = "".join(_cluster(name, members, spans, hours, start, per_cluster) for name, members in shown)
    drawn = sum(min(len(members), per_cluster) for _, members in shown)
    left = len(report["agents"]) - drawn
    remark = (
        f"Shown are the {plural(drawn, 'busiest agent')} of {number(len(report['agents']))}, in {len(shown)} of "
        f"{plural(len(clusters), 'cluster')}. The strip of each cluster counts all its agents; "
        f"every task is in <code>results.csv</code>."
        if left
        else ""
    )
    lead = (
        "Each bar is a planned task; point at it for details. Beside each agent: the minutes planned, and the "
        "time that the software really took to compute the answers."
    )
    return section("timeline", title, lead, acuity_legend() + note(remark) + body)


def _spans(report: JSON, start: datetime) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = defaultdict(list)
    for task in report["tasks"]:
        begin, end = instant(task["planned_start"]), instant(task["planned_end"])
        if task["agent"] and begin and end:
            found[task["agent"]].append((_minutes(begin - start), _minutes(end - start), task))
    return dict(found)


def _minutes(span: timedelta) -> float:
    return max(span.total_seconds() / 60, 0.0)


def _busy(address: str, spans: dict[str, list[Span]]) -> float:
    return sum(end - begin for begin, end, _ in spans.get(address, ()))


def _clusters(report: JSON, spans: dict[str, list[Span]]) -> list[tuple[str, list[str]]]:
    members: dict[str, list[str]] = defaultdict(list)
    for agent in report["agents"]:
        members[agent["cluster"]].append(agent["address"])
    for own in members.values():
        own.sort(key=lambda address: (-_busy(address, spans), address))
    return sorted(members.items(), key=lambda item: (-sum(_busy(a, spans) for a in item[1]), item[0]))


def _cluster(
    name: str, members: list[str], spans: dict[str, list[Span]], hours: int, start: datetime, shown: int
) -> str:
    tasks = sum(len(spans.get(address, ())) for address in members)
    heights = _occupation(members, spans, hours)
    peak = max(heights, default=0.0)
    words = f"{plural(len(members), 'agent')}, {plural(tasks, 'task')}, at most {peak:.0%} busy at once"
    step = math.ceil(hours / 10)
    ticks = range(0, hours, step)
    form = "%H:%M" if hours <= 24 else "%a %H:%M"
    labels = [(start + timedelta(hours=hour)).strftime(form) for hour in ticks]
    lines = grid((hour * 60 for hour in ticks), 10)
    strip = svg(
        f"Share of agents of {name or 'the root'} that are busy",
        words,
        hours * 60,
        10,
        lines + area(heights, hours * 60, 10, "busy"),
        "strip",
    )
    rows = "".join(_agent(address, name, spans.get(address, []), hours, lines) for address in members[:shown])
    return (
        f'<details class="cluster" open><summary><b>{text(name or "root")}</b> <span class="aside">{text(words)}'
        f'</span></summary><div class="row"><div class="who aside">busy share</div><div>{strip}'
        f'{axis(labels)}</div><div class="figure">planned · computed</div></div>{rows}</details>'
    )


def _occupation(members: list[str], spans: dict[str, list[Span]], hours: int, step: int = 10) -> list[float]:
    counts = [0.0] * (hours * 60 // step)
    for address in members:
        for begin, end, _ in spans.get(address, ()):
            for slot in range(int(begin // step), min(math.ceil(end / step), len(counts))):
                counts[slot] += min(end, (slot + 1) * step) - max(begin, slot * step)
    return [count / (step * len(members)) for count in counts]


def _agent(address: str, cluster: str, own: list[Span], hours: int, lines: str) -> str:
    bars = "".join(bar(begin, 1, end - begin, 8, f"task a{task['priority']}", _hint(task)) for begin, end, task in own)
    planned = sum(end - begin for begin, end, _ in own)
    computed = sum(_computed(task) for _, _, task in own)
    name = address.removeprefix(f"{cluster}/")
    words = f"{plural(len(own), 'task')}, {planned:.0f} planned minutes"
    drawing = svg(f"Plan of {address}", words, hours * 60, 10, lines + bars, "agent")
    aside = f"{planned:,.0f} min · {duration(computed)}" if own else "free"
    return f'<div class="row"><div class="who">{text(name)}</div>{drawing}<div class="figure">{aside}</div></div>'


def _computed(task: JSON) -> float:
    began, ended = instant(task["started"]), instant(task["finished"])
    return max((ended - began).total_seconds(), 0.0) if began and ended else 0.0


def _hint(task: JSON) -> str:
    when = f"{clock(task['planned_start'])} to {clock(task['planned_end'])}"
    return f"{task['title'] or task['kind']}, {task['subject'] or task['id']}, acuity {task['priority']}, {when}"
