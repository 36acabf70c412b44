"""Rosters: who is there to work, as a YAML or JSON file (`agents:` a list of AgentSpec)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from agents.agent_spec import AgentSpec
from agents.documents import from_validation, input_error, load_document
from agents.errors import InputError


class RosterFile(BaseModel):
    """A roster file as written."""

    model_config = ConfigDict(extra="forbid")

    agents: list[AgentSpec]


def load_roster(path: Path, *, skills: Collection[str] | None = None) -> list[AgentSpec]:
    """Read and check a roster.

    Parameters
    ----------
    path : Path
        YAML or JSON file.
    skills : collection of str, optional
        Skills that the handler ``clinical`` knows; one that it does not is refused. Other handlers' are free,
        and so are ``order:...`` kinds.

    Raises
    ------
    InputError
        Naming file, line and JSON path.
    """
    document = load_document(path)
    if isinstance(document, list):
        document = {"agents": document}
    items = document.get("agents") if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise input_error("a roster is a mapping with a list 'agents'", path, [])
    if extra := sorted(set(document) - {"agents"}):
        raise input_error(f"unknown field {extra[0]!r}", path, [extra[0]], "A roster holds 'agents' only.")
    roster = [_agent(item, index, path) for index, item in enumerate(items)]
    check_roster(roster, skills=skills, path=path)
    return roster


def _agent(item: Any, index: int, path: Path) -> AgentSpec:
    try:
        return AgentSpec.model_validate(item)
    except ValidationError as error:
        raise from_validation(error, path, ["agents", index]) from None


def check_roster(
    roster: Sequence[AgentSpec], *, skills: Collection[str] | None = None, path: Path | None = None
) -> None:
    """Check the rules that hold between agents: unique addresses, known skills, capacity somewhere."""
    if not roster:
        raise input_error("the roster has no agents", path, ["agents"], "List at least one agent.")
    first: dict[str, int] = {}
    for index, spec in enumerate(roster):
        if spec.address in first:
            raise input_error(
                f"two agents at one address, {spec.address!r} (the other is agents[{first[spec.address]}])",
                path,
                ["agents", index, "address"],
                "Give each agent its own address.",
                address=spec.address,
            )
        first[spec.address] = index
        if skills is not None and spec.handler == "clinical":
            _check_skills(spec.skills, skills, path, index)
    for index, spec in enumerate(roster):
        if inside := next((a for a in _ancestors(spec.address) if a in first), None):
            raise input_error(
                f"{inside!r} is an agent and cannot hold {spec.address!r}", path, ["agents", index, "address"]
            )
    if not any(minutes > 0 for spec in roster for minutes in spec.capacity.values()):
        raise InputError(
            "every agent has capacity zero, so nothing can be planned",
            where=f"{path}, $.agents" if path else "$.agents",
            hint="Give at least one agent minutes, such as capacity: {staff: 480}.",
        )


def _ancestors(address: str) -> list[str]:
    parts = address.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def _check_skills(given: Mapping[str, int], known: Collection[str], path: Path | None, index: int) -> None:
    for name in given:
        if name not in known and not name.startswith("order:"):
            close = get_close_matches(name, known, n=1)
            raise input_error(
                f"unknown skill {name!r}" + (f"; did you mean {close[0]!r}?" if close else ""),
                path,
                ["agents", index, "skills", name],
                "The handler 'clinical' knows: " + ", ".join(sorted(known)) + ".",
                skill=name,
            )
