"""Array types and the two small CSR helpers that every part of the scheduler uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

FloatArray = NDArray[np.float64]
Int32Array = NDArray[np.int32]
Int64Array = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def row_of(ptr: Int64Array) -> Int64Array:
    """Row number of every entry of a CSR structure.

    Parameters
    ----------
    ptr
        Row pointers, shape (rows + 1,).

    Returns
    -------
    array of int64, shape (ptr[-1],)
    """
    return np.repeat(np.arange(len(ptr) - 1, dtype=np.int64), np.diff(ptr))


def pointers(rows: Int64Array, count: int) -> Int64Array:
    """Row pointers, shape (count + 1,), of entries whose row numbers are `rows` (sorted or not)."""
    ptr = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(rows, minlength=count), out=ptr[1:])
    return ptr


def frozen(values: ArrayLike, dtype: type[np.generic]) -> NDArray[Any]:
    """Contiguous read-only array of `dtype`; copied unless it fits and is read-only already."""
    array = np.asarray(values)
    if array.dtype == dtype and array.flags.c_contiguous and not array.flags.writeable:
        return array
    copy = np.array(array, dtype=dtype, order="C")
    copy.flags.writeable = False
    return copy
