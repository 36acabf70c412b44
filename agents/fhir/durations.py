"""How long work takes, as far as the procedures of the input tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from statistics import median

from agents.fhir.rules import Rule
from agents.record import PatientRecord

_LONGEST = 24 * 60.0
"""A procedure recorded as longer than a day is a course of treatment, not one piece of work."""


def durations_from(
    records: Iterable[PatientRecord] | Mapping[str, PatientRecord], *, at_least: int = 3
) -> dict[str, float]:
    """Median minutes of completed procedures that have a start and an end.

    Parameters
    ----------
    records : iterable of PatientRecord, or mapping to them
        Where to look.
    at_least : int
        How many such procedures a code must have: one alone says little.

    Returns
    -------
    dict of str to float
        By ``system|code``.
    """
    seen: dict[str, list[float]] = defaultdict(list)
    for record in records.values() if isinstance(records, Mapping) else records:
        for done in record.procedures:
            if done.status != "completed" or done.start is None or done.end is None:
                continue
            minutes = (done.end - done.start).total_seconds() / 60
            if 0 < minutes <= _LONGEST:
                for code in {f"{c.system}|{c.code}" for c in done.concept.codings}:
                    seen[code].append(minutes)
    return {code: float(median(values)) for code, values in seen.items() if len(values) >= at_least}


def minutes_of(rule: Rule, durations: Mapping[str, float]) -> float:
    """Minutes of a rule's work: the first of its codes that the input knows, else its own."""
    return next((durations[code] for code in rule.durations if code in durations), rule.minutes)
