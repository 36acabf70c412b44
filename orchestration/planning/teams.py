"""Which tasks must share an agent and which must not, over all tasks known, whichever end named the rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agents.task import Task


class Teams:
    """Teams of tasks that must share an agent (everything that `same_agent_as` ties together, through any number of
    others), and pairs that must not. Both rules hold in both directions and between tasks of any two rounds.
    """  # noqa: D205 - one sentence a rule

    def __init__(self) -> None:
        self._root: dict[str, str] = {}
        self._members: dict[str, list[str]] = {}
        self._apart: dict[str, set[str]] = {}
        self._known: dict[str, Task] = {}
        self._ended: set[str] = set()

    def add(self, tasks: Iterable[Task]) -> None:
        """Take note of tasks; those known already are passed over."""
        for task in tasks:
            if task.id in self._known:
                continue
            self._known[task.id] = task
            for other in task.same_agent_as:
                self._tie(task.id, other)
            for other in task.different_agent_from:
                self._apart.setdefault(task.id, set()).add(other)
                self._apart.setdefault(other, set()).add(task.id)

    def _find(self, name: str) -> str:
        root = name
        while (above := self._root.get(root, root)) != root:
            root = above
        self._root[name] = root
        return root

    def _tie(self, a: str, b: str) -> None:
        first, second = self._find(a), self._find(b)
        if first != second:
            self._root[second] = first
            members = self._members.setdefault(first, [first])
            members += self._members.pop(second, [second])

    def members(self, name: str) -> Sequence[str]:
        """Ids of the tasks that share an agent with a task, itself among them."""
        return self._members.get(self._find(name), (name,)) if name in self._root else (name,)

    def apart(self, name: str) -> set[str]:
        """Ids of tasks that must not share an agent with a task or with its team."""
        if not self._apart:
            return set()
        direct = {other for member in self.members(name) for other in self._apart.get(member, ())}
        return {mate for other in direct for mate in self.members(other)}

    def end(self, name: str) -> None:
        """Take note that a task has ended: nothing is held for it any more."""
        self._ended.add(name)

    def open(self, name: str) -> bool:
        """Whether a task is known and has not ended."""
        return name in self._known and name not in self._ended

    def task(self, name: str) -> Task:
        """Return a task by id."""
        return self._known[name]

    def groups(self, tasks: Sequence[Task]) -> list[tuple[Task, ...]]:
        """Group tasks by team, the groups and the tasks in the order given."""
        found: dict[str, list[Task]] = {}
        for task in tasks:
            found.setdefault(self._find(task.id) if task.id in self._root else task.id, []).append(task)
        return [tuple(group) for group in found.values()]
