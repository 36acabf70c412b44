"""A piece of work in a process of its own that tells what it finds line by line, and is ended when its time is over."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

THREAD_VARIABLES = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_FOLDERS = re.compile(r"(/[\w.\-]+)+/")
"""What no file of results should tell: where things are on this machine."""


def environment(threads: int) -> dict[str, str]:
    """The environment of a child that may use so many threads."""
    return {**os.environ, **dict.fromkeys(THREAD_VARIABLES, str(threads)), "PYTHONUNBUFFERED": "1"}


def listen(module: str, arguments: list[str], limit: float, threads: int = 1) -> tuple[list[dict[str, Any]], str]:
    """Run `python -m module arguments` beside the scripts.

    Parameters
    ----------
    module, arguments
        What to run.
    limit
        Seconds after which it and its children are killed.
    threads
        Threads that its libraries may use.

    Returns
    -------
    events
        The JSON objects that it wrote, one a line.
    end
        "" when it ended by itself, else what happened.
    """
    command = [sys.executable, "-m", module, *arguments]
    with tempfile.TemporaryFile("w+") as errors:
        child = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, cwd=Path(__file__).parents[1],
            env=environment(threads), start_new_session=True,
        )  # fmt: skip
        killed = threading.Event()

        def kill() -> None:
            killed.set()
            os.killpg(child.pid, signal.SIGKILL)

        timer = threading.Timer(limit, kill)
        timer.start()
        events = []
        try:
            assert child.stdout is not None
            for line in child.stdout:
                if line.startswith("{"):
                    events.append(json.loads(line))
            child.wait()
        finally:
            timer.cancel()
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
        if killed.is_set():
            return events, f"killed after {limit:.0f} s"
        if child.returncode:
            errors.seek(0)
            said = errors.read().strip().splitlines() or ["no message"]
            return events, f"ended with {child.returncode}: {_FOLDERS.sub('', said[-1])}"
        return events, ""
