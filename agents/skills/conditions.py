"""Groups of conditions, and smoking, as rules ask for them."""

from __future__ import annotations

import re
from datetime import datetime

from agents.record import ICD10, ICD10CM, LOINC, SNOMED, PatientRecord
from agents.skills.measurements import instant, usable
from agents.skills.tables import rules

_UNCLEAR = re.compile(r"\b(unknown|not|no)\b")
_SMOKING = {
    "266919005": "never",
    "8517006": "former",
    "449868002": "current",
    "428041000124106": "current",
    "428071000124103": "current",
    "428061000124105": "current",
    "77176002": "current",
    "65568007": "current",
}


def has_group(record: PatientRecord, name: str, as_of: datetime) -> bool:
    """Whether an active condition (or a completed procedure that counts like one) is in a group.

    Cancers count even in remission or resolved: who had one is followed up, not screened.
    """
    group = next(entry for entry in rules("condition_groups.yaml") if entry["name"] == name)
    prefixes, now = tuple(group["icd10"]), instant(as_of)
    for condition in record.conditions:
        past = name.endswith("cancer") and condition.verification_status not in ("refuted", "entered-in-error")
        if not (condition.active or past):
            continue
        if condition.onset is not None and instant(condition.onset) > now:
            continue
        if condition.concept.has(SNOMED, group["snomed"]) or any(
            c.system in (ICD10, ICD10CM) and prefixes and c.code.upper().startswith(prefixes)
            for c in condition.concept.codings
        ):
            return True
    return any(
        procedure.status == "completed"
        and procedure.concept.has(SNOMED, group.get("procedures", ()))
        and (procedure.start is None or instant(procedure.start) <= now)
        for procedure in record.procedures
    )


def smoking(record: PatientRecord, as_of: datetime) -> str | None:
    """Newest smoking status (LOINC 72166-2): never, former or current; None where it is not recorded."""
    for _, observation in usable(record, as_of):
        if observation.concept.has(LOINC, {"72166-2"}):
            for coding in observation.coded.codings if observation.coded else ():
                if coding.system == SNOMED and coding.code in _SMOKING:
                    return _SMOKING[coding.code]
            words = (observation.text or (observation.coded.label() if observation.coded else "")).lower()
            for word, status in (("never", "never"), ("former", "former"), ("current", "current")):
                if word in words and not _UNCLEAR.search(words):
                    return status
            return None
    return None
