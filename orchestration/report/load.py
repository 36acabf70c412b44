"""How full each agent's shift is."""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.report.chart import axis, bar, svg
from orchestration.report.markup import JSON, note, number, percent, plural, section, text

SHOWN = 40
"""How many agents have a bar of their own."""


@dataclass(frozen=True, slots=True)
class Load:
    """Load of an agent on the resource that is fullest: minutes used and minutes there are."""

    address: str
    resource: str
    used: float
    capacity: float
    tasks: int

    @property
    def share(self) -> float:
        """Used share; 0 for an agent without capacity."""
        return self.used / self.capacity if self.capacity else 0.0


def loads(report: JSON) -> list[Load]:
    """Loads of all agents, the fullest first."""
    found = []
    for agent in report["agents"]:
        own = [
            Load(agent["address"], name, agent["load"].get(name, 0.0), minutes, agent["tasks"])
            for name, minutes in agent["capacity"].items()
        ]
        if own:
            found.append(max(own, key=lambda load: load.share))
    return sorted(found, key=lambda load: (-load.share, load.address))


def load_section(report: JSON) -> str:
    """Build the bars against capacity, and a histogram where there are many agents."""
    found = loads(report)
    if not found:
        why = "The ledger does not tell what capacity the agents have." if report["agents"] else "There are no agents."
        return section("load", "Load by agent", why, "")
    longest = max(*(load.capacity for load in found), 1.0)
    rows = "".join(_row(load, longest) for load in found[:SHOWN])
    used, there = sum(load.used for load in found), sum(load.capacity for load in found)
    idle = sum(load.used == 0 for load in found)
    lead = f"{percent(used / there if there else 0)} of all capacity is planned" + (
        f"; {plural(idle, 'agent')} {'has' if idle == 1 else 'have'} nothing to do." if idle else "."
    )
    remark = f"Shown are the {SHOWN} fullest of {number(len(found))} agents." if len(found) > SHOWN else ""
    many = _histogram(found) if len(found) > 20 else ""
    return section("load", "Load by agent", lead, many + note(remark) + f'<div class="bars">{rows}</div>')


def _row(load: Load, longest: float) -> str:
    what = "" if load.resource == "staff" else f" {load.resource}"
    words = f"{load.used:,.0f} of {load.capacity:,.0f} min{what}"
    over = load.used > load.capacity + 1e-6
    drawing = svg(
        f"Load of {load.address}",
        f"{words}, {load.share:.0%}",
        100,
        10,
        bar(0, 1, 100 * load.capacity / longest, 8, "capacity")
        + bar(0, 1, min(100 * load.used / longest, 100), 8, "over" if over else "used"),
        "agent",
    )
    tasks = f'<span class="wide-only"> · {plural(load.tasks, "task")}</span>'
    figure = f'<div class="figure"><b>{percent(load.share)}</b> {text(words)}{tasks}</div>'
    return f'<div class="row"><div class="who">{_name(load.address)}</div>{drawing}{figure}</div>'


def _name(address: str) -> str:
    short = "/".join(address.split("/")[-2:])
    return f'<span title="{text(address)}">{text(short).replace("/", "/<wbr>")}</span>'


def _histogram(found: list[Load]) -> str:
    counts = [0] * 10
    for load in found:
        counts[min(int(load.share * 10), 9)] += 1
    most = max(counts)
    bars = "".join(
        bar(
            slot * 10 + 0.6,
            40 * (1 - count / most),
            8.8,
            40 * count / most,
            "used",
            f"{slot * 10} to {slot * 10 + 10} % full: {plural(count, 'agent')}",
        )
        for slot, count in enumerate(counts)
        if count
    )
    words = "; ".join(f"{slot * 10} to {slot * 10 + 10} %: {count}" for slot, count in enumerate(counts))
    drawing = svg("How full the agents are", words, 100, 40, bars, "histogram")
    labels = axis([f"{slot * 10} %" for slot in range(10)])
    caption = f"All {number(len(found))} agents by how full they are (tallest bar: {plural(most, 'agent')})"
    return f"<figure><figcaption>{caption}</figcaption>{drawing}{labels}</figure>"
