"""Pools divided among clusters: exactly, and beside it by annealers, circuits and assignment solvers."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from scheduler.binary.solving import qubo_solver_names, solve_qubo
from scheduler.budget import Budget
from scheduler.errors import UnknownSolverError
from scheduler.resources.allocation import Allocation, MethodResult
from scheduler.resources.bits import AllocationQUBO
from scheduler.resources.chunks import ChunkProblem
from scheduler.resources.curve import Curves, worth
from scheduler.resources.errors import InvalidPoolError
from scheduler.resources.marginal import divide
from scheduler.solvers import solver_names
from scheduler.solving import solve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scheduler.arrays import Int64Array
    from scheduler.resources.marginal import Division
    from scheduler.resources.pool import ResourcePool, ResourceRequest

DEFAULT_BUDGET = Budget(seconds=1.0)


@dataclass(frozen=True, slots=True)
class _Lot:
    """One pool with its requests, in steps."""

    pool: ResourcePool
    requests: tuple[ResourceRequest, ...]
    curves: Curves

    def base(self) -> float:
        """Worth of the minimums alone."""
        least = self.curves.least.tolist()
        return sum(worth(self.pool, r, n * self.pool.step) for r, n in zip(self.requests, least, strict=True))


class ResourceOptimizer:
    """Divides pooled resources among clusters.

    Worths are concave and no request spans two pools, so each pool is divided exactly by the order of marginal values
    (`scheduler.resources.marginal`), with a proof. The same division as a QUBO (`qubo`) and as an assignment problem
    (`chunks`) is for solvers that take nothing else, and to measure them: a rival never replaces the exact division
    unless it is worth more.

    Parameters
    ----------
    pools
        What there is; names are unique.
    requests
        Who wants what; one a pool and cluster.

    Raises
    ------
    InvalidPoolError, InvalidRequestError
        With the field at fault.
    PoolTooSmallError
        If the minimums of a pool's requests exceed it.

    Examples
    --------
    >>> from scheduler import ResourceOptimizer, ResourcePool, ResourceRequest
    >>> imaging = ResourceRequest("gpu", "imaging", demand=4, weight=2.0)
    >>> pathology = ResourceRequest("gpu", "pathology", demand=3, minimum=1)
    >>> allocation = ResourceOptimizer([ResourcePool("gpu", 4)], [imaging, pathology]).solve()
    >>> allocation.amount("gpu", "imaging"), allocation.amount("gpu", "pathology")
    (3.0, 1.0)
    """

    def __init__(self, pools: Sequence[ResourcePool], requests: Sequence[ResourceRequest]) -> None:
        self.pools = tuple(pools)
        self.requests = tuple(requests)
        names = [pool.name for pool in self.pools]
        for place, name in enumerate(names):
            if name in names[:place]:
                raise InvalidPoolError(name, "name", name, "another pool has it: names are unique")
        seen = set()
        for request in self.requests:
            if request.pool not in names:
                raise request.error("pool", f"there is no such pool: name one of {', '.join(names) or 'none'}")
            if (request.pool, request.cluster) in seen:
                raise request.error("cluster", "it has a request for this pool already: give one")
            seen.add((request.pool, request.cluster))
        self._lots = tuple(self._lot(pool) for pool in self.pools)

    def solve(self, *rivals: str, budget: Budget = DEFAULT_BUDGET, seed: int = 0) -> Allocation:
        """Divide all pools.

        Parameters
        ----------
        rivals
            Methods to run beside the exact one: "bits:" and a name that `solve_qubo` takes, or "chunks:" and a name
            that `solve` takes, as "bits:anneal" or "chunks:pga".
        budget
            For each rival, shared out among the pools.
        seed
            Seed of the rivals' random choices.

        Raises
        ------
        UnknownSolverError
            If a rival has another name.
        ProblemTooLargeError
            If a pool has too many steps for a rival.
        """
        for rival in rivals:
            if rival not in rival_names():
                raise UnknownSolverError(rival, rival_names())
        begun = time.perf_counter()
        divisions = [divide(lot.curves) for lot in self._lots]
        spent = time.perf_counter() - begun
        best = [division.taken for division in divisions]
        methods = [MethodResult("exact", self._value(best), 0.0, spent)]
        share = budget if budget.seconds is None else replace(budget, seconds=budget.seconds / max(len(self._lots), 1))
        for rival in rivals:
            result, taken = self._rival(rival, share, seed, methods[0].value)
            if result.value > self._value(best):
                best = taken
            methods.append(result)
        return self._allocation(best, divisions, tuple(methods))

    def qubo(self, pool: str, largest_bit: int | None = None) -> AllocationQUBO:
        """The division of a pool as a QUBO; `largest_bit` bounds the steps that one bit stands for.

        Raises
        ------
        InvalidPoolError
            If there is no such pool.
        ProblemTooLargeError
            If the pool has too many steps.
        """
        lot = self._named(pool)
        return AllocationQUBO.compile(lot.curves, [request.cluster for request in lot.requests], largest_bit)

    def chunks(self, pool: str) -> ChunkProblem:
        """The division of a pool as an assignment problem; raises as `qubo` does."""
        return ChunkProblem.compile(self._named(pool).curves)

    def _lot(self, pool: ResourcePool) -> _Lot:
        requests = tuple(request for request in self.requests if request.pool == pool.name)
        return _Lot(pool, requests, Curves.of(pool, requests))

    def _named(self, pool: str) -> _Lot:
        for lot in self._lots:
            if lot.pool.name == pool:
                return lot
        known = ", ".join(lot.pool.name for lot in self._lots) or "none"
        raise InvalidPoolError(pool, "name", pool, f"there is no such pool: name one of {known}")

    def _rival(self, rival: str, budget: Budget, seed: int, exact: float) -> tuple[MethodResult, list[Int64Array]]:
        encoding, _, solver = rival.partition(":")
        begun = time.perf_counter()
        found, exceeded = [], []
        for lot in self._lots:
            if encoding == "bits":
                form = self.qubo(lot.pool.name)
                taken = form.decode(solve_qubo(form.problem, solver, budget, seed).state)
            else:
                chunks = ChunkProblem.compile(lot.curves)
                taken = chunks.decode(solve(chunks.problem, solver, budget, seed).assignment)
            if taken.sum() > lot.curves.room:
                exceeded.append(lot.pool.name)
                taken = divide(lot.curves, taken).taken
            found.append(lot.curves.taken(lot.curves.steps(taken)))
        value, seconds = self._value(found), time.perf_counter() - begun
        shortfall = max(exact - value, 0.0) / (abs(exact) or abs(value) or 1.0)
        return MethodResult(rival, value, shortfall, seconds, tuple(exceeded)), found

    def _value(self, taken: list[Int64Array]) -> float:
        return sum(lot.base() + lot.curves.gain(steps) for lot, steps in zip(self._lots, taken, strict=True))

    def _allocation(
        self, taken: list[Int64Array], divisions: list[Division], methods: tuple[MethodResult, ...]
    ) -> Allocation:
        clusters = tuple(dict.fromkeys(request.cluster for request in self.requests))
        amounts, demands = np.zeros((2, len(self.pools), len(clusters)))
        left, prices = np.zeros((2, len(self.pools)))
        for p, (lot, steps, division) in enumerate(zip(self._lots, taken, divisions, strict=True)):
            given = lot.curves.steps(steps) * lot.pool.step
            for request, amount in zip(lot.requests, given.tolist(), strict=True):
                column = clusters.index(request.cluster)
                amounts[p, column], demands[p, column] = amount, request.demand
            left[p] = max(lot.pool.amount - float(given.sum()), 0.0)
            prices[p] = division.price / lot.pool.step
        value = self._value(taken)
        bound = sum(lot.base() + division.bound for lot, division in zip(self._lots, divisions, strict=True))
        gap = max(bound - value, 0.0) / max(abs(bound), 1e-9)
        unmet = np.maximum(demands - amounts, 0.0)
        return Allocation(self.pools, clusters, amounts, demands, unmet, left, value, bound, gap, prices, methods)


def rival_names() -> tuple[str, ...]:
    """Methods that `ResourceOptimizer.solve` can run beside the exact one, sorted."""
    return tuple(
        sorted([f"bits:{name}" for name in qubo_solver_names()] + [f"chunks:{name}" for name in solver_names()])
    )
