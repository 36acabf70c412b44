"""The `TaskBook`: which tasks wait, which are ready, and what waits for what. It mirrors the ledger's states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from agents.task import Task
from orchestration.ledger import TERMINAL, TaskState


class TaskBook:
    """Tasks of a swarm by id, and the sets that planning looks at.

    Attributes
    ----------
    tasks : dict of str to Task
        All tasks accepted, in order.
    ready : dict of str to None
        Ids of tasks that may be planned now.
    counts : Counter
        Tasks by state.
    """

    def __init__(self) -> None:
        self.tasks: dict[str, Task] = {}
        self.ready: dict[str, None] = {}
        self.counts: Counter[str] = Counter()
        self._state: dict[str, str] = {}
        self._number: dict[str, int] = {}
        self._open: dict[str, set[str]] = {}
        self._dependents: dict[str, list[str]] = {}

    @property
    def unfinished(self) -> int:
        """Number of tasks that have not ended."""
        return len(self.tasks) - sum(self.counts[kind] for kind in TERMINAL)

    def add(self, tasks: Sequence[Task]) -> list[tuple[str, str]]:
        """Enter accepted tasks; return those that can never start, with the reason."""
        for task in tasks:
            self._number[task.id] = len(self.tasks)
            self.tasks[task.id] = task
            self._state[task.id] = "waiting"
            self.counts["waiting"] += 1
        doomed: list[tuple[str, str]] = []
        for task in tasks:
            before = {name for name in task.after if self._state[name] != "done"}
            doomed += [(task.id, _after(name, self._state[name])) for name in before if self._state[name] in TERMINAL][
                :1
            ]
            self._open[task.id] = before
            for name in before:
                self._dependents.setdefault(name, []).append(task.id)
            if not before:
                self.ready[task.id] = None
        return doomed

    def move(self, state: TaskState) -> list[tuple[str, str]]:
        """Enter a new state; return dependents that can no longer start, with the reason."""
        name, before = state.task_id, self._state[state.task_id]
        self.counts[before] -= 1
        self.counts[state.state] += 1
        self._state[name] = state.state
        if state.state == "waiting" and not self._open[name]:
            self.ready[name] = None
        else:
            self.ready.pop(name, None)
        if state.state == "done":
            self._free(name)
        elif state.state in TERMINAL:
            waiting = [d for d in self._dependents.get(name, ()) if self._state[d] not in TERMINAL]
            return [(dependent, _after(name, state.state)) for dependent in waiting]
        return []

    def _free(self, name: str) -> None:
        for dependent in self._dependents.pop(name, ()):
            waits_for = self._open[dependent]
            waits_for.discard(name)
            if not waits_for and self._state[dependent] == "waiting":
                self.ready[dependent] = None

    def in_order(self) -> list[Task]:
        """Tasks that may be planned now in the order of their acceptance, whatever order made them ready."""
        return [self.tasks[name] for name in sorted(self.ready, key=self._number.__getitem__)]

    def waiting(self) -> Iterable[str]:
        """Ids of the tasks that wait: for others, or for a place."""
        return [name for name, state in self._state.items() if state == "waiting"]

    def state_of(self, name: str) -> str:
        """State of a task."""
        return self._state[name]


def _after(name: str, state: str) -> str:
    return f"it waits for task {name!r}, which ended {state}"
