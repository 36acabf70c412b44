"""How high penalties must be so that breaking a rule never pays, rule by rule.

Let the stake of a task be the range of the costs of its labels plus the farthest distance times the weights of
its pairs: taking the task out of a valid or invalid choice raises the objective by no more. From any sample that
breaks rules, these steps lead to one that breaks none, and each lowers the energy:

1. In a group with several variables set, all but one are cleared. Costs count from the cheapest label, so no
   cost falls, and each clearing saves penalty.
2. In an empty group, being left out is set: at most the stake, and the penalty of one unit is saved.
3. While an agent is o > 0 steps too full, a task that takes at least one step of it is left out. At most o tasks
   are, each for at most its stake, and o^2 penalties are saved.
4. Of two tasks in conflict on one agent, the one with the lower stake is left out.

So a penalty above the stake of the task (2), above the largest stake on the agent (3) and above the lower stake of
two (4) suffices, `MARGIN` times is taken. For a task that must be placed the charge for leaving it out is above
everything that all other costs together could save, so as many of those as can be are placed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import FloatArray, row_of
from scheduler.encoding.terms import conflict_links

if TYPE_CHECKING:
    from scheduler.encoding.grid import Grid
    from scheduler.problem import AssignmentProblem

MARGIN = 1.25
"""How far above the least sufficient size a penalty is."""
FLOOR = 0.05
"""Least penalty, as a share of the largest."""


@dataclass(frozen=True, slots=True, eq=False)
class Walls:
    """Base costs, charges and penalties of a problem.

    Parameters
    ----------
    missed
        float64 (T,): what leaving a task out costs, finite.
    base
        float64 (T,): cheapest label of each task, moved from its labels to the constant.
    choice
        float64 (T,): penalty of (number of labels - 1)^2.
    capacity
        float64 (A, R): penalty of (load + idle - capacity)^2, in grid steps.
    conflict
        float64 (n,): penalty of each unordered conflict.
    """

    missed: FloatArray
    base: FloatArray
    choice: FloatArray
    capacity: FloatArray
    conflict: FloatArray

    @classmethod
    def of(cls, problem: AssignmentProblem, grid: Grid) -> Walls:
        """The walls of a problem on its grid."""
        missed, base, stake = _stakes(problem)
        top = MARGIN * float(stake.max(initial=0.0)) or 1.0
        least = FLOOR * top
        capacity = np.zeros(problem.capacity.shape)
        owner = row_of(problem.task_ptr)
        np.maximum.at(capacity, problem.agent, np.where(grid.need > 0.0, stake[owner][:, None], 0.0))
        i, j = conflict_links(problem)
        conflict = np.minimum(stake[i], stake[j])
        return cls(missed, base, *(np.maximum(MARGIN * wall, least) for wall in (stake, capacity, conflict)))


def _stakes(problem: AssignmentProblem) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Charges for leaving out, cheapest label and stake of every task, each of shape (T,)."""
    missed = np.array(problem.unassigned_cost)
    forced = np.isinf(missed)
    low, high = np.where(forced, np.inf, missed), np.where(forced, -np.inf, missed)
    owner = row_of(problem.task_ptr)
    np.minimum.at(low, owner, problem.cost)
    np.maximum.at(high, owner, problem.cost)
    nowhere = ~np.isfinite(low)
    low[nowhere], high[nowhere] = 0.0, 0.0
    farthest = max(
        float(problem.cluster_distance.max(initial=0.0)), problem.unassigned_distance, problem.same_agent_distance
    )
    tied = np.bincount(row_of(problem.pair_ptr), weights=problem.pair_weight, minlength=problem.tasks) * farthest
    if forced.any():
        everything = float((high - low).sum() + tied.sum() / 2.0)
        missed[forced] = float(high.max()) + (MARGIN * everything or 1.0)
        high[forced] = missed[forced]
    return missed, low, high - low + tied
