"""Consciousness on the ACVPU scale, read from a coded answer or from the Glasgow coma score.

A Glasgow score of 15 is Alert; any lower one is not fully alert and so counts like Confusion, because the
Royal College asks that confusion be taken as new until it is shown to be old.
"""

from __future__ import annotations

import re
from datetime import datetime

from agents.record import LOINC, SNOMED, Concept, Observation, PatientRecord
from agents.result import Evidence
from agents.skills.measurements import COMA_SCORE, Lookup, Reading, instant, newest, usable

_ASKED = {
    LOINC: frozenset({"80288-4", "67775-7", "11454-5"}),
    SNOMED: frozenset({"1104441000000107", "6942003"}),
}
_SNOMED = {
    "248234008": "A",
    "130987000": "C",
    "300202002": "V",
    "450847001": "P",
    "422768004": "U",
}
_WORDS = (("unrespons", "U"), ("unconscious", "U"), ("pain", "P"), ("voice", "V"), ("verbal", "V"),
          ("confus", "C"), ("alert", "A"))  # fmt: skip
_NOT = re.compile(r"\b(no|not|non|without|denies)\b")
LEVELS = {
    "A": "alert",
    "C": "new confusion",
    "V": "responds to voice",
    "P": "responds to pain",
    "U": "unresponsive",
}


def _level(answer: Concept | None, text: str) -> str | None:
    """One letter of ACVPU; None where the answer says none of them, several, or something negated."""
    for coding in answer.codings if answer else ():
        if coding.system == SNOMED and coding.code in _SNOMED:
            return _SNOMED[coding.code]
    words = (text or (answer.label() if answer else "")).strip().lower()
    if words.upper() in LEVELS:
        return words.upper()
    if words == "no response":
        return "U"
    found = {letter for word, letter in _WORDS if word in words}
    return found.pop() if len(found) == 1 and not _NOT.search(words) else None


def _asked(concept: Concept) -> bool:
    return any(concept.has(system, codes) for system, codes in _ASKED.items())


def _answers(observation: Observation) -> list[str | None]:
    found = [_level(observation.coded, observation.text)] if _asked(observation.concept) else []
    return found + [_level(part.coded, "") for part in observation.components if _asked(part.concept)]


def consciousness(record: PatientRecord, as_of: datetime, since: datetime | None = None) -> tuple[str | None, Lookup]:
    """The newest level of consciousness; an older one does not stand in for a newer one that is unclear.

    Returns
    -------
    level : str or None
        A, C, V, P or U.
    lookup : Lookup
        Where it came from, or why there is none. Its value is the Glasgow score, or 15 for a coded Alert
        and 14 for any other coded answer: of use only in telling the two apart.
    """
    coma = newest(record, COMA_SCORE, as_of, since)
    after = coma.reading.time if coma.reading else None
    for time, observation in usable(record, as_of):
        if (since is not None and time < instant(since)) or (after is not None and time < after):
            break
        for level in _answers(observation):
            if level is None:
                why = "level of consciousness: the answer is not one of ACVPU"
                return None, Lookup(None, f"no usable {why}", (why,))
            evidence = Evidence(observation.reference, "level of consciousness", LEVELS[level], None, time.isoformat())
            return level, Lookup(Reading(15.0 if level == "A" else 14.0, time, evidence))
    if coma.reading is not None:
        return ("A" if coma.reading.value >= 15 else "C"), coma
    if coma.missing.startswith("no usable"):
        return None, coma
    return None, Lookup(None, "no level of consciousness")
