"""Generalized assignment as Yagiura and the OR-Library have it: m n, costs, demands, capacities."""

from __future__ import annotations

from scheduler.formats.dense import dense_problem
from scheduler.formats.numbers import Numbers, doubt_of_count
from scheduler.formats.source import Source
from scheduler.problem import AssignmentProblem


class Gap:
    """`m n`; m rows of n costs c[agent][task]; m rows of n demands; m capacities. One problem a file, minimised."""

    name = "gap"

    def signed(self, source: Source) -> bool:
        """No mark: nothing but numbers."""
        del source
        return False

    def doubt(self, source: Source) -> str | None:
        """Whether the numbers are as many as m and n ask for."""
        return doubt_of_count(source, ("m", "n"), lambda m, n: 2 + 2 * m * n + m)

    def read(self, source: Source) -> AssignmentProblem:
        """See `Format.read`."""
        numbers = Numbers(source)
        agents, tasks = numbers.count("m, the number of agents"), numbers.count("n, the number of tasks")
        cost = numbers.take("costs c[agent][task]", agents, tasks)
        demand = numbers.take("demands a[agent][task]", agents, tasks)
        capacity = numbers.take("capacities b[agent]", agents)
        numbers.finish()
        return dense_problem(source, cost.T, demand.T, capacity)
