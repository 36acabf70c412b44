"""What an allocation says of its methods does not depend on the unit of worth."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler import Budget, QuadraticValue, ResourceOptimizer, ResourcePool, ResourceRequest
from scheduler.resources.allocation import Allocation


def divided(unit: float) -> Allocation:
    """Three clusters want more than there is; steepest descent from one state finds no optimum."""
    requests = [
        ResourceRequest("beds", ward, 30.0, value=QuadraticValue(weight * unit, 0.0))
        for ward, weight in (("a", 1.0), ("b", 2.0), ("c", 3.0))
    ]
    return ResourceOptimizer([ResourcePool("beds", 40.0)], requests).solve("bits:steepest", budget=Budget(sweeps=1))


@pytest.mark.parametrize("unit", [1e-12, 1.0, 1e12])
def test_how_far_a_method_is_off_and_who_wins_are_the_same_in_any_unit(unit: float) -> None:
    """A method that is worse does not win for being quicker, however little all is worth."""
    allocation = divided(unit)
    exact, other = allocation.methods
    assert other.shortfall == pytest.approx(divided(1.0).methods[1].shortfall, rel=1e-9)
    assert other.shortfall > 0.1
    quick = replace(allocation, methods=(replace(exact, seconds=2.0), replace(other, seconds=1.0)))
    assert quick.winner.method == "exact"
