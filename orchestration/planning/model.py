"""From tasks and a situation to `scheduler.AssignmentProblem`.

Rows are groups of tasks (those that must share an agent are one row). Columns of capacity are the resources,
then one for each *band*: due times are rounded down to a few moments, and the minutes due by a moment must
fit into what an agent has free before it. When that holds at every moment, working in order of due time
keeps every due time (the demand-bound test of earliest-deadline-first scheduling: Liu and Layland 1973,
Baruah et al. 1990). A task that cannot be on time anywhere is left out by the solver and entered late
afterwards (`placing`). Continuity of care is the sparse quadratic term: pairs of tasks of one subject.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from agents.task import Task
from orchestration.planning.costs import CostModel, Row
from orchestration.planning.eligibility import Eligibility, Eligible
from orchestration.planning.policy import PlanningPolicy
from orchestration.planning.situation import Situation
from orchestration.planning.workforce import Floats, Ints

if TYPE_CHECKING:
    from scheduler import AssignmentProblem

_NEIGHBOURS: Final = 4


@dataclass(frozen=True, slots=True)
class Model:
    """A problem and what its indices stand for.

    Parameters
    ----------
    problem : AssignmentProblem
        The problem; its agents are the workforce's.
    groups : list of tuple of Task
        The tasks of each row.
    resources : int
        How many of the columns of capacity are resources; bands follow.
    bands : (B,) float array
        Moments of the bands, in minutes from now.
    minutes : (nnz,) float array
        How long each eligible pair takes.
    due : (T,) float array
        Minutes from now until each row is due; infinite without a due time.
    rank : (T,) int array
        Place of each row in the order of work: acuity 1, then by due time, acuity and order of arrival.
    weight, lateness : (T,) float array
        Cost a minute of waiting, and a minute past the due time.
    busy : (A,) float array
        Minutes from now until the bookings of earlier rounds end.
    """

    problem: AssignmentProblem
    groups: list[tuple[Task, ...]]
    resources: int
    bands: Floats
    minutes: Floats
    due: Floats
    rank: NDArray[np.int64]
    weight: Floats
    lateness: Floats
    busy: Floats


class Modeller:
    """Builds models.

    Parameters
    ----------
    situation : Situation
        Where things stand; read, not changed.
    policy : PlanningPolicy
        The weights.
    """

    def __init__(self, situation: Situation, policy: PlanningPolicy) -> None:
        self.situation, self.policy = situation, policy
        self.eligibility = Eligibility(situation.workforce, policy.pace)
        self.costs = CostModel(situation.workforce, policy)

    def build(self, tasks: Sequence[Task], now: float) -> Model:
        """Build the problem of placing `tasks`, `now` minutes after the start of the horizon."""
        from scheduler import AssignmentProblem

        groups = self.situation.teams.groups(tasks)
        force = self.situation.workforce
        busy = self.situation.busy(now)
        dues = np.array([self.due(group, now) for group in groups])
        bands = choose_bands(dues, self.policy.bands)
        rows = [self.rows(group, now, busy) for group in groups]
        sizes = [len(agents) for agents, _ in rows]
        band_of = np.searchsorted(bands, dues, side="right") - 1
        demand = [
            np.hstack([row.demand, _band_columns(row.minutes, due, int(band), len(bands))])
            for (_, row), due, band in zip(rows, dues, band_of, strict=True)
        ]
        columns = len(force.resources) + len(bands)
        pair_ptr, pair_task, pair_weight = self._pairs(groups)
        conflict_ptr, conflict_task = self._conflicts(groups)
        distance = force.cluster_distance
        cost = [row.cost + self._familiar(group, agents) for group, (agents, row) in zip(groups, rows, strict=True)]
        problem = AssignmentProblem(
            task_ptr=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            agent=np.concatenate([np.zeros(0), *[agents for agents, _ in rows]]).astype(np.int32),
            cost=np.concatenate([np.zeros(0), *cost]),
            demand=np.concatenate([np.zeros((0, columns)), *demand]),
            capacity=np.hstack([self.situation.left(), self._free_before(bands, now)]),
            unassigned_cost=np.array([self._left_out(g, c) for g, c in zip(groups, cost, strict=True)]),
            pair_ptr=pair_ptr,
            pair_task=pair_task,
            pair_weight=pair_weight,
            agent_cluster=force.cluster,
            cluster_distance=distance,
            same_agent_distance=0.0,
            unassigned_distance=float(distance.max()),
            conflict_ptr=conflict_ptr,
            conflict_task=conflict_task,
        )
        return Model(
            problem,
            groups,
            len(force.resources),
            bands,
            minutes=np.concatenate([np.zeros(0), *[row.minutes for _, row in rows]]),
            due=dues,
            rank=_ranks(groups, dues),
            weight=np.array([sum(self.policy.waiting[task.priority - 1] for task in group) for group in groups]),
            lateness=np.array([max(self.policy.lateness[task.priority - 1] for task in group) for group in groups]),
            busy=busy,
        )

    def due(self, group: Sequence[Task], now: float) -> float:
        """Minutes from now until the first of a group is due; infinite without a due time."""
        return min((self.situation.minute(task.due) - now for task in group if task.due is not None), default=np.inf)

    def rows(self, group: Sequence[Task], now: float, busy: Floats) -> tuple[Ints, Row]:
        """Return the agents that may do all tasks of a group, and the sum of their rows.

        Tasks of the same team that are not ready yet have a say in who may do it, and their minutes are held.
        """
        agents, row = self._single(group[0], now, busy)
        for task in group[1:]:
            agents, row = _join(agents, row, *self._single(task, now, busy))
        for task in self.held_for(group):
            more, other = self._single(task, now, busy)
            agents, row = _join(agents, row, more, _held(other))
        if self.contradictory(group):
            return agents[:0], _take(row, np.zeros(0, np.intp))
        return agents, row

    def held_for(self, group: Sequence[Task]) -> list[Task]:
        """Tasks of the group's team that wait for others and hold no capacity yet."""
        teams, bookings = self.situation.teams, self.situation.bookings
        ids = {task.id for task in group}
        waiting = (n for n in teams.members(group[0].id) if n not in ids and n not in bookings and teams.open(n))
        return [teams.task(name) for name in waiting]

    def contradictory(self, group: Sequence[Task]) -> bool:
        """Whether tasks that must share an agent must not share one."""
        return group[0].id in self.situation.teams.apart(group[0].id)

    def _single(self, task: Task, now: float, busy: Floats) -> tuple[Ints, Row]:
        eligible = self.eligibility.of(task)
        due = None if task.due is None else self.situation.minute(task.due) - now
        row = self.costs.row(task, eligible, due, busy)
        keep = self.allowed_by_others(task, eligible)
        if keep is None:
            return eligible.agents, row
        return eligible.agents[keep], _take(row, np.flatnonzero(keep))

    def allowed_by_others(self, task: Task, eligible: Eligible) -> NDArray[np.bool_] | None:
        """Which eligible agents the rules with tasks placed earlier allow; None without such rules."""
        pinned, forbidden = self.situation.pinned(task.id), self.situation.forbidden(task.id)
        if pinned is None and not forbidden:
            return None
        keep: NDArray[np.bool_] = ~np.isin(eligible.agents, list(forbidden))
        return keep if pinned is None else keep & (eligible.agents == pinned)

    def _familiar(self, group: Sequence[Task], agents: Ints) -> Floats:
        """Cost of agents that are far from those who had the subject's earlier tasks; (k,)."""
        force = self.situation.workforce
        total = np.zeros(len(agents))
        for task in group:
            for agent in self.situation.seen.get(task.subject or "", [])[-_NEIGHBOURS:]:
                distance = force.cluster_distance[force.cluster[agents], force.cluster[agent]]
                total += self.policy.continuity * np.where(agents == agent, 0.0, distance)
        return total

    def _left_out(self, group: Sequence[Task], cost: Floats) -> float:
        policy = self.policy
        penalty = sum((policy.late if task.due else policy.unassigned)[task.priority - 1] for task in group)
        return float(penalty + (cost.max() if len(cost) else 0.0))

    def _free_before(self, bands: Floats, now: float) -> Floats:
        agents = range(len(self.situation.workforce))
        calendar = self.situation.calendar
        return np.array([[calendar.free_before(a, now + b, now) for b in bands] for a in agents]).reshape(
            len(agents), len(bands)
        )

    def _conflicts(self, groups: list[tuple[Task, ...]]) -> tuple[NDArray[np.int64], Ints]:
        row_of = {task.id: index for index, group in enumerate(groups) for task in group}
        ends = set()
        for index, group in enumerate(groups):
            others = {row_of[name] for name in self.situation.teams.apart(group[0].id) if name in row_of}
            ends |= {(min(index, other), max(index, other)) for other in others if other != index}
        return _symmetric(sorted(ends), len(groups))

    def _pairs(self, groups: list[tuple[Task, ...]]) -> tuple[NDArray[np.int64], Ints, Floats]:
        by_subject: dict[str, list[int]] = {}
        for index, group in enumerate(groups):
            for subject in {task.subject for task in group if task.subject}:
                by_subject.setdefault(subject, []).append(index)
        ends: list[tuple[int, int]] = []
        if self.policy.continuity:
            for members in by_subject.values():
                reach = len(members) if len(members) <= self.policy.clique else _NEIGHBOURS
                ends += [(a, b) for i, a in enumerate(members) for b in members[i + 1 : i + 1 + reach]]
        ptr, other = _symmetric(sorted(set(ends)), len(groups))
        return ptr, other, np.full(len(other), self.policy.continuity)


