"""Files of problems: one format a file, found by name or by content in one registry, and files of solutions."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

from scheduler.formats.errors import AmbiguousFormatError, UnknownFormatError, UnknownFormatNameError
from scheduler.formats.source import Source

if TYPE_CHECKING:
    import os

    from scheduler.binary.problem import QuboProblem
    from scheduler.formats.protocol import Format
    from scheduler.problem import AssignmentProblem

REGISTRY: dict[str, str] = {
    "npz": "scheduler.formats.npz:Npz",
    "gap": "scheduler.formats.gap:Gap",
    "cordeau": "scheduler.formats.cordeau:Cordeau",
    "lee-ma": "scheduler.formats.lee_ma:LeeMa",
    "ctap": "scheduler.formats.ctap:Ctap",
    "qbsolv": "scheduler.formats.qbsolv:Qbsolv",
    "beasley": "scheduler.formats.beasley:Beasley",
    "dimod": "scheduler.formats.dimod_bqm:DimodBqm",
    "dimod-coo": "scheduler.formats.dimod_coo:DimodCoo",
    "gset": "scheduler.formats.gset:Gset",
}
"""Name of each format and where its class is (`module:class`)."""
ALIASES = {
    "gqap": "cordeau", "lee_ma": "lee-ma", "leema": "lee-ma", "elloumi": "ctap", "yagiura": "gap", "or-library": "gap",
    "orlib": "gap", "qubo": "qbsolv", "sparse": "beasley", "bqm": "dimod", "coo": "dimod-coo", "maxcut": "gset",
    "max-cut": "gset", "rudy": "gset",
}  # fmt: skip
"""Other names that people give them."""


def format_names() -> tuple[str, ...]:
    """Names that `read_problem` takes, in the order of the registry."""
    return tuple(REGISTRY)


def get_format(name: str) -> Format:
    """A format by name.

    Raises
    ------
    UnknownFormatNameError
        With the names there are.
    """
    wanted = ALIASES.get(name.lower(), name.lower())
    if wanted not in REGISTRY:
        raise UnknownFormatNameError(name, format_names())
    module, _, attribute = REGISTRY[wanted].partition(":")
    return cast("Format", getattr(import_module(module), attribute)())


def detect(source: Source) -> Format:
    """The format that the content of a file is in; its name plays no part.

    Raises
    ------
    AmbiguousFormatError
        If several fit.
    UnknownFormatError
        If none fits.
    """
    formats = [get_format(name) for name in REGISTRY]
    for candidate in formats:
        if candidate.signed(source):
            return candidate
    if not source.is_text:
        raise UnknownFormatError(str(source.path), {"all": "binary content without a known mark"})
    doubts = {candidate.name: candidate.doubt(source) for candidate in formats}
    fitting = tuple(name for name, doubt in doubts.items() if doubt is None)
    if len(fitting) > 1:
        raise AmbiguousFormatError(str(source.path), fitting)
    if not fitting:
        raise UnknownFormatError(str(source.path), {name: doubt or "" for name, doubt in doubts.items()})
    return get_format(fitting[0])


def read_problem(path: str | os.PathLike[str], format: str | None = None) -> AssignmentProblem | QuboProblem:
    """Read a problem from a file.

    Parameters
    ----------
    path
        The file; of a `gap` file that holds several problems `FILE#3` is the third.
    format
        Name of its format; None: by its content.

    Raises
    ------
    FormatError
        If the file cannot be read, or is not as its format has it: with the place and what was expected.
    AmbiguousFormatError, UnknownFormatError
        If the content does not tell the format.
    UnknownFormatNameError
        If no format has this name.
    """
    chosen = None if format is None else get_format(format)
    source = Source(path)
    chosen = chosen or detect(source)
    if source.part is not None and chosen.name != "gap":
        raise source.error("", f"one problem, not number {source.part}", "no number behind the file's name")
    return chosen.read(source)


__all__ = ["ALIASES", "REGISTRY", "detect", "format_names", "get_format", "read_problem"]
