"""Who may do a task, and for whom it may not be: which rule stopped it. These rules are never bent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from agents.task import STAFF, Task
from orchestration.planning.workforce import Bools, Ints, Workforce


@dataclass(frozen=True, slots=True)
class Eligible:
    """Agents that may do a task.

    Parameters
    ----------
    agents, levels : (k,) int arrays
        Indices, ascending, and their skill levels.
    reason : str
        The rule that left nobody; '' when `agents` is not empty.
    """

    agents: Ints
    levels: Ints
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Rule:
    """One hard rule: its name, the reason it leaves behind, and which of given agents pass it."""

    name: str
    reason: str
    passes: Callable[[Ints, Ints], Bools]


class Eligibility:
    """Answers for tasks against one workforce, cached by what the rules look at.

    Parameters
    ----------
    workforce : Workforce
        The agents.
    pace : sequence of float
        Factor on minutes of staff by skill level 1 to 5.
    """

    def __init__(self, workforce: Workforce, pace: Sequence[float]) -> None:
        self._workforce = workforce
        self._pace = np.array(pace)
        self._known: dict[tuple[object, ...], Eligible] = {}

    def of(self, task: Task) -> Eligible:
        """Return who may do `task`, looking at capacities of the whole horizon, not at what is left."""
        key = (task.kind, task.level, task.licences, task.never_agents, tuple(sorted(task.demand.items())))
        if key not in self._known:
            self._known[key] = self._find(task)
        return self._known[key]

    def _find(self, task: Task) -> Eligible:
        agents, levels = self._skilled(task)
        if not len(agents):
            return Eligible(agents, levels, f"no agent has the skill {task.kind!r}")
        for rule in self._rules(task):
            keep = rule.passes(agents, levels)
            agents, levels = agents[keep], levels[keep]
            if not len(agents):
                return Eligible(agents, levels, rule.reason)
        return Eligible(agents, levels)

    def _skilled(self, task: Task) -> tuple[Ints, Ints]:
        return self._workforce.levels.get(task.kind, (np.zeros(0, np.int32), np.zeros(0, np.int32)))

    def _rules(self, task: Task) -> Iterator[_Rule]:
        force, kind = self._workforce, task.kind
        yield _Rule(
            "level",
            f"no agent has the skill {kind!r} at level {task.level} or above",
            lambda _, levels: levels >= task.level,
        )
        for licence in sorted(task.licences):
            held = force.holds(licence)
            reason = f"no agent with the skill {kind!r} holds the licence {licence!r}"
            yield _Rule("licence", reason, partial(_pick, held))
        for address in task.never_agents:
            allowed = ~force.below(address)
            yield _Rule("excluded", "never_agents excludes every agent that could do it", partial(_pick, allowed))
        for name, minutes in sorted(task.demand.items()):
            if minutes > 0:
                reason = f"no agent that may do it has {minutes:g} minutes of {name!r} in the whole horizon"
                yield _Rule("capacity", reason, partial(self._has_room, name, minutes))

    def _has_room(self, name: str, minutes: float, agents: Ints, levels: Ints) -> Bools:
        force = self._workforce
        if name not in force.resources:
            return np.zeros(len(agents), dtype=np.bool_)
        needed = minutes * self._pace[levels - 1] if name == STAFF else minutes
        room: Bools = force.capacity[agents, force.resources.index(name)] >= needed
        return room

    def excluded(self, task: Task) -> dict[str, list[str]]:
        """Return, by rule, the addresses of the agents that it stops; each agent under its first rule."""
        agents, levels = self._skilled(task)
        skilled = set(agents.tolist())
        others = [a for i, a in enumerate(self._workforce.addresses) if i not in skilled]
        found = {"skill": others} if others else {}
        for rule in self._rules(task):
            keep = rule.passes(agents, levels)
            if not keep.all():
                found.setdefault(rule.name, []).extend(self._workforce.addresses[i] for i in agents[~keep])
            agents, levels = agents[keep], levels[keep]
        return found


def _pick(allowed: Bools, agents: Ints, _: Ints) -> Bools:
    return allowed[agents]
