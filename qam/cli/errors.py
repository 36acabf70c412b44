"""Which errors end a command with which exit code."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from qam.cli.interruption import INTERRUPTED
from qam.cli.output import BAD_INPUT, BUG, ENVIRONMENT, fail, stdout_kept

_HOME = Path(__file__).resolve().parents[2]
_ROOMS = ("agents", "orchestration", "qam", "scheduler", "simulations")
_Usage: type[Exception] = typer.BadParameter.__mro__[1]
"""What the parser raises for any wrong usage; typer re-exports only this one of its kinds."""


class InternalError(Exception):
    """An error that nobody foresaw; `what` holds its type and place, never its text: that may be a patient's."""

    def __init__(self, error: Exception) -> None:
        self.what = f"an unexpected {type(error).__name__} at {_place(error)}"
        self.hint = "This is a bug of qam: please report it. QAM_DEBUG=1 shows more, which may hold patient data."
        super().__init__(f"{self.what}. {self.hint}")


class InterruptedNowError(Exception):
    """A command that was stopped before it could end cleanly."""


def _place(error: Exception) -> str:
    """File and line of the last call in our own code, else of the last one."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [(_shown(frame.filename), frame.lineno) for frame in frames]
    ours = [place for place in places if place[0].partition("/")[0] in _ROOMS]
    name, line = (ours or places or [("an unknown place", 0)])[-1]
    return f"{name}:{line}"


def _shown(filename: str) -> str:
    path = Path(filename)
    return path.relative_to(_HOME).as_posix() if path.is_relative_to(_HOME) else path.name


@contextmanager
def reported(*, as_json: bool) -> Iterator[None]:
    """Keep standard output clean, and turn errors into a message and an exit code."""
    from agents.errors import AgentsError
    from orchestration.errors import OrchestrationError
    from scheduler.errors import SchedulerError

    with stdout_kept():
        try:
            yield
        except (typer.Exit, typer.Abort, _Usage):
            raise
        except (AgentsError, SchedulerError) as error:
            fail(error, BAD_INPUT, as_json=as_json)
        except OrchestrationError as error:
            fail(error, ENVIRONMENT, as_json=as_json)
        except KeyboardInterrupt:
            fail(InterruptedNowError("stopped at once; what was recorded is kept"), INTERRUPTED, as_json=as_json)
        except Exception as error:  # noqa: BLE001 - the last resort: no traceback may show a patient
            unexpected(error, as_json=as_json)


def unexpected(error: Exception, *, as_json: bool) -> None:
    """Report an error that nobody foresaw by its type and place, and end."""
    if os.environ.get("QAM_DEBUG") == "1":
        traceback.print_exception(error, file=sys.stderr)
    fail(InternalError(error), BUG, as_json=as_json)
