"""An assignment problem as a constrained quadratic model: rules as constraints, no penalties, nothing rounded.

The choice variables and one-hot groups are those of the penalty QUBO (`scheduler.qubo`). Constraints, named by what
they mean:

* ``("choice", t)``: the one-hot group of task t, marked as discrete;
* ``("capacity", a, r)``: load of agent a in resource r <= capacity, where it can be overfilled;
* ``("conflict", i, j, a)``: tasks i and j are not both on agent a;
* ``("placed", t)``: task t, which must be placed, is not left out.

The objective is that of the problem; a task that must be placed is charged a finite sum for being left out, which no
feasible sample pays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.arrays import Int32Array, Int64Array, pointers
from scheduler.encoding.labels import Choice, Labels, decoded
from scheduler.encoding.terms import Terms, add_pairs, check_couplings, conflict_links, conflict_terms
from scheduler.errors import ProblemTooLargeError
from scheduler.evaluation import CAPACITY_TOLERANCE
from scheduler.spaces import finite_unassigned_cost

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scheduler.arrays import FloatArray
    from scheduler.problem import AssignmentProblem

VARIABLE_LIMIT = 500_000
"""Most choice variables that are compiled."""


@dataclass(frozen=True, slots=True, eq=False)
class AssignmentCQM:
    """A compiled problem.

    Parameters
    ----------
    problem
        What was compiled.
    cqm
        `dimod.ConstrainedQuadraticModel` over the variables and with the constraints named above.
    groups
        One-hot group of each task: its variable names.
    """

    problem: AssignmentProblem
    cqm: Any
    groups: tuple[tuple[Choice, ...], ...]

    @classmethod
    def compile(cls, problem: AssignmentProblem) -> AssignmentCQM:
        """Compile a problem.

        Raises
        ------
        ProblemTooLargeError
            If it needs more than `VARIABLE_LIMIT` variables, or too many quadratic terms.
        """
        import dimod

        labels = Labels.of(problem)
        if len(labels) > VARIABLE_LIMIT:
            raise ProblemTooLargeError("the CQM", "binary variables", len(labels), VARIABLE_LIMIT)
        check_couplings("the CQM", problem, np.zeros(0, dtype=np.int64))
        terms = Terms(labels.costs(problem, finite_unassigned_cost(problem)))
        add_pairs(terms, problem, labels)
        groups = labels.groups()
        names = [name for group in groups for name in group]
        cqm = dimod.ConstrainedQuadraticModel()
        cqm.set_objective(terms.to_bqm(names))
        for task, group in enumerate(groups):
            cqm.add_discrete_from_iterable(group, label=("choice", task), check_overlaps=False)
        _add_capacities(problem, cqm, labels, names)
        _add_conflicts(problem, cqm, labels, names)
        for task in problem.must_place.tolist():
            model = _linear(np.ones(1), [("x", task, -1)])
            cqm.add_constraint_from_model(model, "<=", 0.0, label=("placed", task), copy=False)
        return cls(problem, cqm, groups)

    def encode(self, assignment: Int32Array) -> dict[Choice, int]:
        """The sample of an assignment."""
        sample = dict.fromkeys((name for group in self.groups for name in group), 0)
        for task, agent in enumerate(assignment.tolist()):
            sample["x", task, agent] = 1
        return sample

    def decode(self, sample: Mapping[Choice, int]) -> tuple[Int32Array, bool]:
        """Assignment of a sample, and whether every group was one-hot (tasks of other groups are -1)."""
        return decoded(self.groups, sample)

    def is_feasible(self, sample: Mapping[Choice, int]) -> bool:
        """Whether a sample keeps every constraint, as strictly as `AssignmentProblem.violations`.

        dimod's own default allows a millionth of each capacity.
        """
        return bool(self.cqm.check_feasible(sample, rtol=CAPACITY_TOLERANCE, atol=0.0))


def _add_capacities(problem: AssignmentProblem, cqm: Any, labels: Labels, names: Sequence[Choice]) -> None:
    order = np.argsort(problem.agent, kind="stable")
    ends = pointers(problem.agent.astype(np.int64), problem.agents)
    for agent in range(problem.agents):
        entries: Int64Array = order[ends[agent] : ends[agent + 1]]
        for resource in range(problem.resources):
            taking = entries[problem.demand[entries, resource] > 0.0]
            amounts, room = problem.demand[taking, resource], float(problem.capacity[agent, resource])
            if amounts.sum() > room:
                model = _linear(amounts, [names[label] for label in labels.of_entry[taking]])
                cqm.add_constraint_from_model(model, "<=", room, label=("capacity", agent, resource), copy=False)


def _add_conflicts(problem: AssignmentProblem, cqm: Any, labels: Labels, names: Sequence[Choice]) -> None:
    i, j = conflict_links(problem)
    link, first, second = conflict_terms(problem, labels)
    for number, one, other in zip(link.tolist(), first.tolist(), second.tolist(), strict=True):
        label = ("conflict", int(i[number]), int(j[number]), int(labels.agent[one]))
        model = _linear(np.ones(2), [names[one], names[other]])
        cqm.add_constraint_from_model(model, "<=", 1.0, label=label, copy=False)


def _linear(values: FloatArray, names: Sequence[Choice]) -> Any:
    """A linear model over a few named variables."""
    return Terms(values).to_bqm(names)
