"""NEWS2, the National Early Warning Score 2, with its risk band and the response it calls for.

The newest value of each vital sign within 24 hours before the newest of all is taken; older ones are stale
and count as missing. Temperatures are rounded to a tenth and the other values to whole numbers, as on the
chart. With a value missing no aggregate is given, but what the present ones already score is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from agents.record import SNOMED, PatientRecord
from agents.result import Evidence, Finding, Outcome, Value
from agents.skill import Skill
from agents.skills.consciousness import consciousness
from agents.skills.measurements import (
    OXYGEN_SATURATION,
    PULSE,
    RESPIRATORY_RATE,
    SYSTOLIC,
    TEMPERATURE,
    Lookup,
    instant,
    newest,
)
from agents.skills.outcomes import not_applicable, not_computable
from agents.skills.oxygen import second_scale, supplemental_oxygen
from agents.skills.pregnancy import pregnant

SOURCE = (
    "Royal College of Physicians. National Early Warning Score (NEWS) 2: Standardising the assessment of "
    "acute-illness severity in the NHS. London: RCP, 2017"
)
WINDOW = timedelta(hours=24)
"""How far before the newest vital sign the others may lie."""

Band = tuple[float, int]
"""Highest value (included) and its points."""

_TOP = math.inf
_RESPIRATION: Sequence[Band] = ((8, 3), (11, 1), (20, 0), (24, 2), (_TOP, 3))
_SATURATION: Sequence[Band] = ((91, 3), (93, 2), (95, 1), (_TOP, 0))
_SATURATION_2_AIR: Sequence[Band] = ((83, 3), (85, 2), (87, 1), (_TOP, 0))
_SATURATION_2_OXYGEN: Sequence[Band] = ((83, 3), (85, 2), (87, 1), (92, 0), (94, 1), (96, 2), (_TOP, 3))
_SYSTOLIC: Sequence[Band] = ((90, 3), (100, 2), (110, 1), (219, 0), (_TOP, 3))
_PULSE: Sequence[Band] = ((40, 3), (50, 1), (90, 0), (110, 1), (130, 2), (_TOP, 3))
_TEMPERATURE: Sequence[Band] = ((35.0, 3), (36.0, 1), (38.0, 0), (39.0, 1), (_TOP, 2))

RESPONSES = {
    "low": "Ward care goes on; observe at least every 12 h at a score of 0, every 4 to 6 h at 1 to 4.",
    "low-medium": "One sign alone is at its extreme: a ward clinician reviews now; observe at least hourly.",
    "medium": "Urgent review by a clinician who can assess acute illness; observe at least hourly.",
    "high": "Emergency assessment by a team with critical-care skills; monitor vital signs continuously.",
}
"""What each band calls for, in our own words."""


def rounded(value: float, digits: int = 0) -> float:
    """Half up, as a person rounds to the chart's steps."""
    scale = 10.0**digits
    return float(math.floor(value * scale + 0.5 + 1e-9) / scale)


def points(value: float, bands: Sequence[Band]) -> int:
    """Points of a value: those of the first band whose upper end it does not exceed."""
    return next(score for top, score in bands if value <= top)


def band(total: int, largest: int) -> str:
    """Risk band of an aggregate score whose largest single part is `largest`."""
    if total >= 7:
        return "high"
    if total >= 5:
        return "medium"
    return "low-medium" if largest == 3 else "low"


@dataclass(slots=True)
class Scores:
    """Points by parameter, with what they rest on and what is missing."""

    parts: dict[str, int] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)
    evidence: list[Evidence] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)
    scale: int = 1

    @property
    def total(self) -> int:
        """Sum of the points so far."""
        return sum(self.parts.values())

    @property
    def largest(self) -> int:
        """Largest points of one parameter."""
        return max(self.parts.values(), default=0)

    def take(self, lookup: Lookup) -> float | None:
        """Note where a value came from, or why there is none."""
        self.rejected.extend(lookup.rejected)
        if lookup.reading is None:
            self.missing.append(lookup.missing)
            return None
        self.evidence.append(lookup.reading.evidence)
        self.times.append(lookup.reading.time)
        return lookup.reading.value


_SIMPLE = (
    ("respiratory rate", RESPIRATORY_RATE, _RESPIRATION, 0),
    ("systolic blood pressure", SYSTOLIC, _SYSTOLIC, 0),
    ("pulse", PULSE, _PULSE, 0),
    ("temperature", TEMPERATURE, _TEMPERATURE, 1),
)


def _window(record: PatientRecord, as_of: datetime) -> datetime | None:
    signs = (RESPIRATORY_RATE, OXYGEN_SATURATION, SYSTOLIC, PULSE, TEMPERATURE)
    found = [newest(record, sign, as_of).reading for sign in signs]
    found += [consciousness(record, as_of)[1].reading, supplemental_oxygen(record, as_of)[1].reading]
    times = [reading.time for reading in found if reading is not None]
    if not times:
        return None
    last = max(times)
    return last - min(WINDOW, last - datetime.min.replace(tzinfo=last.tzinfo))


