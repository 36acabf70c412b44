"""Why this agent: the eligible agents of a task ranked, with each term of the cost, and who may not and why."""

from __future__ import annotations

from typing import Any

import numpy as np

from agents.task import Task
from orchestration.planning.model import Modeller
from orchestration.planning.placing import Placement
from orchestration.planning.round import Round
from orchestration.planning.situation import Situation
from orchestration.planning.workforce import Floats, Ints


def explain(task: Task, decided: Round, modeller: Modeller, before: Situation, now: float) -> dict[str, Any]:
    """Explain the place of `task` in a round.

    Parameters
    ----------
    task : Task
        A task of the round.
    decided : Round
        The round.
    modeller : Modeller
        A modeller over the situation `before` the round.
    now : float
        Minutes from the start of the horizon.

    Returns
    -------
    dict
        JSON: ``agent``, ``start_minute``, ``end_minute``, ``rank``, ``candidates`` (the cheapest
        first, each with its terms), and ``excluded`` agents by rule.
    """
    eligible = modeller.eligibility.of(task)
    force = before.workforce
    due = None if task.due is None else before.minute(task.due) - now
    row = modeller.costs.row(task, eligible, due, before.busy(now))
    placed = {p.task.id: p for p in decided.placements}
    extra = {
        "continuity": _continuity(task, eligible.agents, placed, before, modeller.policy.continuity),
        **_prices(task, eligible.agents, decided),
    }
    terms = {**row.terms, **extra}
    total: Floats = np.sum(list(terms.values()), axis=0) if len(eligible.agents) else np.zeros(0)
    mine = placed.get(task.id)
    ranked = [
        {
            "agent": force.addresses[eligible.agents[i]],
            "level": int(eligible.levels[i]),
            "minutes": round(float(row.minutes[i]), 3),
            "terms": {name: round(float(values[i]), 3) for name, values in terms.items()},
            "total": round(float(total[i]), 3),
            "chosen": mine is not None and int(eligible.agents[i]) == mine.agent,
        }
        for i in np.argsort(total, kind="stable")
    ]
    return {
        "task": task.id,
        "kind": task.kind,
        "agent": force.addresses[mine.agent] if mine else None,
        "start_minute": round(mine.start, 3) if mine else None,
        "end_minute": round(mine.end, 3) if mine else None,
        "rank": next((n for n, c in enumerate(ranked, 1) if c["chosen"]), None),
        "reason": decided.unplaced[task.id].reason if task.id in decided.unplaced else "",
        "candidates": ranked,
        "excluded": {rule: len(names) for rule, names in modeller.eligibility.excluded(task).items()},
    }


def _prices(task: Task, agents: Ints, decided: Round) -> dict[str, Floats]:
    """What the agent's capacity, and its time before the due time, is worth to others; each (k,).

    Of a group that must share an agent, the price is the whole group's.
    """
    model, prices = decided.model, decided.plan.prices
    row = next((n for n, group in enumerate(model.groups) if task in group), None)
    if prices is None or row is None:
        return {}
    part = slice(model.problem.task_ptr[row], model.problem.task_ptr[row + 1])
    at = np.searchsorted(model.problem.agent[part], agents)
    found = np.isin(agents, model.problem.agent[part])
    paid = np.zeros((len(agents), prices.shape[1]))
    paid[found] = model.problem.demand[part][at[found]] * prices[agents[found]]
    return {
        "price of capacity": paid[:, : model.resources].sum(axis=1),
        "price of being on time": paid[:, model.resources :].sum(axis=1),
    }


def _continuity(task: Task, agents: Any, placed: dict[str, Placement], before: Situation, weight: float) -> Floats:
    """Cost of the pairs with the subject's other tasks, where they are; (k,)."""
    force = before.workforce
    others = [p.agent for p in placed.values() if p.task.subject == task.subject and p.task.id != task.id]
    others = others if task.subject else []
    total = np.zeros(len(agents))
    for agent in [*others, *before.seen.get(task.subject or "", [])]:
        distance = force.cluster_distance[force.cluster[agents], force.cluster[agent]]
        total += weight * np.where(agents == agent, 0.0, distance)
    return total
