"""A bound that anyone can check: prices (and messages) from which one pass over the arrays recomputes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import FloatArray, Int32Array
from scheduler.bounds.links import links_of
from scheduler.errors import CertificateError, CertificatePriceError
from scheduler.spaces import full_space

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from scheduler.kernels.messages import Messages
    from scheduler.problem import AssignmentProblem

WORK_BETWEEN_LOOKS = 8_000_000
"""Labels and pairs of labels between two questions whether to stop: some ten milliseconds."""


@dataclass(frozen=True, slots=True, eq=False)
class Certificate:
    """Prices and messages that prove a lower bound.

    Parameters
    ----------
    kind
        "lagrangian", "lp", "mplp" or "knapsack".
    bound
        The bound that the prices and messages prove.
    prices
        float64 (A, R), >= 0: price of a unit of capacity.
    messages
        None without pairs. Else float64 or float32 (M,): for every entry of `pair_task` in order, one number for each
        eligible agent of the row's task and a last one for leaving it out: how much of the pair's cost the
        task answers for.
    objective
        Total objective of the plan that the certificate came with, if it says so. Not a part of the proof.
    multipliers
        Of kind "knapsack": float64 (T,), what doing a task is worth to the agent that packs it.
    kept
        Of kind "knapsack": int32 (A,), the resource that every agent packs whole tasks into; the prices of the others
        count.
    """

    kind: str
    bound: float
    prices: FloatArray
    messages: Messages | None = None
    objective: float | None = None
    multipliers: FloatArray | None = None
    kept: Int32Array | None = None

    def verify(self, problem: AssignmentProblem) -> float:
        """Recompute the bound from prices and messages alone, in one pass over the arrays of the problem.

        The result is a lower bound for any finite prices >= 0 and any messages, so a tampered certificate can only
        prove less. Conflicts are not used: dropping them keeps it a lower bound.

        Returns
        -------
        float
            The bound; equal to `bound` up to rounding.

        Raises
        ------
        CertificateError
            If prices or messages do not have the shapes that this problem asks for, or a price is negative or not
            finite (`CertificatePriceError`).
        """
        wrong = np.argwhere(~((self.prices >= 0.0) & np.isfinite(self.prices)))
        if len(wrong) and self.prices.shape == problem.capacity.shape:
            agent, resource = (int(place) for place in wrong[0])
            raise CertificatePriceError(agent, resource, float(self.prices[agent, resource]))
        if self.kind == "knapsack":
            from scheduler.bounds.knapsack import knapsack_value

            return knapsack_value(problem, self)
        return dual_value(problem, self.prices, self.messages)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a compressed `.npz` with the names of the fields.

        Raises
        ------
        FormatError
            If the file cannot be written.
        """
        from scheduler.bounds.certificate_file import save_certificate

        save_certificate(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Certificate:
        """Read a certificate that `save` wrote; whether it holds is for `verify` to say.

        Raises
        ------
        FormatError
            If the file cannot be read, lacks an array, or holds one of another kind.
        """
        from scheduler.bounds.certificate_file import load_fields

        return cls(**load_fields(path))


def message_count(problem: AssignmentProblem) -> int:
    """Length of the messages of a problem: for each stored pair entry the row's eligible agents and one."""
    labels = np.diff(problem.task_ptr) + 1
    return int((np.diff(problem.pair_ptr) * labels).sum())


def dual_value(
    problem: AssignmentProblem,
    prices: FloatArray,
    messages: Messages | None,
    stop: Callable[[], bool] | None = None,
) -> float:
    """Value of the Lagrangian dual at prices and messages (None: zero messages), in float64 whatever they are.

    sum over tasks of the least priced cost plus messages, plus for every pair the least of weight x distance
    minus both messages, minus prices x capacity. Negative prices count as zero. Tasks that must be placed
    are charged as `finite_unassigned_cost` says. Once `stop` is true the rest is left, and nothing is proven: -inf;
    nor by prices or messages that are not finite. What rounding of the messages may hide is taken off.
    """
    if prices.shape != problem.capacity.shape:
        raise CertificateError("prices", prices.shape, problem.capacity.shape)
    if messages is not None and messages.shape != (message_count(problem),):
        raise CertificateError("messages", messages.shape, (message_count(problem),))
    with np.errstate(over="ignore", invalid="ignore"):
        checked = 0.0 if messages is None else float(messages.sum(dtype=np.float64))
        priced = float((np.maximum(prices, 0.0) * problem.capacity).sum())
    if not np.isfinite(checked + priced):
        return -np.inf
    from scheduler.kernels.dual import least_costs
    from scheduler.kernels.messages import least_distances, proven

    charged = np.ascontiguousarray(np.maximum(prices, 0.0))
    space = full_space(problem)
    links = None if messages is None else links_of(space, np.dtype(np.float64))
    width = 1.0 + len(problem.agent) / max(problem.tasks, 1)
    many = max(1, int(WORK_BETWEEN_LOOKS / (width if links is None else width + links.work / max(problem.tasks, 1))))
    total = 0.0
    for begin in range(0, problem.tasks, many):
        if stop is not None and stop():
            return -np.inf
        end = min(begin + many, problem.tasks)
        if links is None or messages is None:
            total += least_costs(space, charged, begin, end) + least_distances(space, begin, end)
        else:
            total += proven(space, links.arrays, charged, messages, begin, end)
    value = float(total) - priced
    return value if np.isfinite(value) else -np.inf
