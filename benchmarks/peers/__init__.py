"""Solvers that a user could pick instead, each run in a process of its own: `python -m peers NAME PATH FORMAT ...`.

A process writes JSON lines: "built" when its model stands, from when its seconds count; "plan" at each better plan;
"bound" when its own bound rises; "end" with the last plan recomputed from the problem.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Peer:
    """A solver: what people call it, and the function that runs it (`module:function`)."""

    label: str
    place: str


PEERS: dict[str, Peer] = {
    "pga": Peer("ours (pga)", "peers.ours:run"),
    "greedy": Peer("priced insertion alone", "peers.ours:insertion"),
    "highs": Peer("HiGHS", "peers.highs:run"),
    "cpsat": Peer("CP-SAT", "peers.cpsat:cold"),
    "cpsat-hint": Peer("CP-SAT, hinted", "peers.cpsat:hinted"),
    "neal": Peer("neal (QUBO)", "peers.sampling:neal"),
    "openjij": Peer("openjij (QUBO)", "peers.sampling:openjij"),
}
"""Every solver by name, in the order of tables and colours."""

__all__ = ["PEERS", "Peer"]
