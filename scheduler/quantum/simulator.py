"""Simulates QAOA on a product of groups, each mixed as a whole.

A state is one label of every group. Layer by layer every amplitude gets the phase exp(-i gamma energy), then every
group of k labels the mixer exp(i beta |u><u|) with u = (1, ..., 1)/sqrt(k): up to a global phase this is the
complete-graph XY mixer of a one-hot group at angle beta/k, and for a group of two labels the X mixer, exp(i beta X/2).
The first state is the product of the u, the ground state of -sum |u><u|; hence the signs. A mixer of another u, with
that u as the first state, is a warm start. Mixing a group is a rank-1 update: O(states) a group and layer.

Considered and left out: single precision (half the time, but the norm drifts in the sixth digit); matrix product
states; recursive QAOA (helps only where shots are few).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import BoolArray, FloatArray, Int64Array

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

STATES_BETWEEN_LOOKS = 1 << 19
"""States passed between two questions whether to stop: some milliseconds."""


@dataclass(frozen=True, slots=True)
class Angles:
    """Angles of every layer.

    Parameters
    ----------
    gammas
        Of the phase, per unit of energy.
    betas
        Of the mixer.
    """

    gammas: tuple[float, ...]
    betas: tuple[float, ...]

    @classmethod
    def ramp(cls, layers: int, gamma: tuple[float, float], beta: tuple[float, float], scale: float) -> Angles:
        """Angles that change linearly between two ends, taken in the middle of each layer; gammas over `scale`."""
        middle = (np.arange(layers) + 0.5) / layers
        gammas = (gamma[0] + (gamma[1] - gamma[0]) * middle) / scale
        betas = beta[0] + (beta[1] - beta[0]) * middle
        return cls(tuple(gammas.tolist()), tuple(betas.tolist()))


class Simulator:
    """Simulates QAOA over a diagonal.

    Parameters
    ----------
    diagonal
        float64 (states,): energy of every state.
    valid
        bool (states,): whether it breaks no rule.
    widths
        Labels of each group; their product is the number of states, the last group changes fastest.
    vectors
        float64 (sum of widths,): the u of all groups, one after the other, each of norm 1; None: uniform.
    """

    def __init__(
        self, diagonal: FloatArray, valid: BoolArray, widths: Sequence[int], vectors: FloatArray | None = None
    ) -> None:
        self.diagonal = diagonal
        self.valid = valid
        self.widths = tuple(int(width) for width in widths)
        self.ptr: Int64Array = np.concatenate([[0], np.cumsum(self.widths)]).astype(np.int64)
        if vectors is None:
            vectors = np.concatenate([np.zeros(0), *(np.full(width, width**-0.5) for width in self.widths)])
        self.vectors = vectors
        self.origin = float(diagonal.mean())
        self.scale = _deviation(diagonal, self.origin) or 1.0
        self._order: Int64Array | None = None

    def first_state(self) -> FloatArray:
        """Amplitudes before the first layer, shape (states,); real."""
        state = np.ones(1)
        for begin, end in zip(self.ptr[:-1], self.ptr[1:], strict=True):
            state = np.multiply.outer(state, self.vectors[begin:end]).ravel()
        return state

    def amplitudes(
        self, angles: Angles, stop: Callable[[], bool] | None = None
    ) -> tuple[FloatArray, FloatArray] | None:
        """Real and imaginary parts after all layers (global phase free); None where `stop` became true on the way."""
        real = self.first_state()
        imaginary = np.zeros_like(real)
        for gamma, beta in zip(angles.gammas, angles.betas, strict=True):
            if not self._layer(real, imaginary, (gamma, beta), stop):
                return None
        return real, imaginary

    def _layer(
        self, real: FloatArray, imaginary: FloatArray, angles: tuple[float, float], stop: Callable[[], bool] | None
    ) -> bool:
        """One layer in place; False where `stop` became true on the way."""
        from scheduler.quantum.kernels import BLOCK, TILE, apply_blocks, mix_outer

        states, inner, outer = len(real), 1, len(self.widths)
        while outer > 0 and inner * self.widths[outer - 1] <= BLOCK:
            outer -= 1
            inner *= self.widths[outer]
        many = max(1, STATES_BETWEEN_LOOKS // inner) * inner
        for first in range(0, states, many):
            if stop is not None and stop():
                return False
            last = min(first + many, states)
            apply_blocks(
                real, imaginary, self.diagonal, self.origin, angles, self.vectors, self.ptr, outer, first, last
            )
        many = max(1, STATES_BETWEEN_LOOKS * inner // (states * TILE)) * TILE
        for first in range(0, inner, many):
            if stop is not None and stop():
                return False
            mix_outer(real, imaginary, angles[1], self.vectors, self.ptr, outer, first, min(first + many, inner))
        return True

    def probabilities(self, angles: Angles, stop: Callable[[], bool] | None = None) -> FloatArray | None:
        """Probability of every state after all layers, shape (states,); None where `stop` became true on the way."""
        parts = self.amplitudes(angles, stop)
        if parts is None:
            return None
        real, imaginary = parts
        real *= real
        imaginary *= imaginary
        real += imaginary
        return real

    def expectation(self, probabilities: FloatArray) -> float:
        """Mean energy."""
        return self.mean_of(probabilities, self.diagonal)

    @staticmethod
    def mean_of(probabilities: FloatArray, values: FloatArray) -> float:
        """Mean of a value of every state; not by BLAS, whose threads wait busily and sum in an order of their own."""
        return float(np.einsum("i,i->", probabilities, values))

    def tail_mean(self, probabilities: FloatArray, share: float) -> float:
        """Mean energy of the best `share` of the distribution (CVaR)."""
        if self._order is None:
            self._order = np.argsort(self.diagonal, kind="stable")
        weight = probabilities[self._order]
        before = np.cumsum(weight) - weight
        weight = np.clip(share - before, 0.0, weight)
        return float(weight @ self.diagonal[self._order] / weight.sum())

    def optimum(self) -> int | None:
        """The valid state of least energy, by looking at the diagonal; None where none is valid."""
        best = int(np.argmin(np.where(self.valid, self.diagonal, np.inf))) if len(self.valid) else 0
        return best if self.valid[best] else None

    def sample(self, probabilities: FloatArray, shots: int, seed: int) -> Int64Array:
        """Measured states, shape (shots,)."""
        total = np.cumsum(probabilities)
        drawn = np.random.default_rng(seed).random(shots) * total[-1]
        states: Int64Array = np.minimum(np.searchsorted(total, drawn, side="right"), len(total) - 1)
        return states


def _deviation(values: FloatArray, mean: float) -> float:
    """Standard deviation, chunk by chunk: no second array of millions."""
    chunks = (
        values[first : first + STATES_BETWEEN_LOOKS] - mean for first in range(0, len(values), STATES_BETWEEN_LOOKS)
    )
    return float(np.sqrt(sum(float(np.square(chunk, out=chunk).sum()) for chunk in chunks) / len(values)))
