"""A bound that anyone can check: prices (and messages) from which one pass over the arrays recomputes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scheduler.arrays import FloatArray
from scheduler.errors import CertificateError
from scheduler.spaces import finite_unassigned_cost, full_space

if TYPE_CHECKING:
    import os

    from scheduler.problem import AssignmentProblem


@dataclass(frozen=True, slots=True, eq=False)
class Certificate:
    """Prices and messages that prove a lower bound.

    Parameters
    ----------
    kind
        "lagrangian", "lp" or "mplp".
    bound
        The bound that the prices and messages prove.
    prices
        float64 (A, R), >= 0: price of a unit of capacity.
    messages
        None without pairs. Else float64 (M,): for every entry of `pair_task` in order, one number for each
        eligible agent of the row's task and a last one for leaving it out: how much of the pair's cost the
        task answers for.
    objective
        Total objective of the plan that the certificate came with, if it says so. Not a part of the proof.
    """

    kind: str
    bound: float
    prices: FloatArray
    messages: FloatArray | None = None
    objective: float | None = None

    def verify(self, problem: AssignmentProblem) -> float:
        """Recompute the bound from prices and messages alone, in one pass over the arrays of the problem.

        The result is a lower bound for any prices >= 0 and any messages, so a tampered certificate can only
        prove less. Conflicts are not used: dropping them keeps it a lower bound.

        Returns
        -------
        float
            The bound; equal to `bound` up to rounding.

        Raises
        ------
        CertificateError
            If prices or messages do not have the shapes that this problem asks for.
        """
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


def dual_value(problem: AssignmentProblem, prices: FloatArray, messages: FloatArray | None) -> float:
    """Value of the Lagrangian dual at prices and messages (None: zero messages).

    sum over tasks of the least priced cost plus messages, plus for every pair the least of weight x distance
    minus both messages, minus prices x capacity. Negative prices count as zero. Tasks that must be placed
    are charged as `finite_unassigned_cost` says.
    """
    if prices.shape != problem.capacity.shape:
        raise CertificateError("prices", prices.shape, problem.capacity.shape)
    if messages is not None and messages.shape != (message_count(problem),):
        raise CertificateError("messages", messages.shape, (message_count(problem),))
    charged = np.maximum(prices, 0.0)
    reduced = problem.cost.copy()
    for r in range(problem.resources):
        reduced += charged[problem.agent, r] * problem.demand[:, r]
    missed = finite_unassigned_cost(problem)
    pairs = 0.0
    if len(problem.pair_task):
        from scheduler.kernels.messages import pair_minima

        given = np.zeros(message_count(problem)) if messages is None else np.array(messages, dtype=np.float64)
        pairs = pair_minima(full_space(problem), given, reduced, missed)
    least = missed.copy()
    filled = np.flatnonzero(np.diff(problem.task_ptr))
    if len(filled):
        least[filled] = np.minimum(least[filled], np.minimum.reduceat(reduced, problem.task_ptr[filled]))
    return float(least.sum()) + float(pairs) - float((charged * problem.capacity).sum())
