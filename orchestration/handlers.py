"""Handlers by name: those built in, and how one is called so that its failure says no more than it may."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
import traceback
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any

from agents.errors import AgentsError, HandlerError
from agents.handler import HandlerContext
from agents.result import Outcome
from agents.task import Task

AnyHandler = Callable[[Task, HandlerContext], Any]
"""An async (or plain) callable of task and context that returns an Outcome, a mapping or None."""


async def clinical(task: Task, context: HandlerContext) -> Outcome:
    """Run the clinical skill that the task's kind names on the subject's record."""
    from agents.skills.registry import default_registry

    skill = default_registry().get(task.kind)
    if task.subject is None:
        raise HandlerError("a clinical task needs a subject", where=task.id, hint="Give it subject: Patient/...")
    return skill.compute(context.record(task.subject), context.as_of())


async def echo(task: Task, context: HandlerContext) -> Outcome:
    """Do nothing and say so: for trying out a swarm, and for measuring everything but the work."""
    return Outcome(summary="nothing was asked for", data={"payload": task.payload, "attempt": context.attempt})


BUILT_IN: Mapping[str, AnyHandler] = {"clinical": clinical, "echo": echo}
"""Handlers that every swarm has."""


def find(name: str) -> AnyHandler:
    """Import the handler that ``module:function`` names.

    Raises
    ------
    HandlerError
        When there is no such module or function.
    """
    module, _, attribute = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except Exception as error:  # noqa: BLE001 - a module may raise anything when it is imported
        raise HandlerError(
            f"no handler {name!r} can be imported ({type(error).__name__})",
            hint="Write package.module:function, and see that Python finds the package and imports it.",
        ) from None
    if not callable(found):
        raise HandlerError(f"{name!r} is not callable", hint="Name an async function of task and context.")
    handler: AnyHandler = found
    return handler


OUTCOME_BYTES = 8 * 1024**2
"""Size of an outcome at most, as JSON."""


class HandlerQuit(Exception):  # noqa: N818 - it stands for an exit, not for an error of ours
    """A handler tried to end its process."""


async def _result(handler: AnyHandler, task: Task, context: HandlerContext) -> Any:
    target = handler if inspect.isroutine(handler) else getattr(handler, "__call__", handler)  # noqa: B004
    if inspect.iscoroutinefunction(target):
        return await handler(task, context)
    found = await asyncio.to_thread(handler, task, context)
    return await found if inspect.isawaitable(found) else found


async def call(handler: AnyHandler, task: Task, context: HandlerContext) -> Outcome:
    """Call a handler, async or plain, and make an Outcome of what it returns."""
    try:
        found = await _result(handler, task, context)
    except (SystemExit, KeyboardInterrupt) as error:
        # raised through a running loop, these would take the whole host down
        raise HandlerQuit(f"its handler raised {type(error).__name__}") from None
    if isinstance(found, Outcome):
        return found
    if found is None or isinstance(found, Mapping):
        return Outcome(data=dict(found or {}))
    raise HandlerError(
        f"its handler returned {type(found).__name__}", where=task.id, hint="Return an Outcome, a mapping or None."
    )


def plain(outcome: Outcome, task_id: str) -> tuple[dict[str, Any], int]:
    """Return an outcome as plain data that the wire and the ledger can hold, and its size in bytes.

    Raises
    ------
    HandlerError
        When it is not JSON, not shaped as an Outcome, or larger than `OUTCOME_BYTES`.
    """
    import msgpack

    try:
        text = json.dumps(outcome.to_json(), allow_nan=False)
        found: dict[str, Any] = json.loads(text)
        Outcome.from_json(found)
        msgpack.packb(found)
    except (TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise HandlerError(
            f"its handler returned what is no plain data ({type(error).__name__})",
            where=task_id,
            hint="Return numbers, texts, lists and mappings only; no NaN, dates, sets or arrays.",
        ) from None
    if len(text) > OUTCOME_BYTES:
        raise HandlerError(
            f"its handler returned {len(text):,} bytes; the most is {OUTCOME_BYTES:,}",
            where=task_id,
            hint="Store it elsewhere and return a reference.",
        )
    return found, len(text)


def safe_reason(error: BaseException) -> str:
    """Say what went wrong without a word that could be a patient's: own errors whole, others by class and place."""
    if isinstance(error, AgentsError | HandlerQuit):
        return str(error)
    if isinstance(error, TimeoutError):
        return "its handler took longer than its limit"
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {PurePath(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return f"its handler raised {type(error).__name__}{place}"
