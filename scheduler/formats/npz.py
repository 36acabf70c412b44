"""Our own files: the arrays of an `AssignmentProblem` under their names."""

from __future__ import annotations

import zipfile
import zlib

from scheduler.errors import InvalidProblemError
from scheduler.formats.errors import MalformedArrayError, MissingArrayError
from scheduler.formats.source import Source
from scheduler.problem import AssignmentProblem

_WRITTEN = "what AssignmentProblem.save writes"


class Npz:
    """What `AssignmentProblem.save` writes."""

    name = "npz"

    def signed(self, source: Source) -> bool:
        """The first bytes of a zip archive."""
        return source.head.startswith(b"PK\x03\x04")

    def doubt(self, source: Source) -> str | None:
        """Never without its mark."""
        del source
        return "no zip archive"

    def read(self, source: Source) -> AssignmentProblem:
        """See `Format.read`."""
        try:
            return AssignmentProblem.load(source.path)
        except InvalidProblemError as error:
            index = ", ".join(map(str, error.index)) if isinstance(error.index, tuple) else error.index
            where = error.array if index is None else f"{error.array}[{index}]"
            if error.value is None:
                raise MissingArrayError(str(source.path), "", error.array, _WRITTEN) from None
            raise MalformedArrayError(str(source.path), where, repr(error.value), error.advice) from None
        except (OSError, EOFError, ValueError, KeyError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
            found = f"a damaged archive ({type(error).__name__})"
            raise source.error("", found, _WRITTEN) from None
