"""What an amount of a resource is worth to a cluster: never more for a later unit than for an earlier one."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Protocol

from scheduler.resources.errors import InvalidValueError


class Value(Protocol):
    """A concave, piecewise linear or quadratic worth of an amount; worth nothing at 0."""

    def breaks(self, demand: float) -> tuple[float, ...]:
        """Amounts > 0 between which the worth is one quadratic function."""
        ...

    def slope(self, amount: float, demand: float) -> tuple[float, float]:
        """(a, b): around an amount that is no break a unit more is worth a - b x amount."""
        ...

    def fault(self) -> str | None:
        """What is wrong with it, or None."""
        ...


@dataclass(frozen=True, slots=True)
class LinearValue:
    """Every unit up to the demand is worth the same, beyond it nothing.

    Parameters
    ----------
    unit
        Worth of a unit.

    Raises
    ------
    InvalidValueError
        As `fault` says.
    """

    unit: float = 1.0

    def __post_init__(self) -> None:
        _refuse_faults(self)

    def breaks(self, demand: float) -> tuple[float, ...]:
        """See `Value.breaks`."""
        return (demand,)

    def slope(self, amount: float, demand: float) -> tuple[float, float]:
        """See `Value.slope`."""
        return (self.unit if amount < demand else 0.0), 0.0

    def fault(self) -> str | None:
        """See `Value.fault`."""
        return None if 0.0 <= self.unit < math.inf else "the worth of a unit must be finite and not negative"


@dataclass(frozen=True, slots=True)
class QuadraticValue:
    """The worth of a unit falls evenly from the first to the last that is demanded; beyond it is nothing.

    Parameters
    ----------
    first
        Worth of a unit where there is none yet.
    last
        Worth of a unit where nearly all that is demanded is there.

    Raises
    ------
    InvalidValueError
        As `fault` says.
    """

    first: float = 1.0
    last: float = 0.0

    def __post_init__(self) -> None:
        _refuse_faults(self)

    def breaks(self, demand: float) -> tuple[float, ...]:
        """See `Value.breaks`."""
        return (demand,)

    def slope(self, amount: float, demand: float) -> tuple[float, float]:
        """See `Value.slope`."""
        return (self.first, (self.first - self.last) / demand) if amount < demand else (0.0, 0.0)

    def fault(self) -> str | None:
        """See `Value.fault`."""
        return None if 0.0 <= self.last <= self.first < math.inf else "give first >= last >= 0, both finite"


@dataclass(frozen=True, slots=True)
class PiecewiseLinearValue:
    """Straight lines through (0, 0) and the points; no more after the last.

    Parameters
    ----------
    points
        (amount, worth), amounts ascending from above 0; from line to line the slope may only fall.

    Raises
    ------
    InvalidValueError
        As `fault` says.
    """

    points: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        _refuse_faults(self)

    def breaks(self, demand: float) -> tuple[float, ...]:
        """See `Value.breaks`; the demand has no part in it."""
        del demand
        return tuple(float(amount) for amount, _ in self.points)

    def slope(self, amount: float, demand: float) -> tuple[float, float]:
        """See `Value.slope`."""
        del demand
        for (begin, low), (end, high) in itertools.pairwise([(0.0, 0.0), *self.points]):
            if amount < end:
                return (high - low) / (end - begin), 0.0
        return 0.0, 0.0

    def fault(self) -> str | None:
        """See `Value.fault`."""
        line = [(0.0, 0.0), *self.points]
        if not all(math.isfinite(number) for point in line for number in point):
            return "amounts and worths must be finite"
        if any(one[0] >= other[0] for one, other in itertools.pairwise(line)):
            return "amounts must ascend from above 0"
        slopes = [(high - low) / (end - begin) for (begin, low), (end, high) in itertools.pairwise(line)]
        if any(later > earlier + 1e-9 * abs(earlier) for earlier, later in itertools.pairwise(slopes)):
            return "returns must diminish: the slope may only fall from line to line"
        return "the worth must not fall" if slopes and slopes[-1] < 0.0 else None


def _refuse_faults(value: Value) -> None:
    """Raise `InvalidValueError` where there is a fault."""
    try:
        fault = value.fault()
    except (TypeError, ValueError):
        fault = "give numbers"
    if fault is not None:
        raise InvalidValueError(repr(value), fault)
