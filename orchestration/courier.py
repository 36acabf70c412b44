"""The `Courier`: carries work to hosts and answers back, and picks up after a host that has died."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from agents.task import Task
from orchestration.cluster_host import HostConfig
from orchestration.dispatcher import Dispatcher
from orchestration.envelope import Envelope, decode, encode
from orchestration.errors import HostLostError
from orchestration.journal import Journal
from orchestration.ledger import Event, EventKind
from orchestration.logs import logger
from orchestration.task_book import TaskBook
from orchestration.transport import Transport

_POLL_SECONDS = 0.5
_BATCH = 1_000


class Courier:
    """Sends what the dispatcher has credit for; records answers, then acknowledges them.

    Parameters
    ----------
    dispatcher : Dispatcher
        What each host has in hand.
    transport : Transport
        How hosts are reached.
    journal : Journal
        Where everything is recorded before it is acknowledged.
    book : TaskBook
        Tasks and their states.
    config_of : callable
        Configuration of a host, for starting it anew.
    wake : callable
        Called when something has changed that planning may want to know.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        transport: Transport,
        journal: Journal,
        book: TaskBook,
        config_of: Callable[[str], HostConfig],
        wake: Callable[[], None],
    ) -> None:
        self._dispatcher, self._transport, self._journal, self._book = dispatcher, transport, journal, book
        self._config_of, self._wake = config_of, wake
        self.stopping = False
        self._failures: Counter[str] = Counter()
        self._log = logger("courier")

    @property
    def idle(self) -> bool:
        """Whether nothing is being done or waits to be sent."""
        return self._dispatcher.idle

    def queue(self, host: str, messages: Iterable[Envelope]) -> None:
        """Put messages in line for a host."""
        self._dispatcher.queue(host, messages)

    async def send(self, host: str) -> None:
        """Send a host what it has credit for. A dispatch is on disk before it leaves."""
        while not self.stopping and (batch := self._dispatcher.take(host)):
            self._journal.commit(
                [
                    self._journal.event("dispatched", self._book.tasks[m.correlation], agent=m.target, epoch=m.epoch)
                    for m in batch
                    if self._book.state_of(m.correlation) == "planned"
                ]
            )
            for message in batch:
                if not self._is_due(message):  # cancelled, or planned again, since it was put in line
                    self._dispatcher.answered(host, message.correlation)
            batch = [message for message in batch if self._is_due(message)]
            try:
                refused = set(await self._transport.deliver(host, encode(batch)))
            except HostLostError:
                self._lose([m for m in batch if self._dispatcher.answered(host, m.correlation)], alone=False)
                return
            if refused:
                self._dispatcher.put_back(host, [m for m in batch if m.id in refused])
                return

    def _is_due(self, message: Envelope) -> bool:
        state = self._journal.ledger.state(message.correlation)
        return state is not None and state.state == "dispatched" and state.epoch == message.epoch

    async def collect(self, host: str) -> None:
        """Take a host's answers, for ever."""
        while True:
            try:
                done = self._dispatcher.acknowledged(host)
                number, batch = await self._transport.collect(host, done, _POLL_SECONDS, _BATCH)
            except HostLostError:
                await self._recover(host)
                continue
            answers = decode(batch)
            if answers:
                self._record(host, answers)
                self._dispatcher.acknowledge(host, number)
                await self.send(host)
                self._wake()

    async def halt(self) -> int:
        """Let no host start anything more; return how many handlers are running."""
        running = 0
        for host in self._dispatcher.hosts:
            self._dispatcher.drop_queue(host)
            try:
                running += await self._transport.halt(host)
            except HostLostError:
                continue
        return running

    def _record(self, host: str, answers: Sequence[Envelope]) -> None:
        events = []
        for answer in answers:
            state = self._journal.ledger.state(answer.correlation)
            if state is not None and answer.epoch == state.epoch:
                events.append(self._event_of(answer))
        self._journal.commit(events)
        for answer in answers:
            if answer.kind != "started":
                self._dispatcher.answered(host, answer.correlation)
                self._dispatcher.cleared(answer.correlation)

    def _event_of(self, answer: Envelope) -> Event:
        task = self._book.tasks[answer.correlation]
        if answer.kind == "started":
            return self._journal.heard(answer, task, "started", {})
        if answer.kind == "done":
            return self._journal.heard(answer, task, "done", {"outcome": answer.payload["outcome"]})
        final = answer.payload["permanent"] or self._fails(task)
        reason = {"reason": answer.payload["reason"]}
        return self._journal.heard(answer, task, "failed" if final else "requeued", reason)

    def _fails(self, task: Task) -> bool:
        """Count a failed attempt; return whether it was the last."""
        self._failures[task.id] += 1
        return self._failures[task.id] >= task.max_attempts

    async def _recover(self, host: str) -> None:
        """Start a dead host anew and let what it had in hand be planned again."""
        lost, alone = self._dispatcher.lost(host)
        self._log.warning("host lost", host=host, tasks=len(lost))
        self._lose(lost, alone=alone)
        if not self.stopping:
            await self._transport.start(self._config_of(host))
            await self.send(host)

    def _lose(self, messages: Sequence[Envelope], *, alone: bool) -> None:
        """Let tasks that a dead host had in hand be planned again; one that was alone there has failed an attempt."""
        events = []
        for message in messages:
            task = self._book.tasks[message.correlation]
            kind: EventKind = "failed" if alone and self._fails(task) else "requeued"
            reason = "its host dies when it runs" if kind == "failed" else "its host died"
            events.append(self._journal.event(kind, task, {"reason": reason}, agent=message.target))
        self._journal.commit(events)
        self._wake()
