"""Proven optima of small problems: enumeration for tiny ones, HiGHS branch and bound above.

Pairs are linearised by one flow variable per pair and pair of labels, whose sums over either side equal the
choice on the other (the reformulation-linearisation of Adams and Sherali, 1986): large, but its relaxation is
as tight as message passing at its best. The product form x + y - 1 <= z is far smaller and bounds next to
nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler import highs as models
from scheduler.arrays import FloatArray, Int32Array, Int64Array, row_of
from scheduler.bounds.certificate import Certificate
from scheduler.bounds.lagrangian import lagrangian_bound
from scheduler.enumeration import enumerate_best, states
from scheduler.errors import ProblemTooLargeError
from scheduler.insertion import insert
from scheduler.plan import relative_gap
from scheduler.recorder import Recorder, without_violations
from scheduler.spaces import finite_unassigned_cost

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scheduler.budget import Budget
    from scheduler.plan import OnImprove, Parallel, Plan
    from scheduler.problem import AssignmentProblem

ENUMERATION_LIMIT = 20_000
"""Assignments that are enumerated rather than handed to HiGHS."""
VARIABLE_LIMIT = 2_000_000
"""Most variables (choices and linearised pairs) of the mixed-integer model."""


class Exact:
    """Proves optimality where the budget lets it, else returns the best found with HiGHS's bound."""

    name = "exact"

    def solve(
        self,
        problem: AssignmentProblem,
        budget: Budget,
        seed: int,
        start: ArrayLike | None = None,
        parallel: Parallel | None = None,
        on_improve: OnImprove | None = None,
    ) -> Plan:
        """See `Solver.solve`; `seed` and `parallel` are not used, a budget in sweeps does not apply.

        Raises
        ------
        ProblemTooLargeError
            If the linearised model would have more than `VARIABLE_LIMIT` variables.
        """
        del parallel
        recorder = Recorder(problem, budget, on_improve)
        begun = recorder.offer_start(start)
        priced = lagrangian_bound(problem, iterations=200, stopwatch=recorder.stopwatch)
        if states(problem) <= ENUMERATION_LIMIT:
            recorder.prove(priced)
            recorder.offer(enumerate_best(problem))
            _prove_exact(recorder, recorder.objective)
            return recorder.plan(self.name, seed, f"enumerated all {states(problem)} assignments")
        size = linearised_size(problem)
        if size > VARIABLE_LIMIT:
            raise ProblemTooLargeError(self.name, "variables", size, VARIABLE_LIMIT)
        recorder.prove(priced)
        recorder.offer(insert(problem, recorder.prices, recorder.best if begun is None else begun))
        status = self._branch_and_bound(problem, recorder)
        return recorder.plan(self.name, seed, f"HiGHS branch and bound on {size} variables: {status}")

    def _branch_and_bound(self, problem: AssignmentProblem, recorder: Recorder) -> str:
        model, scale = pair_model(problem)
        left = recorder.stopwatch.remaining()
        if left <= 0:
            recorder.fallbacks.append("HiGHS had no time left: priced insertion's plan stands")
            return "no time left"
        solver = models.new_highs(left)
        if recorder.stopwatch.budget.gap is not None:
            solver.setOptionValue("mip_rel_gap", recorder.stopwatch.budget.gap)
        solver.passModel(model)
        models.run(solver, recorder.stopwatch)
        values = np.asarray(solver.getSolution().col_value)
        if len(values):
            found = without_violations(problem, _decode(problem, values))
            insertion_stands = not recorder.offer(insert(problem, recorder.prices, found))
        else:
            insertion_stands = True
        proven = solver.getInfo().mip_dual_bound * scale.cost
        if np.isfinite(proven):
            # HiGHS proves up to its tolerances; the value of a plan in hand is the sharper truth
            _prove_exact(recorder, min(proven - 1e-9 * abs(proven), recorder.objective))
        gap = relative_gap(recorder.objective, recorder.bound)
        if insertion_stands and (gap is None or gap > 1e-9):
            recorder.fallbacks.append("HiGHS found no better plan in time: priced insertion's plan stands")
        return str(solver.modelStatusToString(solver.getModelStatus())).lower()


