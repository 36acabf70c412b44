"""HiGHS (https://highs.dev) on the mixed-integer model of the solver "exact", cold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.highs import decode, linearised_size, new_highs, pair_model

if TYPE_CHECKING:
    from peers.report import Report
    from scheduler import AssignmentProblem


def run(problem: AssignmentProblem, seconds: float, seed: int, threads: int, report: Report) -> None:
    """Branch and bound with HiGHS's own heuristics; the model is built before the clock counts."""
    model, scale = pair_model(problem)
    highs = new_highs(seconds)
    for name, value in (("threads", threads), ("random_seed", seed)):
        highs.setOptionValue(name, value)
    highs.passModel(model)
    for task in problem.must_place.tolist():  # what must be placed cannot be left out at a price
        highs.changeColBounds(len(problem.agent) + task, 0.0, 0.0)
    report.built(linearised_size(problem))

    def improved(event: Any) -> None:
        found = event.data_out
        report.plan(found.objective_function_value * scale.cost, found.mip_dual_bound * scale.cost)

    highs.cbMipImprovingSolution.subscribe(improved)
    highs.run()
    info, values = highs.getInfo(), np.asarray(highs.getSolution().col_value)
    has_plan = info.primal_solution_status == 2 and len(values) > 0
    status = str(highs.modelStatusToString(highs.getModelStatus())).lower()
    report.end(decode(problem, values) if has_plan else None, info.mip_dual_bound * scale.cost, status)
