"""Results as CSV: one row a task, and what is written can be read back."""

from __future__ import annotations

import csv

from report_samples import sample

from orchestration.report import rows, write_csv


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_there_is_one_row_a_task(tmp_path):
    report = sample(60, 8)
    write_csv(report, tmp_path / "results.csv")
    assert [row["id"] for row in read(tmp_path / "results.csv")] == [task["id"] for task in report["tasks"]]


def test_what_is_written_reads_back(tmp_path):
    report = sample(60, 8)
    report["tasks"][0]["summary"] = 'two lines,\n"quoted", and a comma; ünïcode'
    write_csv(report, tmp_path / "results.csv")
    written = [{k: "" if v is None else str(v) for k, v in row.items()} for row in rows(report)]
    assert read(tmp_path / "results.csv") == written


def test_lists_become_readable_cells():
    report = sample(60, 8)
    done = next(task for task in report["tasks"] if task["values"])
    row = next(row for row in rows(report) if row["id"] == done["id"])
    assert row["values"].startswith("Score=")
    assert row["findings"].split(":")[0] in ("info", "attention", "urgent")
    assert row["evidence"].count(";") == 3


def test_a_spreadsheet_runs_no_formula(tmp_path):
    report = sample(3, 2)
    report["tasks"][0]["summary"] = "=HYPERLINK(1)"
    write_csv(report, str(tmp_path / "results.csv"))
    assert read(tmp_path / "results.csv")[0]["summary"] == "'=HYPERLINK(1)"


def test_an_empty_run_has_a_header(tmp_path):
    write_csv(sample(0, 0), tmp_path / "results.csv")
    assert (tmp_path / "results.csv").read_text(encoding="utf-8").startswith("id,kind,title,subject,priority,state")
