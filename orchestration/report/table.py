"""Results as a flat table: one row a task, for spreadsheets."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from orchestration.report.markup import JSON

COLUMNS = (
    *("id", "kind", "title", "subject", "priority", "state", "reason", "agent", "cluster", "due"),
    *("planned_start", "planned_end", "accepted", "started", "finished", "wait_minutes", "late_minutes"),
    *("minutes", "attempts", "epoch", "summary", "values", "findings", "missing", "source", "evidence"),
)
"""Names of the columns, in order."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rows(report: JSON) -> list[dict[str, Any]]:
    """Make one row a task; lists are joined with ``; ``.

    Parameters
    ----------
    report : dict
        A report of schema version 1.

    Returns
    -------
    list of dict
        Rows with the keys `COLUMNS`; None where a task has no such value.
    """
    return [_row(task) for task in report["tasks"]]


def csv_text(report: JSON) -> str:
    """Make CSV of `rows` (comma, header); None becomes an empty cell.

    A text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, COLUMNS)
    writer.writeheader()
    writer.writerows({key: _inert(value) for key, value in row.items()} for row in rows(report))
    return file.getvalue()


def write_csv(report: JSON, path: str | Path) -> None:
    """Write `csv_text` in UTF-8."""
    Path(path).write_text(csv_text(report), encoding="utf-8", newline="")


def _row(task: JSON) -> dict[str, Any]:
    row = {name: task.get(name) for name in COLUMNS}
    row["values"] = "; ".join(f"{v['name']}={v['value']} {v['unit']}".strip() for v in task["values"])
    row["findings"] = "; ".join(f"{f['severity']}: {f['text']}" for f in task["findings"])
    row["missing"] = "; ".join(task["missing"])
    row["evidence"] = "; ".join(item["reference"] for item in task["evidence"])
    return row


def _inert(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
