"""The roster used where a user gives none: teams that cover every clinical skill, as many as the work needs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from agents.agent_spec import AgentSpec
from agents.skill import Skill
from agents.task import STAFF, Task

MINUTES: Final = 480.0
"""Capacity of each agent: a shift of eight hours."""

_FILL: Final = 0.5
_NURSE: Final = ("triage", "early-warning-score", "blood-pressure", "body-mass-index", "glycaemia", "immunisation")
_PHARMACIST: Final = ("drug-dose-check", "medication-reconciliation", "kidney-function", "lipids")
_CLERK: Final = ("screening", "immunisation")
_LICENCES: Final = {
    "nurse": frozenset({"nurse"}),
    "physician": frozenset({"doctor", "prescriber"}),
    "pharmacist": frozenset({"pharmacist"}),
    "clerk": frozenset[str](),
}


def default_roster(skills: Mapping[str, Skill], tasks: Sequence[Task]) -> list[AgentSpec]:
    """Make teams of a nurse, a physician, a pharmacist and a clerk.

    Each has their usual skills and the licences of their profession; together they cover every skill. A task that
    asks for another licence is nobody's here, and is rejected with that reason. There are as many teams (one
    cluster each) as keep each team's share of the work under half of what its four members can do.

    Parameters
    ----------
    skills : mapping of str to Skill
        All clinical skills.
    tasks : sequence of Task
        The work.
    """
    work = sum(task.demand.get(STAFF, 0.0) for task in tasks)
    teams = max(1, math.ceil(work / (_FILL * 4 * MINUTES)))
    width = len(str(teams))
    return [spec for n in range(1, teams + 1) for spec in _team(f"hospital/team-{n:0{width}}", skills)]


def _team(cluster: str, skills: Mapping[str, Skill]) -> list[AgentSpec]:
    roles: dict[str, tuple[Sequence[str], int, float]] = {
        "nurse": (_NURSE, 3, 0.8),
        "physician": ([name for name in skills if skills[name].licences <= _LICENCES["physician"]], 4, 2.0),
        "pharmacist": (_PHARMACIST, 5, 1.2),
        "clerk": (_CLERK, 3, 0.5),
    }
    return [
        AgentSpec(
            address=f"{cluster}/{role}",
            skills={name: level for name in names if name in skills},
            licences=_LICENCES[role],
            capacity={STAFF: MINUTES},
            cost=cost,
            languages=("en",),
        )
        for role, (names, level, cost) in roles.items()
    ]
