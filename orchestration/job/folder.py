"""The folder that a job writes to: made, checked before any work is done, never half written over."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from orchestration.errors import OutputError

FILES: Final = ("ledger.sqlite", "report.html", "report.json", "results.csv", "bundle.json")
"""What a finished job's folder holds."""


class RunFolder:
    """A folder for the results of one job.

    Parameters
    ----------
    path : Path
        The folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def ledger(self) -> Path:
        """The ledger."""
        return self.path / "ledger.sqlite"

    @classmethod
    def default(cls, now: datetime) -> RunFolder:
        """A folder in the current one, named for the moment."""
        return cls(Path(f"qam-run-{now.astimezone():%Y%m%d-%H%M%S}"))

    def prepare(self, *, overwrite: bool) -> None:
        """Make the folder, and see that it can be written to.

        Raises
        ------
        OutputError
            When it cannot, or holds an earlier run and `overwrite` is False.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            earlier = [name for name in FILES if (self.path / name).exists()]
            probe = self.path / f".qam-{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise OutputError(
                f"the folder {self.path} cannot be written to ({error.strerror})",
                hint="Choose another with --out, or change its permissions.",
                path=str(self.path),
            ) from None
        if earlier and not overwrite:
            raise OutputError(
                f"the folder {self.path} holds an earlier run ({earlier[0]})",
                hint="Choose another with --out, write over it with --overwrite, or carry on with --resume.",
                path=str(self.path),
            )
        for name in earlier:
            for each in (name, f"{name}-wal", f"{name}-shm"):
                (self.path / each).unlink(missing_ok=True)

    def write(self, name: str, text: str) -> Path:
        """Write a file so that it is there whole or not at all."""
        target = self.path / name
        part = self.path / f".{name}.part"
        try:
            part.write_text(text, encoding="utf-8")
            part.replace(target)
        except OSError as error:
            raise OutputError(
                f"{target} cannot be written ({error.strerror})", hint="Make room, then `qam report` writes it again."
            ) from None
        return target

    def write_json(self, name: str, data: Any) -> Path:
        """Write JSON; NaN and infinities are refused."""
        return self.write(name, json.dumps(data, allow_nan=False, ensure_ascii=False, indent=1) + "\n")
