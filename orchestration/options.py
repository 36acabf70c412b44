"""Options of a swarm."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from orchestration.planning.policy import PlanningPolicy


class SwarmOptions(BaseModel):
    """How a swarm plans and runs.

    Parameters
    ----------
    solver : str
        Name of a solver; ``auto`` chooses by size.
    seed : int
        Seed of all randomness.
    policy : PlanningPolicy
        Weights of planning.
    live : bool
        True: time is the clock's; what finds no capacity waits until it is due or the horizon ends, and then agents
        have their whole capacity again for the next one.
        False: the work of one horizon is planned and done as fast as handlers go, and what finds no capacity
        expires when nothing is left that could free any.
    max_hosts : int
        Cluster hosts at most.
    window : int
        Tasks that one host has in hand at most; the others wait with the orchestrator.
    mailbox_limit : int
        Messages that one agent's mailbox holds.
    queue_limit : int
        Tasks that a swarm holds at most that have not ended.
    handler_seconds : float
        Limit of one call of a handler. One that does not heed its cancellation is left behind; one that blocks its
        host (on Ray) for half a minute longer loses it that host.
    round_seconds : float
        While others run, a ready task waits at most so long for the next round of planning; acuity 1 does not wait.
    grace_seconds : float
        How long a stop waits for handlers that are running.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    solver: str = "auto"
    seed: int = 0
    policy: PlanningPolicy = PlanningPolicy()
    live: bool = True
    max_hosts: Annotated[int, Field(ge=1)] = 8
    window: Annotated[int, Field(ge=1)] = 5_000
    mailbox_limit: Annotated[int, Field(ge=1)] = 10_000
    queue_limit: Annotated[int, Field(ge=1)] = 2_000_000
    handler_seconds: Annotated[float, Field(gt=0)] = 60.0
    round_seconds: Annotated[float, Field(ge=0)] = 1.0
    grace_seconds: Annotated[float, Field(ge=0)] = 10.0
