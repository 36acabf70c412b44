"""`qam verify`: what a solution is worth and what its certificate proves, recomputed without any solver."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from qam.cli.errors import reported
from qam.cli.options import AsJson
from qam.cli.output import ALL_DONE, percent, print_json, say
from qam.cli.solve_command import File, FormatName

FOUND_OUT = 1
"""Exit code where anything does not hold."""


def verify(
    file: File,
    assignment: Annotated[Path, typer.Argument(help="Agent of each task (-1 unassigned), or 0/1 of each variable.")],
    certificate: Annotated[Path | None, typer.Argument(help="What solve --certificate wrote.")] = None,
    format_name: FormatName = None,
    as_json: AsJson = False,
) -> None:
    """Recompute objective, rules, bound and gap from the files alone. Exit code 0: all holds; 1: something does not."""
    with reported(as_json=as_json):
        from scheduler import AssignmentProblem, Certificate, read_assignment, read_problem, verify_qubo
        from scheduler import verify as verify_plan

        problem = read_problem(file, format_name)
        vector = read_assignment(assignment)
        if isinstance(problem, AssignmentProblem):
            proof = None if certificate is None else Certificate.load(certificate)
            found = verify_plan(problem, vector, proof)
        elif certificate is not None:
            raise typer.BadParameter("a QUBO's plan has no bound: leave the certificate out.")
        else:
            found = verify_qubo(problem, vector)
        code = ALL_DONE if found.holds else FOUND_OUT
        data = {"instance": file.name, **found.to_json()}
        if as_json:
            print_json({"ok": found.holds, "exit_code": code, **data})
        else:
            _show(data, certified=certificate is not None)
    raise typer.Exit(code)


def _show(data: dict[str, Any], certified: bool) -> None:
    say(f"{data['instance']}: {'all holds' if data['holds'] else 'something does not hold'}")
    for finding in data["findings"]:
        say(f"  wrong: {finding}")
    if data["objective"] is not None:
        terms = ", ".join(f"{name} {v:,.10g}" for name, v in data["objective_terms"].items() if v and name != "total")
        say(f"  objective {data['objective']:,.10g}" + (f" = {terms}" if terms else ""))
    if data["unassigned"]:
        say(f"  {data['unassigned']:,} tasks unassigned")
    if data["bound"] is not None:
        say(f"  lower bound {data['bound']:,.10g} ({data['bound_kind']}), gap {percent(data['gap'])}")
    elif not certified:
        say("  no certificate, so no lower bound")