def _ranks(groups: list[tuple[Task, ...]], dues: Floats) -> NDArray[np.int64]:
    """Place of each row in the order of work."""
    urgency = [min(task.priority for task in group) for group in groups]
    keys = [(-np.inf if p == 1 else due, p, n) for n, (p, due) in enumerate(zip(urgency, dues, strict=True))]
    rank = np.empty(len(groups), dtype=np.int64)
    rank[sorted(range(len(groups)), key=keys.__getitem__)] = np.arange(len(groups))
    return rank


def _join(agents: Ints, row: Row, more: Ints, other: Row) -> tuple[Ints, Row]:
    """Keep the agents of both, and add their rows."""
    both, left, right = np.intersect1d(agents, more, assume_unique=True, return_indices=True)
    return both, _add(_take(row, left), _take(other, right))


def _held(row: Row) -> Row:
    """A row that takes capacity, and neither time now nor any cost."""
    nothing = {name: np.zeros_like(values) for name, values in row.terms.items()}
    return Row(row.demand, np.zeros_like(row.minutes), nothing)


def choose_bands(dues: Floats, count: int) -> Floats:
    """Choose at most `count` moments among the due times that lie ahead; ascending, the first included."""
    ahead = np.unique(dues[np.isfinite(dues) & (dues > 0)])
    if len(ahead) <= count:
        return ahead if count else ahead[:0]
    spread = np.quantile(ahead, np.linspace(0.0, 1.0, count, endpoint=False), method="lower")
    return np.unique(spread)


def _band_columns(minutes: Floats, due: float, band: int, count: int) -> Floats:
    columns = np.zeros((len(minutes), count))
    if np.isfinite(due):
        columns[:, max(band, 0) :] = minutes[:, None]
    return columns


def _take(row: Row, index: NDArray[np.intp]) -> Row:
    return Row(row.demand[index], row.minutes[index], {name: values[index] for name, values in row.terms.items()})


def _add(a: Row, b: Row) -> Row:
    terms = {name: a.terms[name] + b.terms[name] for name in a.terms}
    return Row(a.demand + b.demand, a.minutes + b.minutes, terms)


def _symmetric(ends: list[tuple[int, int]], size: int) -> tuple[NDArray[np.int64], Ints]:
    """Store unordered pairs in the rows of both ends."""
    pairs = np.array(ends, dtype=np.int64).reshape(-1, 2)
    both = np.vstack([pairs, pairs[:, ::-1]])
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    ptr = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(both[:, 0], minlength=size), out=ptr[1:])
    return ptr, both[:, 1].astype(np.int32)
