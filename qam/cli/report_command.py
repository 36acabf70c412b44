"""`qam report`: write the report of a run anew, from its ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qam.cli.errors import reported
from qam.cli.options import AsJson
from qam.cli.output import print_json, say


def report(
    run: Annotated[Path, typer.Argument(help="Folder of a run, or its ledger.sqlite.", metavar="RUN")],
    out: Annotated[Path | None, typer.Option(help="Folder for the report. Default: the run's own.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write report.html, report.json and results.csv from the ledger of a run, finished or not."""
    from orchestration.clock import WallClock
    from orchestration.job.folder import RunFolder
    from orchestration.job.outputs import write_reports
    from orchestration.ledger import SqliteLedger
    from qam import __version__

    with reported(as_json=as_json):
        source = RunFolder.of(run)
        folder = RunFolder(out) if out is not None else source
        with SqliteLedger(source.ledger, read_only=True) as ledger:
            folder.make()
            made = write_reports(folder, ledger, version=__version__, now=WallClock().now())
        if as_json:
            print_json({"ok": True, "report": str(folder.path / "report.html"), "totals": made["totals"]})
        else:
            say(f"report: {folder.path / 'report.html'}")
