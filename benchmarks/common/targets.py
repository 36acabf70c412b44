"""The goals of the optimisation core, and what a measurement says of each."""

from __future__ import annotations

from dataclasses import dataclass

from common.tables import markdown, number


@dataclass(frozen=True, slots=True)
class Target:
    """A figure to reach.

    Parameters
    ----------
    name
        Short and unique.
    work
        What is done, as the table says it.
    goal, floor
        What is wanted, and what is the least (None: no floor).
    unit
        "%", "s", "ms", "x", "GB" or "".
    most
        Whether the figure may be at most the goal (else at least).
    script
        What measures it.
    """

    name: str
    work: str
    goal: float
    unit: str
    script: str
    floor: float | None = None
    most: bool = True

    def reached(self, measured: float) -> bool:
        """Whether the goal is reached."""
        return measured <= self.goal if self.most else measured >= self.goal

    def verdict(self, measured: float | None) -> str:
        """How the goal stands: reached, or how far."""
        if measured is None:
            return "not measured"
        if self.reached(measured):
            return "reached"
        if self.unit == "%" and not self.most:
            return f"short by {self.text(self.goal - measured)}"
        far = measured / self.goal if self.most else self.goal / measured if measured else float("inf")
        kept = self.floor is not None and (measured <= self.floor if self.most else measured >= self.floor)
        return f"{far:.2f} times the goal" + (f", within the floor {self.text(self.floor)}" if kept else "")

    def text(self, value: float | None) -> str:
        """A figure with its unit."""
        if value is None:
            return number(None)
        digits = 0 if abs(value) >= 100 or not self.unit else 3 if self.unit == "%" else 2
        return f"{number(value, digits)} {self.unit}".rstrip()


TARGETS: tuple[Target, ...] = (
    Target("plain-1s", "1,000 x 10,000 without pairs, 1 s: gap", 0.6, "%", "goals"),
    Target("plain-10s", "1,000 x 10,000 without pairs, 10 s: gap", 0.45, "%", "goals", 0.6),
    Target("pairs-10s", "1,000 x 10,000 with pairs, 10 s: gap", 1.0, "%", "goals", 1.3),
    Target("pairs-30s", "1,000 x 10,000 with pairs, 30 s: gap", 0.75, "%", "goals"),
    Target("vs-highs", "the same without pairs, 60 s: objective / HiGHS's", 0.65, "x", "gap_over_time"),
    Target("vs-cpsat", "the same without pairs, 60 s: objective / hinted CP-SAT's", 0.89, "x", "gap_over_time"),
    Target("bound-below", "bound at 1,000 x 10,000: below the LP optimum", 0.01, "%", "goals"),
    Target(
        "bound-speed", "bound at 1,000 x 10,000: faster than HiGHS's interior point", 15.0, "x", "goals", None, False
    ),
    Target("million-plain", "10,000 x 1,000,000 without pairs, 90 s: gap", 0.5, "%", "growth"),
    Target("million-pairs", "10,000 x 1,000,000 with pairs, 4 min: gap", 1.75, "%", "growth"),
    Target("million-time", "10,000 x 1,000,000: certified plan in", 240.0, "s", "growth", 300.0),
    Target("million-memory", "10,000 x 1,000,000: memory", 3.0, "GB", "growth"),
    Target("yagiura-c", "Yagiura C, 400 to 1600 tasks, 10 s: mean gap to best known", 0.06, "%", "goals", 0.10),
    Target("yagiura-d", "Yagiura D, 400 to 1600 tasks, 10 s: mean gap to best known", 0.10, "%", "goals", 0.19),
    Target("yagiura-e", "Yagiura E, 400 to 1600 tasks, 10 s: mean gap to best known", 0.012, "%", "goals", 0.025),
    Target("cordeau", "GQAP Cordeau, 10 s, 3 seeds: runs that reach the best known", 100.0, "%", "goals", None, False),
    Target("replan-feasible", "re-plan, 1 % of 10,000 tasks changed: feasible in", 20.0, "ms", "replan"),
    Target("replan-gap", "re-plan, 0.5 s: gap above a cold plan's (points)", 0.15, "%", "replan"),
    Target("replan-moved", "re-plan, 0.5 s: tasks moved", 2.5, "%", "replan"),
    Target("qaoa-speed", "QAOA, 16 qubits: faster than qiskit", 100.0, "x", "qaoa", None, False),
    Target("qaoa-40", "QAOA, 40-qubit one-hot sub-QUBO, p = 16", 0.4, "s", "qaoa"),
)
"""Every goal of the optimisation core, in the order of the table."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was measured for a target, in its unit, and what stands behind the figure."""

    measured: float
    detail: str = ""


def goals_table(found: dict[str, Finding]) -> str:
    """A line a target."""
    lines = []
    for target in TARGETS:
        finding = found.get(target.name)
        measured = None if finding is None else finding.measured
        sign = "<=" if target.most else ">="
        detail = "" if finding is None else finding.detail
        asked = f"{sign} {target.text(target.goal)}"
        lines.append([target.work, asked, target.text(measured), target.verdict(measured), detail, target.script])
    return markdown(["goal", "wanted", "measured", "verdict", "behind it", "script"], lines, (0, 3, 4, 5))
