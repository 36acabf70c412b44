"""Names that may be shown: stand-ins for ids that show a patient, slugs for zones and codes, file names.

A patient's logical id is shown in task ids and messages. Where it is not a UUID and holds a name or an
identifier of the patient, a stand-in takes its place. A stand-in is a digest: it hides the value from a reader,
not from someone who tries all values.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection
from pathlib import Path
from uuid import UUID

from agents.fhir.other_versions import R4_TYPES

_NAMED = re.compile(r'"(?:family|value)"\s*:\s*"([^"]+)"|"given"\s*:\s*\[([^\]]*)\]')
_SAFE_START = re.compile(r"[A-Za-z0-9]")
_WORDS = re.compile(r"[^\W\d_]+|\d+")
_PLAIN_WORDS = {kind.lower() for kind in R4_TYPES} | set(
    _WORDS.findall(
        "all batch broken bulk bundle bundles cohort data demo entries entry everything example export exports fhir "
        "file fixture hospital in input log ndjson page part patients resource resources results sample test ward"
    )
)
"""Words of file names that are nobody's name: what exports and their users call files."""


def slug(words: str) -> str:
    """Lower-case letters, digits and hyphens of `words`, at most 60."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60].strip("-")


def opaque(ident: str) -> bool:
    """Whether an id is a UUID: drawn by a machine, it says nothing to a reader."""
    try:
        UUID(ident)
    except ValueError:
        return False
    return True


def pseudonym(words: str) -> str:
    """A stable stand-in for `words`."""
    return f"x-{hashlib.sha256(words.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def shows(words: str, secrets: Collection[str]) -> bool:
    """Whether `words` hold one of `secrets` (lower case): as a whole, as one word, or any of four letters or more."""
    low = words.lower()
    if low in secrets:
        return True
    inside = [secret for secret in secrets if len(secret) > 2 and secret in low]
    return any(len(s) > 3 or s in re.split(r"[\W_]+", low) for s in inside)


def public(reference: str, secrets: Collection[str]) -> str:
    """`reference` itself, or one with a stand-in for an id that shows one of `secrets`."""
    kind, _, ident = reference.partition("/")
    hidden = shows(ident, secrets) and not opaque(ident)
    return f"{kind}/{pseudonym(ident)}" if hidden or not _SAFE_START.match(ident) else reference


def zone_of(ident: str, name: str, secrets: Collection[str] = ()) -> str:
    """Zone of a location: its id where a person chose it, else its name, else its id; '' without either."""
    zone = slug(ident) if ident and not opaque(ident) else slug(name) or slug(ident)
    return f"zone-{pseudonym(zone)}" if zone and shows(zone, secrets) else zone


def shown_name(path: Path, text: str, number: int, total: int) -> str:
    """Name of a file for messages: its path, unless its name holds a patient's name or identifier."""
    stem = _stem(path)
    if opaque(stem):
        return str(path)
    found: set[str] = set()
    for one, several in _NAMED.findall(text):
        found.update(w.lower() for w in ([one] if one else re.findall(r'"([^"]+)"', several)))
    if shows(stem, {word for word in found if not opaque(word)}):
        return str(path.parent / f"(file {number} of {total}, name withheld)")
    return str(path)


def cautious_name(path: Path, number: int, total: int) -> str:
    """Name of a file of which nothing is known, since it cannot be parsed.

    Its path, where the name is a UUID or consists of FHIR types, words such as ``bundle``, numbers of up to three
    digits and one or two letters. Another may be a patient's name or number: then the position and the first
    eight digits of the name's SHA-256, by which whoever has the files finds it.
    """
    stem = _stem(path)
    if opaque(stem) or all(_says_nothing(word) for word in _WORDS.findall(stem)):
        return str(path)
    digest = hashlib.sha256(path.name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return str(path.parent / f"(file {number} of {total}, name withheld, SHA-256 {digest})")


def _stem(path: Path) -> str:
    return path.name.rpartition(".")[0] or path.name


def _says_nothing(word: str) -> bool:
    return word.lower() in _PLAIN_WORDS or len(word) <= (3 if word.isdigit() else 2)