def assess(record: PatientRecord, as_of: datetime) -> Scores:
    """Score each parameter that the record holds; `triage` uses it too."""
    scores, since = Scores(), _window(record, as_of)
    for name, sign, bands, digits in _SIMPLE:
        value = scores.take(newest(record, sign, as_of, since))
        if value is not None:
            scores.values[name] = rounded(value, digits)
            scores.parts[name] = points(scores.values[name], bands)
    oxygen, lookup = supplemental_oxygen(record, as_of, since)
    if scores.take(lookup) is not None and oxygen is not None:
        scores.parts["supplemental oxygen"] = 2 if oxygen else 0
    _saturation(record, as_of, since, oxygen, scores)
    level, lookup = consciousness(record, as_of, since)
    if scores.take(lookup) is not None:
        scores.parts["consciousness"] = 0 if level == "A" else 3
    return scores


def _saturation(
    record: PatientRecord, as_of: datetime, since: datetime | None, oxygen: bool | None, scores: Scores
) -> None:
    value = scores.take(newest(record, OXYGEN_SATURATION, as_of, since))
    if reason := second_scale(record, as_of):
        scores.scale = 2
        scores.evidence.append(reason)
    if value is None:
        return
    scores.values["oxygen saturation"] = saturation = rounded(value)
    if scores.scale == 1:
        scores.parts["oxygen saturation"] = points(saturation, _SATURATION)
    elif oxygen is not None or saturation <= 92:
        bands = _SATURATION_2_OXYGEN if oxygen else _SATURATION_2_AIR
        scores.parts["oxygen saturation"] = points(saturation, bands)


def _notes(scores: Scores, as_of: datetime) -> list[Finding]:
    notes = [Finding(f"Not used: {reason}.") for reason in scores.rejected]
    if not scores.times:
        return notes
    spread = max(scores.times) - min(scores.times)
    if spread > timedelta(hours=1):
        notes.append(Finding(f"The measurements lie {spread.total_seconds() / 3600:.1f} h apart."))
    age = instant(as_of) - max(scores.times)
    if age > WINDOW:
        notes.append(Finding(f"The newest measurement is {age.total_seconds() / 3600:.0f} h old.", "attention"))
    return notes


def _incomplete(scores: Scores, data: dict[str, object]) -> Outcome:
    urgent: tuple[Finding, ...] = ()
    if scores.largest == 3 or scores.total >= 5:
        text = f"The signs that are there already score {scores.total}: do not wait for the missing ones."
        urgent = (Finding(text, "urgent"),)
    return not_computable("NEWS2", scores.missing, SOURCE, evidence=scores.evidence, findings=urgent, data=data)


def compute(record: PatientRecord, as_of: datetime) -> Outcome:
    """NEWS2 of the newest coherent set of vital signs.

    Parameters
    ----------
    record : PatientRecord
        The patient.
    as_of : datetime
        Now; later observations are not used.

    Returns
    -------
    Outcome
        The score (SNOMED CT UK 1104051000000101) with its band, or what is missing.
    """
    age = record.age(as_of)
    if age is not None and age < 16:
        return not_applicable("NEWS2", "under 16 years", SOURCE)
    if pregnant(record, as_of):
        return not_applicable("NEWS2", "pregnant", SOURCE)
    if record.deceased:
        return not_applicable("NEWS2", "the patient has died", SOURCE)
    scores = assess(record, as_of)
    data: dict[str, object] = {"points": scores.parts, "spo2_scale": scores.scale, "known": scores.total}
    if age is None:
        scores.missing.append("no date of birth")
    if scores.missing:
        return _incomplete(scores, {**data, "not_used": scores.rejected})
    risk = band(scores.total, scores.largest)
    severity = {"low": "info", "low-medium": "attention"}.get(risk, "urgent")
    response = Finding(RESPONSES[risk], severity)  # type: ignore[arg-type]
    return Outcome(
        summary=f"NEWS2 is {scores.total}: {risk} clinical risk.",
        values=(Value("NEWS2", scores.total, "{score}", SNOMED, "1104051000000101", f"{risk} clinical risk"),),
        findings=(response, *_notes(scores, as_of)),
        source=SOURCE,
        evidence=tuple(scores.evidence),
        data={**data, "status": "computed", "band": risk},
    )


SKILL = Skill(
    name="early-warning-score",
    title="Early-warning score (NEWS2)",
    inputs=(
        "date of birth",
        "respiratory rate (/min)",
        "oxygen saturation (%)",
        "air or supplemental oxygen (L/min, % or a code)",
        "systolic blood pressure (mm[Hg])",
        "pulse (/min)",
        "level of consciousness (ACVPU, or Glasgow coma score)",
        "body temperature (Cel)",
    ),
    source=SOURCE,
    compute=compute,
    minutes=6.0,
)
