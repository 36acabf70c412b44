"""Work that cannot be interrupted from outside, done in a thread so that a cancelled solve returns at once."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.budget import Stopwatch

T = TypeVar("T")
LOOK, GRACE = 0.01, 0.1
"""Seconds between two looks at the watch, and how long after the end of the time the work is still waited for."""


def run_aside(
    work: Callable[[], T], stopwatch: Stopwatch | None, meanwhile: Callable[[], None] | None = None
) -> T | None:
    """The result of `work()`, or None as soon as the caller of the solve cancels or its time is clearly over.

    Parameters
    ----------
    work
        It should release the interpreter's lock most of the time. Where it is not waited for it is left to itself, so
        it has to end soon on its own, and nothing that it works on may be used any more.
    stopwatch
        Says when. Without a limit in seconds or a way to cancel there is no thread.
    meanwhile
        Called at every look and once after the end, in the thread of the caller.
    """
    limited = stopwatch is not None and (stopwatch.budget.cancelled is not None or stopwatch.budget.seconds is not None)
    if stopwatch is None or not limited:
        outcome = work()
        if meanwhile is not None:
            meanwhile()
        return outcome
    if stopwatch.cancelled():
        return None
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

    threading.Thread(target=run).start()  # not a daemon: compiled code that runs on would crash the end of the process
    while not done.wait(LOOK):
        if meanwhile is not None:
            meanwhile()
        if stopwatch.remaining() < -GRACE:
            stopwatch.press()
            return None
        if stopwatch.cancelled():
            return None
    if meanwhile is not None:
        meanwhile()
    if error:
        raise error[0]
    return result[0]
