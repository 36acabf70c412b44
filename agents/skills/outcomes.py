"""Outcomes that every skill may have to give: not computable, not applicable."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from agents.result import Evidence, Finding, Outcome
from agents.skills.measurements import instant

OLD = timedelta(days=365)


def not_computable(
    title: str,
    missing: Iterable[str],
    source: str,
    *,
    evidence: Iterable[Evidence] = (),
    findings: Iterable[Finding] = (),
    data: dict[str, Any] | None = None,
) -> Outcome:
    """Outcome of a skill whose inputs are missing; `missing` are phrases such as ``no pulse``."""
    named = tuple(dict.fromkeys(missing))
    return Outcome(
        summary=f"{title} not computable: {', '.join(named)}.",
        missing=named,
        source=source,
        evidence=tuple(evidence),
        findings=tuple(findings),
        data={"status": "not computable", **(data or {})},
    )


def not_applicable(title: str, why: str, source: str) -> Outcome:
    """Outcome of a skill that is not meant for this person; `why` is a clause such as ``under 16 years``."""
    return Outcome(
        summary=f"{title} not applicable: {why}.",
        findings=(Finding(f"{title} is not applicable: {why}."),),
        source=source,
        data={"status": "not applicable", "why": why},
    )


def old_note(what: str, time: datetime, as_of: datetime) -> tuple[Finding, ...]:
    """A finding where a measurement is more than a year old at `as_of`; else nothing."""
    if instant(as_of) - instant(time) <= OLD:
        return ()
    return (Finding(f"The newest {what} is more than a year old.", "attention"),)
