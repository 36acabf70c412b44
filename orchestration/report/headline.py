"""The first thing that a reader sees: one sentence and a few figures."""

from __future__ import annotations

from orchestration.report.markup import JSON, number, percent, plural, text
from orchestration.report.unplaced import is_unplaced
from orchestration.report.urgent import urgent_findings


def headline(report: JSON) -> str:
    """Build the sentence and the tiles."""
    tiles = "".join(
        f'<div class="tile {kind}"><dt>{text(name)}</dt><dd>{text(value)}</dd>'
        f'<dd class="aside">{text(aside)}</dd></div>'
        for name, value, aside, kind in _figures(report)
    )
    return f'<p class="verdict">{text(_sentence(report))}</p><dl class="tiles">{tiles}</dl>'


def _sentence(report: JSON) -> str:
    totals = report["totals"]
    accepted = totals["accepted"]
    if not accepted:
        return "There was no work to do: no task was accepted."
    parts = ["The only task is" if accepted == 1 else f"{number(totals['done'])} of {number(accepted)} tasks are"]
    parts[0] += " done" if accepted > 1 or totals["done"] else " not done"
    open_ones = sum(is_unplaced(task) for task in report["tasks"])
    if open_ones:
        parts.append(f"{number(open_ones)} found no place in the plan")
    if totals["failed"]:
        parts.append(f"{number(totals['failed'])} failed")
    urgent = len(urgent_findings(report["tasks"]))
    if urgent:
        parts.append(f"{plural(urgent, 'urgent finding')} {'needs' if urgent == 1 else 'need'} a person")
    return "; ".join(parts) + "."


def _figures(report: JSON) -> list[tuple[str, str, str, str]]:
    totals, tasks, plans = report["totals"], report["tasks"], report["plans"]
    accepted = totals["accepted"]
    urgent = len(urgent_findings(tasks))
    late = sum(task["late_minutes"] > 0 for task in tasks)
    unplaced = sum(is_unplaced(task) for task in tasks)
    done = percent(totals["done"] / accepted) if accepted else "–"
    figures = [
        ("Tasks done", number(totals["done"]), f"{done} of {number(accepted)} accepted", ""),
        (
            "Urgent findings",
            number(urgent),
            "to be seen by a person now" if urgent else "none was found",
            "warn" if urgent else "",
        ),
        (
            "Without a place",
            number(unplaced),
            "each with its reason below" if unplaced else "every task found an agent",
            "warn" if unplaced else "",
        ),
        (
            "Planned late",
            number(late),
            "end after their due time" if late else "none ends after its due time",
            "warn" if late else "",
        ),
        ("Not computable", number(totals["not_computable"]), "done; missing inputs are named", ""),
    ]
    if totals["failed"]:
        figures.insert(3, ("Failed", number(totals["failed"]), "with the reason in the results", "warn"))
    gaps = [plan["gap"] for plan in plans if plan["gap"] is not None]
    if gaps:
        how = "the choice of agents costs at most this much more than the cheapest" + (
            f", worst of {len(gaps)} rounds" if len(gaps) > 1 else ""
        )
        figures.append(("Optimality gap", percent(max(gaps), 2), how, ""))
    return figures
