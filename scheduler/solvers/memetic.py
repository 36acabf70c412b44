"""Memetic search for small problems with dense pairs: a population of anneals, bred by crossover."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from scheduler.bounds.branching import LIMIT, integer_bound
from scheduler.bounds.linear import linear_bound
from scheduler.bounds.pairs import pair_bound
from scheduler.highs import linearised_size
from scheduler.insertion import insert
from scheduler.recorder import Recorder, without_violations
from scheduler.tables import check_size

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from scheduler.arrays import Int32Array, Int64Array
    from scheduler.bounds.certificate import Certificate
    from scheduler.budget import Budget
    from scheduler.plan import OnImprove, Parallel, Plan
    from scheduler.problem import AssignmentProblem

BOUND_SHARE = 0.1
"""Most of the seconds left that each of prices and messages may take."""
ROUND_LIMIT = 20_000_000
"""Pairs (both ways) x labels squared up to which messages are passed: a round of them takes some ten milliseconds."""
INSERTION_LIMIT = 2_000_000
"""Pairs (both ways) x labels up to which priced insertion comes before the first anneal: it is over in a moment."""
TINY, PROOF_SHARE = 1_000, 0.3
"""Variables up to which HiGHS gets a problem with its pairs linearised, and most of the seconds left it may take."""
DEFAULT_SWEEPS = 20_000
"""Sweeps where the budget limits neither sweeps nor seconds."""
MEMBERS = 6
"""Individuals of a population."""
FIRST = 2_000
"""Sweeps of an anneal in the first population."""
GROWTH = 1.2
"""How much longer anneals are from one population to the next."""
HEAT = 0.4
"""Temperature at which a child's anneal starts, of that of an anneal from scratch."""
STALE = 12
"""Children without a new best after which a new population is begun."""


class Memetic:
    """Populations of anneals from scratch and of anneals from children of two of them, one after the other.

    Moves are shifts of one task and swaps of two, with capacity and conflicts broken at an adaptive penalty. For
    small problems, where pairs are dense and prices guide badly (Cordeau, Gaudioso, Laporte and Moccia, A memetic
    heuristic for the generalized quadratic assignment problem, INFORMS Journal on Computing 18, 2006, 433-443, have
    tabu search where this has annealing).
    """

    name = "memetic"

    def solve(
        self,
        problem: AssignmentProblem,
        budget: Budget,
        seed: int,
        start: ArrayLike | None = None,
        parallel: Parallel | None = None,
        on_improve: OnImprove | None = None,
    ) -> Plan:
        """See `Solver.solve`; `parallel` is not used, and a `start` is a member of the first population.

        Raises
        ------
        ProblemTooLargeError
            If dense arrays of the problem would be too large.
        """
        del parallel
        check_size(problem, self.name)
        recorder = Recorder(problem, budget, on_improve)
        begun = recorder.offer_start(start)
        certificate = _bound(recorder, recorder.best if begun is None else begun)
        if certificate is None or not len(problem.agent) or recorder.finished():
            return recorder.plan(self.name, seed, "nothing to search: the first plan stands")
        anneals, sweeps = _search(recorder, seed, begun, lambda: _branch_and_bound(recorder, certificate))
        return recorder.plan(self.name, seed, f"{anneals} anneals of populations of {MEMBERS}, {sweeps} sweeps")


def _bound(recorder: Recorder, base: Int32Array) -> Certificate | None:
    """Prove what takes little time, and offer what priced insertion makes of it; None where the caller cancelled."""
    problem, watch = recorder.problem, recorder.stopwatch
    linear = linear_bound(problem, watch.part(BOUND_SHARE))
    recorder.prove(linear)
    labels = len(problem.agent) / max(problem.tasks, 1) + 1.0
    if len(problem.pair_task) * labels <= INSERTION_LIMIT:
        recorder.offer(insert(problem, linear.prices, base))
    if watch.cancelled():
        return None
    if len(problem.pair_task) * labels**2 > ROUND_LIMIT:
        return linear
    certificate = pair_bound(problem, stopwatch=watch.part(BOUND_SHARE), linear=linear)
    recorder.prove(certificate)
    recorder.prices = linear.prices
    return certificate


def _branch_and_bound(recorder: Recorder, certificate: Certificate) -> None:
    """Prove more by HiGHS, and offer what it finds, where the model is small enough to be done soon."""
    problem = recorder.problem
    if len(problem.agent) > LIMIT or (problem.has_pairs and linearised_size(problem) > TINY):
        return
    part = recorder.stopwatch.part(PROOF_SHARE)
    bound, found = integer_bound(problem, certificate, part, recorder.objective)
    for assignment in found:
        recorder.offer(insert(problem, recorder.prices, without_violations(problem, assignment)))
    recorder.prove_by_search(bound)


def _search(recorder: Recorder, seed: int, begun: Int32Array | None, prove: Callable[[], None]) -> tuple[int, int]:
    """Population after population until the budget is spent; returns the number of anneals and of sweeps.

    `prove` is called once, after the first population.
    """
    from scheduler.population import Annealer, Individual, Population

    watch, annealer, anneals = recorder.stopwatch, Annealer(recorder, seed), 0
    if watch.counted:
        allowed: float = watch.budget.sweeps or (0 if watch.budget.sweeps == 0 else DEFAULT_SWEEPS)
        length = min(FIRST, -int(-allowed // 3))
    else:
        allowed, length = float("inf"), max(1, min(FIRST, int(annealer.pace() * watch.remaining() / 3)))

    def over() -> bool:
        return annealer.sweeps >= allowed or recorder.finished()

    def anneal(label: Int64Array, heat: float) -> Individual:
        nonlocal anneals
        anneals += 1
        return annealer.anneal(label, int(min(length, allowed - annealer.sweeps)), heat)

    proving, members = True, list[Individual]()
    if begun is not None and not over():
        members = [annealer.individual(begun), anneal(annealer.labels(begun), HEAT)]
    while not over():
        while len(members) < MEMBERS and not over():
            members.append(anneal(annealer.random(), 1.0))
        population, stale = Population(members), 0
        while len(members) == MEMBERS and stale < STALE and not over():
            stale = 0 if population.add(anneal(population.child(annealer.rng), HEAT)) else stale + 1
        if proving and not over():
            prove()
        proving, members, length = False, [], math.ceil(GROWTH * length)
    return anneals, annealer.sweeps
