"""Which errors end a command with which exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from qam.cli.output import BAD_INPUT, ENVIRONMENT, fail


@contextmanager
def reported(*, as_json: bool) -> Iterator[None]:
    """Turn our own errors into a message and an exit code; others are bugs and keep their traceback."""
    from agents.errors import AgentsError
    from orchestration.errors import OrchestrationError
    from scheduler.errors import SchedulerError

    try:
        yield
    except (AgentsError, SchedulerError) as error:
        fail(error, BAD_INPUT, as_json=as_json)
    except OrchestrationError as error:
        fail(error, ENVIRONMENT, as_json=as_json)
