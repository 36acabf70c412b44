"""What comes back: the `Outcome` of a handler and the `Result` that the ledger keeps of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

TerminalState = Literal["done", "failed", "cancelled", "expired", "rejected"]
"""The five states in which a task ends."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One input that an outcome rests on.

    Parameters
    ----------
    reference : str
        The resource it was read from, such as ``Observation/o1``.
    label : str
        What it is, in plain words.
    value : float or str, optional
        Value as used, after conversion.
    unit : str, optional
        UCUM unit of `value`.
    time : str, optional
        ISO 8601 instant at which it held.
    """

    reference: str
    label: str
    value: float | str | None = None
    unit: str | None = None
    time: str | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """One computed value, such as a score; it is written back as an Observation.

    Parameters
    ----------
    name : str
        Short name, such as ``NEWS2``.
    value : float, int or str
        The value.
    unit : str
        UCUM unit, ``{score}`` for a score, '' for a text.
    system, code : str
        Code system URL and code of the value; '' where there is no standard code.
    interpretation : str
        What it means, in plain words, such as ``stage 2 hypertension``.
    """

    name: str
    value: float | int | str
    unit: str = ""
    system: str = ""
    code: str = ""
    interpretation: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a person should know or do.

    Parameters
    ----------
    text : str
        One sentence.
    severity : {'info', 'attention', 'urgent'}
        How much it matters.
    """

    text: str
    severity: Literal["info", "attention", "urgent"] = "info"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a handler hands back. "Not computable, these inputs are missing" is an outcome, not an error.

    Parameters
    ----------
    summary : str
        One sentence for the report.
    values : tuple of Value
        Computed values.
    findings : tuple of Finding
        Things to know or to do.
    missing : tuple of str
        Inputs that were not there, in plain words.
    source : str
        Publication that the computation follows.
    evidence : tuple of Evidence
        Inputs used.
    data : dict
        Anything else, JSON.
    """

    summary: str = ""
    values: tuple[Value, ...] = ()
    findings: tuple[Finding, ...] = ()
    missing: tuple[str, ...] = ()
    source: str = ""
    evidence: tuple[Evidence, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def computable(self) -> bool:
        """False when inputs were missing and nothing could be computed."""
        return bool(self.values or self.findings or not self.missing)

    def to_json(self) -> dict[str, Any]:
        """As plain dictionaries and lists."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Outcome:
        """Inverse of `to_json`."""
        return cls(
            summary=data.get("summary", ""),
            values=tuple(Value(**item) for item in data.get("values", ())),
            findings=tuple(Finding(**item) for item in data.get("findings", ())),
            missing=tuple(data.get("missing", ())),
            source=data.get("source", ""),
            evidence=tuple(Evidence(**item) for item in data.get("evidence", ())),
            data=dict(data.get("data", {})),
        )


@dataclass(frozen=True, slots=True)
class Timings:
    """When a task was accepted, planned, started and finished; None where it was not."""

    accepted: datetime | None = None
    planned: datetime | None = None
    started: datetime | None = None
    finished: datetime | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """How a task ended.

    Parameters
    ----------
    task_id : str
        The task.
    status : TerminalState
        How it ended.
    outcome : Outcome, optional
        What the handler handed back; None unless `status` is ``done``.
    reason : str
        Why it did not end ``done``; '' otherwise.
    agent : str, optional
        Address of the agent that did it.
    timings : Timings
        Its life.
    attempts : int
        How often a handler was started for it.
    epoch : int
        Epoch of the plan that dispatched it.
    """

    task_id: str
    status: TerminalState
    outcome: Outcome | None = None
    reason: str = ""
    agent: str | None = None
    timings: Timings = Timings()
    attempts: int = 0
    epoch: int = 0

    @property
    def output(self) -> dict[str, Any]:
        """The outcome as JSON; empty when there is none."""
        return self.outcome.to_json() if self.outcome else {}

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Inputs that the outcome rests on."""
        return self.outcome.evidence if self.outcome else ()
