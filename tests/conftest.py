"""What all tests share: the data folder, the guard on the network, and one local Ray for those that need it."""

from __future__ import annotations

import os
import runpy
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).parent.parent
GUARD = ROOT / "tests" / "guard"
_LOG = Path(tempfile.mkdtemp(prefix="qam-guard-")) / "calls"
os.environ["QAM_GUARD_LOG"] = str(_LOG)
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
# child processes (Ray's workers, the command line) load the guard by themselves
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(GUARD), os.environ.get("PYTHONPATH", "")]))
runpy.run_path(str(GUARD / "sitecustomize.py"))

# the same examples at every run, so that a change is judged by its own doing; `make fuzz` looks for new ones
hypothesis.settings.register_profile("repeatable", derandomize=True)
hypothesis.settings.register_profile("fuzz", print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


@pytest.fixture(autouse=True)
def _no_call_elsewhere() -> Iterator[None]:
    yield
    calls = _LOG.read_text().splitlines() if _LOG.exists() else []
    _LOG.unlink(missing_ok=True)
    assert calls == [], "a connection to another machine was tried"


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
