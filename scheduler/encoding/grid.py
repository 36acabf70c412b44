"""Demands and capacities in whole numbers, as sums of bits need them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import BoolArray, FloatArray, Int64Array
from scheduler.evaluation import CAPACITY_TOLERANCE

if TYPE_CHECKING:
    from scheduler.problem import AssignmentProblem

GRID = 256
"""Steps of the largest demand where demands have no common grid."""
DECIMALS = 6
"""Most decimals of demands that are taken as exact, from the first digit of the largest."""
MOST_STEPS = 2**20
"""Most steps of a capacity that can be overfilled: its square times a penalty must leave room for one unit."""


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Demands and capacities of a problem in steps of each resource.

    Parameters
    ----------
    need
        float64 (nnz, R): whole steps that each eligible pair takes.
    room
        float64 (A, R): whole steps of each capacity.
    unit
        float64 (R,): the step of each resource, in its own unit.
    rounded
        bool (R,): whether demands were rounded up and capacities down to steps.
    """

    need: FloatArray
    room: FloatArray
    unit: FloatArray
    rounded: BoolArray

    @classmethod
    @np.errstate(over="ignore")  # a capacity of infinitely many steps is one that cannot be overfilled
    def of(cls, problem: AssignmentProblem) -> Grid:
        """The coarsest grid that all demands of a resource lie on, or else `GRID` steps of the largest."""
        need, room = np.zeros(problem.demand.shape), np.zeros(problem.capacity.shape)
        unit, rounded = np.ones(problem.resources), np.zeros(problem.resources, dtype=bool)
        for r in range(problem.resources):
            amounts, capacity = problem.demand[:, r], problem.capacity[:, r]
            if not amounts.any():
                continue
            step = common_step(amounts)
            if step is not None:
                need[:, r] = np.rint(amounts / step)
                room[:, r] = np.floor(capacity / step * (1.0 + CAPACITY_TOLERANCE))
            if step is None or _most_overfilled(problem, need[:, r], room[:, r]) > MOST_STEPS:
                step, rounded[r] = float(amounts.max()) / GRID, True
                need[:, r] = np.ceil(amounts / step * (1.0 - 1e-12))
                room[:, r] = np.floor(capacity / step * (1.0 + 1e-12))
            unit[r] = step
        return cls(need, room, unit, rounded)

    def overfillable(self, problem: AssignmentProblem) -> Int64Array:
        """Rows (agent, resource) whose eligible pairs together need more than there is, shape (n, 2)."""
        return np.argwhere(_all_needs(problem, self.need) > self.room)


def common_step(amounts: FloatArray) -> float | None:
    """The largest step of which all amounts are whole multiples, or None beyond `DECIMALS` decimals.

    Decimals count from the first digit of the largest amount, so that the unit of measurement does not matter.
    """
    magnitude = max(math.floor(math.log10(amounts.max())), -300)
    for power in (0, *range(-magnitude, DECIMALS + 1 - magnitude)):
        scaled = amounts * 10.0**power
        whole = np.rint(scaled)
        if np.abs(whole).max() < 2**40 and (np.abs(scaled - whole) <= 1e-12 * whole).all():
            return float(np.gcd.reduce(whole.astype(np.int64)) / 10.0**power)
    return None


def bit_values(top: int, largest: int | None = None) -> list[int]:
    """Values of bits whose sums are 0, 1, ..., `top`: 1, 2, 4, ... and a rest; none for 0.

    With a `largest` value, powers of two up to it, then itself as often as needed, then the rest.
    """
    values, left, power = [], top, 1
    while left > 0:
        values.append(min(power, left, largest or left))
        left -= values[-1]
        power *= 2
    return values


def bits_of(amount: int, values: list[int]) -> list[int]:
    """Bits over `bit_values` that add up to an amount from 0 to their sum."""
    bits = [0] * len(values)
    for place in range(len(values) - 1, -1, -1):
        if values[place] <= amount:
            bits[place] = 1
            amount -= values[place]
    return bits


def _all_needs(problem: AssignmentProblem, need: FloatArray) -> FloatArray:
    total = np.zeros(problem.capacity.shape)
    np.add.at(total, problem.agent, need)
    return total


def _most_overfilled(problem: AssignmentProblem, need: FloatArray, room: FloatArray) -> float:
    total = np.bincount(problem.agent, weights=need, minlength=problem.agents)
    return float(room[total > room].max(initial=0.0))
