"""The report of a run: one self-contained HTML page, and the same results as a table for spreadsheets."""

from orchestration.report.page import render
from orchestration.report.table import csv_text, rows, write_csv

__all__ = ["csv_text", "render", "rows", "write_csv"]
