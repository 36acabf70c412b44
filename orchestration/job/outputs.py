"""The files of a finished (or interrupted) job: report.html, report.json, results.csv, bundle.json."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from agents.fhir import FhirInput, to_bundle
from orchestration.job.folder import RunFolder
from orchestration.job.summary import summarise
from orchestration.ledger import SqliteLedger
from orchestration.planning.resume import accepted_tasks
from orchestration.report import csv_text, render
from orchestration.results import result_of


def write_outputs(
    folder: RunFolder, ledger: SqliteLedger, *, fhir: FhirInput | None, version: str, now: datetime
) -> dict[str, Any]:
    """Write all files of a job from its ledger; return the report's data.

    Parameters
    ----------
    folder : RunFolder
        Where to write.
    ledger : SqliteLedger
        What happened.
    fhir : FhirInput, optional
        What was read: its orders keep their codes in the Bundle.
    version : str
        Version of qam.
    now : datetime
        Moment of writing.
    """
    report = write_reports(folder, ledger, version=version, now=now)
    tasks, states = accepted_tasks(ledger), ledger.states()
    bundle = to_bundle(
        tasks,
        {task.id: result_of(task, states[task.id]) for task in tasks if states[task.id].terminal},
        as_of=datetime.fromisoformat(report["as_of"]),
        orders=fhir.orders if fhir else None,
        aliases=fhir.aliases if fhir else None,
    )
    folder.write("bundle.json", json.dumps(bundle, allow_nan=False, ensure_ascii=False, separators=(",", ":")) + "\n")
    return report


def write_reports(folder: RunFolder, ledger: SqliteLedger, *, version: str, now: datetime) -> dict[str, Any]:
    """Write report.html, report.json and results.csv; return the report's data."""
    report = summarise(ledger, version=version, now=now)
    folder.write_json("report.json", report)
    folder.write("report.html", render(report))
    folder.write("results.csv", csv_text(report))
    return report
