"""`qam doctor`: whether everything is here that a run needs."""

from __future__ import annotations

from typing import Annotated

import typer

from qam.cli.errors import reported
from qam.cli.interruption import raising
from qam.cli.options import AsJson
from qam.cli.output import ALL_DONE, ENVIRONMENT, print_json, say, table


def doctor(
    ray: Annotated[bool, typer.Option(help="Also start a local Ray for a moment.")] = True,
    as_json: AsJson = False,
) -> None:
    """Check Python, packages, memory, disk, ports, extras and Ray, and say what to do."""
    from orchestration.doctor import as_json as to_json
    from orchestration.doctor import examine

    with raising(), reported(as_json=as_json):
        checks = examine(start_ray=ray)
        told = to_json(checks)
        if as_json:
            print_json(told)
        else:
            rows = [[c.level, c.name, c.found, c.advice] for c in checks]
            table("qam doctor", ["", "check", "found", "what to do"], rows)
            say("all is well" if told["ok"] else "see the problems above")
    raise typer.Exit(ALL_DONE if told["ok"] else ENVIRONMENT)
