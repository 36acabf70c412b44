"""Ingredients and strengths of a medication, read from its name or its code.

Names are RxNorm-like: ``lisinopril 10 MG Oral Tablet``, ``Amoxicillin 250 MG / Clavulanate 125 MG Oral
Tablet``, ``Lasix 40mg``. Each part between slashes is matched against the synonyms of our table (generic
names, salts, brands), longest first. Where the name says nothing, RxNorm ingredient and ATC codes are tried.
What stays unknown keeps its cleaned name and is marked as unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from agents.errors import UnitError
from agents.record import ATC, RXNORM, Concept, Medication, PatientRecord, Quantity
from agents.skills.measurements import instant
from agents.skills.tables import rows
from agents.units import canonical, convert

_STRENGTH = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s*(mg|mcg|ug|g)(/ml|/actuat|/hr)?(?![\w/])", re.IGNORECASE)
_LEAD = re.compile(r"^(?:nda\d+\s+)?(?:\d+(?:\.\d+)?\s*(?:hr|ml|actuat)\s+)?", re.IGNORECASE)
_LOCAL = re.compile(
    r"\b(topical|ophthalmic|otic|nasal|cream|ointment|gel|inhal\w*|mucosal|eye|ear|vaginal|drops)\b", re.IGNORECASE
)
_FORMS = frozenset(
    {"", "1", "tablet", "tablets", "tab", "tabs", "capsule", "capsules", "cap", "caps", "dose", "unit", "pill"}
)
_VOLUMES = frozenset({"ml", "milliliter", "milliliters", "millilitre", "millilitres"})


@dataclass(frozen=True, slots=True)
class Part:
    """One ingredient of a product.

    Parameters
    ----------
    ingredient : str
        Name in our table, or the cleaned name where it is not there.
    strength : Quantity, optional
        Mass a unit of form (``mg``) or a millilitre (``mg/mL``).
    known : bool
        Whether the table holds it.
    """

    ingredient: str
    strength: Quantity | None = None
    known: bool = True


@cache
def _synonyms() -> tuple[tuple[re.Pattern[str], str], ...]:
    pairs = [
        (word, row["ingredient"])
        for row in rows("ingredients.csv")
        for word in dict.fromkeys(row["synonyms"].split("|"))
    ]
    pairs.sort(key=lambda pair: (-len(pair[0]), pair[0], pair[1]))
    return tuple((re.compile(rf"(?<!\w){re.escape(word)}(?!\w)"), name) for word, name in pairs)


def row_of(ingredient: str) -> dict[str, str] | None:
    """Row of an ingredient in ``ingredients.csv``."""
    return next((row for row in rows("ingredients.csv") if row["ingredient"] == ingredient), None)


def _named(text: str) -> list[str]:
    """Ingredients whose synonyms stand in a text; a longer synonym hides shorter ones inside it."""
    taken: list[tuple[int, int]] = []
    found: list[str] = []
    for pattern, name in _synonyms():
        for match in pattern.finditer(text):
            span = match.span()
            if all(span == other or span[1] <= other[0] or other[1] <= span[0] for other in taken):
                taken.append(span)
                if name not in found:
                    found.append(name)
    return found


def _strength(text: str) -> Quantity | None:
    match = _STRENGTH.search(text)
    if match is None or (match[3] or "").lower() == "/hr":
        return None
    value, unit = float(match[1]), match[2].lower()
    try:
        amount = convert(Quantity(value, unit), "mg").value
    except UnitError:
        return None
    return Quantity(amount, "mg/mL" if (match[3] or "").lower() == "/ml" else "mg")


def _clean(text: str) -> str:
    bare = re.sub(r"\[[^\]]*\]", " ", text)
    return " ".join(re.split(r"\s\d", bare, maxsplit=1)[0].split())


def _from_name(name: str) -> list[Part]:
    text = _LEAD.sub("", name.strip().lower())
    bare, brand = re.sub(r"\[[^\]]*\]", " ", text), " ".join(re.findall(r"\[([^\]]*)\]", text))
    parts: list[Part] = []
    for piece in re.split(r"\s+/\s+", bare):
        named, strength = _named(piece), _strength(piece)
        parts += [Part(item, strength if len(named) == 1 else None) for item in named]
        if not named and _clean(piece):
            parts.append(Part(_clean(piece), strength, known=False))
    if not any(part.known for part in parts) and (named := _named(brand)):
        strength = parts[0].strength if len(parts) == 1 and len(named) == 1 else None
        return [Part(item, strength) for item in named]
    return parts


def _from_codes(concept: Concept) -> list[Part]:
    found = []
    for coding in concept.codings:
        for row in rows("ingredients.csv"):
            rxnorm = coding.system == RXNORM and coding.code and coding.code == row["rxnorm"]
            atc = coding.system == ATC and len(coding.code) == 7 and coding.code == row["atc"]
            if (rxnorm or atc) and row["ingredient"] not in found:
                found.append(row["ingredient"])
    return [Part(name) for name in found]


def _merged(parts: list[Part]) -> tuple[Part, ...]:
    """One part an ingredient; a strength that is written twice is kept once."""
    kept: dict[str, Part] = {}
    for part in parts:
        if part.ingredient not in kept or kept[part.ingredient].strength is None:
            kept[part.ingredient] = part
    return tuple(kept.values())


def ingredients(concept: Concept) -> tuple[Part, ...]:
    """Ingredients of a product, in the order of its name; empty where it has neither name nor known code."""
    names = [concept.text, *(coding.display for coding in concept.codings)]
    parsed = [_from_name(name) for name in dict.fromkeys(names) if name.strip()]
    complete = [parts for parts in parsed if parts and all(part.known for part in parts)]
    if complete:
        return _merged(max(complete, key=lambda parts: sum(part.strength is not None for part in parts)))
    if coded := _from_codes(concept):
        return _merged(coded)
    return _merged(parsed[0]) if parsed else ()


def active(record: PatientRecord, as_of: datetime) -> list[Medication]:
    """Medications being taken at `as_of`, as far as the record says, in order of their references."""
    now = instant(as_of)
    found = [m for m in record.medications if m.active and (m.authored is None or instant(m.authored) <= now)]
    return sorted(found, key=lambda m: m.reference)


def daily_dose(medication: Medication, part: Part) -> tuple[float | None, str]:
    """Milligrams a day of one ingredient, or None with the reason why it cannot be reckoned."""
    dose = medication.dose
    if dose is None or dose.quantity is None:
        return None, "no dose amount"
    if dose.times_per_day is None:
        return None, "no frequency"
    if dose.quantity.value <= 0 or dose.times_per_day <= 0:
        return None, "the dose amount or frequency is not positive"
    amount, why = _milligrams(dose.quantity, part.strength)
    if amount is None:
        return None, why
    if canonical(dose.quantity.unit) in ("mg", "g", "ug") and len(ingredients(medication.concept)) > 1:
        return None, "a mass of a product with several ingredients"
    return amount * dose.times_per_day, ""


def _milligrams(quantity: Quantity, strength: Quantity | None) -> tuple[float | None, str]:
    """Milligrams at a time, or why they cannot be reckoned."""
    unit = quantity.unit.strip().strip("{}").lower()
    for forms, per, words in ((_FORMS, "mg", ""), (_VOLUMES, "mg/mL", " a millilitre")):
        if unit in forms:
            if strength is None or strength.unit != per:
                return None, f"no strength{words} in the name"
            return quantity.value * strength.value, ""
    try:
        return convert(quantity, "mg").value, ""
    except UnitError as error:
        return None, f"dose {error.what}"


def local(concept: Concept) -> bool:
    """Whether the name says that the product acts where it is applied (eye, skin, nose, lung)."""
    return any(_LOCAL.search(name) for name in (concept.text, *(c.display for c in concept.codings)))
