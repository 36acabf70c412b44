"""The `Skill` contract: a named, cited, deterministic computation on a patient's record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from agents.record import PatientRecord
from agents.result import Outcome

Compute = Callable[[PatientRecord, datetime], Outcome]
"""Reads a record as of a moment and returns an outcome; never raises for what a record lacks."""


@dataclass(frozen=True, slots=True)
class Skill:
    """A clinical skill.

    Parameters
    ----------
    name : str
        Name that tasks (`kind`) and agents (`skills`) use, in kebab case.
    title : str
        Name for people.
    inputs : tuple of str
        What it reads, each with its unit, in plain words.
    source : str
        Publication that it follows: authors or body, title, year.
    compute : Compute
        The computation.
    minutes : float
        Usual time of a member of staff for it, where the record says nothing better.
    level : int
        Lowest skill level (1 to 5) that may do it.
    licences : frozenset of str
        Licences needed.
    """

    name: str
    title: str
    inputs: tuple[str, ...]
    source: str
    compute: Compute
    minutes: float = 10.0
    level: int = 1
    licences: frozenset[str] = frozenset()
