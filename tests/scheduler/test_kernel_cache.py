"""What is compiled is what is written, though it stays on disk from process to process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import scheduler.kernels.types

INNER = "from room.types import kernel\n\n\n@kernel\ndef inner():\n    return {value}\n"
OUTER = (
    "from room.types import kernel\nfrom room.inner import inner\n\n\n@kernel\ndef outer():\n    return inner() + 1\n"
)
ASKED = "from room.outer import outer; print(outer(), sum(outer.stats.cache_hits.values()))"


def test_a_kernel_forgets_what_it_compiled_of_a_changed_one_in_another_file(tmp_path: Path) -> None:
    """And only then: unchanged sources are loaded, not compiled."""
    room = tmp_path / "room"
    room.mkdir()
    (room / "__init__.py").touch()
    shutil.copy(scheduler.kernels.types.__file__, room / "types.py")
    (room / "outer.py").write_text(OUTER, encoding="utf-8")
    paths = [str(tmp_path), str(Path(scheduler.__file__).parents[1])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("NUMBA_CACHE_DIR", None)
    told = []
    for value in (1, 1, 5):
        (room / "inner.py").write_text(INNER.format(value=value), encoding="utf-8")
        ran = subprocess.run(
            [sys.executable, "-c", ASKED], env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        assert ran.returncode == 0, ran.stderr
        told.append(ran.stdout.split())
    assert told == [["2", "0"], ["2", "1"], ["6", "0"]]
