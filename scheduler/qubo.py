"""An assignment problem as a penalty QUBO: for annealers and circuits that take nothing else.

Binary variables, named by what they mean:

* ``("x", t, a)``: task t is on agent a; ``("x", t, -1)``: it is left out. One-hot group ``("x", t, .)`` a
  task.
* ``("s", a, r, b)``: bit b of the idle capacity of agent a in resource r, in steps of the resource's grid; only
  where the agent could be overfilled.

Energy = objective
       + choice penalty x sum over tasks of (1 - sum of the group)^2
       + capacity penalty x sum over agents and resources of (load + idle - capacity)^2, in grid steps
       + conflict penalty x sum over conflicting tasks and shared agents of x x'.

The grid of a resource is the largest step that all its demands are whole multiples of. Demands with more than six
decimals after the first digit of the largest, and capacities of over a million steps, are rounded instead: demands up
and capacities down, to 1/`GRID` of the largest demand. That forbids something feasible at times but allows nothing
infeasible; `PenaltyQUBO.rounded` says so. Every penalty exceeds what breaking its rule by one unit can save
(`scheduler.encoding.walls` has the proof), so every minimum is feasible; the price is a landscape of steep walls, which
is why the annealer of this package keeps the rules by its moves instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.arrays import FloatArray, Int32Array, pointers, row_of
from scheduler.encoding.grid import GRID, Grid, bit_values, bits_of
from scheduler.encoding.labels import Choice, Labels, decoded
from scheduler.encoding.terms import Terms, add_pairs, check_couplings, conflict_terms
from scheduler.encoding.walls import Walls
from scheduler.errors import ProblemTooLargeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scheduler.problem import AssignmentProblem

__all__ = ["GRID", "VARIABLE_LIMIT", "PenaltyQUBO"]

VARIABLE_LIMIT = 50_000
"""Most binary variables that are compiled; couplings grow with the square of an agent's eligible tasks."""


@dataclass(frozen=True, slots=True, eq=False)
class PenaltyQUBO:
    """A compiled problem.

    Parameters
    ----------
    problem
        What was compiled.
    bqm
        `dimod.BinaryQuadraticModel` over the variables named above.
    groups
        One-hot group of each task: its variable names.
    penalties
        "choice" (T,), "capacity" (A, R) and "conflict" (one an unordered conflict) penalties.
    grid
        Demands and capacities in whole steps.
    """

    problem: AssignmentProblem
    bqm: Any
    groups: tuple[tuple[Choice, ...], ...]
    penalties: dict[str, FloatArray]
    grid: Grid

    @classmethod
    def compile(cls, problem: AssignmentProblem) -> PenaltyQUBO:
        """Compile a problem.

        Raises
        ------
        ProblemTooLargeError
            If it needs more than `VARIABLE_LIMIT` variables, or too many quadratic terms.
        """
        grid, labels = Grid.of(problem), Labels.of(problem)
        bits = idle_bits(problem, grid)
        size = len(labels) + sum(len(values) for values in bits.values())
        if size > VARIABLE_LIMIT:
            raise ProblemTooLargeError("the penalty QUBO", "binary variables", size, VARIABLE_LIMIT)
        walls = Walls.of(problem, grid)
        terms = Terms(np.zeros(size), float(walls.base.sum()))
        terms.linear[: len(labels)] = labels.costs(problem, walls.missed) - walls.base[labels.owner]
        room = _capacity_groups(problem, grid, labels, bits)
        check_couplings("the penalty QUBO", problem, np.concatenate([np.diff(labels.ptr), np.diff(room.ptr)]))
        ones = np.ones(len(labels))
        terms.add_squares(labels.ptr, np.arange(len(labels)), ones, -np.ones(problem.tasks), walls.choice)
        add_pairs(terms, problem, labels)
        pairs = np.array(list(bits), dtype=np.int64).reshape(-1, 2)
        full, heights = grid.room[pairs[:, 0], pairs[:, 1]], walls.capacity[pairs[:, 0], pairs[:, 1]]
        terms.add_squares(room.ptr, room.member, room.value, -full, heights)
        link, first, second = conflict_terms(problem, labels)
        terms.add(first, second, walls.conflict[link])
        groups = labels.groups()
        names: list[Any] = [name for group in groups for name in group]
        names += [("s", agent, r, bit) for (agent, r), values in bits.items() for bit in range(len(values))]
        penalties = {"choice": walls.choice, "capacity": walls.capacity, "conflict": walls.conflict}
        return cls(problem, terms.to_bqm(names), groups, penalties, grid)

    @property
    def rounded(self) -> bool:
        """Whether demands or capacities were rounded to the grid."""
        return bool(self.grid.rounded.any())

    def encode(self, assignment: Int32Array) -> dict[Any, int]:
        """The sample of an assignment, with the idle bits that fit it best."""
        sample: dict[Any, int] = dict.fromkeys(self.bqm.variables, 0)
        for task, agent in enumerate(assignment.tolist()):
            sample["x", task, agent] = 1
        load = np.zeros_like(self.grid.room)
        taken = assignment[row_of(self.problem.task_ptr)] == self.problem.agent
        np.add.at(load, self.problem.agent[taken], self.grid.need[taken])
        for (agent, resource), values in idle_bits(self.problem, self.grid).items():
            idle = int(self.grid.room[agent, resource] - load[agent, resource])
            for bit, value in enumerate(bits_of(idle, values)):
                sample["s", agent, resource, bit] = value
        return sample

    def decode(self, sample: Mapping[Any, int]) -> tuple[Int32Array, bool]:
        """Assignment of a sample, and whether every group was one-hot.

        A task with no or several variables set becomes -1; capacity and conflicts are as the sample has them,
        see `violations`.
        """
        return decoded(self.groups, sample)


def idle_bits(problem: AssignmentProblem, grid: Grid) -> dict[tuple[int, int], list[int]]:
    """Values of the idle bits of every (agent, resource) that can be overfilled."""
    return {(int(a), int(r)): bit_values(int(grid.room[a, r])) for a, r in grid.overfillable(problem)}


@dataclass(frozen=True, slots=True)
class _Groups:
    """Variables and their values, group after group."""

    ptr: Any
    member: Any
    value: FloatArray


def _capacity_groups(
    problem: AssignmentProblem, grid: Grid, labels: Labels, bits: dict[tuple[int, int], list[int]]
) -> _Groups:
    """For every (agent, resource) of `bits`: its labels with their needs, then its idle bits with their values."""
    number = np.full(problem.capacity.shape, -1, dtype=np.int64)
    for place, key in enumerate(bits):
        number[key] = place
    group = number[problem.agent]
    entry, resource = np.nonzero((group >= 0) & (grid.need > 0.0))
    widths = np.array([len(values) for values in bits.values()], dtype=np.int64)
    values = np.array([value for each in bits.values() for value in each], dtype=np.float64)
    where = np.concatenate([group[entry, resource], np.repeat(np.arange(len(bits)), widths)])
    member = np.concatenate([labels.of_entry[entry], len(labels) + np.arange(len(values))])
    order = np.argsort(where, kind="stable")
    needs = np.concatenate([grid.need[entry, resource], values])
    return _Groups(pointers(where, len(bits)), member[order], needs[order])
