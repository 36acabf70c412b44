"""Acuity, 1 (immediate) to 5 (not urgent), of an open emergency encounter.

The scale has the five levels of usual emergency triage; how a level is reached is our own rule set, built on
published vital-sign limits. It is not the Emergency Severity Index, which also weighs expected resources.

1. Complaint: the encounter's reasons, looked up in ``triage_complaints.csv`` (ours); one that is not listed
   starts at 3.
2. Consciousness (ours): unresponsive or responding to pain only is 1; confusion or responding to voice, 2.
3. NEWS2 (RCP 2017) from 16 years and outside pregnancy: high is 2, medium and low-medium are 3.
4. Danger-zone vitals (limits of the ESI for age; what they do is ours): pulse or respiratory rate above the
   limit, or SpO2 below 92 %, raise a 3 to 2 and anything less urgent to 3.
5. Pain of 7 or more of 10 raises to 3, and fever of 38 Cel below three months to 2 (both ours; the ESI asks
   the nurse to consider 2).

The most urgent rule counts; each that applied is listed. Vital signs count from one hour before arrival. With
some of them missing the acuity is provisional and never less urgent than 3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from agents.record import ICD10, ICD10CM, LOINC, SNOMED, Concept, Encounter, PatientRecord
from agents.result import Evidence, Finding, Outcome, Value
from agents.skill import Skill
from agents.skills.consciousness import LEVELS, consciousness
from agents.skills.early_warning_score import Scores, assess, band
from agents.skills.measurements import Measurement, instant, newest
from agents.skills.outcomes import not_applicable, not_computable
from agents.skills.pregnancy import pregnant
from agents.skills.tables import rows

SOURCE = (
    "Own five-level rule set on published limits: Royal College of Physicians, NEWS2, 2017; Gilboy N et al. "
    "Emergency Severity Index, Implementation Handbook (AHRQ 12-0014), 2012, danger-zone vital signs"
)
_PAIN = Measurement(
    "pain score", "1", {LOINC: frozenset({"72514-3", "38208-5"}), SNOMED: frozenset({"225908003"})}, 0, 10
)
_DANGER = ((0.25, 180, 50), (3, 160, 40), (8, 140, 30), (200, 100, 20))
"""Years below which a row applies, with the highest usual pulse and respiratory rate."""
_WORDS = {1: "immediate", 2: "very urgent", 3: "urgent", 4: "less urgent", 5: "not urgent"}


@dataclass(slots=True)
class Ranking:
    """Rules that applied, each with the acuity that it asks for."""

    rules: list[tuple[int, str]] = field(default_factory=list)

    def add(self, acuity: int, why: str) -> None:
        """Note that a rule asks for an acuity."""
        self.rules.append((acuity, why))

    @property
    def acuity(self) -> int:
        """Most urgent so far."""
        return min((acuity for acuity, _ in self.rules), default=5)


def emergency(record: PatientRecord, as_of: datetime) -> Encounter | None:
    """The newest open emergency encounter at `as_of`."""
    now = instant(as_of)
    found = [
        e
        for e in record.encounters
        if e.class_code.upper() == "EMER" and e.open and (e.start is None or instant(e.start) <= now)
    ]
    return max(found, key=lambda e: (e.start is not None, instant(e.start or as_of), e.reference), default=None)


def complaint_acuity(concept: Concept) -> tuple[int, str] | None:
    """Acuity of a presenting complaint with its name in our table; the most urgent where several fit."""
    label = " ".join([concept.text, *(c.display for c in concept.codings)]).lower()
    found = []
    for row in rows("triage_complaints.csv"):
        prefixes = tuple(row["icd10"].split("|"))
        if (
            re.search(rf"\b(?:{row['words']})", label)
            or concept.has(SNOMED, row["snomed"].split("|"))
            or any(c.system in (ICD10, ICD10CM) and c.code.upper().startswith(prefixes) for c in concept.codings)
        ):
            found.append((int(row["acuity"]), row["complaint"]))
    return min(found, default=None)


def years(record: PatientRecord, as_of: datetime) -> float | None:
    """Age in years with its fraction: infants need it."""
    if record.birth_date is None:
        return None
    return (instant(as_of).date() - record.birth_date).days / 365.25


def danger_zone(scores: Scores, age: float) -> list[str]:
    """Vital signs outside the danger-zone limits for age."""
    _, pulse, breaths = next(row for row in _DANGER if age < row[0] or row[0] == 200)
    values = scores.values
    found = []
    if values.get("pulse", 0) > pulse:
        found.append(f"pulse above {pulse}")
    if values.get("respiratory rate", 0) > breaths:
        found.append(f"respiratory rate above {breaths}")
    if values.get("oxygen saturation", 100) < 92 and scores.scale == 1:
        found.append("oxygen saturation below 92 %")
    return found


def _complaints(encounter: Encounter, ranking: Ranking) -> list[str]:
    if not encounter.reasons:
        return ["no presenting complaint"]
    for reason in encounter.reasons:
        found = complaint_acuity(reason)
        if found is None:
            ranking.add(3, "complaint outside the table starts at 3")
        else:
            ranking.add(found[0], f"complaint: {found[1]}")
    return []


def _signs(record: PatientRecord, as_of: datetime, scores: Scores, ranking: Ranking) -> None:
    level, _ = consciousness(record, as_of)
    if level in ("P", "U"):
        ranking.add(1, f"consciousness: {LEVELS[level]}")
    elif level in ("C", "V"):
        ranking.add(2, f"consciousness: {LEVELS[level]}")
    age = years(record, as_of)
    if age is None:
        return
    if age >= 16 and not pregnant(record, as_of):
        risk = band(scores.total, scores.largest)
        partly = " of the signs present" if scores.missing else ""
        if risk != "low":
            ranking.add(2 if risk == "high" else 3, f"NEWS2{partly} {scores.total}: {risk} risk")
        elif not scores.missing:
            ranking.add(4 if scores.total else 5, f"NEWS2 {scores.total}: low risk")
    if age < 0.25 and scores.values.get("temperature", 0) >= 38.0:
        ranking.add(2, "fever below three months")


def _upgrades(
    record: PatientRecord, as_of: datetime, scores: Scores, ranking: Ranking, evidence: list[Evidence]
) -> None:
    pain = newest(record, _PAIN, as_of).reading
    if pain is not None:
        evidence.append(pain.evidence)
        if pain.value >= 7:
            ranking.add(3, "pain of 7 or more")
    age = years(record, as_of)
    danger = danger_zone(scores, age) if age is not None else []
    if danger:
        ranking.add(2 if ranking.acuity <= 3 else 3, f"danger zone: {', '.join(danger)}")


def compute(record: PatientRecord, as_of: datetime) -> Outcome:
    """Acuity of the open emergency encounter, or what is missing."""
    if record.deceased:
        return not_applicable("Triage", "the patient has died", SOURCE)
    encounter = emergency(record, as_of)
    if encounter is None:
        return not_applicable("Triage", "no emergency encounter is open", SOURCE)
    if encounter.start is not None:
        since = instant(encounter.start) - timedelta(hours=1)
        kept = tuple(o for o in record.observations if o.time is not None and instant(o.time) >= since)
        record = replace(record, observations=kept)
    ranking, scores = Ranking(), assess(record, as_of)
    evidence = [Evidence(encounter.reference, "emergency encounter"), *scores.evidence]
    missing = [*_complaints(encounter, ranking), *scores.missing]
    if record.birth_date is None:
        missing.append("no date of birth")
    if not ranking.rules and not scores.parts:
        return not_computable("Triage", missing, SOURCE, evidence=evidence)
    _signs(record, as_of, scores, ranking)
    _upgrades(record, as_of, scores, ranking, evidence)
    if missing and ranking.acuity > 3:
        ranking.add(3, "something is missing: not less urgent than 3")
    return _outcome(ranking, missing, evidence)


def _outcome(ranking: Ranking, missing: list[str], evidence: list[Evidence]) -> Outcome:
    acuity = ranking.acuity
    why = [text for level, text in ranking.rules if level == acuity]
    provisional = "provisional " if missing else ""
    findings = [Finding(f"Acuity {level}: {text}.") for level, text in ranking.rules]
    if acuity <= 2:
        findings.insert(0, Finding(f"See now: {'; '.join(why)}.", "urgent"))
    return Outcome(
        summary=f"Triage: {provisional}acuity {acuity}, {_WORDS[acuity]} ({'; '.join(why)}).",
        values=(Value("acuity", acuity, "{score}", interpretation=f"{provisional}{_WORDS[acuity]}"),),
        findings=tuple(findings),
        missing=tuple(dict.fromkeys(missing)),
        source=SOURCE,
        evidence=tuple(evidence),
        data={
            "status": "computed",
            "provisional": bool(missing),
            "rules": [{"acuity": level, "why": text} for level, text in ranking.rules],
        },
    )


SKILL = Skill(
    name="triage",
    title="Emergency triage",
    inputs=(
        "open emergency encounter with its reasons",
        "date of birth",
        "the vital signs of the early-warning score",
        "pain score (0 to 10)",
    ),
    source=SOURCE,
    compute=compute,
    minutes=7.0,
    level=2,
)
