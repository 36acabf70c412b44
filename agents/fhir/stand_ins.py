"""Which references are shown as they are, and which by a stand-in because they show a patient."""

from __future__ import annotations

import re
from collections.abc import Collection

from agents.fhir.naming import public


class StandIns:
    """Stand-ins given so far.

    Parameters
    ----------
    secrets : dict of str to frozenset of str
        Names and identifiers (lower case) of each patient, by reference.
    """

    def __init__(self, secrets: dict[str, frozenset[str]]) -> None:
        self.secrets = secrets
        self._shown: dict[str, str] = {}
        self._everyone: frozenset[str] | None = None
        for reference, own in secrets.items():
            self.show(reference, own)

    @property
    def aliases(self) -> dict[str, str]:
        """Original reference of each stand-in."""
        return {shown: reference for reference, shown in self._shown.items()}

    def show(self, reference: str, secrets: Collection[str]) -> str:
        """`reference`, or its stand-in where it shows one of `secrets`; '' stays ''."""
        known = self._shown.get(reference)
        if known or not reference:
            return known or ""
        shown = public(reference, secrets)
        if shown != reference:
            self._shown[reference] = shown
        return shown

    def show_about(self, reference: str, subject: str) -> str:
        """As `show`, with the secrets of `subject`; where that is no known patient, with anyone's."""
        own = self.secrets.get(subject)
        return self.show(reference, self._anyones(reference) if own is None else own)

    def _anyones(self, reference: str) -> frozenset[str]:
        """Those secrets of all patients that are words of a reference: searching each would take too long."""
        if self._everyone is None:
            self._everyone = frozenset().union(*self.secrets.values())
        low = reference.partition("/")[2].lower()
        return self._everyone & {low, *re.split(r"[\W_]+", low)}
