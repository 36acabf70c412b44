"""What it costs that an agent does a task, term by term; the sum is the cost of the pair in the problem."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.task import STAFF, Task
from orchestration.planning.eligibility import Eligible
from orchestration.planning.policy import PlanningPolicy
from orchestration.planning.workforce import Floats, Workforce


@dataclass(frozen=True, slots=True)
class Row:
    """One task's eligible pairs.

    Parameters
    ----------
    demand : (k, R) float array
        Minutes of each resource.
    minutes : (k,) float array
        How long it takes each agent.
    terms : dict of str to (k,) float array
        Cost by term: ``agent``, ``skill``, ``language``, ``zone``, ``lateness``.
    """

    demand: Floats
    minutes: Floats
    terms: dict[str, Floats]

    @property
    def cost(self) -> Floats:
        """Sum of the terms; (k,)."""
        total: Floats = np.sum(list(self.terms.values()), axis=0)
        return total


class CostModel:
    """Rows of tasks against one workforce.

    Parameters
    ----------
    workforce : Workforce
        The agents.
    policy : PlanningPolicy
        The weights.
    """

    def __init__(self, workforce: Workforce, policy: PlanningPolicy) -> None:
        self._workforce, self._policy = workforce, policy
        self._pace = np.array(policy.pace)
        self._static: dict[tuple[object, ...], Row] = {}

    def row(self, task: Task, eligible: Eligible, due: float | None, busy_until: Floats) -> Row:
        """Return the row of `task`.

        Parameters
        ----------
        due : float, optional
            Minutes from now until it is due.
        busy_until : (A,) float array
            Minutes from now until each agent's bookings end.
        """
        key = (id(eligible), tuple(sorted(task.demand.items())), task.language, task.zone)
        if key not in self._static:
            self._static[key] = self._static_row(task, eligible)
        row = self._static[key]
        if due is None:
            return row
        late = np.maximum(0.0, busy_until[eligible.agents] + row.minutes - max(due, 0.0))
        weight = self._policy.lateness[task.priority - 1]
        return Row(row.demand, row.minutes, {**row.terms, "lateness": weight * late})

    def _static_row(self, task: Task, eligible: Eligible) -> Row:
        force, policy, agents = self._workforce, self._policy, eligible.agents
        pace: Floats = self._pace[eligible.levels - 1]
        demand = np.zeros((len(agents), len(force.resources)))
        for name, amount in task.demand.items():
            if amount > 0 and len(agents):
                demand[:, force.resources.index(name)] = amount * pace if name == STAFF else amount
        minutes: Floats = demand.max(axis=1, initial=0.0)
        terms: dict[str, Floats] = {
            "agent": force.cost[agents] * minutes,
            "skill": policy.skill * (5.0 - eligible.levels.astype(np.float64)),
            "language": self._language(task, eligible),
            "zone": self._zone(task, eligible),
            "lateness": np.zeros(len(agents)),
        }
        return Row(demand, minutes, terms)

    def _language(self, task: Task, eligible: Eligible) -> Floats:
        if not task.language:
            return np.zeros(len(eligible.agents))
        silent: Floats = (~self._workforce.speaks(task.language)[eligible.agents]).astype(np.float64)
        return self._policy.language * silent

    def _zone(self, task: Task, eligible: Eligible) -> Floats:
        if not task.zone:
            return np.zeros(len(eligible.agents))
        return self._policy.zone * self._workforce.steps_to(task.zone)[eligible.agents]
