"""Windows: a few tasks with their few most believed labels, cut out of a plan as a problem that stands alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import FloatArray, Int32Array, Int64Array, pointers
from scheduler.evaluation import CAPACITY_TOLERANCE, distances
from scheduler.hierarchy import SubProblem
from scheduler.problem import AssignmentProblem

if TYPE_CHECKING:
    from collections.abc import Iterator


class WindowCutter:
    """Cuts windows out of a problem around a plan that changes.

    Parameters
    ----------
    problem
        The whole problem.
    belief
        Belief of every eligible pair, shape (nnz,): the lower, the more promising.
    assignment
        A valid assignment of the whole, shape (T,); changed in place by `accept`.
    """

    def __init__(self, problem: AssignmentProblem, belief: FloatArray, assignment: Int32Array) -> None:
        self.problem = problem
        self.belief = belief
        self.assignment = assignment
        self.load = problem.loads(assignment)
        self.members: list[set[int]] = [set() for _ in range(problem.agents)]
        for task, agent in enumerate(assignment.tolist()):
            if agent >= 0:
                self.members[agent].add(task)

    def around(self, task: int, labels: int, states: int, seed: int) -> SubProblem:
        """The window of `task` and of as many others as `labels` labels each allow in `states` states.

        Its pair partners, and the tasks on its agent and on the agents that it might move to, drawn at random. Their
        labels are on these agents first, so that tasks can change places.
        """
        problem = self.problem
        most = max(1, int(np.log(states) / np.log(labels + 1) + 1e-9))
        partners = problem.pair_task[problem.pair_ptr[task] : problem.pair_ptr[task + 1]].tolist()
        agents = problem.agent[self.entries(task, labels)]
        crowd = sorted(set().union(*(self.members[agent] for agent in agents.tolist())) - {task})
        rng = np.random.default_rng((seed, task))
        crowd = [crowd[k] for k in rng.permutation(len(crowd))]
        partners = [partners[k] for k in rng.permutation(len(partners))]
        mixed: dict[int, None] = {task: None}
        for n in range(max(len(crowd), len(partners))):
            for group in (partners, crowd):
                if n < len(group):
                    mixed.setdefault(group[n])
        return self.cut(sorted(list(mixed)[:most]), labels, agents)

    def entries(self, task: int, labels: int, preferred: Int32Array | None = None) -> Int64Array:
        """Eligible pairs of a task to choose from, `labels` in all.

        Its present one, those on `preferred` agents, then the others, the most believed first. Pairs on an agent of a
        task in conflict are not left out here, see `cut`.
        """
        first, last = int(self.problem.task_ptr[task]), int(self.problem.task_ptr[task + 1])
        agent = self.problem.agent[first:last]
        later = np.ones(len(agent), dtype=np.bool_) if preferred is None else ~np.isin(agent, preferred)
        order = np.lexsort((self.belief[first:last], later, agent != self.assignment[task]))
        return np.sort(first + order[:labels])

    def cut(self, tasks: list[int], labels: int, preferred: Int32Array | None = None) -> SubProblem:
        """The window of some tasks with `labels` agents each, see `entries`.

        Other tasks stay: their loads reduce capacity, pairs to them fold into costs.
        """
        problem, chosen = self.problem, np.array(tasks, dtype=np.int64)
        inside = {task: number for number, task in enumerate(tasks)}
        taken, owner, cost = [], [], []
        missed = problem.unassigned_cost[chosen].copy()
        links: list[tuple[int, int, float]] = []
        bans: list[tuple[int, int]] = []
        for number, task in enumerate(tasks):
            entries = self.entries(task, labels, preferred)
            banned = set()
            for other in _row(problem.conflict_ptr, problem.conflict_task, task):
                if other in inside:
                    bans.append((number, inside[other]))
                else:
                    banned.add(int(self.assignment[other]))
            entries = entries[[int(agent) not in banned for agent in problem.agent[entries]]]
            values = problem.cost[entries].copy()
            begin, end = int(problem.pair_ptr[task]), int(problem.pair_ptr[task + 1])
            for other, weight in zip(problem.pair_task[begin:end], problem.pair_weight[begin:end], strict=True):
                if int(other) in inside:
                    links.append((number, inside[int(other)], float(weight)))
                    continue
                far = np.full(len(entries), self.assignment[other], dtype=np.int32)
                values += weight * distances(problem, problem.agent[entries], far)
                missed[number] += weight * problem.unassigned_distance
            taken.append(entries)
            owner.append(np.full(len(entries), number))
            cost.append(values)
        entries = np.concatenate(taken)
        agents = np.unique(problem.agent[entries]).astype(np.int64)
        link = np.array([(i, j) for i, j, _ in sorted(links)], dtype=np.int64).reshape(-1, 2)
        ban = np.array(sorted(bans), dtype=np.int64).reshape(-1, 2)
        part = AssignmentProblem.trusted(
            task_ptr=pointers(np.concatenate(owner), len(tasks)),
            agent=np.searchsorted(agents, problem.agent[entries]).astype(np.int32),
            cost=np.concatenate(cost),
            demand=problem.demand[entries],
            capacity=self._room(tasks, agents),
            unassigned_cost=missed,
            pair_ptr=pointers(link[:, 0], len(tasks)),
            pair_task=link[:, 1].astype(np.int32),
            pair_weight=np.array([weight for _, _, weight in sorted(links)]),
            agent_cluster=problem.agent_cluster[agents],
            cluster_distance=problem.cluster_distance,
            same_agent_distance=problem.same_agent_distance,
            unassigned_distance=problem.unassigned_distance,
            conflict_ptr=pointers(ban[:, 0], len(tasks)),
            conflict_task=ban[:, 1].astype(np.int32),
        )
        return SubProblem(part, chosen, agents, entries)

    def accept(self, window: SubProblem, assignment: Int32Array) -> None:
        """Write an assignment of a window's tasks into the plan."""
        self._move(window.tasks, -1)
        window.lift(assignment, self.assignment)
        self._move(window.tasks, 1)

    def _room(self, tasks: list[int], agents: Int64Array) -> FloatArray:
        """Capacity of some agents less the load of the tasks that stay; never negative."""
        room = self.problem.capacity[agents] * (1.0 + CAPACITY_TOLERANCE / 4) - self.load[agents]
        for task, entry in self._placed(np.array(tasks, dtype=np.int64)):
            room[agents == self.assignment[task]] += self.problem.demand[entry]
        return np.maximum(room, 0.0)

    def _move(self, tasks: Int64Array, sign: int) -> None:
        for task, entry in self._placed(tasks):
            agent = int(self.assignment[task])
            self.load[agent] += sign * self.problem.demand[entry]
            (self.members[agent].add if sign > 0 else self.members[agent].remove)(task)

    def _placed(self, tasks: Int64Array) -> Iterator[tuple[int, int]]:
        """Yield the tasks that have an agent, each with its eligible pair."""
        for task in tasks.tolist():
            agent, first = self.assignment[task], int(self.problem.task_ptr[task])
            if agent >= 0:
                yield task, first + int(np.searchsorted(self.problem.eligible(task), agent))


def _row(ptr: Int64Array, values: Int32Array, row: int) -> list[int]:
    return values[ptr[row] : ptr[row + 1]].tolist()  # type: ignore[no-any-return]
