"""Checks a solution from nothing but the problem and the files: no part of any solver is used.

The objective is written out once more, in other words than `scheduler.evaluation`, so that a mistake in either shows.
A certificate is worth what `Certificate.verify` recomputes from its prices and messages, not what it claims.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.arrays import FloatArray, Int64Array, row_of
from scheduler.errors import CertificateError, WrongTypeError
from scheduler.evaluation import CAPACITY_TOLERANCE, Objective, Overload, Violations
from scheduler.plan import relative_gap
from scheduler.validation import expect_problem

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scheduler.binary.problem import QuboProblem
    from scheduler.bounds.certificate import Certificate
    from scheduler.problem import AssignmentProblem

TOLERANCE = 1e-7
"""Relative difference up to which a claimed figure and the recomputed one are the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Verification:
    """What a check found.

    Parameters
    ----------
    holds
        Whether there is no finding.
    findings
        What is wrong, one sentence each.
    objective
        Value by term, None where the assignment has none; for a QUBO its energy is `assignment` and `total`.
    violations
        Rules broken, None for a QUBO.
    bound, bound_kind
        What the certificate proves, and its kind; None and "none" without one.
    gap
        Of the recomputed objective over the proven bound.
    unassigned
        Number of tasks left out, None where the assignment has another length.
    """

    holds: bool
    findings: tuple[str, ...]
    objective: Objective | None
    violations: Violations | None
    bound: float | None
    bound_kind: str
    gap: float | None
    unassigned: int | None

    def to_json(self) -> dict[str, Any]:
        """Plain dictionary for `json.dumps`; what is infinite becomes None."""
        terms = None if self.objective is None else asdict(self.objective)
        return {
            "holds": self.holds,
            "findings": list(self.findings),
            "objective": None if terms is None else _finite(terms["total"]),
            "objective_terms": None if terms is None else {name: _finite(value) for name, value in terms.items()},
            "feasible": self.objective is not None and not self.violations,
            "unassigned": self.unassigned,
            "bound": self.bound,
            "bound_kind": self.bound_kind,
            "gap": self.gap,
        }


def verify(problem: AssignmentProblem, assignment: ArrayLike, certificate: Certificate | None = None) -> Verification:
    """Recompute what an assignment is worth and what a certificate proves.

    Parameters
    ----------
    problem
        The problem.
    assignment
        Agent per task, -1 unassigned; whatever is wrong with it becomes a finding.
    certificate
        What `qam solve --certificate` wrote; None: there will be no bound.

    Raises
    ------
    WrongTypeError
        If `problem` is no `AssignmentProblem`, or `certificate` no `Certificate`: a path, say.

    Returns
    -------
    Verification
        Holds when no rule is broken, all tasks that must be placed are, the certificate proves the bound that it
        claims, and the objective is the one that the certificate was written for and not below the bound.
    """
    expect_problem(problem)
    _expect_certificate(certificate)
    vector = np.asarray(assignment)
    findings: list[str] = []
    objective = violations = None
    unassigned: int | None = None
    if vector.shape != (problem.tasks,):
        findings.append(f"the assignment has {vector.size} entries: the problem has {problem.tasks} tasks")
    elif vector.size and vector.dtype.kind not in "iu":
        findings.append(f"the assignment holds {vector.dtype}: an agent is a whole number")
    else:
        beyond = vector > np.iinfo(np.int64).max
        placed = np.where(beyond, -2, vector.astype(np.int64))
        unassigned = int((placed == -1).sum())
        entry = _entries(problem, placed)
        violations = _violations(problem, placed, entry)
        findings += _told(problem, violations, placed)
        if not len(violations.ineligible):
            objective = _objective(problem, placed, entry)
    total = None if objective is None else objective.total
    bound = None
    if certificate is not None:
        bound, more = _certified(problem, certificate, total)
        findings += more
    gap = None if total is None else relative_gap(total, bound)
    kind = "none" if certificate is None else certificate.kind
    return Verification(not findings, tuple(findings), objective, violations, bound, kind, gap, unassigned)


def verify_qubo(problem: QuboProblem, state: ArrayLike) -> Verification:
    """Recompute the energy of a state; there are no rules but that each variable is 0 or 1."""
    vector = np.asarray(state)
    if vector.shape != (problem.variables,):
        finding = f"the solution has {vector.size} entries: the problem has {problem.variables} variables"
        return Verification(False, (finding,), None, None, None, "none", None, None)
    wrong = np.flatnonzero((vector != 0) & (vector != 1))
    if len(wrong):
        finding = f"variable {wrong[0]} is {vector[wrong[0]]}: neither 0 nor 1"
        return Verification(False, (finding,), None, None, None, "none", None, 0)
    on = vector.astype(bool)
    energy = problem.offset + math.fsum(problem.linear[on])
    energy += math.fsum(problem.weight[on[problem.first] & on[problem.second]])
    return Verification(True, (), Objective(energy, 0.0, 0.0, energy), None, None, "none", None, 0)


