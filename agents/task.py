"""What work is: the `Task`, checked at the edge and frozen inside."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from agents.address import Address
from agents.minutes import Minutes

STAFF = "staff"
"""Name of the resource that a task uses when it names none: minutes of the agent itself."""


def _utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value


def _end_of_day(value: Any) -> Any:
    """Read a date without a time as the end of that day."""
    if isinstance(value, str) and len(value) == len("2026-03-01"):
        with suppress(ValueError):
            value = date.fromisoformat(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time.max, tzinfo=UTC).replace(microsecond=0)
    return value


Instant = Annotated[datetime, AfterValidator(_utc)]
"""A moment with a time zone; one written without is UTC."""

Due = Annotated[Instant, BeforeValidator(_end_of_day)]
"""A moment by which something is due; a date alone means the end of that day."""

TaskId = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:|/-]*$")]


class Task(BaseModel):
    """One piece of work that one agent does.

    Parameters
    ----------
    id : str
        Unique in a swarm. Holds no patient data: it appears in logs.
    kind : str
        Name of the skill that the work needs.
    subject : str, optional
        Reference of whom it is about, such as ``Patient/p1``. A reference, never a name.
    priority : int
        Acuity 1 (most urgent) to 5.
    due, not_before : datetime, optional
        When it must be done (a date alone: at its end); when it may begin (a date alone: at its start). Without a
        zone, UTC.
    demand : dict of str to float
        Minutes of each resource that it takes at skill level 3.
    level : int
        Lowest skill level (1 to 5) that may do it.
    licences : frozenset of str
        Licences that the agent must hold.
    zone, language : str, optional
        Where it is (an address prefix or a zone name of agents); language of the subject (BCP 47).
    after : tuple of str
        Ids of the tasks that must be done before.
    payload : str, optional
        Reference to the data it works on, such as ``ServiceRequest/s1``: content does not travel in messages.
    idempotency_key : str
        Same key, same effect, however often it is run. Default: the id.
    same_agent_as, different_agent_from : tuple of str
        Ids of tasks that must share its agent, or must not (four eyes).
    never_agents : tuple of str
        Addresses (or prefixes) that may not do it.
    requester : str, optional
        Reference of who asked for it.
    based_on : tuple of str
        References of the orders that it fulfils.
    max_attempts : int
        How often its handler may fail before that is final. What a dying host takes down with it is not counted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: TaskId
    kind: Annotated[str, Field(min_length=1, max_length=100)]
    subject: Annotated[str, Field(min_length=1)] | None = None
    priority: Annotated[int, Field(ge=1, le=5)] = 3
    due: Due | None = None
    not_before: Instant | None = None
    demand: dict[str, Minutes] = Field(default_factory=lambda: {STAFF: 10.0})
    level: Annotated[int, Field(ge=1, le=5)] = 1
    licences: frozenset[str] = frozenset()
    zone: str | None = None
    language: str | None = None
    after: tuple[TaskId, ...] = ()
    payload: str | None = None
    idempotency_key: Annotated[str, Field(min_length=1)] = ""
    same_agent_as: tuple[TaskId, ...] = ()
    different_agent_from: tuple[TaskId, ...] = ()
    never_agents: tuple[Address, ...] = ()
    requester: str | None = None
    based_on: tuple[str, ...] = ()
    max_attempts: Annotated[int, Field(ge=1, le=100)] = 3

    @model_validator(mode="before")
    @classmethod
    def _default_key(cls, data: Any) -> Any:
        if isinstance(data, dict) and not data.get("idempotency_key") and isinstance(data.get("id"), str):
            return {**data, "idempotency_key": data["id"]}
        return data

    @model_validator(mode="after")
    def _own_rules(self) -> Self:
        for name in ("after", "same_agent_as", "different_agent_from"):
            if self.id in getattr(self, name):
                msg = f"{name} names the task itself"
                raise ValueError(msg)
        if both := set(self.same_agent_as) & set(self.different_agent_from):
            msg = f"same_agent_as and different_agent_from both name {min(both)!r}"
            raise ValueError(msg)
        if self.due and self.not_before and self.due < self.not_before:
            msg = "due lies before not_before"
            raise ValueError(msg)
        return self
