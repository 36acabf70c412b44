"""Price-guided annealing: dual prices and beliefs, an anneal that packs loads last, repair."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.annealing import anneal_once
from scheduler.bounds.linear import linear_bound
from scheduler.core import fits, search_core
from scheduler.insertion import insert
from scheduler.recorder import Recorder, without_violations
from scheduler.relaxation import Relaxation, most_believed, relax
from scheduler.schedule import FEW, SHORT, STEEP, WALK, course, cycles

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scheduler.arrays import Int32Array
    from scheduler.budget import Budget
    from scheduler.plan import OnImprove, Parallel, Plan
    from scheduler.problem import AssignmentProblem
    from scheduler.search import Search

BOUND_SHARE = 0.4
"""Most of the seconds that the bound may take."""
DEFAULT_SWEEPS = 2000
"""Sweeps where the budget limits neither sweeps nor seconds."""
LIFT_SHARE = 0.2
"""Most of the seconds left that whole tasks in the bound may take."""
CORE_SHARE = 0.7
"""Share of the seconds or sweeps left after the anneals that goes into exact neighbourhoods."""
TIGHTEN_SHARE = 0.3
"""Most of the seconds left that HiGHS may take on small problems."""
FIRST_SHARE, FIRST_SWEEPS = 0.03, 300
"""Most of the budget, and most sweeps, of the anneal that goes before branch and bound."""
QUICK = 5_000
"""Tasks up to which a cancelled anneal is still made a valid plan."""
AMPLE = 5e-4
"""Seconds a task from which on there is time for an insertion in which tasks push others."""
INSERTION = 1e-4
"""Seconds a task below which a large problem is not filled by insertion first."""
FLAT_LIMIT = 20_000
"""Tasks above which the search goes through rotating domains."""


class PriceGuidedAnnealing:
    """The solver for all sizes: flat up to `FLAT_LIMIT` tasks, by rotating domains above."""

    name = "pga"

    def solve(
        self,
        problem: AssignmentProblem,
        budget: Budget,
        seed: int,
        start: ArrayLike | None = None,
        parallel: Parallel | None = None,
        on_improve: OnImprove | None = None,
    ) -> Plan:
        """See `Solver.solve`. From a `start` it reheats gently instead of annealing from scratch."""
        recorder = Recorder(problem, budget, on_improve)
        begun = recorder.offer_start(start)
        relaxation = self._prepare(recorder, begun)
        if relaxation is None:
            return recorder.plan(self.name, seed, "cancelled before the search")
        if not len(problem.agent) or recorder.finished():
            return recorder.plan(self.name, seed, "nothing to search: the first plan stands")
        if tighten(recorder, relaxation, seed, cold=begun is None):
            ended = "HiGHS branch and bound left nothing to search" if recorder.close_enough() else "no time to search"
            return recorder.plan(self.name, seed, ended)
        if problem.tasks > FLAT_LIMIT:
            from scheduler.rotation import rotate_domains

            balance = rotate_domains(recorder, relaxation, seed, parallel, cold=begun is None)
            way = "" if balance is None else f"{balance}, cut anew every round, then "
            return recorder.plan(self.name, seed, f"annealed {way}all {problem.tasks} tasks together")
        sweeps = search_flat(recorder, relaxation, seed, cold=begun is None)
        return recorder.plan(self.name, seed, f"annealed all {problem.tasks} tasks together, {sweeps} sweeps")

    def _prepare(self, recorder: Recorder, begun: Int32Array | None) -> Relaxation | None:
        """Bounds, prices and beliefs; records what priced insertion, the solver "greedy", makes of them.

        None where the caller cancelled on the way.
        """
        problem, watch = recorder.problem, recorder.stopwatch.part(BOUND_SHARE)
        base, push = recorder.best if begun is None else begun, np.inf
        if begun is None and not (recorder.stopwatch.remaining() < AMPLE * problem.tasks):
            push = 0.0
        linear, relaxation = linear_bound(problem, watch), None
        recorder.prove(linear)
        large = problem.tasks > FLAT_LIMIT
        if not large:
            recorder.offer(insert(problem, linear.prices, base, push=push, stop=watch.cancelled))
        if not watch.cancelled():
            relaxation = relax(problem, watch, linear)
            recorder.prove(relaxation.certificate)
        left = recorder.stopwatch.remaining()
        if large and not 0.0 < left < INSERTION * problem.tasks:  # else the search has a better plan sooner
            recorder.offer(insert(problem, linear.prices, base, push=push, stop=watch.cancelled))
        if relaxation is None or watch.cancelled():
            return None
        if problem.has_pairs and not large:
            recorder.offer(insert(problem, relaxation.prices, base, push=push, stop=watch.cancelled))
        if not (problem.has_pairs and recorder.stopwatch.remaining() < SHORT * problem.tasks):
            lift(recorder, relaxation)
        return relaxation


def lift(recorder: Recorder, relaxation: Relaxation) -> None:
    """Prove the bound that knows whole tasks; the search keeps the relaxation's prices."""
    from scheduler.bounds.knapsack import ROUNDS, knapsack_bound

    watch = recorder.stopwatch.part(LIFT_SHARE)
    sweeps = watch.budget.sweeps
    rounds = ROUNDS if sweeps is None else min(ROUNDS, max(10, sweeps // 10))
    recorder.prove(knapsack_bound(recorder.problem, relaxation.certificate, rounds, watch))


def tighten(recorder: Recorder, relaxation: Relaxation, seed: int, cold: bool) -> bool:
    """Offer what branch and bound finds for a small problem, and its bound; returns whether the search is over.

    A short anneal goes before it, so that there is a good plan soon however long the budget.
    """
    from scheduler.bounds.branching import LIMIT, integer_bound

    problem, watch = recorder.problem, recorder.stopwatch
    if len(problem.agent) > LIMIT:
        return False
    search = new_search(recorder, relaxation, seed, cold)
    sweeps = None if watch.budget.sweeps is None else max(1, int(watch.budget.sweeps * FIRST_SHARE))
    share = TIGHTEN_SHARE if watch.counted else FIRST_SHARE  # counted sweeps are not cut by the clock without need
    anneal_once(search, course(problem, cold), watch.part(share), FIRST_SWEEPS if sweeps is None else sweeps)
    recorder.offer(insert(problem, relaxation.prices, search.finish(stop=watch.overdue)))
    if recorder.finished():
        return True
    bound, found = integer_bound(problem, relaxation.certificate, watch.part(TIGHTEN_SHARE), recorder.objective)
    for assignment in found:
        recorder.offer(insert(problem, relaxation.prices, without_violations(problem, assignment)))
    recorder.prove_by_search(bound)
    return recorder.finished()


def new_search(recorder: Recorder, relaxation: Relaxation, seed: int, cold: bool) -> Search:
    """A search that begins where the relaxation believes tasks belong, or with the best plan."""
    from scheduler.search import Search, without_conflicts

    problem = recorder.problem
    first = without_conflicts(problem, most_believed(problem, relaxation)) if cold else recorder.best
    return Search(problem, relaxation.prices, relaxation.belief, first, seed)


def search_flat(recorder: Recorder, relaxation: Relaxation, seed: int, cold: bool) -> int:
    """Anneals from short to long, the last from the best plan; returns the number of sweeps."""
    problem, watch = recorder.problem, recorder.stopwatch
    search = new_search(recorder, relaxation, seed, cold)
    first = search.assignment
    sweeps = watch.budget.sweeps
    if watch.counted:
        sweeps = DEFAULT_SWEEPS if sweeps is None else sweeps
    paced = sweeps is None or watch.pressed
    early = watch.remaining() > SHORT * problem.tasks if paced else sweeps is not None and sweeps >= FEW
    total, reserve = 0, 0.0
    exact = fits(problem)
    for schedule, share, afresh in cycles(problem, cold, early, exact, search.steepness > STEEP):
        if schedule is WALK and exact:
            left = None if sweeps is None else int((sweeps - total) * CORE_SHARE)
            search_core(recorder, relaxation.prices, seed, watch.part(CORE_SHARE), left)
        allowed = None if sweeps is None else -int(-(sweeps - total) * share // 1)
        if allowed == 0:
            break
        search.restart(first if afresh else recorder.best)
        total += anneal_once(search, schedule, watch.part(share, reserve), allowed)
        if watch.cancelled() and problem.tasks > QUICK:
            break
        before = watch.elapsed()
        recorder.moves = search.proposals
        found = search.finish(stop=watch.overdue)
        recorder.offer(insert(problem, relaxation.prices, found))  # on any agent, not only on candidates
        reserve = watch.elapsed() - before
        if recorder.finished():
            break
        if watch.remaining() <= reserve:
            watch.press()
            break
    return total