def _prove_exact(recorder: Recorder, bound: float) -> None:
    seconds = recorder.stopwatch.elapsed()
    if np.isfinite(bound):
        recorder.prove(Certificate("exact", bound, recorder.prices))
        if recorder.bound_kind == "exact":
            recorder.certificate = None
        recorder.bound_seconds = seconds


def linearised_size(problem: AssignmentProblem) -> int:
    """Columns of the mixed-integer model: choices, left-outs, and label pairs of every pair with weight."""
    labels = np.diff(problem.task_ptr) + 1
    first, second, _ = weighted_pairs(problem)
    return int(len(problem.agent) + problem.tasks + (labels[first] * labels[second]).sum())


def weighted_pairs(problem: AssignmentProblem) -> tuple[Int64Array, Int64Array, FloatArray]:
    """Unordered pairs with positive weight: lower task, higher task, weight."""
    owner = row_of(problem.pair_ptr)
    once = (owner < problem.pair_task) & (problem.pair_weight > 0.0)
    return owner[once], problem.pair_task[once].astype(np.int64), problem.pair_weight[once]


def pair_model(problem: AssignmentProblem) -> tuple[Any, models.Scale]:
    """The mixed-integer model and its scale."""
    rows, scale = models.base_rows(problem)
    entries, tasks = len(problem.agent), problem.tasks
    cost = [problem.cost, finite_unassigned_cost(problem)]
    count = entries + tasks
    choice_columns = [
        np.append(np.arange(problem.task_ptr[t], problem.task_ptr[t + 1]), entries + t) for t in range(tasks)
    ]
    for i, j, weight in zip(*weighted_pairs(problem), strict=True):
        left, right = choice_columns[i], choice_columns[j]
        flow = count + np.arange(len(left) * len(right))
        count += len(flow)
        cost.append(weight * _label_distances(problem, int(i), int(j)).ravel())
        zero = np.zeros(len(left) + len(right))
        row = np.concatenate([np.repeat(np.arange(len(left)), len(right)), np.arange(len(left)),
                              len(left) + np.tile(np.arange(len(right)), len(left)),
                              len(left) + np.arange(len(right))])  # fmt: skip
        value = np.concatenate([np.ones(len(flow)), -np.ones(len(left)), np.ones(len(flow)), -np.ones(len(right))])
        rows.add(row, np.concatenate([flow, left, flow, right]), value, zero, zero)
    _add_conflicts(problem, rows)
    total = np.concatenate(cost) / scale.cost
    return models.assemble(rows, total, np.ones(count), entries + tasks), scale


def _label_distances(problem: AssignmentProblem, i: int, j: int) -> FloatArray:
    """Distances of the labels of two tasks (eligible agents, then left out), shape (k_i + 1, k_j + 1)."""
    first, second = problem.eligible(i), problem.eligible(j)
    table = np.full((len(first) + 1, len(second) + 1), problem.unassigned_distance)
    inner = problem.cluster_distance[np.ix_(problem.agent_cluster[first], problem.agent_cluster[second])]
    table[:-1, :-1] = np.where(first[:, None] == second[None, :], problem.same_agent_distance, inner)
    return table


def _add_conflicts(problem: AssignmentProblem, rows: models.Rows) -> None:
    owner = row_of(problem.conflict_ptr)
    for i, j in zip(owner, problem.conflict_task, strict=True):
        if i < j:
            _, one, other = np.intersect1d(problem.eligible(i), problem.eligible(j), return_indices=True)
            columns = np.column_stack([problem.task_ptr[i] + one, problem.task_ptr[j] + other]).ravel()
            shared = np.arange(len(one))
            rows.add(
                np.repeat(shared, 2),
                columns,
                np.ones(len(columns)),
                np.full(len(one), -np.inf),
                np.ones(len(one)),
            )


def _decode(problem: AssignmentProblem, values: FloatArray) -> Int32Array:
    assignment = np.full(problem.tasks, -1, dtype=np.int32)
    taken = np.flatnonzero(values[: len(problem.agent)] > 0.5)
    assignment[row_of(problem.task_ptr)[taken]] = problem.agent[taken]
    return assignment
