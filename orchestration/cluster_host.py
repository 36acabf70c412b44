"""The `ClusterHost`: thousands of agents as records, a mailbox each, in one asyncio loop.

What it promises: a message taken in is answered by exactly one of ``done`` and ``failed`` (unless the host dies);
answers wait in the outbox until the orchestrator says that it has them on disk; the same message delivered twice
is worked on once; one agent does one thing at a time, the most urgent first.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from agents.errors import AgentsError, HandlerError, RecordAccessError
from agents.handler import Limits
from agents.record import PatientRecord
from agents.result import Outcome
from agents.task import Task
from orchestration.clock import Clock, WallClock
from orchestration.envelope import ORCHESTRATOR, Envelope, Kind, decode, encode
from orchestration.errors import MailboxFullError
from orchestration.handlers import AnyHandler, call, plain, safe_reason
from orchestration.ids import IdSource, random_ids
from orchestration.mailbox import Mailbox
from orchestration.records import LocalRecords, Records

_LINGER_SECONDS: Final = 0.003
_BATCH_BYTES: Final = 8 * 1024**2


@dataclass(frozen=True, slots=True)
class HostConfig:
    """What a host needs to know to work.

    Parameters
    ----------
    name : str
        Name of the host.
    agents : mapping of str to str
        Address to the name of its handler.
    handlers : mapping of str to callable
        Handlers by name.
    as_of : datetime
        "Now" for ages and overdue dates.
    records : Records
        Where records come from.
    mailbox_limit : int
        Messages that one agent's mailbox holds.
    handler_seconds : float
        Limit of one call of a handler.
    clock : Clock
        Where time comes from.
    ids : IdSource
        Where ids of messages come from.
    """

    name: str
    agents: Mapping[str, str]
    handlers: Mapping[str, AnyHandler]
    as_of: datetime
    records: Records = field(default_factory=lambda: LocalRecords({}))
    mailbox_limit: int = 10_000
    handler_seconds: float = 60.0
    clock: Clock = field(default_factory=WallClock)
    ids: IdSource = random_ids


class _CallLimits:
    """Limits of one call; see `agents.handler.Limits`."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock, self._end = clock, clock.monotonic() + seconds

    def remaining_seconds(self) -> float:
        return max(0.0, self._end - self._clock.monotonic())


class _Context:
    """What a handler may ask; see `agents.handler.HandlerContext`."""

    def __init__(self, config: HostConfig, message: Envelope, task: Task, record: PatientRecord | None) -> None:
        self.address = message.target
        self.attempt = int(message.payload["attempt"])
        self.epoch = message.epoch
        self.idempotency_key = message.idempotency_key
        self.limits: Limits = _CallLimits(config.clock, config.handler_seconds)
        self._config, self._task, self._record = config, task, record

    def now(self) -> datetime:
        return self._config.clock.now()

    def as_of(self) -> datetime:
        return self._config.as_of

    def record(self, reference: str) -> PatientRecord:
        if reference != self._task.subject:
            raise RecordAccessError("a handler may read the record of its task's subject only", where=self._task.id)
        if self._record is None:
            raise RecordAccessError(
                "there is no record of its subject", where=self._task.id, hint="Check the subject's reference."
            )
        return self._record


