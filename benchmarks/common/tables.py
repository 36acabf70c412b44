"""Numbers as people read them, and Markdown tables, which are fit for a terminal too."""

from __future__ import annotations

from collections.abc import Sequence

NONE = "–"


def number(value: float | None, digits: int = 0) -> str:
    """A number with thousands apart; a dash where there is none."""
    return NONE if value is None else f"{value:,.{digits}f}"


def count(value: int | None) -> str:
    """A whole number."""
    return number(value)


def percent(share: float | None, digits: int = 3) -> str:
    """A share in percent, e.g. 0.0061 as "0.610 %"; zero has no sign."""
    if share is None:
        return NONE
    text = f"{100 * share:,.{digits}f}"
    return f"{text.lstrip('-') if float(text.replace(',', '')) == 0 else text} %"


def gap_text(objective: float | None, bound: float | None) -> str:
    """(objective - bound) / max(|bound|, 1e-9) in percent."""
    if objective is None or bound is None:
        return NONE
    return percent((objective - bound) / max(abs(bound), 1e-9))


def markdown(head: Sequence[str], lines: Sequence[Sequence[str]], text: Sequence[int] = (0,)) -> str:
    """A table in Markdown with padded cells; all columns but those of `text` are aligned to the right."""
    words = {place % len(head) for place in text}
    width = [max(len(cell) for cell in column) for column in zip(head, *lines, strict=True)]

    def row(cells: Sequence[str]) -> str:
        padded = [
            cell.ljust(size) if place in words else cell.rjust(size)
            for place, (cell, size) in enumerate(zip(cells, width, strict=True))
        ]
        return "| " + " | ".join(padded) + " |"

    rule = ["-" * size if place in words else "-" * max(size - 1, 2) + ":" for place, size in enumerate(width)]
    return "\n".join([row(head), "| " + " | ".join(rule) + " |", *(row(line) for line in lines)])
