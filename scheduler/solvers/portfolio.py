"""Chooses solvers by size, structure and budget, and says why in one sentence.

The rules are measured, not derived: docs/solvers.md has the figures. The first one that holds decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scheduler.budget import Budget
from scheduler.errors import ProblemTooLargeError
from scheduler.recorder import Recorder
from scheduler.solvers.exact import ENUMERATION_LIMIT
from scheduler.structure import Structure, structure

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scheduler.plan import Improvement, OnImprove, Parallel, Plan
    from scheduler.problem import AssignmentProblem

EXACT_VARIABLES, SEARCH_SHARE = 5_000, 0.5
"""Columns up to which HiGHS often proves the optimum within seconds, and the share of them that the search gets."""
DENSE = 0.1
"""Share of all pairs of tasks from which on prices guide badly."""


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
        Solvers, one after the other, each with the share of the seconds left that it gets. Those after the first begin
        with the best plan so far, and only where there is neither a proof nor the gap asked for.
    """

    holds: Callable[[Structure, Budget], bool]
    why: Callable[[Structure], str]
    stages: tuple[tuple[str, float], ...]


def _small(facts: Structure, budget: Budget) -> bool:
    return facts.variables <= EXACT_VARIABLES and budget.seconds is not None and budget.sweeps is None


def _why_small(facts: Structure) -> str:
    return f"{facts.variables} variables let branch and bound follow the search ({EXACT_VARIABLES} at most)"


def _why_dense(facts: Structure) -> str:
    return f"{facts.density:.0%} of the pairs of its {facts.tasks} tasks have weight ({DENSE:.0%} at least)"


RULES: tuple[Rule, ...] = (
    Rule(
        lambda facts, _: facts.assignments <= ENUMERATION_LIMIT,
        lambda facts: f"its {facts.assignments} assignments are all looked at ({ENUMERATION_LIMIT} at most)",
        (("exact", 1.0),),
    ),
    Rule(
        lambda facts, budget: _small(facts, budget) and facts.density >= DENSE,
        lambda facts: f"{_why_small(facts)}, and {_why_dense(facts)}",
        (("memetic", SEARCH_SHARE), ("exact", 1.0)),
    ),
    Rule(_small, _why_small, (("pga", SEARCH_SHARE), ("exact", 1.0))),
    Rule(lambda facts, _: facts.density >= DENSE, _why_dense, (("memetic", 1.0),)),
    Rule(
        lambda *_: True,
        lambda facts: (
            f"{facts.tasks} tasks with {facts.labels} eligible agents in all and {facts.pairs} pairs, "
            f"{facts.density:.2g} of all there could be"
        ),
        (("pga", 1.0),),
    ),
)
"""In order; the last one always holds, and its solver takes any size."""


def rules_for(facts: Structure, budget: Budget) -> list[Rule]:
    """The rules that hold, the best first."""
    return [rule for rule in RULES if rule.holds(facts, budget)]


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
        facts = structure(problem)
        refused: list[str] = []
        for rule in rules_for(facts, budget):
            try:
                plan = self._run(rule, problem, budget, seed, start, parallel, on_improve)
            except ProblemTooLargeError as error:
                refused.append(str(error))
                continue
            names = " then ".join(name for name, _ in rule.stages)
            reason = f"{self.name} chose {names}: {rule.why(facts)}; {plan.reason}"
            return replace(plan, reason=reason, fallbacks=(*refused, *plan.fallbacks))
        raise AssertionError("the last rule takes any problem")

    def _run(
        self,
        rule: Rule,
        problem: AssignmentProblem,
        budget: Budget,
        seed: int,
        start: ArrayLike | None,
        parallel: Parallel | None,
        on_improve: OnImprove | None,
    ) -> Plan:
        """One solver as it is, or several after each other on what is left of the seconds."""
        from scheduler.solvers import get_solver

        if len(rule.stages) == 1:
            return get_solver(rule.stages[0][0]).solve(problem, budget, seed, start, parallel, on_improve)
        recorder, winner = Recorder(problem, budget, on_improve), rule.stages[0][0]
        reasons: list[str] = []

        def relay(found: Improvement) -> None:
            nonlocal winner
            if recorder.offer(found.assignment):
                winner = name

        for name, share in rule.stages:
            if reasons and recorder.finished():
                break
            begin = recorder.best if reasons else start
            part = replace(budget, seconds=max(recorder.stopwatch.remaining(), 0.0) * share)
            plan = get_solver(name).solve(problem, part, seed, begin, parallel, relay)
            _take_over(recorder, plan)
            reasons.append(f"{name}: {plan.reason}")
        plan = recorder.plan(winner, seed, "; ".join(reasons))
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
