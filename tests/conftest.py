"""What all tests share: the data folder, the guard on the network, and one local Ray for those that need it."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
GUARD = ROOT / "tests" / "guard"
_THIS_MACHINE = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None)} | {"0.0.0.0", "::"}


def _is_elsewhere(address: Any) -> bool:
    if not isinstance(address, tuple) or not address or not isinstance(address[0], str):
        return False
    try:
        return not (ipaddress.ip_address(address[0]).is_loopback or address[0] in _THIS_MACHINE)
    except ValueError:
        return address[0] != "localhost"


_calls: list[str] = []


def _watch(event: str, args: tuple[Any, ...]) -> None:
    if event == "socket.connect" and _is_elsewhere(args[1]):
        _calls.append(str(args[1][0]))
        raise RuntimeError(f"a test tried to reach another machine ({args[1][0]})")


sys.addaudithook(_watch)
# child processes (Ray's workers, the command line) load the same guard: see tests/guard/sitecustomize.py
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(GUARD), os.environ.get("PYTHONPATH", "")]))
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
_LOG = Path(tempfile.mkdtemp(prefix="qam-guard-")) / "calls"
os.environ["QAM_GUARD_LOG"] = str(_LOG)


@pytest.fixture(autouse=True)
def _no_call_elsewhere() -> Iterator[None]:
    before = len(_calls)
    yield
    children = _LOG.read_text().splitlines() if _LOG.exists() else []
    _LOG.unlink(missing_ok=True)
    assert _calls[before:] + children == [], "a connection to another machine was tried"


@pytest.fixture(scope="session")
def qam_data() -> Path:
    """The folder of real data; tests that need it skip where it is absent."""
    path = Path(os.environ.get("QAM_DATA", ROOT.parent / "shared" / "data"))
    if not path.is_dir():
        pytest.skip("the data folder is absent: set QAM_DATA to it")
    return path


@pytest.fixture(scope="session")
def example() -> Path:
    """The bundled emergency department."""
    return ROOT / "examples" / "emergency-department"


@pytest.fixture(scope="session")
def ray_runs() -> Iterator[None]:
    """A local Ray for the whole session."""
    from orchestration.ray_session import open_ray

    session = open_ray(cpus=2)
    yield
    session.close()
