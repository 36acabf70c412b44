"""The lock of a ledger: who holds it writes; the kernel releases it when its process dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Self

from orchestration.errors import LedgerError, LedgerInUseError


class LedgerLock:
    """The right to write a ledger, held until `release`.

    Parameters
    ----------
    path : Path
        The ledger; the lock is a file beside it, ``<path>.lock``.

    Raises
    ------
    LedgerInUseError
        When another process holds it.
    LedgerError
        When there can be no such file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = _take(path)

    def release(self, *, remove: bool = False) -> None:
        """Let others write; with `remove`, leave no file behind. Releasing it again does nothing."""
        if self._handle is None:
            return
        if remove:
            _file(self.path).unlink(missing_ok=True)
        os.close(self._handle)
        self._handle = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def _file(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


def _take(path: Path) -> int:
    while True:
        handle = _open(path)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            raise LedgerInUseError(
                f"another process runs on the ledger {path}",
                hint="Wait for it to end, or stop it.",
                path=str(path),
            ) from None
        if _is_there(handle, path):
            return handle
        os.close(handle)


def _open(path: Path) -> int:
    try:
        return os.open(_file(path), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise LedgerError(
            f"the ledger {path} cannot be written ({error.strerror})",
            hint="Choose a folder that you may write to.",
        ) from None


def _is_there(handle: int, path: Path) -> bool:
    """Whether the file locked is the one that others will find: its holder may have removed it meanwhile."""
    try:
        return os.path.samestat(os.fstat(handle), os.stat(_file(path)))  # noqa: PTH116 - beside fstat
    except FileNotFoundError:
        return False
