"""Gaps to the best known value, by instance and by set.

A run has `set`, `instance`, `solver`, `seconds`, `seed`, `value` (None: no plan), `bound`, `seconds_used` and `best`
(None: not listed). `gather` makes one row of the seeds of an instance.
"""

from __future__ import annotations

import math
from statistics import mean, median
from typing import Any

Row = dict[str, Any]
REACHED = 1e-9
"""Relative gap at which the best known value counts as reached."""


def gather(runs: list[Row]) -> list[Row]:
    """A row for each instance, solver and time limit: `seeds` and `values` in one order, best bound, longest run."""
    groups: dict[tuple[str, str, str, float], list[Row]] = {}
    for run in runs:
        groups.setdefault((run["set"], run["instance"], run["solver"], run["seconds"]), []).append(run)
    rows = []
    for (group, name, solver, seconds), mine in groups.items():
        used = [run["seconds_used"] for run in mine if run["seconds_used"] is not None]
        notes = dict.fromkeys(run["note"] for run in mine if run.get("note"))
        row = {"set": group, "instance": name, "solver": solver, "seconds": seconds, "best": mine[0]["best"]}
        row |= {name: mine[0][name] for name in ("size",) if name in mine[0]}
        row["seeds"] = [run["seed"] for run in mine]
        row["values"] = [run["value"] for run in mine]
        row["bound"] = max((run["bound"] for run in mine if run["bound"] is not None), default=None)
        row["seconds_used"] = round(max(used), 3) if used else None
        rows.append(row | ({"note": "; ".join(notes)} if notes else {}))
    return rows


def gaps_of(row: Row) -> list[float]:
    """Gap of each seed to the best known value, or to our bound where none is listed; infinite without a plan."""
    best = row["bound"] if row["best"] is None else row["best"]
    if best is None:
        return []
    return [math.inf if value is None else (value - best) / max(abs(best), 1e-9) for value in row["values"]]


def summarise(rows: list[Row]) -> list[Row]:
    """A line for each set, kind of reference and solver."""
    sets: dict[tuple[str, str, str], list[list[float]]] = {}
    for row in rows:
        gaps = gaps_of(row)
        if gaps:
            reference = "our bound" if row["best"] is None else "best known"
            sets.setdefault((row["set"], reference, row["solver"]), []).append(gaps)
    lines = []
    for (group, reference, solver), found in sets.items():
        solved = [gaps for gaps in found if median(gaps) < math.inf]
        every = [gap for gaps in found for gap in gaps]
        lines.append(
            {
                "set": group,
                "reference": reference,
                "solver": solver,
                "instances": len(found),
                "solved": len(solved),
                "mean_of_medians": mean(median(gaps) for gaps in solved) if solved else None,
                "worst_median": max((median(gaps) for gaps in solved), default=None),
                "worst": max((gap for gap in every if gap < math.inf), default=None),
                "runs_reached": sum(gap <= REACHED for gap in every) / len(every),
                "instances_reached": sum(min(gaps) <= REACHED for gaps in found),
            }
        )
    return lines


def below_list(rows: list[Row]) -> list[str]:
    """Who was beaten: instances with a value below the best known one, and both values."""
    said: dict[str, float] = {}
    for row in rows:
        lowest = min((value for value in row["values"] if value is not None), default=math.inf)
        best = row["best"]
        if best is not None and lowest < best - REACHED * abs(best):
            name = f"{row['instance']} (listed {best:,.10g})"
            said[name] = min(lowest, said.get(name, lowest))
    return [f"{name}: {value:,.10g}" for name, value in said.items()]
