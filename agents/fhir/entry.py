"""A parsed resource that waits until all is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from agents.fhir.clinical import Parsed
from agents.fhir.problem import Place, Unusable
from agents.fhir.source import Scope

Fail = Callable[[Place, Unusable], None]
"""Told of what is unusable; raises unless the user allowed skipping."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A parsed resource, where it stands, and the Bundle in whose terms its references are written."""

    reference: str
    parsed: Parsed
    place: Place
    scope: Scope
    updated: datetime | None

    @property
    def kind(self) -> str:
        """Resource type."""
        return self.reference.partition("/")[0]
