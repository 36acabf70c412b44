"""Tasks that found no place in the plan, and the rule that stopped each."""

from __future__ import annotations

from collections import Counter

from orchestration.report.markup import JSON, clock, note, number, plural, section, table, text

SHOWN = 100
"""How many tasks the page lists one by one."""

STATES = ("rejected", "expired", "waiting")
"""States of tasks that no agent did for want of a place."""


def is_unplaced(task: JSON) -> bool:
    """Whether the task found no place."""
    return task["state"] in STATES


def unplaced_section(report: JSON) -> str:
    """Build the reasons with their counts, then the tasks."""
    found = sorted((t for t in report["tasks"] if is_unplaced(t)), key=lambda t: (t["priority"], t["id"]))
    title = "Tasks without a place"
    if not found:
        return section("unplaced", title, "Every accepted task found an agent.", "")
    counts = Counter((task["reason"] or "no reason recorded", task["state"]) for task in found)
    reasons = table(
        "Reasons",
        ("Reason", "State", "Tasks", "Kinds"),
        (
            (text(reason), text(state), number(count), text(_kinds(found, reason, state)))
            for (reason, state), count in counts.most_common(30)
        ),
        numeric=(2,),
    )
    listed = table(
        "Tasks without a place",
        ("Acuity", "Task", "Kind", "For", "State", "Due", "Reason"),
        (_row(task) for task in found[:SHOWN]),
    )
    left = len(found) - SHOWN
    more = note(f"{left:,} more are in <code>results.csv</code> and in the results below.") if left > 0 else ""
    lead = f"{plural(len(found), 'task')} had no agent. Each row names the rule that stopped it."
    each = f"<details{' open' if len(found) <= 12 else ''}><summary>One by one</summary>{listed}{more}</details>"
    return section("unplaced", title, lead, reasons + each)


def _kinds(found: list[JSON], reason: str, state: str) -> str:
    kinds = Counter(t["kind"] for t in found if (t["reason"] or "no reason recorded", t["state"]) == (reason, state))
    named = ", ".join(f"{kind} ({count})" for kind, count in kinds.most_common(4))
    return f"{named}, …" if len(kinds) > 4 else named


def _row(task: JSON) -> tuple[str, ...]:
    return (
        f'<span class="acuity a{task["priority"]}">{task["priority"]}</span>',
        text(task["id"]),
        text(task["kind"]),
        text(task["subject"]),
        text(task["state"]),
        clock(task["due"]),
        text(task["reason"] or "no reason recorded"),
    )
