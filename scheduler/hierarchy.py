"""The hierarchy of QUBOs: levels of domains, each domain a self-contained assignment problem.

A level divides the agents into domains, groups of near clusters of about equal work. The top of the hierarchy
is the priced relaxation: its beliefs choose the domain of every task and its prices tell every domain what
capacity is worth elsewhere. A domain's sub-problem holds the tasks that are on its agents; what they pay to
pair partners in other domains is folded into the costs of their labels, so that it stands alone, compiles to
a BQM (`SubProblem.qubo`), and any improvement in it is the same improvement of the whole.

Solving every domain to the end by itself packs each one's capacity separately and leaves tasks over: gaps
grow by whole percents. So all domains follow one schedule of the whole together: some sweeps each, then other
domains, cut along other lines (`Level.rotated`), and at the end one refinement of all tasks together. Rounds,
domains and seeds are fixed beforehand, so with a budget in sweeps the plan is the same for any number of
workers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import FloatArray, Int32Array
from scheduler.level import Cut, Level
from scheduler.problem import AssignmentProblem
from scheduler.relaxation import Relaxation, relax
from scheduler.sizing import Balance, domain_counts
from scheduler.spaces import full_space
from scheduler.sub_problem import SubProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

__all__ = ["TASKS_A_DOMAIN", "Balance", "Cut", "HierarchicalQUBO", "Level", "SubProblem", "narrowed"]

TASKS_A_DOMAIN = 25_000
"""Tasks that a domain of the lowest level has about, in problems of up to `MOST_DOMAINS` domains."""
MOST_DOMAINS = 16
"""Most domains of the lowest level: more have too few of a task's eligible agents inside."""


class HierarchicalQUBO:
    """Levels of ever more and smaller domains over one problem; level 0 is the whole.

    Parameters
    ----------
    problem
        The whole problem.
    relaxation
        Its relaxation; None: computed.
    sizes
        Number of domains of each level; None: 1, then up to four times as many a level until a domain has about
        `TASKS_A_DOMAIN` tasks or there are `MOST_DOMAINS`. Another level is another number.
    """

    def __init__(
        self, problem: AssignmentProblem, relaxation: Relaxation | None = None, sizes: Sequence[int] | None = None
    ) -> None:
        self.problem = problem
        self.relaxation = relax(problem) if relaxation is None else relaxation
        self.sizes = tuple(_sizes(problem) if sizes is None else sizes)

    @property
    def levels(self) -> tuple[Level, ...]:
        """All levels, the whole first; divided anew at each call."""
        return tuple(Level.divide(self.problem, self.relaxation, size) for size in self.sizes)

    @property
    def lowest(self) -> Level:
        """The level with the smallest domains."""
        return Level.divide(self.problem, self.relaxation, self.sizes[-1])

    def rotated(self, turn: int, seed: int, assignment: ArrayLike | None = None) -> Level:
        """The lowest level cut along the lines of a turn, for the loads of an assignment."""
        return Level.divide(self.problem, self.relaxation, self.sizes[-1], turn, seed, assignment)

    def start(self) -> Int32Array:
        """The assignment that the priced relaxation believes in; it may overfill agents.

        This is what a search should start from. A start from an upper level's own solution (`Level.aggregate`)
        measured worse: groups of tasks in one domain are too coarse, and summed capacity knows nothing of packing.
        """
        from scheduler.kernels.extraction import first_choices

        choice = np.empty(self.problem.tasks, dtype=np.int32)
        relaxation = self.relaxation
        first_choices(full_space(self.problem), relaxation.belief, relaxation.missed_belief, choice)
        return choice


def _sizes(problem: AssignmentProblem) -> list[int]:
    return domain_counts(problem.tasks, min(problem.agents, MOST_DOMAINS), TASKS_A_DOMAIN)


def narrowed(problem: AssignmentProblem, belief: FloatArray, most: int) -> tuple[AssignmentProblem, FloatArray]:
    """The problem with only the `most` most believed labels of every task, and the beliefs of those.

    A guide for a search; a bound of it would not be a bound of the problem.
    """
    from scheduler.kernels.extraction import narrow

    room = np.empty(min(len(problem.agent), problem.tasks * most), dtype=np.int64)
    ptr = narrow(problem.task_ptr, belief, most, room)
    entries = room[: ptr[-1]]
    part = {name: getattr(problem, name) for name in AssignmentProblem.__dataclass_fields__}
    part |= {"task_ptr": ptr, "agent": problem.agent[entries], "cost": problem.cost[entries]}
    part |= {"demand": problem.demand[entries]}
    return AssignmentProblem.trusted(**part), belief[entries]
