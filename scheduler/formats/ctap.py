"""Constrained task assignment as Elloumi has it: tasks on processors, a cost for each pair that is split."""

from __future__ import annotations

import numpy as np

from scheduler.formats.dense import dense_problem
from scheduler.formats.numbers import Numbers, doubt_of_count
from scheduler.formats.source import Source
from scheduler.problem import AssignmentProblem


class Ctap:
    """`n`, `m`; m rows of n execution costs; rows of the upper triangle of n x n communication costs; n demands;
    m capacities.

    A communication cost counts once, where its two tasks are on different processors.
    """  # noqa: D205

    name = "ctap"

    def signed(self, source: Source) -> bool:
        """No mark: nothing but numbers."""
        del source
        return False

    def doubt(self, source: Source) -> str | None:
        """Whether the numbers are as many as n and m ask for, with at least two tasks that can communicate."""
        reason = doubt_of_count(source, ("n", "m"), lambda n, m: 2 + m * n + n * (n - 1) // 2 + n + m)
        return "a single task" if reason is None and source.values[0] < 2 else reason

    def read(self, source: Source) -> AssignmentProblem:
        """See `Format.read`."""
        numbers = Numbers(source)
        tasks, agents = numbers.count("n, the number of tasks"), numbers.count("m, the number of processors")
        cost = numbers.take("execution costs q[processor][task]", agents, tasks)
        upper = numbers.take("communication costs above the diagonal", tasks * (tasks - 1) // 2)
        demand = numbers.take("demands of the tasks", tasks)
        capacity = numbers.take("capacities of the processors", agents)
        numbers.finish()
        weight = np.zeros((tasks, tasks))
        weight[np.triu_indices(tasks, 1)] = upper
        return dense_problem(
            source, cost.T, np.repeat(demand[:, np.newaxis], agents, axis=1), capacity, weight + weight.T
        )
