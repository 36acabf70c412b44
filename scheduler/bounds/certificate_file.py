"""Certificates as files: an `.npz` of kind, bound, prices and, where there are any, messages and the objective."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.formats.errors import UnwritableFileError
from scheduler.formats.source import Source, reason_of

if TYPE_CHECKING:
    import os

    from scheduler.bounds.certificate import Certificate

KINDS = ("lagrangian", "lp", "mplp", "knapsack")
"""What can be checked; a bound by branch and bound cannot."""
FIELDS = (("bound", 0), ("prices", 2), ("messages", 1), ("objective", 0), ("multipliers", 1), ("kept", 1))
"""Numbers in the file and their dimensions."""
_WRITTEN = "what Certificate.save writes"


def save_certificate(certificate: Certificate, path: str | os.PathLike[str]) -> None:
    """See `Certificate.save`."""
    arrays: dict[str, Any] = {
        "kind": np.array(certificate.kind),
        "bound": np.float64(certificate.bound),
        "prices": certificate.prices,
    }
    for name in ("messages", "multipliers", "kept"):
        if getattr(certificate, name) is not None:
            arrays[name] = getattr(certificate, name)
    if certificate.objective is not None:
        arrays["objective"] = np.float64(certificate.objective)
    try:
        with Path(path).open("wb") as file:
            np.savez_compressed(file, **arrays)
    except OSError as error:
        raise UnwritableFileError(str(path), reason_of(error)) from None


def load_fields(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The fields of a certificate; see `Certificate.load`."""
    source = Source(path)
    try:
        with np.load(BytesIO(source.data), allow_pickle=False) as file:
            found = {name: file[name] for name in file.files}
    except (EOFError, ValueError, KeyError, NotImplementedError, OSError, zipfile.BadZipFile, zlib.error) as error:
        raise source.error("", f"a damaged archive ({type(error).__name__})", _WRITTEN) from None
    for name in ("kind", "bound", "prices"):
        if name not in found:
            raise source.error("", f"no array {name}", _WRITTEN)
    fields: dict[str, Any] = {"kind": str(found["kind"])}
    if fields["kind"] not in KINDS:
        raise source.error("kind", repr(fields["kind"][:40]), " or ".join(KINDS))
    for name, dimensions in FIELDS:
        if name not in found:
            continue
        array = found[name]
        if array.dtype.kind not in "fiu" or array.ndim != dimensions or not np.isfinite(array).all():
            raise source.error(name, f"{array.dtype} of shape {array.shape}", f"finite numbers, {dimensions}-d")
        fields[name] = float(array) if dimensions == 0 else array.astype(np.int32 if name == "kept" else np.float64)
    return fields
