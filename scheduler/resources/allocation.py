"""The answer of a `ResourceOptimizer`: who gets how much, what it is worth, and how every method fared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scheduler.arrays import FloatArray
from scheduler.resources.errors import UnknownClusterError, UnknownPoolError

if TYPE_CHECKING:
    from scheduler.resources.pool import ResourcePool

PROVEN = 1e-9
"""Relative gap up to which a division counts as proven optimal."""


@dataclass(frozen=True, slots=True)
class MethodResult:
    """What one method came to.

    Parameters
    ----------
    method
        "exact", or encoding and solver, as "bits:anneal".
    value
        Net worth of its division.
    shortfall
        How far that is below the exact one, relative to it (where that is 0: to this one).
    seconds
        Wall clock from the requests in steps to the division: an encoding made on the way counts, kernels compiled at
        their first use too.
    repaired
        Pools that its division exceeded before steps were given back.
    """

    method: str
    value: float
    shortfall: float
    seconds: float
    repaired: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Allocation:
    """A division of pools among clusters.

    Parameters
    ----------
    pools
        What was divided, P of them.
    clusters
        Names of the clusters, C of them.
    amounts, demands, unmet
        float64 (P, C): what each cluster gets, has use for, and lacks; 0 where it made no request.
    left
        float64 (P,): what stays in each pool.
    value
        Net worth: of the amounts, less the charges for moves and short supply.
    bound
        What no division can exceed.
    gap
        (bound - value) / max(|bound|, 1e-9).
    shadow_prices
        float64 (P,): what the next step of each pool would be worth, a unit.
    methods
        How every method fared, the exact one first.
    """

    pools: tuple[ResourcePool, ...]
    clusters: tuple[str, ...]
    amounts: FloatArray
    demands: FloatArray
    unmet: FloatArray
    left: FloatArray
    value: float
    bound: float
    gap: float
    shadow_prices: FloatArray
    methods: tuple[MethodResult, ...]

    @property
    def proven_optimal(self) -> bool:
        """Whether no division can be worth more."""
        return self.gap <= PROVEN

    @property
    def winner(self) -> MethodResult:
        """The method whose division is worth most; of those within rounding of it the quickest."""
        best = max(result.value for result in self.methods)
        near = [result for result in self.methods if best - result.value <= PROVEN * abs(best)]
        return min(near, key=lambda result: result.seconds)

    def amount(self, pool: str, cluster: str) -> float:
        """What a cluster gets of a pool; 0 where it made no request for it.

        Raises
        ------
        UnknownPoolError, UnknownClusterError
            If there is no such pool, or no cluster of this name made any request.
        """
        names = tuple(each.name for each in self.pools)
        if pool not in names:
            raise UnknownPoolError(pool, names)
        if cluster not in self.clusters:
            raise UnknownClusterError(cluster, self.clusters)
        return float(self.amounts[names.index(pool), self.clusters.index(cluster)])

    def to_json(self) -> dict[str, Any]:
        """Plain dictionary for `json.dumps`."""
        columns = {"amount": self.amounts, "demand": self.demands, "unmet": self.unmet}
        pools = [
            {
                "pool": pool.name,
                "unit": pool.unit,
                "available": pool.amount,
                "left": float(self.left[p]),
                "shadow_price": float(self.shadow_prices[p]),
                "clusters": {
                    cluster: {name: float(values[p, c]) for name, values in columns.items()}
                    for c, cluster in enumerate(self.clusters)
                },
            }
            for p, pool in enumerate(self.pools)
        ]
        methods = [
            {"method": r.method, "value": r.value, "shortfall": r.shortfall, "seconds": r.seconds,
             "repaired": list(r.repaired)}
            for r in self.methods
        ]  # fmt: skip
        figures = {name: getattr(self, name) for name in ("value", "bound", "gap", "proven_optimal")}
        return {"pools": pools, **figures, "methods": methods, "winner": self.winner.method}

    def __str__(self) -> str:
        lines = []
        for p, pool in enumerate(self.pools):
            price = f"one more would be worth {self.shadow_prices[p]:.4g}"
            lines.append(f"{pool.name}: {pool.amount:,.10g} {pool.unit}, {self.left[p]:,.10g} left, {price}")
            lines += [
                f"  {cluster:<20} {self.amounts[p, c]:>14,.10g} of {self.demands[p, c]:,.10g}"
                for c, cluster in enumerate(self.clusters)
                if self.demands[p, c] or self.amounts[p, c]
            ]
        lines.append(f"{'method':<22} {'value':>14} {'below exact':>12} {'seconds':>10}")
        lines += [
            f"{result.method:<22} {result.value:>14,.8g} {result.shortfall:>12.3%} {result.seconds:>10.4f}"
            + (f"  exceeded {', '.join(result.repaired)} and was cut back" if result.repaired else "")
            for result in self.methods
        ]
        proof = "proven optimal" if self.proven_optimal else f"at most {self.gap:.2%} below the best"
        return "\n".join([*lines, f"{self.winner.method} wins; the division above is {proof}"])
