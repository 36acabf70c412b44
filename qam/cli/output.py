"""What commands print: tables for people, or exactly one JSON object on standard output."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from typing import Any, NoReturn, TextIO

import typer

from qam.cli.explanation import explained
from qam.cli.interruption import channel

ALL_DONE = 0
NOT_ALL_DONE = 1
BAD_INPUT = 2
ENVIRONMENT = 3
BUG = 70
_PIPED_WIDTH = 140
_STDOUT, _STDERR = 1, 2
_kept: list[TextIO] = []


@contextmanager
def stdout_kept() -> Iterator[None]:
    """Keep standard output for what is printed by this module; what else anybody prints goes to standard error.

    Ray prints when a worker dies, and handlers may print: both the name ``sys.stdout`` and the descriptor, which
    child processes inherit, are turned aside.
    """
    sys.stdout.flush()
    try:
        real = os.dup(_STDOUT) if sys.stdout.fileno() == _STDOUT else None
    except (OSError, ValueError, AttributeError):
        real = None  # a test or a program has put something of its own there, or it is closed
    if real is None:
        _kept.append(sys.stdout)
        try:
            with redirect_stdout(sys.stderr):
                yield
        finally:
            _kept.pop()
        return
    channel.descriptor = real
    os.dup2(_STDERR, _STDOUT)
    with open(real, "w", encoding=sys.stdout.encoding, errors=sys.stdout.errors) as file:  # noqa: PTH123 - no path
        _kept.append(file)
        try:
            with redirect_stdout(sys.stderr):
                yield
        finally:
            _kept.pop()
            with suppress(BrokenPipeError):
                file.flush()
            sys.stderr.flush()
            os.dup2(real, _STDOUT)
            channel.descriptor = _STDOUT


def _stdout() -> TextIO:
    return _kept[-1] if _kept else sys.stdout


def print_json(data: Any) -> None:
    """Print one JSON object; NaN and infinities are refused."""
    line = json.dumps(data, allow_nan=False, ensure_ascii=False) + "\n"
    channel.used = True
    _stdout().write(line)


def say(text: str = "") -> None:
    """Print a line for people on standard output."""
    _stdout().write(text + "\n")


def fail(error: Exception, code: int, *, as_json: bool) -> NoReturn:
    """Print an error and end with `code`."""
    if as_json:
        print_json({"ok": False, "exit_code": code, "error": explained(error)})
    complain(error)
    raise typer.Exit(code)


def complain(error: Exception) -> None:
    """Print an error for people on standard error."""
    sys.stderr.write(f"qam: {error}\n")


def table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    """Print a table for people on standard output."""
    from rich.console import Console
    from rich.table import Table

    shown = Table(title=title, title_justify="left", header_style="bold")
    for number, column in enumerate(columns):
        shown.add_column(column, overflow="fold", no_wrap=number == 0)
    for row in rows:
        shown.add_row(*row)
    console = Console(file=_stdout())
    console.width = console.width if console.is_terminal else _PIPED_WIDTH
    console.print(shown)


def percent(value: float | None) -> str:
    """Show a fraction as a percentage."""
    return "unknown" if value is None else f"{100 * value + 0.0:.2f} %".replace("-0.00", "0.00")
