"""Options that several commands share."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

Inputs = Annotated[
    list[Path] | None,
    typer.Argument(help="FHIR R4 files (Bundle, ndjson), task files (YAML, JSON), or folders.", show_default=False),
]
Roster = Annotated[
    Path | None,
    typer.Option(help="Who works (YAML or JSON). Default: roster.yaml in the input folder, else made to fit the work."),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        help="'Now' for ages and due times: 2026-03-01, or with a time. Default: the latest in FHIR input, else now.",
    ),
]
Rules = Annotated[Path | None, typer.Option(help="Rules that derive work from records (docs/fhir.md).")]
SkipUnusable = Annotated[
    bool, typer.Option("--skip-unusable", help="Leave out records that cannot be used, and report them.")
]
SolverName = Annotated[str, typer.Option("--solver", help="auto, or a solver by name (docs/solvers.md).")]
Seed = Annotated[int, typer.Option(help="Seed of all randomness.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print exactly one JSON object on standard output.")]


def _positive(seconds: float | None) -> float | None:
    if seconds is not None and not (seconds > 0 and math.isfinite(seconds)):
        raise typer.BadParameter("must be a number above 0.")
    return seconds


Seconds = Annotated[float | None, typer.Option(callback=_positive, help="Time for the search of one round, at most.")]


def moment(text: str | None) -> datetime | None:
    """Read a date or a moment; one without a zone is UTC, a date is its last minute."""
    if text is None:
        return None
    try:
        if len(text) == len("2026-03-01"):
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC)
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no date: write 2026-03-01 or 2026-03-01T08:00:00+01:00.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
