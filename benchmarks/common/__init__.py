"""What the benchmark scripts share: their arguments, data, journal, progress, tables and pictures.

A script measures one row after the other. Each row is a flat dictionary with a `key` of what was measured (instance,
solver, seed, seconds, ...), so that a run that was cut goes on where it stopped. `--json OUT` holds
`{"benchmark", "machine", "commits", "settings", "rows"}`; while a run lasts, its rows are lines of `OUT` + "l".
`page.py` renders the tables of `docs/benchmarks.md` from those files with each script's `tables(results)`.
"""

from __future__ import annotations

from common.arguments import arguments, data_folder
from common.progress import Progress
from common.results import Journal, load_results, results_of
from common.tables import count, gap_text, markdown, number, percent

__all__ = [
    "Journal",
    "Progress",
    "arguments",
    "count",
    "data_folder",
    "gap_text",
    "load_results",
    "markdown",
    "number",
    "percent",
    "results_of",
]
