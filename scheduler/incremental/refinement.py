"""Improves a re-plan by a cool anneal in which every move away from the plan before has a price."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from scheduler.annealing import anneal_once
from scheduler.arrays import FloatArray, Int32Array, Int64Array, row_of
from scheduler.budget import Budget, Stopwatch
from scheduler.evaluation import positions
from scheduler.incremental.errors import InvalidChangeError
from scheduler.insertion import insert
from scheduler.relaxation import priced_labels
from scheduler.schedule import Schedule

if TYPE_CHECKING:
    from scheduler.incremental.replan import Replan
    from scheduler.search import Search

DEFAULT_SWEEPS = 100
"""Sweeps where the budget limits neither sweeps nor seconds."""
HALF_A_SECOND = Budget(seconds=0.5)
COOL = Schedule(hot=0.05, cold=0.005, loose=1.0, mild=30.0, harsh=1000.0)
"""From a valid plan through nearly valid ones, not far from it."""


def refine(plan: Replan, stickiness: float = 0.0, budget: Budget = HALF_A_SECOND, seed: int = 0) -> Replan:
    """Search on from a re-plan; a task moves away from its agent before only where that saves more than `stickiness`.

    Parameters
    ----------
    plan
        A re-plan. Its fixed tasks stay where they are.
    stickiness
        Charge, in units of cost, for every task that had an agent before and is on another or on none, >= 0; `inf`:
        nothing moves that need not. It guides the search and is not in the objective of the result.
    budget
        When to stop, 0.5 s by default; a budget in sweeps makes the result a function of plan, stickiness, seed and
        sweeps.
    seed
        Seed of every random choice.

    Returns
    -------
    Replan
        Never worse than `plan` by objective + stickiness x tasks moved or dropped; where nothing better was found, the
        same assignment.

    Raises
    ------
    InvalidChangeError
        If the stickiness is negative or not a number.
    """
    if not stickiness >= 0.0:
        raise InvalidChangeError("stickiness", None, stickiness, "give a number >= 0, or inf")
    from scheduler.search import Search

    watch, problem = Stopwatch(budget), plan.problem
    best = plan.assignment
    enough = budget.gap is not None and plan.gap is not None and plan.gap <= budget.gap
    if len(problem.agent) and not enough and not watch.expired():
        belief, _ = priced_labels(problem, plan.prices, None if plan.proof is None else plan.proof.messages)
        home = positions(problem, plan.before)
        belief[home[home >= 0]] = -np.inf
        search = Search(problem, plan.prices, belief, best, seed)
        search.reduced = search.reduced + _charges(plan, search, home, stickiness)
        sweeps = DEFAULT_SWEEPS if watch.counted and budget.sweeps is None else budget.sweeps
        anneal_once(search, COOL, watch.part(1.0, reserve=2.0 * watch.elapsed()), sweeps)
        found = insert(problem, plan.prices, search.finish())
        valid = not problem.violations(found).breaks_a_rule
        if valid and _rank(plan, found, stickiness) < _rank(plan, best, stickiness):
            best = found
    best.flags.writeable = False
    told: tuple[str, ...] = ()
    if watch.cancelled():
        told = ("cancelled: another run may differ",)
    elif watch.pressed and budget.sweeps is not None:
        told = ("ended by the clock: another run may differ",)
    taken = watch.elapsed()
    return replace(
        plan,
        assignment=best,
        objective=problem.objective(best),
        seconds={name: value if name == "bound" else value + taken for name, value in plan.seconds.items()},
        fallbacks=plan.fallbacks + told,
    )


def _charges(plan: Replan, search: Search, home: Int64Array, stickiness: float) -> FloatArray:
    """What every label of a search costs on top: `stickiness` away from home, infinite where a task may not move."""
    rows = row_of(search.space.task_ptr)
    now = search.labels(plan.assignment)
    here = np.zeros(len(rows), dtype=np.bool_)
    here[now] = True
    still = np.zeros(plan.problem.tasks, dtype=np.bool_)
    still[plan.fixed] = True
    if np.isinf(stickiness):
        still |= (plan.before >= 0) & (plan.assignment == plan.before)
        charge = np.zeros(len(rows))
    else:
        charge = np.where((home[rows] >= 0) & (search.entries != home[rows]), stickiness, 0.0)
    charge[still[rows] & ~here] = np.inf
    return charge


def _rank(plan: Replan, assignment: Int32Array, stickiness: float) -> tuple[int, float]:
    """Tasks that must be placed and are not, then finite objective and charges."""
    problem = plan.problem
    value = problem.objective(assignment)
    missed = problem.unassigned_cost[assignment < 0]
    away = int(((plan.before >= 0) & (assignment != plan.before)).sum())
    charge = away * stickiness if away else 0.0
    finite = float(missed[np.isfinite(missed)].sum())
    return int(np.isinf(missed).sum()), value.assignment + value.pairs + finite + charge
