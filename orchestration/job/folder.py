"""The folder that a job writes to: made, checked before any work is done, never half written over."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from orchestration.errors import OutputError
from orchestration.ledger import LedgerLock

LEDGER: Final = "ledger.sqlite"
REPORTS: Final = ("report.html", "report.json", "results.csv", "bundle.json")
FILES: Final = (LEDGER, *REPORTS)
"""What a finished job's folder holds."""


def is_run_folder(folder: Path) -> bool:
    """Whether a run has written, or is writing, to a folder: then what is called as in `FILES` is its own."""
    reports = ("report.html", "report.json", "results.csv")
    return (
        (folder / LEDGER).exists()
        or any(folder.glob("*.sqlite.lock"))
        or all((folder / name).exists() for name in reports)
    )


class RunFolder:
    """A folder for the results of one job.

    Parameters
    ----------
    path : Path
        The folder.
    ledger : str
        Name of the ledger in it.
    """

    def __init__(self, path: Path, ledger: str = LEDGER) -> None:
        self.path = path
        self.ledger = path / ledger

    @classmethod
    def default(cls, now: datetime) -> RunFolder:
        """A folder in the current one, named for the moment."""
        return cls(Path(f"qam-run-{now.astimezone():%Y%m%d-%H%M%S}"))

    @classmethod
    def of(cls, run: Path) -> RunFolder:
        """The folder of a run that is named by its folder or its ledger."""
        return cls(run) if run.is_dir() else cls(run.parent, run.name)

    @property
    def files(self) -> dict[str, Path]:
        """The files of a finished job, by their usual names."""
        return {LEDGER: self.ledger, **{name: self.path / name for name in REPORTS}}

    def make(self) -> None:
        """Make the folder, and see that it can be written to.

        Raises
        ------
        OutputError
            When it cannot.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            probe = self.path / f".qam-{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise OutputError(
                f"the folder {self.path} cannot be written to ({error.strerror})",
                hint="Choose another with --out, or change its permissions.",
                path=str(self.path),
            ) from None

    def prepare(self, *, overwrite: bool) -> LedgerLock:
        """Make the folder ready for a new run; return the lock of its ledger, held.

        Raises
        ------
        OutputError
            When it cannot be written to, or holds an earlier run and `overwrite` is False.
        LedgerInUseError
            When another process runs in it; nothing has been touched then.
        """
        self.make()
        self._check(overwrite)
        with _held(LedgerLock(self.ledger)) as lock:
            self._check(overwrite)  # another may have run here before the lock was ours
            for name in self._earlier():
                for each in (name, f"{name}-wal", f"{name}-shm"):
                    (self.path / each).unlink(missing_ok=True)
        return lock

    def _earlier(self) -> list[str]:
        return [name for name in FILES if (self.path / name).exists()]

    def _check(self, overwrite: bool) -> None:
        earlier = self._earlier()
        if earlier and not overwrite:
            raise OutputError(
                f"the folder {self.path} holds an earlier run ({earlier[0]})",
                hint="Choose another with --out, write over it with --overwrite, or carry on with --resume.",
                path=str(self.path),
            )
        if earlier and not is_run_folder(self.path):
            raise OutputError(
                f"the folder {self.path} holds {earlier[0]}, and no ledger that tells that a run wrote it",
                hint="Choose another with --out, or remove that file yourself.",
                path=str(self.path),
            )

    def write(self, name: str, text: str) -> Path:
        """Write a file so that it is there whole or not at all."""
        target = self.path / name
        part = self.path / f".{name}.part"
        try:
            part.write_text(text, encoding="utf-8", newline="")
            part.replace(target)
        except OSError as error:
            raise OutputError(
                f"{target} cannot be written ({error.strerror})",
                hint="Make room or choose another folder, then `qam report` writes it again.",
            ) from None
        return target

    def write_json(self, name: str, data: Any) -> Path:
        """Write JSON; NaN and infinities are refused."""
        return self.write(name, json.dumps(data, allow_nan=False, ensure_ascii=False, indent=1) + "\n")


@contextmanager
def _held(lock: LedgerLock) -> Iterator[LedgerLock]:
    """Keep a lock unless something goes wrong; then leave no trace of it where there is no ledger."""
    try:
        yield lock
    except BaseException:
        lock.release(remove=not lock.path.exists())
        raise
