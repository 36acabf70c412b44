"""Small pieces of HTML: escaping, numbers and times for people, tables, notes, sections."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

JSON = dict[str, Any]


def text(value: object) -> str:
    """Escape `value` for use as text or inside a double-quoted attribute; None is ''."""
    return "" if value is None else html.escape(str(value), quote=True)


def data_block(ident: str, value: object) -> str:
    """Embed `value` as JSON that no browser can mistake for markup."""
    packed = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    for character in "<>&":
        packed = packed.replace(character, f"\\u{ord(character):04x}")
    return f'<script type="application/json" id="{text(ident)}">{packed}</script>'


def number(value: float | None, digits: int = 0) -> str:
    """Format with a comma every three digits; a dash for None."""
    return "–" if value is None else f"{value:,.{digits}f}"


def percent(share: float | None, digits: int = 0) -> str:
    """Format a share as a percentage; a dash for None."""
    return "–" if share is None else f"{share * 100:,.{digits}f} %"


def duration(seconds: float | None) -> str:
    """Format seconds in the unit that reads best."""
    if seconds is None:
        return "–"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 120:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:,.0f} min"


def instant(iso: str | None) -> datetime | None:
    """Read an ISO 8601 instant."""
    return datetime.fromisoformat(iso) if iso else None


def clock(iso: str | None) -> str:
    """Hour and minute of an instant; a dash for None."""
    at = instant(iso)
    return f"{at:%H:%M}" if at else "–"


def day_and_clock(iso: str | None) -> str:
    """Date, hour, minute and zone of an instant; a dash for None."""
    at = instant(iso)
    return f"{at:%Y-%m-%d %H:%M} {at.tzname() or ''}".strip() if at else "–"


def table(caption: str, head: Sequence[str], body: Iterable[Sequence[str]], numeric: Iterable[int] = ()) -> str:
    """Build a table that can scroll on its own. Cells of `body` are HTML; `numeric` columns are set right."""
    right = set(numeric)

    def cells(row: Sequence[str], tag: str) -> str:
        scope = ' scope="col"' if tag == "th" else ""
        marks = (' class="n"' if column in right else "" for column in range(len(row)))
        return "".join(f"<{tag}{scope}{mark}>{cell}</{tag}>" for cell, mark in zip(row, marks, strict=True))

    lines = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in body)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{text(caption)}">'
        f'<table><caption class="hidden">{text(caption)}</caption>'
        f"<thead><tr>{cells([text(h) for h in head], 'th')}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def note(message: str) -> str:
    """Build a remark; `message` is HTML."""
    return f'<p class="note">{message}</p>' if message else ""


def section(ident: str, title: str, lead: str, body: str) -> str:
    """Build a section with a heading; `lead` and `body` are HTML."""
    intro = f'<p class="lead">{lead}</p>' if lead else ""
    return f'<section id="{ident}" aria-labelledby="{ident}-h"><h2 id="{ident}-h">{title}</h2>{intro}{body}</section>'


def unit(code: str | None) -> str:
    """Write a UCUM code as people do: ``mm[Hg]`` as mmHg, annotations such as ``{score}`` left out."""
    if not code or (code.startswith("{") and code.endswith("}")):
        return ""
    familiar = {"Cel": "°C", "[degF]": "°F", "[lb_av]": "lb", "10*9/L": "×10⁹/L"}
    return familiar.get(code) or code.translate(str.maketrans("_", " ", "{}[]"))


def plural(count: int, one: str, many: str = "") -> str:
    """Say how many there are, with the right form of the noun."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
