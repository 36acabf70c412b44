"""Runs the `qam` command as a user does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

QAM = str(Path(sys.executable).parent / "qam")


def qam(*args, env=None, timeout=120, cwd=None):
    """Run a command to its end."""
    return subprocess.run(
        [QAM, *map(str, args)],
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **(env or {})},
    )


def qam_json(*args, **more):
    """Run a command with --json; return the exit code and the one object on standard output."""
    ran = qam(*args, "--json", **more)

    def refuse(name):
        raise AssertionError(f"{name} in the output")

    try:
        return ran.returncode, json.loads(ran.stdout, parse_constant=refuse)
    except ValueError:
        raise AssertionError(f"not one JSON object: {ran.stdout!r}\n{ran.stderr}") from None
