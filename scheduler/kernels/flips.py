"""One-flip Metropolis annealing of a quadratic function of 0/1 variables.

`field[i]` is what setting x[i] from 0 to 1 adds as the others are; a flip of i changes the fields of its neighbours
only, so a proposal that fails costs two reads and one that passes a pass over one row. The best state met is kept
whenever the energy falls below the best so far by the end of a sweep.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduler.arrays import FloatArray, Int32Array, Int64Array
from scheduler.kernels.types import kernel


class Spins(NamedTuple):
    """A search in progress: state, fields, best state, (energy, best energy), interactions, generator."""

    state: np.ndarray[tuple[int], np.dtype[np.int8]]
    field: FloatArray
    best: np.ndarray[tuple[int], np.dtype[np.int8]]
    energy: FloatArray
    ptr: Int64Array
    other: Int32Array
    weight: FloatArray
    word: np.ndarray[tuple[int], np.dtype[np.uint64]]


@kernel
def settle_fields(spins: Spins, linear: FloatArray) -> None:
    """Compute the fields of the state anew."""
    for i in range(len(linear)):
        total = linear[i]
        for k in range(spins.ptr[i], spins.ptr[i + 1]):
            total += spins.weight[k] * spins.state[spins.other[k]]
        spins.field[i] = total


@kernel
def anneal_flips(spins: Spins, surprise: FloatArray, temperatures: FloatArray) -> int:
    """One sweep in order at each temperature; `surprise` is -log of a uniform quantile; returns the flips made."""
    state, field, energy = spins.state, spins.field, spins.energy
    flips, word = 0, spins.word[0]
    for temperature in temperatures:
        for i in range(len(state)):
            change = field[i] if state[i] == 0 else -field[i]
            if change > 0.0:
                word ^= word << np.uint64(13)
                word ^= word >> np.uint64(7)
                word ^= word << np.uint64(17)
                if change >= temperature * surprise[word & np.uint64(65535)]:
                    continue
            sign = 1.0 if state[i] == 0 else -1.0
            state[i] = 1 - state[i]
            energy[0] += change
            flips += 1
            for k in range(spins.ptr[i], spins.ptr[i + 1]):
                field[spins.other[k]] += sign * spins.weight[k]
        if energy[0] < energy[1]:
            energy[1] = energy[0]
            spins.best[:] = state
    spins.word[0] = word
    return flips
