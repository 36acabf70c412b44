"""The `Swarm`: a handle for users. It runs the orchestrator in a thread of its own and never blocks it."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Self, TypeVar

from agents.agent_spec import AgentSpec
from agents.record import PatientRecord
from agents.result import Result
from agents.task import Task
from orchestration.clock import Clock, WallClock
from orchestration.errors import SwarmClosedError
from orchestration.handlers import AnyHandler
from orchestration.ids import IdSource, random_ids
from orchestration.ledger import SqliteLedger
from orchestration.options import SwarmOptions
from orchestration.orchestrator import Orchestrator
from orchestration.transport import Transport

T = TypeVar("T")


class Swarm:
    """Agents at work. Made by `launch`; a context manager that closes what it opened.

    Parameters
    ----------
    specs, handlers, records, ledger, transport, options, as_of
        See `Orchestrator`.
    clock, ids
        Where time and ids come from.
    on_close : sequence of callable
        Called in turn when the swarm has closed.
    """

    def __init__(
        self,
        specs: Sequence[AgentSpec],
        *,
        handlers: Mapping[str, AnyHandler],
        records: Mapping[str, PatientRecord],
        ledger: SqliteLedger,
        transport: Transport,
        options: SwarmOptions,
        as_of: datetime,
        clock: Clock | None = None,
        ids: IdSource = random_ids,
        on_close: Sequence[Callable[[], None]] = (),
    ) -> None:
        self.ledger = ledger
        self._transport, self._on_close = transport, on_close
        self._results: queue.SimpleQueue[Result | None] = queue.SimpleQueue()
        self._taken = 0
        self._error: BaseException | None = None
        self._over = threading.Event()
        self._closed = False
        self._ended_before = sum(state.terminal for state in ledger.states().values())
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="qam-orchestrator", daemon=True)
        self._orchestrator = Orchestrator(
            specs,
            handlers=handlers,
            records=records,
            ledger=ledger,
            transport=transport,
            options=options,
            as_of=as_of,
            clock=clock or WallClock(),
            ids=ids,
            on_result=self._results.put,
        )
        self._thread.start()
        try:
            self._call(self._orchestrator.start())
        except BaseException:
            self.close()
            raise
        self._running = asyncio.run_coroutine_threadsafe(self._run(), self._loop)

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _run(self) -> None:
        try:
            await self._orchestrator.run()
        except BaseException as error:
            self._error = error
            raise
        finally:
            self._over.set()
            self._results.put(None)

    def submit(self, tasks: Sequence[Task], *, wait: bool = True) -> int:
        """Submit tasks; returns when the ledger has them on disk.

        Parameters
        ----------
        tasks : sequence of Task
            Tasks; those accepted before with the same content are passed over.
        wait : bool
            When the swarm is full: wait for room (True), or raise QueueFullError (False).

        Returns
        -------
        int
            How many were new.
        """
        if self._closed or self._over.is_set():
            self._raise()
            raise SwarmClosedError("the swarm takes no more work", hint="Launch a new one, on the same ledger.")
        return self._call(self._orchestrator.submit(list(tasks), wait=wait))

    def results(self) -> Iterator[Result]:
        """Yield results as tasks end, until every task submitted so far has ended.

        Each result is yielded once. Tasks that had ended before this swarm was launched (on a ledger carried on
        with) are not repeated.
        """
        while self._taken < len(self._orchestrator.book.tasks) - self._ended_before:
            found = self._results.get()
            if found is None:
                self._results.put(None)
                self._raise()
                return
            self._taken += 1
            yield found

    def counts(self) -> Counter[str]:
        """Return the number of tasks in each state."""
        return Counter({name: n for name, n in self._orchestrator.book.counts.items() if n})

    def finish(self) -> None:
        """Take no more work; what has been submitted is done to its end."""
        self._closed = True
        self._loop.call_soon_threadsafe(self._orchestrator.close)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until all work has ended (after `finish`) or stopped; return whether it has."""
        over = self._over.wait(seconds)
        if over:
            self._raise()
        return over

    def stop(self) -> None:
        """Start nothing more; what runs may end. The ledger can be carried on with."""
        self._closed = True
        self._loop.call_soon_threadsafe(self._orchestrator.stop)

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """Stop, and release everything: hosts, ledger, and Ray where it was started for this swarm."""
        if not self._thread.is_alive():
            return
        running = getattr(self, "_running", None)
        if running is not None and not self._over.is_set():
            self.stop()
            with suppress(Exception):
                running.result(timeout=self._orchestrator.options.grace_seconds + 30)
        with suppress(Exception):
            self._call(self._transport.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self.ledger.close()
        for release in self._on_close:
            release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
