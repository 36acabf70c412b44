"""What the compiled kernels are handed: named tuples of arrays, and the one decorator that compiles them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

import numba as nb

from scheduler.arrays import FloatArray, Int32Array, Int64Array

Function = TypeVar("Function", bound=Callable[..., object])


def kernel(function: Function) -> Function:
    """Compile with numba: without the GIL, cached on disk, on first call."""
    return cast("Function", _tied(nb.njit(nogil=True, cache=True)(function)))


def vector_kernel(function: Function) -> Function:
    """As `kernel`, for inner loops that take minima: the compiler may assume that no number is NaN."""
    return cast("Function", _tied(nb.njit(nogil=True, cache=True, fastmath={"nnan", "nsz"})(function)))


def _tied(compiled: Any) -> Any:
    """Tie what is cached to the sources of all kernels.

    Numba compares a kernel's own file only, so of a kernel changed in another file it would go on with the old one
    that it had compiled into its callers.
    """
    index = getattr(getattr(compiled, "_cache", None), "_cache_file", None)
    if index is not None:
        index._source_stamp = (index._source_stamp, _sources())
    return compiled


@cache
def _sources() -> str:
    """Digest of the sources of this room."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


class Space(NamedTuple):
    """The arrays of a problem as kernels read them; all read-only.

    As in `AssignmentProblem`, except: `missed` is finite; `cluster` (A + 1,) and `distance` (C + 1, C + 1)
    know the left-out agent A of cluster C, whose distance to everything is `unassigned_distance`. A search
    space lists agent A as the last label of every row, a full space does not.
    """

    task_ptr: Int64Array
    agent: Int32Array
    cost: FloatArray
    demand: FloatArray
    missed: FloatArray
    capacity: FloatArray
    pair_ptr: Int64Array
    pair_task: Int32Array
    pair_weight: FloatArray
    cluster: Int32Array
    distance: FloatArray
    same_agent: float
    conflict_ptr: Int64Array
    conflict_task: Int32Array


@kernel
def separation(space: Space, a: int, b: int) -> float:
    """Distance of two agents; agent A stands for left out."""
    if a == b and a + 1 < len(space.cluster):
        return space.same_agent
    return space.distance[space.cluster[a], space.cluster[b]]  # type: ignore[no-any-return]
