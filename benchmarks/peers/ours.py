"""Our own solvers, measured like the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler import Budget, Improvement, solve, warm_up

if TYPE_CHECKING:
    from peers.report import Report
    from scheduler import AssignmentProblem


def insertion(problem: AssignmentProblem, seconds: float, seed: int, threads: int, report: Report) -> None:
    """Priced insertion alone, which repairs the samples of QUBOs: what they are worth is what they have beyond it."""
    del threads
    warm_up()
    report.built(len(problem.agent) + problem.tasks)
    plan = solve(problem, "greedy", Budget(seconds=seconds), seed)
    report.plan(plan.objective.total, plan.bound)
    report.end(plan.assignment, plan.bound)


def run(problem: AssignmentProblem, seconds: float, seed: int, threads: int, report: Report) -> None:
    """Price-guided annealing; its seconds hold everything from the problem in memory to the plan, bound included."""
    del threads
    warm_up()
    solve(problem, "pga", Budget(seconds=0.2), seed)  # what warm_up leaves to compile is compiled here
    report.built(len(problem.agent) + problem.tasks)

    def improved(found: Improvement) -> None:
        report.plan(found.objective, found.bound, found.seconds)

    plan = solve(problem, "pga", Budget(seconds=seconds), seed, on_improve=improved)
    report.end(plan.assignment, plan.bound, total=plan.seconds["total"], bound_kind=plan.bound_kind)
