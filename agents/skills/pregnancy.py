"""Whether the record says that the patient is pregnant."""

from __future__ import annotations

from datetime import datetime, timedelta

from agents.record import ICD10, ICD10CM, LOINC, SNOMED, Condition, PatientRecord
from agents.skills.measurements import instant, usable

_SNOMED = frozenset({"72892002", "77386006", "47200007", "16356006", "127364007", "87527008", "169826009", "237238006"})
_ICD = ("Z33.1", "Z34", "Z3A", "O09", "O10", "O11", "O12", "O13", "O14", "O15", "O16", "O2", "O3", "O4")
_LONGEST = timedelta(days=300)
"""A pregnancy noted longer ago is over, even where nobody closed it in the record."""


def _coded(condition: Condition) -> bool:
    return condition.concept.has(SNOMED, _SNOMED) or any(
        c.system in (ICD10, ICD10CM) and c.code.upper().startswith(_ICD) for c in condition.concept.codings
    )


def pregnant(record: PatientRecord, as_of: datetime) -> bool:
    """Whether an active pregnancy is recorded: a condition, or the newest status (LOINC 82810-3)."""
    now = instant(as_of)
    for condition in record.known_conditions():
        onset = instant(condition.onset) if condition.onset else None
        if _coded(condition) and (onset is None or timedelta(0) <= now - onset <= _LONGEST):
            return True
    for time, observation in usable(record, as_of):
        if observation.concept.has(LOINC, {"82810-3"}) and now - time <= _LONGEST:
            coded = observation.coded
            return coded is not None and (coded.has(SNOMED, _SNOMED) or coded.has(LOINC, {"LA15173-0"}))
    return False
