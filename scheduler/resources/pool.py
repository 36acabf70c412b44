"""Pools and requests: what there is, and who wants how much of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from scheduler.resources.errors import InvalidPoolError, InvalidRequestError
from scheduler.resources.value import LinearValue, Value

MOST_STEPS = 2**52
"""Most steps of a pool that are counted exactly."""
ROUNDING = 1e-9
"""Part of a step within which an amount counts as whole steps."""


@dataclass(frozen=True, slots=True)
class ResourcePool:
    """An amount of one resource that is given out in steps.

    Parameters
    ----------
    name
        Its name.
    amount
        What it holds, in `unit`; what is over after whole steps is not given out.
    unit
        Its unit, for tables.
    step
        The least amount that is given at a time.
    move_cost
        Charge for every unit more or less than a cluster has at present.
    fairness
        Charge for short supply, fairness x (demand - amount)^2 / demand a cluster: for a given total the sum is least
        where all clusters have the same share of their demands. About as large as a unit is worth, it weighs as much
        as the worth itself; far larger, and priorities hardly count.

    Raises
    ------
    InvalidPoolError
        With the field at fault.
    """

    name: str
    amount: float
    unit: str = "units"
    step: float = 1.0
    move_cost: float = 0.0
    fairness: float = 0.0

    def __post_init__(self) -> None:
        for name in ("amount", "move_cost", "fairness"):
            value = getattr(self, name)
            if not 0.0 <= value < math.inf:
                raise InvalidPoolError(self.name, name, value, "give a finite number, not negative")
        if not 0.0 < self.step < math.inf:
            raise InvalidPoolError(self.name, "step", self.step, "give a finite number above 0")
        if self.amount / self.step > MOST_STEPS:
            raise InvalidPoolError(self.name, "step", self.step, f"choose a larger one: at most {MOST_STEPS} steps")

    @property
    def steps(self) -> int:
        """Whole steps that it holds."""
        return whole_steps_below(self.amount, self.step)


@dataclass(frozen=True, slots=True)
class ResourceRequest:
    """What a cluster wants of a pool.

    Parameters
    ----------
    pool, cluster
        Names.
    demand
        The amount that it has use for.
    minimum
        The least it must get; rounded up to whole steps.
    maximum
        The most it may get, rounded down to whole steps; None: the demand, rounded up to whole steps.
    weight
        Priority: its worth counts this many times.
    value
        Worth of an amount.
    present
        What it has now; counts where moving costs something.

    Raises
    ------
    InvalidRequestError
        With the field at fault.
    """

    pool: str
    cluster: str
    demand: float
    minimum: float = 0.0
    maximum: float | None = None
    weight: float = 1.0
    value: Value = field(default_factory=LinearValue)
    present: float = 0.0

    def __post_init__(self) -> None:
        for name in ("demand", "minimum", "weight", "present", "maximum"):
            number = getattr(self, name)
            if not (name == "maximum" and number is None) and not 0.0 <= number < math.inf:
                raise self.error(name, "give a finite number, not negative")
        if self.maximum is not None and self.minimum > self.maximum:
            raise self.error("minimum", f"must not be above the maximum {self.maximum:g}")
        fault = self.value.fault()
        if fault is not None:
            raise self.error("value", fault)

    def error(self, name: str, advice: str) -> InvalidRequestError:
        """An error about one of its fields."""
        return InvalidRequestError(self.pool, self.cluster, name, getattr(self, name), advice)

    def range(self, pool: ResourcePool) -> tuple[int, int]:
        """Least and most steps that it may get.

        Raises
        ------
        InvalidRequestError
            If no whole number of steps lies between minimum and maximum.
        """
        least = whole_steps_above(self.minimum, pool.step)
        if self.maximum is None:
            return least, max(least, whole_steps_above(self.demand, pool.step))
        most = whole_steps_below(self.maximum, pool.step)
        if least > most:
            advice = f"no whole number of steps of {pool.step:g} lies between it and the maximum {self.maximum:g}"
            raise self.error("minimum", advice)
        return least, most


def whole_steps_below(amount: float, step: float) -> int:
    """Most whole steps in an amount."""
    return min(math.floor(amount / step + ROUNDING), 2 * MOST_STEPS)


def whole_steps_above(amount: float, step: float) -> int:
    """Fewest whole steps that cover an amount."""
    return min(math.ceil(amount / step - ROUNDING), 2 * MOST_STEPS)
