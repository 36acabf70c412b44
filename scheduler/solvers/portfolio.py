"""Chooses solvers by size, structure and budget, and says why in one sentence.

The rules are measured, not derived: docs/solvers.md has the figures. The first one that holds decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scheduler.budget import Budget
from scheduler.recorder import Recorder
from scheduler.solvers.exact import ENUMERATION_LIMIT
from scheduler.structure import Structure, structure

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scheduler.plan import Improvement, OnImprove, Parallel, Plan
    from scheduler.problem import AssignmentProblem

EXACT_VARIABLES = 5_000
"""Columns up to which HiGHS often proves the optimum within seconds."""
EXACT_SHARE = 0.4
"""Share of the seconds that HiGHS gets before the search takes over."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What to do with problems of a kind.

    Parameters
    ----------
    holds
        Whether it is for this structure and budget.
    why
        The reason, with the numbers that decided.
    stages
        Solvers, one after the other, each with the share of the seconds left that it gets. Those after the first run
        only where there is neither a proof nor the gap asked for.
    """

    holds: Callable[[Structure, Budget], bool]
    why: Callable[[Structure], str]
    stages: tuple[tuple[str, float], ...]


RULES: tuple[Rule, ...] = (
    Rule(
        lambda facts, _: facts.assignments <= ENUMERATION_LIMIT,
        lambda facts: f"its {facts.assignments} assignments, at most {ENUMERATION_LIMIT}, are enumerated",
        (("exact", 1.0),),
    ),
    Rule(
        lambda facts, budget: facts.variables <= EXACT_VARIABLES and budget.seconds is not None and not budget.sweeps,
        lambda facts: (
            f"{facts.variables} variables, at most {EXACT_VARIABLES}, are few enough for branch and bound in "
            f"{EXACT_SHARE:.0%} of the time, the search takes what is left"
        ),
        (("exact", EXACT_SHARE), ("pga", 1.0)),
    ),
    Rule(
        lambda *_: True,
        lambda facts: f"{facts.tasks} tasks with {facts.labels} eligible agents and {facts.pairs} pairs are searched",
        (("pga", 1.0),),
    ),
)
"""In order; the last one always holds."""


def choose(facts: Structure, budget: Budget) -> Rule:
    """The first rule that holds."""
    return next(rule for rule in RULES if rule.holds(facts, budget))


class Portfolio:
    """The solvers that the rules name, one after the other, and the best of what they find and prove."""

    name = "portfolio"

    def solve(
        self,
        problem: AssignmentProblem,
        budget: Budget,
        seed: int,
        start: ArrayLike | None = None,
        parallel: Parallel | None = None,
        on_improve: OnImprove | None = None,
    ) -> Plan:
        """See `Solver.solve`; the plan's `solver` is the one that found it, `reason` says why it was chosen."""
        from scheduler.solvers import get_solver

        facts = structure(problem)
        rule = choose(facts, budget)
        names = " then ".join(name for name, _ in rule.stages)
        told = f"{self.name} chose {names}: {rule.why(facts)}"
        if len(rule.stages) == 1:
            plan = get_solver(rule.stages[0][0]).solve(problem, budget, seed, start, parallel, on_improve)
            return replace(plan, reason=f"{told}; {plan.reason}")
        recorder, winner = Recorder(problem, budget, on_improve), ""
        reasons: list[str] = []

        def relay(found: Improvement) -> None:
            nonlocal winner
            if recorder.offer(found.assignment):
                winner = name

        for name, share in rule.stages:
            if reasons and recorder.finished():
                break
            seconds = max(recorder.stopwatch.remaining(), 0.0) * share
            part = replace(budget, seconds=seconds)
            plan = get_solver(name).solve(problem, part, seed, start, parallel, relay)
            _take_over(recorder, plan)
            reasons.append(f"{name}: {plan.reason}")
        plan = recorder.plan(winner or rule.stages[0][0], seed, f"{told}; {'; '.join(reasons)}")
        return replace(plan, fallbacks=tuple(dict.fromkeys(plan.fallbacks)))


class Auto(Portfolio):
    """The portfolio by the name that is the default everywhere."""

    name = "auto"


def _take_over(recorder: Recorder, plan: Plan) -> None:
    """Record what a stage found and proved."""
    recorder.offer(plan.assignment)
    if plan.proof is not None:
        recorder.prove(plan.proof)
    if plan.certificate is None and plan.bound is not None:
        recorder.prove_by_search(plan.bound, plan.bound_kind, worth=0.0)
    if plan.moves is not None:
        recorder.moves = (recorder.moves or 0) + plan.moves
    recorder.fallbacks.extend(plan.fallbacks)
