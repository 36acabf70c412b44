"""`qam plan`: who would do what, and why, without doing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from qam.cli.errors import reported
from qam.cli.options import AsJson, AsOf, Inputs, Roster, Rules, Seconds, Seed, SkipUnusable, SolverName, moment
from qam.cli.output import ALL_DONE, NOT_ALL_DONE, percent, print_json, say, table

if TYPE_CHECKING:
    from datetime import datetime

    from orchestration.planning.preview import Preview

_SHOWN = 20


def plan(
    inputs: Inputs = None,
    roster: Roster = None,
    as_of: AsOf = None,
    rules: Rules = None,
    skip_unusable: SkipUnusable = False,
    solver: SolverName = "auto",
    seed: Seed = 0,
    seconds: Seconds = None,
    explain: Annotated[str | None, typer.Option(metavar="TASK", help="Say why this agent, for one task id.")] = None,
    as_json: AsJson = False,
) -> None:
    """Plan the work without doing it: assignment, objective, lower bound, gap; --explain says why."""
    from agents.errors import InputError
    from orchestration.clock import WallClock
    from orchestration.job.inputs import load_inputs
    from orchestration.planning.policy import PlanningPolicy
    from orchestration.planning.preview import preview

    if not inputs:
        raise typer.BadParameter("give INPUT files or folders")
    with reported(as_json=as_json):
        loaded = load_inputs(
            inputs, roster=roster, as_of=moment(as_of), now=WallClock().now(), skip_unusable=skip_unusable, rules=rules
        )
        if explain is not None and explain not in {task.id for task in loaded.tasks}:
            raise InputError(f"there is no task {explain!r}", hint="`qam plan INPUT --json` lists the ids.")
        policy = PlanningPolicy() if seconds is None else PlanningPolicy(seconds=seconds)
        found = preview(
            loaded.tasks, loaded.roster, as_of=loaded.as_of, policy=policy, solver=solver, seed=seed, asked=explain
        )
        code = NOT_ALL_DONE if found.unplaced else ALL_DONE
        data = _as_dict(found, loaded.as_of)
        if as_json:
            print_json({"ok": code == ALL_DONE, "exit_code": code, **data})
        elif explain is not None:
            _show_explanation(found.explanation, found.unplaced.get(explain, ""))
        else:
            _show(data)
    raise typer.Exit(code)


def _as_dict(found: Preview, as_of: datetime) -> dict[str, Any]:
    force = found.situation.workforce
    return {
        "as_of": as_of.isoformat(),
        "plans": [{"round": n, **decided.record} for n, decided in enumerate(found.rounds, 1)],
        "assignment": [
            {
                "task": p.task.id,
                "kind": p.task.kind,
                "priority": p.task.priority,
                "agent": force.addresses[p.agent],
                "round": n,
                "start_minute": round(p.start, 6),
                "end_minute": round(p.end, 6),
            }
            for n, decided in enumerate(found.rounds, 1)
            for p in decided.placements
        ],
        "unplaced": [{"task": name, "reason": reason} for name, reason in found.unplaced.items()],
        "explanation": found.explanation,
    }


def _show(data: dict[str, Any]) -> None:
    say(f"as of {data['as_of']}")
    for made in data["plans"]:
        terms, greedy = made["objective"], made["baselines"][0]
        bound = "unknown" if made["bound"] is None else f"{made['bound']:,.1f} ({made['bound_kind']})"
        size = f"{made['tasks']:,} tasks, {made['eligible_pairs']:,} eligible pairs"
        say(f"round {made['round']}: {size}, {made['solver']}")
        say(
            f"  objective {terms['total']:,.1f} = work {terms['assignment']:,.1f} + not on time "
            f"{terms['unassigned']:,.1f} + continuity {terms['pairs']:,.1f}"
        )
        say(
            f"  lower bound {bound}, gap {percent(made['gap'])}; "
            f"greedy {greedy['objective']:,.1f}, gap {percent(greedy['gap'])}"
        )
        say(f"  {made['reason']}")
        for text in made["fallbacks"]:
            say(f"  fallback: {text}")
    rows = [
        [p["task"], p["kind"], str(p["priority"]), p["agent"], f"{p['start_minute']:.0f}-{p['end_minute']:.0f}"]
        for p in data["assignment"][:_SHOWN]
    ]
    table("First in line", ["task", "kind", "acuity", "agent", "minutes"], rows)
    if len(data["assignment"]) > _SHOWN:
        say(f"... and {len(data['assignment']) - _SHOWN:,} more (--json lists all)")
    if data["unplaced"]:
        table("Without a place", ["task", "why"], [[u["task"], u["reason"]] for u in data["unplaced"][:_SHOWN]])


def _show_explanation(told: dict[str, Any] | None, reason: str) -> None:
    if told is None:
        say(f"never planned: {reason}")
        return
    if told["agent"]:
        say(
            f"{told['task']} ({told['kind']}) goes to {told['agent']}, rank {told['rank']} of "
            f"{len(told['candidates'])}, minutes {told['start_minute']:.0f} to {told['end_minute']:.0f}"
        )
    else:
        say(f"{told['task']} ({told['kind']}) has no place: {told['reason']}")
    every = list(told["candidates"][0]["terms"]) if told["candidates"] else []
    names = [name for name in every if any(c["terms"][name] for c in told["candidates"])]
    rows = []
    for c in told["candidates"][:_SHOWN]:
        terms = [f"{c['terms'][name]:.2f}" for name in names]
        rows.append([("* " if c["chosen"] else "") + c["agent"], str(c["level"]), *terms, f"{c['total']:.2f}"])
    table("Eligible agents, the cheapest first", ["agent", "level", *names, "total"], rows)
    for rule, count in told["excluded"].items():
        say(f"not eligible by {rule}: {count} agents")
    if told["rank"] and told["rank"] > 1:
        say("A cheaper agent had no room, a longer queue, or work that would cost more elsewhere.")
