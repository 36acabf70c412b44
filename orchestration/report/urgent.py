"""Findings that a person should see now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from orchestration.report.markup import JSON, note, plural, section, text

SHOWN = 500
"""How many patients the page lists before it points to the results."""

TRIAGE_VALUE = "acuity"
"""Name of the value that the triage skill computes; it counts more than the priority of a task."""


def urgent_findings(tasks: Iterable[JSON]) -> list[tuple[JSON, str]]:
    """Pairs of task and finding with severity ``urgent``, the most urgent acuity first."""
    found = [
        (task, finding["text"]) for task in tasks for finding in task["findings"] if finding["severity"] == "urgent"
    ]
    return sorted(found, key=lambda pair: (pair[0]["priority"], pair[0]["id"]))


def urgent_section(report: JSON) -> str:
    """Build the list, patient by patient; '' when nothing is urgent."""
    patients: dict[str, list[tuple[JSON, str]]] = defaultdict(list)
    for task, finding in urgent_findings(report["tasks"]):
        patients[task["subject"] or task["id"]].append((task, finding))
    if not patients:
        return ""
    ordered = sorted(patients.items(), key=lambda patient: _acuity(patient[1]))
    items = "".join(_patient(name, found) for name, found in ordered[:SHOWN])
    rest = len(patients) - SHOWN
    more = note(f"{plural(rest, 'more patient')}: see the results, where urgent ones stand first.") if rest > 0 else ""
    lead = f"{plural(len(patients), 'patient')}, the most urgent acuity first."
    return section("urgent", "Urgent findings", lead, f'<ul class="urgent">{items}</ul>{more}')


def _acuity(found: list[tuple[JSON, str]]) -> int:
    """What triage has found, else the most urgent priority among the tasks."""
    triaged = [v["value"] for task, _ in found for v in task["values"] if v["name"] == TRIAGE_VALUE]
    return int(triaged[0]) if triaged else min(task["priority"] for task, _ in found)


def _patient(name: str, found: list[tuple[JSON, str]]) -> str:
    acuity = _acuity(found)
    lines = "".join(_finding(task, finding) for task, finding in found)
    return (
        f'<li><span class="acuity a{acuity}" title="Acuity {acuity}">{acuity}</span>'
        f'<div><span class="aside">{text(name)}</span>{lines}</div></li>'
    )


def _finding(task: JSON, finding: str) -> str:
    return (
        f'<p><strong>{text(finding)}</strong> <a href="#results" data-task="{text(task["id"])}">'
        f"{text(task['title'] or task['kind'])}</a></p>"
    )
