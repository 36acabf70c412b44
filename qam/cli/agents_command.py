"""`qam agents`: who is in a roster, and what each can do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qam.cli.errors import reported
from qam.cli.options import AsJson
from qam.cli.output import print_json, table


def agents(
    roster: Annotated[Path | None, typer.Argument(help="Roster (YAML or JSON), or a folder with roster.yaml.")] = None,
    skills: Annotated[bool, typer.Option("--skills", help="List the clinical skills instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the agents of a roster by cluster; without one, the default roster; --skills lists clinical skills."""
    from agents.default_roster import default_roster
    from agents.errors import InputError
    from agents.roster import load_roster
    from agents.skills.registry import default_registry
    from orchestration.job.inputs import ROSTER_NAMES

    with reported(as_json=as_json):
        registry = default_registry()
        if skills:
            listed = [
                {"name": s.name, "title": s.title, "inputs": list(s.inputs), "source": s.source,
                 "minutes": s.minutes, "level": s.level, "licences": sorted(s.licences)}
                for s in registry.values()
            ]  # fmt: skip
            if as_json:
                print_json({"skills": listed})
            else:
                table(
                    "Clinical skills",
                    ["name", "title", "source"],
                    [[s.name, s.title, s.source] for s in registry.values()],
                )
            return
        path = roster
        if path is not None and path.is_dir():
            path = next((path / name for name in ROSTER_NAMES if (path / name).exists()), None)
            if path is None:
                raise InputError("the folder holds no roster.yaml", where=str(roster))
        specs = load_roster(path, skills=registry) if path else default_roster(registry, [])
        if as_json:
            print_json(
                {"roster": path.name if path else "default", "agents": [s.model_dump(mode="json") for s in specs]}
            )
            return
        rows = [
            [s.address, ", ".join(f"{n} {v}" for n, v in s.skills.items()), ", ".join(sorted(s.licences)),
             ", ".join(f"{n} {v:g}" for n, v in s.capacity.items()), f"{s.cost:g}", s.handler]
            for s in specs
        ]  # fmt: skip
        table("Agents", ["address", "skills and levels", "licences", "minutes", "cost", "handler"], rows)
