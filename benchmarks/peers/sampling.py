"""Samplers of QUBOs on the penalty form, each sample decoded and repaired by priced insertion.

The penalty form is built by `peers.penalties` before the clock counts. Samples grow in sweeps while time is left. What
a sample is worth before the repair is told as well: tasks without exactly one choice, and load above capacity.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from peers.penalties import PENALTIES, Penalties
from scheduler.bounds.lagrangian import lagrangian_bound
from scheduler.insertion import insert
from scheduler.qubo import VARIABLE_LIMIT
from scheduler.recorder import without_violations

if TYPE_CHECKING:
    from peers.report import Report
    from scheduler import AssignmentProblem
    from scheduler.arrays import Int32Array

FIRST_SWEEPS = 16
"""Sweeps of the first sample, each next one of twice as many while time is left."""
Sample = Callable[[Any, int, int], Any]


def neal(problem: AssignmentProblem, seconds: float, seed: int, threads: int, report: Report) -> None:
    """Simulated annealing of dwave-samplers."""
    from dwave.samplers import SimulatedAnnealingSampler

    del threads
    sampler = SimulatedAnnealingSampler()
    _run(
        problem,
        seconds,
        seed,
        report,
        lambda bqm, sweeps, s: sampler.sample(bqm, num_reads=1, num_sweeps=sweeps, seed=s),
    )


def openjij(problem: AssignmentProblem, seconds: float, seed: int, threads: int, report: Report) -> None:
    """Simulated annealing of openjij."""
    del threads
    sampler = import_module("openjij").SASampler()
    _run(
        problem, seconds, seed, report,
        lambda bqm, sweeps, s: sampler.sample(bqm, num_reads=1, num_sweeps=sweeps, seed=s, sparse=True),
    )  # fmt: skip


def _run(problem: AssignmentProblem, seconds: float, seed: int, report: Report, sample: Sample) -> None:
    form = Penalties.of(problem, *PENALTIES[problem.has_pairs])
    if form.variables > VARIABLE_LIMIT:
        note = f"QUBO too large: {form.variables:,} variables, {form.couplers() / 1e6:.0f} M couplers"
        report.end(None, None, note, variables=form.variables)
        return
    bqm = form.compile().to_bqm()
    prices = lagrangian_bound(problem, iterations=200).prices
    report.built(form.variables, couplers=bqm.num_interactions)
    seeds = np.random.default_rng(seed)
    best, value, lowest, raw = None, np.inf, np.inf, ""
    sweeps, samples, clean = FIRST_SWEEPS, 0, 0
    while report.seconds() < seconds:
        begun = report.seconds()
        found = sample(bqm, sweeps, int(seeds.integers(2**31 - 1)))
        state = np.zeros(form.variables, dtype=np.int8)
        state[np.asarray(list(found.variables), dtype=np.int64)] = found.record.sample[0]
        assignment, unclear = form.decode(state)
        over = problem.violations(assignment).overload
        samples, clean = samples + 1, clean + (not unclear and not over)
        if found.record.energy[0] < lowest:
            lowest, raw = found.record.energy[0], _raw(unclear, over)
        plan: Int32Array = insert(problem, prices, without_violations(problem, assignment))
        worth = problem.objective(plan).total
        if worth < value:
            best, value = plan, worth
            report.plan(worth)
        spent, left = report.seconds() - begun, seconds - report.seconds()
        sweeps = 2 * sweeps if 2.2 * spent < left else max(1, int(0.9 * sweeps * max(left, 0.0) / spent))
    report.end(best, None, f"{clean} of {samples} samples feasible before repair; best sample: {raw}")


def _raw(unclear: int, over: tuple[Any, ...]) -> str:
    if not unclear and not over:
        return "feasible"
    units = sum(item.load - item.capacity for item in over)
    return f"{unclear} tasks not one-hot, {len(over)} capacities exceeded by {units:,.0f} in all"
