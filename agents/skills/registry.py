"""Skills by name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module

from agents.errors import AgentsError, UnknownSkillError
from agents.skill import Skill

_MODULES = (
    "triage",
    "early_warning_score",
    "blood_pressure",
    "body_mass_index",
    "lipids",
    "glycaemia",
    "kidney_function",
    "drug_dose_check",
    "medication_reconciliation",
    "screening",
    "immunisation",
    "discharge_summary",
)
"""Modules of this package, each with a `SKILL`."""


class SkillRegistry(Mapping[str, Skill]):
    """A mapping of name to skill.

    Parameters
    ----------
    skills : iterable of Skill
        The skills; two of one name are refused with `AgentsError`.
    """

    def __init__(self, skills: Iterable[Skill]) -> None:
        self._skills: dict[str, Skill] = {}
        for skill in skills:
            if skill.name in self._skills:
                raise AgentsError(f"two skills are called {skill.name!r}", hint="Rename one of them", skill=skill.name)
            self._skills[skill.name] = skill

    def __getitem__(self, name: str) -> Skill:
        return self._skills[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._skills)

    def __len__(self) -> int:
        return len(self._skills)

    def get(self, name: str, default: object = None) -> Skill:  # noqa: ARG002
        """The skill of that name; unlike a dictionary's `get` it never returns a default.

        Raises
        ------
        UnknownSkillError
            There is none; the hint names those that come close.
        """
        if name in self._skills:
            return self._skills[name]
        close = difflib.get_close_matches(name, self._skills, n=3, cutoff=0.5)
        hint = f"Did you mean {', '.join(close)}?" if close else f"Known are: {', '.join(self._skills)}"
        raise UnknownSkillError(f"there is no skill {name!r}", hint=hint, name=name, close=close)

    def names(self) -> tuple[str, ...]:
        """Names of all skills, in the order given."""
        return tuple(self._skills)


@cache
def default_registry() -> SkillRegistry:
    """All skills of this package, loaded at the first call."""
    return SkillRegistry(import_module(f"agents.skills.{module}").SKILL for module in _MODULES)
