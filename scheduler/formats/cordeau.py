"""Generalized quadratic assignment as Cordeau et al. have it.

Cordeau, Gaudioso, Laporte and Moccia, A memetic heuristic for the generalized quadratic assignment problem, INFORMS
Journal on Computing 18 (2006) 433-443. Objective: sum of installation costs + v x sum over ordered pairs of
traffic x distance.
"""

from __future__ import annotations

from scheduler.formats.dense import quadratic_problem
from scheduler.formats.numbers import Numbers, doubt_of_count
from scheduler.formats.source import Source
from scheduler.problem import AssignmentProblem


class Cordeau:
    """`n m v`; n x n traffic; m x m distance; n x m installation cost; n weights; m capacities."""

    name = "cordeau"

    def signed(self, source: Source) -> bool:
        """No mark: nothing but numbers."""
        del source
        return False

    def doubt(self, source: Source) -> str | None:
        """Whether the numbers are as many as n and m ask for."""
        return doubt_of_count(source, ("n", "m"), lambda n, m: 3 + n * n + m * m + n * m + n + m)

    def read(self, source: Source) -> AssignmentProblem:
        """See `Format.read`."""
        numbers = Numbers(source)
        tasks, agents = numbers.count("n, the number of facilities"), numbers.count("m, the number of sites")
        unit = float(numbers.take("v, the unit traffic cost"))
        flow = numbers.take("traffic t[facility][facility]", tasks, tasks)
        distance = numbers.take("distance d[site][site]", agents, agents)
        cost = numbers.take("installation cost a[facility][site]", tasks, agents)
        weight = numbers.take("weights q[facility]", tasks)
        capacity = numbers.take("capacities Q[site]", agents)
        numbers.finish()
        return quadratic_problem(source, cost, weight, capacity, unit * flow, distance)
