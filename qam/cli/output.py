"""What commands print: tables for people, or exactly one JSON object on standard output."""

from __future__ import annotations

import json
import sys
from typing import Any, NoReturn

import typer

ALL_DONE = 0
NOT_ALL_DONE = 1
BAD_INPUT = 2
ENVIRONMENT = 3
INTERRUPTED = 130
_PIPED_WIDTH = 140


def print_json(data: Any) -> None:
    """Print one JSON object; NaN and infinities are refused."""
    sys.stdout.write(json.dumps(data, allow_nan=False, ensure_ascii=False) + "\n")


def say(text: str = "") -> None:
    """Print a line for people on standard output."""
    sys.stdout.write(text + "\n")


def fail(error: Exception, code: int, *, as_json: bool) -> NoReturn:
    """Print an error and end with `code`."""
    data: dict[str, Any] = {"type": type(error).__name__, "message": str(error)}
    for name in ("what", "where", "hint"):
        if getattr(error, name, None):
            data[name] = getattr(error, name)
    if as_json:
        print_json({"ok": False, "exit_code": code, "error": data})
    sys.stderr.write(f"qam: {error}\n")
    raise typer.Exit(code)


def table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    """Print a table for people on standard output."""
    from rich.console import Console
    from rich.table import Table

    shown = Table(title=title, title_justify="left", header_style="bold")
    for number, column in enumerate(columns):
        shown.add_column(column, overflow="fold", no_wrap=number == 0)
    for row in rows:
        shown.add_row(*row)
    console = Console()
    console.width = console.width if console.is_terminal else _PIPED_WIDTH
    console.print(shown)


def percent(value: float | None) -> str:
    """Show a fraction as a percentage."""
    return "unknown" if value is None else f"{100 * value:.2f} %"
