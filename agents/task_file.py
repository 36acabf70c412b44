"""Lists of tasks: read from YAML or JSON, and checked as a whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from agents.documents import from_validation, input_error, load_document
from agents.task import Task


class TaskFile(BaseModel):
    """A task file as written."""

    model_config = ConfigDict(extra="forbid")

    tasks: list[Task]


def load_tasks(path: Path) -> list[Task]:
    """Read and check a task file (`tasks:` a list of Task).

    Raises
    ------
    InputError
        Naming file, line and JSON path.
    """
    document = load_document(path)
    items = document.get("tasks") if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise input_error("a task file is a mapping with a list 'tasks'", path, [])
    if extra := sorted(set(document) - {"tasks"}):
        raise input_error(f"unknown field {extra[0]!r}", path, [extra[0]], "A task file holds 'tasks' only.")
    tasks = [_task(item, index, path) for index, item in enumerate(items)]
    check_tasks(tasks, path=path)
    return tasks


def _task(item: Any, index: int, path: Path) -> Task:
    try:
        return Task.model_validate(item)
    except ValidationError as error:
        raise from_validation(error, path, ["tasks", index]) from None


def check_tasks(tasks: Sequence[Task], *, path: Path | None = None, known: Collection[str] = ()) -> None:
    """Check the rules that hold between tasks: unique ids and keys, known references, no cycle in `after`.

    Parameters
    ----------
    known : collection of str
        Ids accepted earlier, which `after` and the agent rules may also name.
    """
    if not tasks:
        raise input_error("there are no tasks", path, ["tasks"], "List at least one task.")
    ids: dict[str, int] = {}
    keys: dict[str, int] = {}
    for index, task in enumerate(tasks):
        _unique(ids, task.id, "id", index, path)
        _unique(keys, task.idempotency_key, "idempotency_key", index, path)
    for index, task in enumerate(tasks):
        for name in ("after", "same_agent_as", "different_agent_from"):
            for other in getattr(task, name):
                if other not in ids and other not in known:
                    close = get_close_matches(other, ids, n=1)
                    raise input_error(
                        f"{name} names {other!r}, which is no task here"
                        + (f"; did you mean {close[0]!r}?" if close else ""),
                        path,
                        ["tasks", index, name],
                        task=task.id,
                    )
    _check_order(tasks, ids, path)
    _check_agent_rules(tasks, ids, path)


def _unique(seen: dict[str, int], value: str, name: str, index: int, path: Path | None) -> None:
    if value in seen:
        raise input_error(
            f"duplicate {name} {value!r} (the other is tasks[{seen[value]}])",
            path,
            ["tasks", index, name],
            "Give each task its own.",
            value=value,
        )
    seen[value] = index


def _check_order(tasks: Sequence[Task], ids: Mapping[str, int], path: Path | None) -> None:
    graph = {task.id: [name for name in task.after if name in ids] for task in tasks if task.after}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        cycle = list(reversed(error.args[1]))
        raise input_error(
            "the tasks wait for each other in a circle: " + " after ".join(cycle),
            path,
            ["tasks", ids[cycle[0]], "after"],
            "Remove one of these.",
            cycle=cycle,
        ) from None


def _check_agent_rules(tasks: Sequence[Task], ids: Mapping[str, int], path: Path | None) -> None:
    """Refuse tasks that a chain of same_agent_as ties together and different_agent_from holds apart."""
    root = {name: name for name in ids}

    def find(name: str) -> str:
        while root[name] != name:
            root[name] = root[root[name]]
            name = root[name]
        return name

    for task in tasks:
        for other in task.same_agent_as:
            if other in root:
                root[find(other)] = find(task.id)
    for task in tasks:
        for other in task.different_agent_from:
            if other in root and find(other) == find(task.id):
                raise input_error(
                    f"different_agent_from names {other!r}, which same_agent_as ties to this task",
                    path,
                    ["tasks", ids[task.id], "different_agent_from"],
                    "Remove one of the two rules.",
                    task=task.id,
                )
