"""A round of planning: model, solve, place; and the record of it that the ledger keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from agents.task import Task
from orchestration.planning.eligibility import Eligibility
from orchestration.planning.levelling import Levelling
from orchestration.planning.model import Model, Modeller
from orchestration.planning.placing import Placement, Unplaced, book, reasons
from orchestration.planning.policy import PlanningPolicy
from orchestration.planning.situation import Situation

if TYPE_CHECKING:
    from scheduler import Plan

_BASELINE: Final = "greedy"


@dataclass(frozen=True, slots=True)
class Round:
    """What a round decided.

    Parameters
    ----------
    placements : list of Placement
        What has a place, in the order of planned work.
    unplaced : dict of str to Unplaced
        Task id to the rule that stopped it.
    plan : Plan
        The solver's plan, with its bound.
    model : Model
        The problem solved.
    record : dict
        For the ledger and the report, JSON.
    """

    placements: list[Placement]
    unplaced: dict[str, Unplaced]
    plan: Plan
    model: Model
    record: dict[str, Any]


class Planner:
    """Plans rounds.

    Parameters
    ----------
    policy : PlanningPolicy
        The weights.
    solver : str
        Name of a solver of `scheduler`; ``auto`` chooses.
    seed : int
        Seed of the search.
    """

    def __init__(self, policy: PlanningPolicy, solver: str = "auto", seed: int = 0) -> None:
        self.policy, self.solver, self.seed = policy, solver, seed

    def prepare(self) -> None:
        """Compile the solver's kernels (on a first run; later they come from a cache), so that no plan waits for it."""
        if self.solver in ("auto", "pga"):
            from scheduler import warm_up

            warm_up()

    def eligibility(self, situation: Situation) -> Eligibility:
        """Return the hard rules that its plans keep."""
        return Eligibility(situation.workforce, self.policy.pace)

    def plan(self, tasks: Sequence[Task], situation: Situation, now: float) -> Round:
        """Plan `tasks`, which are ready, and enter them into `situation`."""
        from scheduler import Budget, solve

        situation.teams.add(tasks)
        for task in tasks:
            situation.hold_no_more(task.id)
        modeller = Modeller(situation, self.policy)
        model = modeller.build(tasks, now)
        budget = Budget(seconds=self.policy.seconds, sweeps=self.policy.sweeps)
        plan = solve(model.problem, solver=self.solver, budget=budget, seed=self.seed)
        baseline = solve(model.problem, solver=_BASELINE, budget=budget, seed=self.seed)
        levelling = Levelling(model, plan.assignment)
        entered, moves = levelling.enter_late(), levelling.level()
        assignment = levelling.assignment
        placements = book(situation, modeller, model, assignment, now)
        unplaced = reasons(modeller, model, assignment)
        record = _record(model, plan, baseline)
        levelled = model.problem.objective(levelling.on_time()).total - plan.objective.total
        record |= {"entered_late": entered, "moved": moves, "levelling_cost": levelled, "unplaced": len(unplaced)}
        return Round(placements, unplaced, plan, model, record)


def _record(model: Model, plan: Plan, baseline: Plan) -> dict[str, Any]:
    problem = model.problem
    told = plan.to_json()
    other = baseline.to_json()
    bound = told["bound"]
    gap = None if bound is None else (other["objective"]["total"] - bound) / max(abs(bound), 1e-9)
    return {
        "tasks": sum(len(group) for group in model.groups),
        "agents": problem.agents,
        "eligible_pairs": len(problem.agent),
        "bands": [float(b) for b in model.bands],
        **{key: told[key] for key in _KEPT},
        "baselines": [
            {
                "solver": _BASELINE,
                "objective": other["objective"]["total"],
                "gap": gap,
                "seconds": other["seconds"]["search"],
            }
        ],
    }


_KEPT: Final = ("objective", "bound", "bound_kind", "gap", "solver", "seed", "seconds", "reason", "fallbacks")
