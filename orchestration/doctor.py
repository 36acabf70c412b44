"""`Check`s of the machine: is everything here that a run needs, and what to do where it is not."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

Level = Literal["ok", "note", "problem"]

_GIB: Final = 1024**3
_MEMORY_GIB: Final = 2.0
_DISK_GIB: Final = 2.0
_RAY_PORT: Final = 6379
_PYTHON: Final = (3, 11)
_ROOMS: Final = ("agents", "orchestration", "scheduler", "simulations", "qam")
EXTRAS: Final = {
    "autogen": "autogen_agentchat",
    "crewai": "crewai",
    "quantum": "qiskit",
    "learning": "torch",
    "service": "fastapi",
    "security": "cryptography",
    "peers": "ortools",
}
"""Extras of the distribution, each with a module that tells whether it is there."""


@dataclass(frozen=True, slots=True)
class Check:
    """One finding.

    Parameters
    ----------
    name : str
        What was looked at.
    level : {'ok', 'note', 'problem'}
        Whether it stands in the way of a run.
    found : str
        What was found.
    advice : str
        What to do; '' when there is nothing to do.
    """

    name: str
    level: Level
    found: str
    advice: str = ""


def examine(*, start_ray: bool = True) -> list[Check]:
    """Look at everything that a run needs.

    Parameters
    ----------
    start_ray : bool
        Also start a local Ray for a moment, and stop it again.
    """
    looks: Sequence[Callable[[], Check]] = (_python, _packages, _rooms, _cores, _memory, _disk, _port, _extras)
    found = [look() for look in looks]
    return [*found, _ray()] if start_ray else found


def as_json(checks: Sequence[Check]) -> dict[str, Any]:
    """Findings as JSON."""
    return {"ok": all(c.level != "problem" for c in checks), "checks": [asdict(c) for c in checks]}


def _python() -> Check:
    text = ".".join(map(str, sys.version_info[:3]))
    enough = tuple(sys.version_info) >= _PYTHON
    return Check("python", "ok" if enough else "problem", text, "" if enough else "Install Python 3.11 or later.")


def _packages() -> Check:
    missing = []
    for line in importlib.metadata.requires("qam") or []:
        name = line.split(";")[0].split("[")[0].strip()
        for mark in "<>=!~ ":
            name = name.split(mark)[0]
        if "extra ==" not in line and not _installed(name):
            missing.append(name)
    if missing:
        return Check("packages", "problem", "missing: " + ", ".join(missing), "Run `make demo` or install qam again.")
    return Check("packages", "ok", f"qam {importlib.metadata.version('qam')} and all that it needs")


def _installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _rooms() -> Check:
    """Whether the rooms that Python imports are ours: another distribution may hold a package of that name."""
    here = Path(__file__).resolve().parent.parent
    strangers = [room for room in _ROOMS if _home(room) != here]
    if strangers:
        names = ", ".join(strangers)
        return Check(
            "import names", "problem", f"another package stands before ours: {names}", "Use an environment of its own."
        )
    return Check("import names", "ok", "no other distribution takes our package names")


def _home(room: str) -> Path | None:
    spec = importlib.util.find_spec(room)
    places = list(spec.submodule_search_locations or []) if spec else []
    return Path(places[0]).resolve().parent if places else None


def _cores() -> Check:
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
    return Check("processors", "ok", str(count))


def _memory() -> Check:
    import psutil

    free = psutil.virtual_memory().available / _GIB
    if free < _MEMORY_GIB:
        return Check("memory", "problem", f"{free:.1f} GiB free", f"Free at least {_MEMORY_GIB:g} GiB: Ray needs it.")
    return Check("memory", "ok", f"{free:.1f} GiB free")


def _disk() -> Check:
    place = tempfile.gettempdir()
    free = shutil.disk_usage(place).free / _GIB
    if free < _DISK_GIB:
        return Check("disk", "problem", f"{free:.1f} GiB free for temporary files", "Make room, or set TMPDIR.")
    return Check("disk", "ok", f"{free:.1f} GiB free for temporary files")


def _port() -> Check:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        taken = probe.connect_ex(("127.0.0.1", _RAY_PORT)) == 0
    if taken:
        return Check(
            "ports",
            "note",
            f"port {_RAY_PORT} is taken (a Ray that runs already, or another program)",
            "Nothing to do: a local Ray chooses free ports. To join that Ray, give --ray-address.",
        )
    return Check("ports", "ok", f"port {_RAY_PORT} is free; a local Ray chooses free ports anyway")


def _extras() -> Check:
    there = [name for name, module in EXTRAS.items() if importlib.util.find_spec(module) is not None]
    absent = [name for name in EXTRAS if name not in there]
    return Check(
        "extras",
        "ok",
        f"installed: {', '.join(there) or 'none'}; not installed: {', '.join(absent) or 'none'}",
        "When something needs one: `make extra NAME=...` in the folder of the source." if absent else "",
    )


def _ray() -> Check:
    from orchestration.errors import RayUnavailableError
    from orchestration.ray_session import open_ray

    try:
        session = open_ray(cpus=1)
    except RayUnavailableError as error:
        return Check("ray", "problem", error.what, error.hint or "")
    import ray

    version = str(ray.__version__)
    session.close()
    how = f"joined {session.joined}" if session.joined else "a local one starts and stops"
    return Check("ray", "ok", f"{version}, {how}")
