"""What a quantum run says of itself, the exact optimum of the same energies always beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

TIE = 1e-9
"""Difference of energies, relative to their size, up to which they count as equal."""


@dataclass(frozen=True, slots=True)
class QuantumReport:
    """One simulated run.

    Parameters
    ----------
    method
        "qaoa" or "vqe".
    mixer
        "xy" (one-hot subspace) or "x" (all bit strings), the ansatz for VQE.
    qubits
        Qubits that hardware would need.
    states
        Amplitudes that were simulated.
    layers
        Layers.
    parameters
        The angles: "gammas" per unit of energy and "betas", or "angles".
    evaluations
        States simulated.
    shots
        Samples of the final state.
    expectation
        Its mean energy, penalties included.
    approximation_ratio
        (blind - mean) / (blind - optimum), at most 1: blind is the mean objective of all valid states, mean that of the
        final state, in which what breaks a rule counts as much as blind. 0 is what blind guessing reaches, 1 means
        that only optima are measured. Penalties do not change it. None where no state is valid or all valid ones are
        worth the same.
    optimum_probability
        Probability of measuring an optimum; None where no state is valid.
    valid_share
        Share of the shots that break no rule.
    best_shot
        Least objective of a valid shot, None where none is valid.
    optimum
        Least objective of all valid states, read off the diagonal; None where there is none.
    seconds, exact_seconds
        Wall clock of the run, and of filling the same diagonal and looking for its minimum.
    """

    method: str
    mixer: str
    qubits: int
    states: int
    layers: int
    parameters: dict[str, tuple[float, ...]]
    evaluations: int
    shots: int
    expectation: float
    approximation_ratio: float | None
    optimum_probability: float | None
    valid_share: float
    best_shot: float | None
    optimum: float | None
    seconds: float
    exact_seconds: float

    @property
    def hit(self) -> bool:
        """Whether the best shot is an optimum."""
        if self.best_shot is None or self.optimum is None:
            return False
        return self.best_shot <= self.optimum + TIE * max(abs(self.optimum), abs(self.expectation))

    def beaten_by(self, objective: float) -> bool:
        """Whether an objective is better than the best shot, by more than sums in another order differ."""
        if self.best_shot is None:
            return True
        return objective < self.best_shot - TIE * max(abs(self.best_shot), abs(self.expectation))

    @property
    def verdict(self) -> str:
        """Who wins, in words."""
        if self.optimum is None:
            return "no state keeps all rules: neither side has an answer"
        time = _times(self.seconds, self.exact_seconds, f"the exact search of the same {self.states:,} energies")
        if self.hit:
            winner = "exact" if self.exact_seconds <= self.seconds else self.method
            return f"{winner} wins: {self.method}'s best shot is the optimum, and {time}"
        if self.best_shot is None:
            return f"exact wins: no shot of {self.method} keeps all rules, and {time}"
        over = self.best_shot - self.optimum
        return f"exact wins: {self.method}'s best shot is {over:.6g} above the optimum, and {time}"

    def to_json(self) -> dict[str, Any]:
        """Plain dictionary for `json.dumps`."""
        raw = asdict(self)
        raw["parameters"] = {name: list(values) for name, values in self.parameters.items()}
        return {"kind": "run", **raw, "hit": self.hit, "verdict": self.verdict}


@dataclass(frozen=True, slots=True)
class WindowReport:
    """A problem larger than the simulator, improved window by window.

    Parameters
    ----------
    windows
        Windows that were looked at.
    skipped
        Windows without a valid state, or of one state only.
    improved
        Windows whose best shot was better than the plan, and was taken over.
    hits
        Windows whose best shot was the window's exact optimum.
    qubits, states
        Of the largest window.
    layers, shots
        Of every window's run.
    before, after
        Objective of the start and of the plan (None where a task that must be placed is not).
    seconds, exact_seconds
        Of all runs, and of filling the same diagonals and looking for their minima.
    """

    windows: int
    skipped: int
    improved: int
    hits: int
    qubits: int
    states: int
    layers: int
    shots: int
    before: float | None
    after: float | None
    seconds: float
    exact_seconds: float

    @property
    def verdict(self) -> str:
        """Who wins, in words."""
        runs = self.windows - self.skipped
        if not runs:
            return "no window was run"
        time = _times(self.seconds, self.exact_seconds, "reading the optimum off the same energies")
        winner = "qaoa" if self.hits == runs and self.seconds < self.exact_seconds else "exact"
        return f"{winner} wins: the best shot was the window's optimum in {self.hits} of {runs} windows, and {time}"

    def to_json(self) -> dict[str, Any]:
        """Plain dictionary for `json.dumps`."""
        return {"kind": "windows", **asdict(self), "verdict": self.verdict}


def finite(value: float) -> float | None:
    """The value, None where it is infinite."""
    return value if math.isfinite(value) else None


def _times(seconds: float, exact: float, what: str) -> str:
    """How long the exact search took, in times of the run."""
    ratio = seconds / max(exact, 1e-9)
    return f"{what} took 1/{ratio:.1f} of the time" if ratio >= 1.0 else f"{what} took {1.0 / ratio:.1f} times as long"


def rows_of(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A report's `to_json` as a short table: what, and its value."""
    seconds = ("seconds", f"{told['seconds']:.4f}, exact search {told['exact_seconds']:.4f}")
    if told["kind"] == "windows":
        return [
            ("qaoa windows", f"{told['windows']:,}, the largest {told['qubits']} qubits, {told['states']:,} states"),
            ("improved", f"{told['improved']:,}, objective {_text(told['before'])} -> {_text(told['after'])}"),
            ("best shot is optimum", f"{told['hits']:,} of {told['windows'] - told['skipped']:,}"),
            seconds,
        ]
    method = f"{told['method']}, {told['mixer']}"
    return [
        (method, f"{told['qubits']} qubits, {told['states']:,} states, {told['layers']} layers"),
        ("best shot", f"{_text(told['best_shot'])} of {told['shots']:,}, {told['valid_share']:.1%} valid"),
        ("exact optimum", _text(told["optimum"])),
        ("P(optimum)", f"{_text(told['optimum_probability'])}, ratio {_text(told['approximation_ratio'])}"),
        seconds,
    ]


def _text(value: float | None) -> str:
    if value is None:
        return "none"
    return f"{value:.3g}" if abs(value) < 1.0 else f"{value:,.10g}"