class ClusterHost:
    """Agents of some clusters, at work.

    Parameters
    ----------
    config : HostConfig
        Who they are and what they need.
    """

    def __init__(self, config: HostConfig) -> None:
        self._config = config
        self._mailboxes: dict[str, Mailbox] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._taken: set[tuple[str, int]] = set()
        self._outbox: deque[tuple[Envelope, int]] = deque()
        self._first = 0
        self._more = asyncio.Event()
        self._halted = False

    async def deliver(self, batch: bytes) -> list[str]:
        """Take in a batch; return the ids of messages for which a mailbox had no room."""
        refused = []
        for message in decode(batch):
            key = (message.correlation, message.epoch)
            if key in self._taken:
                continue
            box = self._mailboxes.setdefault(message.target, Mailbox(self._config.mailbox_limit))
            try:
                box.put(message)
            except MailboxFullError:
                refused.append(message.id)
                continue
            self._taken.add(key)
            if message.target not in self._workers:
                self._workers[message.target] = asyncio.create_task(self._work(message.target, box))
        return refused

    async def collect(self, acknowledged: int, wait_seconds: float, most: int) -> tuple[int, bytes]:
        """Hand out answers.

        Parameters
        ----------
        acknowledged : int
            Number of answers, from the host's first, that the orchestrator has on disk: they are forgotten.
        wait_seconds : float
            How long to wait for an answer when there is none.
        most : int
            Answers handed out at most.

        Returns
        -------
        tuple of int and bytes
            The number to acknowledge these answers with, and the batch.
        """
        while self._first < acknowledged and self._outbox:
            self._outbox.popleft()
            self._first += 1
        if not self._outbox:
            self._more.clear()
            try:
                await asyncio.wait_for(self._more.wait(), wait_seconds)
            except TimeoutError:
                return self._first, encode([])
            await asyncio.sleep(_LINGER_SECONDS)  # more answers in one commit
        batch: list[Envelope] = []
        total = 0
        for answer, size in self._outbox:
            total += size
            if len(batch) >= most or (batch and total > _BATCH_BYTES):
                break
            batch.append(answer)
        return self._first + len(batch), encode(batch)

    async def halt(self) -> int:
        """Start nothing more; return how many handlers are still running."""
        self._halted = True
        return len(self._workers)

    def abandon(self) -> list[asyncio.Task[None]]:
        """Drop everything at once, as a crash would; return the workers that are being cancelled."""
        self._halted = True
        workers = list(self._workers.values())
        for worker in workers:
            worker.cancel()
        return workers

    async def _work(self, address: str, box: Mailbox) -> None:
        try:
            while not self._halted and (message := box.get()) is not None:
                await self._do(message)
        finally:
            del self._workers[address]

    async def _do(self, message: Envelope) -> None:
        self._answer(message, "started", {"at": self._now()})
        try:
            task = Task.model_validate(message.payload["task"])
            handler = self._handler(message.target)
            record = await self._config.records.get(task.subject) if task.subject else None
            context = _Context(self._config, message, task, record)
            outcome = await _within(call(handler, task, context), self._config.handler_seconds)
            found, size = plain(outcome, task.id)
            self._answer(message, "done", {"outcome": found, "at": self._now()}, size)
        except BaseException as error:
            if isinstance(error, asyncio.CancelledError) and _being_cancelled():
                raise
            said = {"reason": safe_reason(error), "permanent": isinstance(error, AgentsError)}
            self._answer(message, "failed", {**said, "at": self._now()})

    def _now(self) -> float:
        return self._config.clock.now().timestamp()

    def _handler(self, address: str) -> AnyHandler:
        name = self._config.agents.get(address)
        if name is None:
            raise HandlerError(f"no agent {address!r} lives on host {self._config.name!r}")
        if name not in self._config.handlers:
            raise HandlerError(
                f"agent {address!r} names the handler {name!r}, which is not there",
                hint="Pass it to launch(handlers=...), or --handler NAME=MODULE:FUNCTION.",
            )
        return self._config.handlers[name]

    def _answer(self, message: Envelope, kind: Kind, payload: dict[str, Any], size: int = 0) -> None:
        answer = Envelope(
            id=self._config.ids(),
            source=message.target,
            target=ORCHESTRATOR,
            kind=kind,
            priority=message.priority,
            correlation=message.correlation,
            epoch=message.epoch,
            idempotency_key=message.idempotency_key,
            payload=payload,
        )
        self._outbox.append((answer, size))
        self._more.set()


async def _within(work: Coroutine[Any, Any, Outcome], seconds: float) -> Outcome:
    """Await `work` for `seconds` at most; work that does not heed its cancellation is left behind."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        task.cancel()
        raise
    if not task.done():
        task.cancel()
        raise TimeoutError
    return task.result()


def _being_cancelled() -> bool:
    """Whether somebody cancels this task from outside, as opposed to a handler that raised CancelledError."""
    current = asyncio.current_task()
    return current is not None and current.cancelling() > 0
