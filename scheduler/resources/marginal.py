"""The exact division of a pool: steps in the order of their worth, found by the price at which they run out.

For concave values marginal allocation is optimal (O. Gross, 1956; B. Fox, Operations Research 14, 1966). The price
is bisected instead of walking step by step, so that the time does not depend on the amount; by weak duality it also
bounds what any division can be worth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scheduler.arrays import FloatArray, Int64Array
    from scheduler.resources.curve import Curves


@dataclass(frozen=True, slots=True, eq=False)
class Division:
    """A proven division of one pool.

    Parameters
    ----------
    taken
        int64 (m,): steps of every run.
    price
        What one step more in the pool would be worth.
    bound
        Gain beyond the minimums that no division can exceed.
    """

    taken: Int64Array
    price: float
    bound: float


def divide(curves: Curves, most: Int64Array | None = None) -> Division:
    """The best division, of no more than `most` steps of every run.

    Steps of equal worth that do not all fit are shared out in proportion to how many each run has of them.
    """
    length = curves.length if most is None else most
    taken = _worth_more(curves, length, 0.0)
    price = 0.0
    if taken.sum() > curves.room:
        low, price = 0.0, float(curves.first.max())
        while low < (middle := low + (price - low) / 2.0) < price:
            if _worth_more(curves, length, middle).sum() > curves.room:
                low = middle
            else:
                price = middle
        taken = _worth_more(curves, length, price)
        taken = taken + _shares(_worth_more(curves, length, low) - taken, curves.room - int(taken.sum()))
    counts = _worth_more(curves, length, price).astype(np.float64)
    above = (curves.first - price) * counts - curves.fall * counts * (counts - 1.0) / 2.0
    return Division(taken, price, float(above.sum()) + price * curves.room)


def _worth_more(curves: Curves, length: Int64Array, price: float) -> Int64Array:
    """Steps of every run whose marginal value is above a price."""
    over: FloatArray = curves.first - price
    flat = curves.fall == 0.0
    count = np.where(flat, np.where(over > 0.0, np.inf, 0.0), np.ceil(over / np.where(flat, 1.0, curves.fall)))
    result: Int64Array = np.clip(count, 0, length).astype(np.int64)
    return result


def _shares(tied: Int64Array, count: int) -> Int64Array:
    """`count` steps in proportion to `tied`, the rest one by one from the first on."""
    total = int(tied.sum())
    given = np.array([int(number) * count // max(total, 1) for number in tied], dtype=np.int64)
    rest = count - int(given.sum())
    given[np.flatnonzero(given < tied)[:rest]] += 1
    return given
