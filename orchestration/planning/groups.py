"""Tasks that must share an agent are planned as one; this finds them."""

from __future__ import annotations

from collections.abc import Sequence

from agents.task import Task


def merge(tasks: Sequence[Task]) -> list[tuple[Task, ...]]:
    """Group tasks that `same_agent_as` ties together, each group and the groups in the order given."""
    by_id = {task.id: task for task in tasks}
    root = {task.id: task.id for task in tasks}

    def find(name: str) -> str:
        while root[name] != name:
            root[name] = root[root[name]]
            name = root[name]
        return name

    for task in tasks:
        for other in task.same_agent_as:
            if other in by_id:
                root[find(other)] = find(task.id)
    groups: dict[str, list[Task]] = {}
    for task in tasks:
        groups.setdefault(find(task.id), []).append(task)
    return [tuple(group) for group in groups.values()]
