"""Work that cannot be interrupted from outside, done in a thread so that a cancelled solve returns at once."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.budget import Stopwatch

T = TypeVar("T")
LOOK = 0.01
"""Seconds between two looks at whether the caller cancelled."""


def run_aside(work: Callable[[], T], stopwatch: Stopwatch | None) -> T | None:
    """The result of `work()`, or None as soon as the caller of the solve cancels.

    Parameters
    ----------
    work
        It should release the interpreter's lock most of the time. When the caller cancels it is left to itself, so it
        has to end soon on its own; nothing that it works on may be used any more.
    stopwatch
        Says when. Where nobody can cancel there is no thread.
    """
    if stopwatch is None or stopwatch.budget.cancelled is None:
        return work()
    result: list[T] = []
    error: list[BaseException] = []
    done = threading.Event()

    def run() -> None:
        try:
            result.append(work())
        except BaseException as caught:  # noqa: BLE001 - raised again below
            error.append(caught)
        finally:
            done.set()

    if stopwatch.cancelled():
        return None
    threading.Thread(target=run, daemon=True).start()
    while not done.wait(LOOK):
        if stopwatch.cancelled():
            return None
    if error:
        raise error[0]
    return result[0]
