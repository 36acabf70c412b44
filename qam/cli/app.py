"""The `qam` command: one file a command, put together here."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from qam import __version__
from qam.cli import (
    agents_command,
    doctor_command,
    plan_command,
    report_command,
    run_command,
    solve_command,
    verify_command,
)
from qam.cli.errors import unexpected
from qam.cli.explanation import usage
from qam.cli.interruption import INTERRUPTED, leave, stop_at_once
from qam.cli.output import BAD_INPUT, BUG, print_json

_UsageError: type[typer.BadParameter] = typer.BadParameter.__mro__[1]
"""What the parser raises for any wrong usage; typer re-exports only this one of its kinds."""

app = typer.Typer(
    name="qam",
    help="Decides which healthcare agent does which piece of clinical work, and gets the work done.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 all done; 1 ended, but some tasks are not done; 2 input or usage; 3 Ray, ledger or "
    "folder; 4 (solve) a task that must be placed is not; 70 a bug of qam; 130 interrupted (Ctrl-C or SIGTERM).",
)
app.command("run")(run_command.run)
app.command("plan")(plan_command.plan)
app.command("agents")(agents_command.agents)
app.command("report")(report_command.report)
app.command("solve")(solve_command.solve)
app.command("verify")(verify_command.verify)
app.command("doctor")(doctor_command.doctor)


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"qam {__version__}\n")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Decide which healthcare agent does which piece of clinical work, and get the work done."""


def main() -> None:
    """Run the command line; however it ends, under --json there is one JSON object."""
    as_json = "--json" in sys.argv[1:]
    try:
        code = app(standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        stop_at_once()
        leave(INTERRUPTED)
    except _UsageError as error:
        if as_json:
            said = usage(error, error.format_message())
            print_json({"ok": False, "exit_code": BAD_INPUT, "error": said})
        error.show(file=sys.stderr)
        leave(BAD_INPUT)
    except Exception as error:  # noqa: BLE001 - what no command has caught: the same without a traceback
        try:
            unexpected(error, as_json=as_json)
        except typer.Exit:
            leave(BUG)
    leave(code if isinstance(code, int) else 0)
