"""Says so when the first solve on a machine has to compile: it takes most of a minute without another sign."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Any

PATIENCE = 1.0
"""Seconds of compiling before it is said."""


@contextmanager
def compiling_told(patience: float = PATIENCE) -> Iterator[None]:
    """Write a line to standard error when compiling within the block goes on for longer than `patience`."""
    from numba.core import event

    timer = Timer(patience, _tell)
    timer.daemon = True

    class Begun(event.Listener):  # type: ignore[misc]
        """Starts the timer with the first function that is in no cache."""

        def on_start(self, event: Any) -> None:
            del event
            if timer.ident is None:
                timer.start()

        def on_end(self, event: Any) -> None:
            del event

    try:
        with event.install_listener("numba:compile", Begun()):
            yield
    finally:
        timer.cancel()


def _tell() -> None:
    sys.stderr.write("qam: compiling, once on this machine: it may take a minute ...\n")
    sys.stderr.flush()