def _expect_certificate(certificate: object) -> None:
    from scheduler.bounds.certificate import Certificate

    if certificate is not None and not isinstance(certificate, Certificate):
        advice = "read it with Certificate.load(path); of a plan give plan.proof"
        raise WrongTypeError("certificate", type(certificate).__name__, "Certificate", advice)


def _entries(problem: AssignmentProblem, placed: Int64Array) -> Int64Array:
    """Index of every task's choice in the eligible pairs, -1 where unassigned, -2 where not eligible."""
    width = max(problem.agents, 1)
    known = row_of(problem.task_ptr) * width + problem.agent
    asked = np.arange(problem.tasks) * width + placed
    entry = np.searchsorted(known, asked)
    inside = (placed >= 0) & (placed < problem.agents) & (entry < len(known))
    found = inside.copy()
    found[inside] = known[entry[inside]] == asked[inside]
    return np.where(placed == -1, -1, np.where(found, entry, -2))


def _objective(problem: AssignmentProblem, placed: Int64Array, entry: Int64Array) -> Objective:
    chosen = math.fsum(problem.cost[entry[entry >= 0]])
    missed = math.fsum(problem.unassigned_cost[placed == -1])
    one, other = row_of(problem.pair_ptr), problem.pair_task
    a, b = placed[one], placed[other]
    cluster = np.append(problem.agent_cluster, 0)
    apart: FloatArray = problem.cluster_distance[cluster[a], cluster[b]] if len(a) else np.zeros(0)
    apart = np.where(a == b, problem.same_agent_distance, apart)
    apart = np.where((a == -1) | (b == -1), problem.unassigned_distance, apart)
    pairs = math.fsum(problem.pair_weight * apart) / 2.0  # each stored in both rows
    return Objective(chosen, missed, pairs, chosen + missed + pairs)


def _violations(problem: AssignmentProblem, placed: Int64Array, entry: Int64Array) -> Violations:
    valid = entry >= 0
    load = np.zeros(problem.capacity.shape)
    np.add.at(load, placed[valid], problem.demand[entry[valid]])
    overload = tuple(
        Overload(int(agent), int(resource), float(load[agent, resource]), float(problem.capacity[agent, resource]))
        for agent, resource in np.argwhere(load > problem.capacity * (1.0 + CAPACITY_TOLERANCE))
    )
    one, other = row_of(problem.conflict_ptr), problem.conflict_task.astype(np.int64)
    real = (placed[one] >= 0) & (placed[one] < problem.agents)
    together = (one < other) & real & (placed[one] == placed[other])
    clashes = np.stack([one[together], other[together]], axis=1)
    unplaced = np.flatnonzero((placed == -1) & np.isposinf(problem.unassigned_cost))
    return Violations(np.flatnonzero(entry == -2), overload, clashes, unplaced)


def _told(problem: AssignmentProblem, violations: Violations, placed: Int64Array) -> list[str]:
    """One sentence for each kind of rule that is broken."""
    told = []
    if len(violations.ineligible):
        task = violations.ineligible[0]
        told.append(f"{len(violations.ineligible)} tasks on agents that may not do them, first task {task} on "
                    f"agent {placed[task]}")  # fmt: skip
    if violations.overload:
        first = violations.overload[0]
        where = f"agent {first.agent}" + (f", resource {first.resource}" if problem.resources > 1 else "")
        told.append(f"{len(violations.overload)} loads over capacity, first {where}: {first.load:g} > "
                    f"{first.capacity:g}")  # fmt: skip
    if len(violations.conflicts):
        one, other = violations.conflicts[0]
        told.append(f"{len(violations.conflicts)} pairs of tasks share an agent and must not, first {one} and {other}")
    if len(violations.unplaced):
        told.append(f"{len(violations.unplaced)} tasks are not placed and must be, first task {violations.unplaced[0]}")
    return told


def _certified(
    problem: AssignmentProblem, certificate: Certificate, total: float | None
) -> tuple[float | None, list[str]]:
    try:
        proven = certificate.verify(problem)
    except CertificateError as error:
        return None, [str(error)]
    findings = []
    noise = _noise(problem)
    if not _same(proven, certificate.bound, noise):
        findings.append(f"the certificate claims the bound {certificate.bound:.10g}, its prices prove {proven:.10g}")
    claimed = certificate.objective
    if claimed is not None and total is not None and not _same(total, claimed, noise):
        findings.append(f"the objective is {total:.10g}, the certificate was written for a plan of {claimed:.10g}")
    if total is not None and proven - total > TOLERANCE * max(abs(proven), abs(total)) + noise:
        findings.append(f"the objective {total:.10g} is below the bound {proven:.10g}: one of them is wrong")
    return (proven if math.isfinite(proven) else None), findings


def _noise(problem: AssignmentProblem) -> float:
    """What rounding may do to a sum over the problem: where terms cancel, little is left to be relative to."""
    missed = problem.unassigned_cost[np.isfinite(problem.unassigned_cost)]
    return 1e-14 * float(np.abs(problem.cost).sum() + np.abs(missed).sum())


def _same(one: float, other: float, noise: float) -> bool:
    return one == other or abs(one - other) <= TOLERANCE * max(abs(one), abs(other)) + noise


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
