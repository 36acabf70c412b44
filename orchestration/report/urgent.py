"""Findings that a person should see now."""

from __future__ import annotations

from collections.abc import Iterable

from orchestration.report.markup import JSON, note, section, text

SHOWN = 16
"""How many findings the page lists before it points to the results."""


def urgent_findings(tasks: Iterable[JSON]) -> list[tuple[JSON, str]]:
    """Pairs of task and finding with severity ``urgent``, the most urgent acuity first."""
    found = [
        (task, finding["text"]) for task in tasks for finding in task["findings"] if finding["severity"] == "urgent"
    ]
    return sorted(found, key=lambda pair: (pair[0]["priority"], pair[0]["id"]))


def urgent_section(report: JSON) -> str:
    """Build the list; '' when nothing is urgent."""
    found = urgent_findings(report["tasks"])
    if not found:
        return ""
    items = "".join(
        f'<li><span class="acuity a{task["priority"]}" title="Acuity {task["priority"]}">{task["priority"]}</span>'
        f'<div><strong>{text(finding)}</strong><br><span class="aside">{text(task["subject"])} · '
        f'{text(task["title"] or task["kind"])} · <a href="#results" data-task="{text(task["id"])}">'
        f"see the evidence</a></span></div></li>"
        for task, finding in found[:SHOWN]
    )
    rest = len(found) - SHOWN
    more = note(f"{rest:,} more: they stand first among the results.") if rest > 0 else ""
    return section("urgent", "Urgent findings", "", f'<ul class="urgent">{items}</ul>{more}')
