"""Generalized assignment as Yagiura and the OR-Library have it: m n, costs, demands, capacities.

The OR-Library's own gap1 to gap12 and gapa to gapd hold several problems a file: their number, then one after the
other. One of them is chosen by its number, from 1, after a `#` behind the file's name.
"""

from __future__ import annotations

from scheduler.formats.dense import dense_problem
from scheduler.formats.errors import FormatError
from scheduler.formats.numbers import Numbers, doubt_of_count
from scheduler.formats.source import Source
from scheduler.problem import AssignmentProblem


class Gap:
    """`m n`; m rows of n costs c[agent][task]; m rows of n demands; m capacities; minimised. Or P, then P of these."""

    name = "gap"

    def signed(self, source: Source) -> bool:
        """No mark: nothing but numbers."""
        del source
        return False

    def doubt(self, source: Source) -> str | None:
        """Whether the numbers are as many as m and n ask for, of one problem or of several."""
        one = doubt_of_count(source, ("m", "n"), _size)
        return None if one is None or _starts(source) else one

    def read(self, source: Source) -> AssignmentProblem:
        """See `Format.read`; a file of several problems needs the number of one."""
        starts = [] if doubt_of_count(source, ("m", "n"), _size) is None else _starts(source)
        numbers = Numbers(source)
        if starts:
            numbers.place = starts[_chosen(source, len(starts))]
        elif source.part not in {None, 1}:
            raise source.error("", f"one problem, not number {source.part}", "no number behind the file's name")
        problem = _take(source, numbers)
        if not starts:
            numbers.finish()
        return problem


def _size(agents: int, tasks: int) -> int:
    return 2 + 2 * agents * tasks + agents


def _take(source: Source, numbers: Numbers) -> AssignmentProblem:
    agents, tasks = numbers.count("m, the number of agents"), numbers.count("n, the number of tasks")
    cost = numbers.take("costs c[agent][task]", agents, tasks)
    demand = numbers.take("demands a[agent][task]", agents, tasks)
    capacity = numbers.take("capacities b[agent]", agents)
    return dense_problem(source, cost.T, demand.T, capacity)


def _starts(source: Source) -> list[int]:
    """Where the problems of a file of several begin; empty where it is not as long as they ask for."""
    starts: list[int] = []
    try:
        numbers = Numbers(source)
        for _ in range(min(numbers.count("P, the number of problems"), len(numbers.values))):
            starts.append(numbers.place)
            numbers.place = starts[-1] + _size(numbers.count("m"), numbers.count("n"))
    except FormatError:
        return []
    return starts if numbers.place == len(numbers.values) else []


def _chosen(source: Source, count: int) -> int:
    """Place of the problem asked for, from 0."""
    if source.part is None and count > 1:
        raise source.error("", f"{count} problems", f"one: choose it as {source.path}#1 to {source.path}#{count}")
    part = 1 if source.part is None else source.part
    if not 1 <= part <= count:
        raise source.error("", f"{count} problems", f"a number from 1 to {count}, not {part}")
    return part - 1
