"""How good each plan is: objective, lower bound, gap, solver, and the simpler methods beside it."""

from __future__ import annotations

from orchestration.report.chart import bar, svg
from orchestration.report.markup import JSON, duration, note, number, percent, plural, section, table, text

SHOWN = 40
"""How many planning rounds have a row."""


def plan_section(report: JSON) -> str:
    """Build the table of planning rounds, with what each cost is made of."""
    plans = report["plans"]
    title = "Quality of the plan"
    if not plans:
        return section("plan", title, "No planning round was needed.", "")
    widest = max((g for plan in plans for g in _gaps(plan)), default=0.0)
    head = ("Round", "Solver", "Gap", "Objective", "Lower bound", "Time", "Tasks", "Agents", "Eligible pairs")
    rounds = table(
        "Planning rounds", head, (_round(plan, widest) for plan in plans[:SHOWN]), numeric=(0, 3, 4, 5, 6, 7, 8)
    )
    parts = table(
        "What the objective is made of",
        ("Round", "Assignment", "Left unassigned", "Pairs of tasks", "Total", "Seed", "Bound by", "Why this solver"),
        (_parts(plan) for plan in plans[:SHOWN]),
        numeric=range(6),
    )
    lead = (
        "The objective is what the plan costs; lower is better. No plan at all can cost less than the lower "
        "bound, so the gap between them is the most that a better plan could still save, as a share of the bound."
    )
    left = len(plans) - SHOWN
    more = note(f"{plural(left, 'more round')} {'is' if left == 1 else 'are'} in <code>report.json</code>.")
    body = _fallbacks(plans) + rounds + (more if left > 0 else "")
    return section(
        "plan", title, lead, f"{body}<details><summary>What each objective is made of</summary>{parts}</details>"
    )


def _gaps(plan: JSON) -> list[float]:
    found = [plan["gap"], *(base["gap"] for base in plan["baselines"])]
    return [gap for gap in found if gap is not None]


def _round(plan: JSON, widest: float) -> tuple[str, ...]:
    lines = [_gap(plan["solver"], plan["gap"], widest, "used")]
    lines += [_gap(base["solver"], base["gap"], widest, "base") for base in plan["baselines"]]
    solvers = [f"<b>{text(plan['solver'])}</b>", *(text(base["solver"]) for base in plan["baselines"])]
    objectives = [number(plan["objective"]["total"], 1), *(number(b["objective"], 1) for b in plan["baselines"])]
    seconds = [duration(plan["seconds"]["total"]), *(duration(base["seconds"]) for base in plan["baselines"])]
    return (
        number(plan["round"]),
        f'<div class="lines">{"<br>".join(solvers)}</div>',
        "".join(lines),
        "<br>".join(objectives),
        number(plan["bound"], 1),
        "<br>".join(seconds),
        number(plan["tasks"]),
        number(plan["agents"]),
        number(plan["eligible_pairs"]),
    )


def _gap(solver: str, gap: float | None, widest: float, kind: str) -> str:
    if gap is None:
        return '<div class="gap"><span class="aside">no bound</span></div>'
    share = 100 * max(gap, 0.0) / widest if widest > 0 else 0.0
    drawing = svg(f"Gap of {solver}", percent(gap, 2), 100, 8, bar(0, 1, max(share, 1.0), 6, kind), "mini")
    return f'<div class="gap">{drawing}<span>{percent(gap, 2)}</span></div>'


def _parts(plan: JSON) -> tuple[str, ...]:
    objective = plan["objective"]
    terms = (number(objective.get(name), 1) for name in ("assignment", "unassigned", "pairs", "total"))
    return (number(plan["round"]), *terms, text(plan["seed"]), text(plan["bound_kind"]), text(plan["reason"]))


def _fallbacks(plans: list[JSON]) -> str:
    found = [(plan["round"], words) for plan in plans for words in plan["fallbacks"]]
    items = "".join(f"<li>Round {number(which)}: {text(words)}</li>" for which, words in found[:20])
    return f'<div class="note"><b>Fallbacks</b><ul>{items}</ul></div>' if found else ""
