"""Ctrl-C (SIGINT) and SIGTERM: from the first import to the last line, a command that is stopped ends in order."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, NoReturn

NUMBERS = (signal.SIGINT, signal.SIGTERM)
INTERRUPTED = 130
"""Exit code of a command that was stopped, by either signal."""
MESSAGE = "stopped at once"

Handler = Callable[[int, Any], None]


@dataclass(slots=True)
class Channel:
    """Where the one JSON object goes, and whether it is on its way: no other may follow it."""

    descriptor: int = 1
    used: bool = False


channel = Channel()
"""Of this process, as signals are."""


def stop_at_once(number: int = 0, frame: object = None) -> None:
    """End the process without waiting for anything; under --json with one object, where none was printed yet.

    The first signal while that object is being printed is passed over: the command is about to end anyway.
    """
    del number, frame
    if channel.used:
        _on_signals(lambda *_: os._exit(INTERRUPTED))
        return
    _on_signals(signal.SIG_IGN)
    if "--json" in sys.argv[1:]:
        error = {"type": "InterruptedNowError", "message": MESSAGE, "what": MESSAGE, "where": None, "hint": None}
        _write(channel.descriptor, json.dumps({"ok": False, "exit_code": INTERRUPTED, "error": error}) + "\n")
    _write(2, f"qam: {MESSAGE}\n")
    os._exit(INTERRUPTED)


def guard() -> None:
    """From now on a signal ends the command at once."""
    if threading.current_thread() is threading.main_thread():
        _on_signals(stop_at_once)


@contextmanager
def raising() -> Iterator[None]:
    """Signals become a `KeyboardInterrupt`: for commands that have something to close, such as Ray or a ledger."""
    with _handled(signal.default_int_handler):
        yield


@contextmanager
def first_to(ask: Callable[[], None]) -> Iterator[None]:
    """The first signal calls `ask`, the second one does what one did before."""

    def handle(number: int, frame: object) -> None:
        del number, frame
        for one, handler in before.items():
            signal.signal(one, handler)
        ask()

    with _handled(handle) as before:
        yield


def leave(code: int) -> NoReturn:
    """End the process; work that a solver has left to itself in a thread is not waited for."""
    if threading.current_thread() is threading.main_thread():
        _on_signals(signal.SIG_IGN)  # the interpreter's end would take them as a crash
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    if any(not thread.daemon and thread is not threading.main_thread() for thread in threading.enumerate()):
        os._exit(code)
    sys.exit(code)


@contextmanager
def _handled(handler: Handler) -> Iterator[dict[int, Any]]:
    before: dict[int, Any] = {number: signal.getsignal(number) for number in NUMBERS}
    _on_signals(handler)
    try:
        yield before
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def _on_signals(handler: Handler | signal.Handlers) -> None:
    for number in NUMBERS:
        signal.signal(number, handler)


def _write(descriptor: int, text: str) -> None:
    with suppress(OSError):
        os.write(descriptor, text.encode("utf-8", "replace"))
