"""JSON Schemas of the files that people write, for editors: ``python -m agents.schemas docs/schemas``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from agents.roster import RosterFile
from agents.task_file import TaskFile

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """Return the schemas by file name."""
    return {
        "roster.schema.json": _schema(RosterFile.model_json_schema(), "Roster of agents"),
        "tasks.schema.json": _schema(TaskFile.model_json_schema(), "List of tasks"),
    }


def _schema(made: dict[str, Any], title: str) -> dict[str, Any]:
    """Let minutes be written as text too, as the reader accepts them ('45 min')."""
    for name, field in (("AgentSpec", "capacity"), ("Task", "demand")):
        if name not in made["$defs"]:
            continue
        made["$defs"][name]["properties"][field]["additionalProperties"] = {
            "anyOf": [
                {"type": "number", "minimum": 0},
                {"type": "string", "pattern": r"^\s*[0-9]+(\.[0-9]+)?\s*(s|sec|min|minutes|h|hours|d)?\s*$"},
            ]
        }
    return {"$schema": _DIALECT, **made, "title": title}


def main(folder: Path) -> None:
    """Write all schemas into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        (folder / name).write_text(json.dumps(schema, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
