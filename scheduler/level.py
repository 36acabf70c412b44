"""One way to divide a problem: domains of agents, the sub-problems around an assignment, the balance of it all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import FloatArray, Int32Array, Int64Array
from scheduler.evaluation import as_assignment
from scheduler.problem import AssignmentProblem
from scheduler.relaxation import Relaxation
from scheduler.sizing import Balance, balance_of, divided
from scheduler.spaces import full_space
from scheduler.sub_problem import SubProblem

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scheduler.aggregate import Aggregate
    from scheduler.kernels.extraction import Lines
    from scheduler.kernels.types import Space


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """One way to divide the agents into domains.

    Parameters
    ----------
    problem
        The whole problem.
    relaxation
        Its relaxation, which says where tasks that nobody has yet belong.
    count
        Number of domains.
    domain
        int32 (A,): domain of every agent.
    """

    problem: AssignmentProblem
    relaxation: Relaxation
    count: int
    domain: Int32Array

    @classmethod
    def divide(
        cls,
        problem: AssignmentProblem,
        relaxation: Relaxation,
        count: int,
        turn: int = 0,
        seed: int = 0,
        assignment: ArrayLike | None = None,
    ) -> Level:
        """Cut the agents into `count` domains of about equal work that share few tasks and few pairs.

        Turn 0 cuts where least is shared; every further turn draws other pieces and weighs what they share at
        random, so that the cuts run along other lines. `assignment` says which tasks are where; None: where the
        relaxation believes them.
        """
        count = max(1, min(count, problem.agents))
        vector = first_believed(problem, relaxation) if assignment is None else as_assignment(problem, assignment)
        return cls(problem, relaxation, count, divided(problem, vector, count, turn, seed))

    def rotated(self, turn: int, seed: int, assignment: ArrayLike | None = None) -> Level:
        """The same number of domains, cut along other lines."""
        return Level.divide(self.problem, self.relaxation, self.count, turn, seed, assignment)

    def task_domains(self, assignment: Int32Array) -> Int32Array:
        """Domain of every task: its agent's, or its most believed agent's; -1 where nobody may do it."""
        place = assignment
        if (assignment < 0).any():
            least = first_believed(self.problem, self.relaxation)
            place = np.where(assignment < 0, least, assignment)
        padded = np.append(self.domain, np.int32(-1))
        return padded[place]

    def cut(self, assignment: ArrayLike) -> Cut:
        """The lines of the cut around an assignment, from which sub-problems are taken one by one."""
        from scheduler.kernels.extraction import Lines, group

        vector = as_assignment(self.problem, assignment)
        of_task = self.task_domains(vector)
        task_number, agent_number = np.zeros(len(of_task), np.int32), np.zeros(len(self.domain), np.int32)
        tasks = group(of_task, self.count, task_number)
        agents = group(self.domain, self.count, agent_number)
        everywhere = np.where(vector < 0, np.int32(self.problem.agents), vector)
        lines = Lines(of_task, self.domain, task_number, agent_number, everywhere)
        return Cut(self.problem, full_space(self.problem), lines, tasks, agents)

    def sub_problems(self, assignment: ArrayLike) -> list[SubProblem]:
        """The sub-problem of every domain that has tasks, around an assignment of the whole."""
        cut = self.cut(assignment)
        return [cut.part(number) for number in cut.filled]

    def balance(self, assignment: ArrayLike) -> Balance:
        """How evenly an assignment and its pairs are spread over the domains."""
        vector = as_assignment(self.problem, assignment)
        return balance_of(self.problem, vector, self.task_domains(vector), self.domain, self.count)

    def aggregate(self, most: int = 8) -> Aggregate:
        """The level above as an assignment problem of its own: groups of up to `most` tasks, domains as agents."""
        from scheduler.aggregate import aggregate

        return aggregate(self, most)


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """The lines along which a problem is cut; thread-safe to take sub-problems from.

    Parameters
    ----------
    problem
        The whole problem.
    space, lines
        As kernels read them.
    tasks, agents
        Row pointers by domain, and the tasks and agents of the domains.
    """

    problem: AssignmentProblem
    space: Space
    lines: Lines
    tasks: tuple[Int64Array, Int64Array]
    agents: tuple[Int64Array, Int64Array]

    @property
    def filled(self) -> list[int]:
        """Domains that have tasks."""
        return [int(number) for number in np.flatnonzero(np.diff(self.tasks[0]))]

    def part(self, number: int) -> SubProblem:
        """The sub-problem of one domain: its tasks, its agents, pairs that leave it folded into the costs."""
        from scheduler.kernels.extraction import Part, cut_out, measure

        tasks, agents = (members[ptr[number] : ptr[number + 1]] for ptr, members in (self.tasks, self.agents))
        labels, pairs, conflicts = measure(self.space, self.lines, tasks)
        ptr = (np.zeros(len(tasks) + 1, dtype=np.int64) for _ in range(3))
        part = Part(
            next(ptr), np.empty(labels, np.int64), np.empty(labels, np.int32), np.empty(labels), np.empty(len(tasks)),
            next(ptr), np.empty(pairs, np.int32), np.empty(pairs), next(ptr), np.empty(conflicts, np.int32),
        )  # fmt: skip
        whole = self.problem
        cut_out(self.space, self.lines, whole.unassigned_cost, tasks, part)
        problem = AssignmentProblem.trusted(
            task_ptr=part.task_ptr,
            agent=part.agent,
            cost=part.cost,
            demand=whole.demand[part.entry],
            capacity=whole.capacity[agents],
            unassigned_cost=part.missed,
            pair_ptr=part.pair_ptr,
            pair_task=part.pair_task,
            pair_weight=part.pair_weight,
            agent_cluster=whole.agent_cluster[agents],
            cluster_distance=whole.cluster_distance,
            same_agent_distance=whole.same_agent_distance,
            unassigned_distance=whole.unassigned_distance,
            conflict_ptr=part.conflict_ptr,
            conflict_task=part.conflict_task,
        )
        return SubProblem(problem, tasks, agents, part.entry)


def first_believed(problem: AssignmentProblem, relaxation: Relaxation) -> Int32Array:
    """Agent of least belief for every task, whether or not leaving it out is believed better; shape (T,)."""
    from scheduler.kernels.extraction import first_choices

    choice = np.empty(problem.tasks, dtype=np.int32)
    certain: FloatArray = np.full(problem.tasks, np.inf)
    first_choices(full_space(problem), relaxation.belief, certain, choice)
    return choice
