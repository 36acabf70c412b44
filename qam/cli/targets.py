"""The files that a command is asked to write: checked before the work, written after it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scheduler.formats.errors import UnwritableFileError


class Outputs:
    """Writes files at the end of the work; what cannot be written is kept as `error`, so that the rest is not lost."""

    def __init__(self) -> None:
        self.error: UnwritableFileError | None = None

    def write(self, path: Path, work: Callable[[], None]) -> bool:
        """Call `work`, which writes `path`; whether it could."""
        from scheduler.formats.errors import UnwritableFileError
        from scheduler.formats.source import reason_of

        try:
            work()
        except UnwritableFileError as error:
            self.error = self.error or error
        except OSError as error:
            self.error = self.error or UnwritableFileError(str(path), reason_of(error))
        else:
            return True
        return False


def check_targets(source: Path, targets: Mapping[str, Path | None]) -> None:
    """Find out before the work whether what is asked for can be written, and that nothing is written over.

    Parameters
    ----------
    source
        The file that is read.
    targets
        Option and file, None where the option was not given.

    Raises
    ------
    typer.BadParameter
        If two of the files are the same one, by whatever names.
    UnwritableFileError
        If a file cannot be written.
    """
    from scheduler.formats.errors import UnwritableFileError

    given = {option: path for option, path in targets.items() if path is not None}
    taken = [("the problem", source)]
    for option, path in given.items():
        for other, there in taken:
            if _same(path, there):
                raise typer.BadParameter(f"{path} is the file of {other} too: give {option} another one.")
        taken.append((option, path))
    for path in given.values():
        reason = _obstacle(path)
        if reason is not None:
            raise UnwritableFileError(str(path), reason)


def _same(one: Path, other: Path) -> bool:
    """Whether two names lead to one file; devices such as /dev/null may be given twice."""
    if one.exists() and other.exists():
        return one.is_file() and one.samefile(other)
    return os.path.realpath(one) == os.path.realpath(other)


def _obstacle(path: Path) -> str | None:
    if path.is_dir():
        return "is a directory"
    if path.exists():
        return None if os.access(path, os.W_OK) else "permission denied"
    folder = Path(os.path.realpath(path)).parent
    if not folder.is_dir():
        return f"there is no folder {folder}" if not folder.exists() else f"{folder} is no folder"
    return None if os.access(folder, os.W_OK | os.X_OK) else f"permission denied in {folder}"
