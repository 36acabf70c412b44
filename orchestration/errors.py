"""Errors of the orchestration room; each carries data, and says what to do."""

from __future__ import annotations

from typing import Any


class OrchestrationError(Exception):
    """Base of all errors of this room.

    Parameters
    ----------
    what : str
        What is wrong.
    hint : str, optional
        What to do about it.
    **data
        Facts for programs, kept in `data`.
    """

    def __init__(self, what: str, *, hint: str | None = None, **data: Any) -> None:
        self.what, self.hint, self.data = what, hint, data
        stop = "" if what.endswith("?") else "."
        super().__init__(f"{what}{stop} {hint}" if hint else what)


class EnvelopeError(OrchestrationError):
    """Bytes that are not a batch of envelopes, or of a version that this program does not know."""


class UnknownAddressError(OrchestrationError):
    """No route leads to an address."""


class MailboxFullError(OrchestrationError):
    """A bounded mailbox has no room; the message was not accepted."""


class QueueFullError(OrchestrationError):
    """The swarm holds as many tasks as it may; nothing of this submission was accepted."""


class LedgerError(OrchestrationError):
    """A ledger that cannot be opened, read or written."""


class LedgerInUseError(LedgerError):
    """Another process runs on this ledger."""


class StateError(LedgerError):
    """An event that does not follow from a task's state, such as a result of an older epoch."""


class DuplicateTaskError(OrchestrationError):
    """A task whose id or idempotency key was accepted before with other content."""


class RayUnavailableError(OrchestrationError):
    """Ray cannot be started or joined."""


class HostLostError(OrchestrationError):
    """A cluster host has died; its tasks go elsewhere."""


class OutputError(OrchestrationError):
    """A place to write to that cannot be written to."""


class SwarmClosedError(OrchestrationError):
    """Work was submitted to a swarm that no longer takes any."""
