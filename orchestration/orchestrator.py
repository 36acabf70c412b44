"""The orchestrator: accepts work, plans rounds, dispatches by address, records what comes back.

What it promises: `submit` returns when the ledger has the tasks; a task moves only by an event that is on disk;
an answer is acknowledged to its host after it is on disk; whatever dies, each task ends exactly once. It runs in
one asyncio loop; only the search for a plan runs on a thread beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial

from agents.agent_spec import AgentSpec
from agents.record import PatientRecord
from agents.result import Result
from agents.task import Task
from agents.task_file import check_tasks
from orchestration.clock import Clock
from orchestration.cluster_host import HostConfig
from orchestration.clusters import ClusterManager
from orchestration.courier import Courier
from orchestration.dispatcher import Dispatcher
from orchestration.errors import DuplicateTaskError, QueueFullError, SwarmClosedError
from orchestration.handlers import AnyHandler
from orchestration.horizon import Horizon
from orchestration.ids import IdSource
from orchestration.journal import Journal
from orchestration.ledger import SqliteLedger, TaskState
from orchestration.logs import logger
from orchestration.options import SwarmOptions
from orchestration.planning.resume import restore
from orchestration.planning.round import Planner, Round
from orchestration.planning.situation import Situation
from orchestration.planning.workforce import Workforce
from orchestration.results import result_of
from orchestration.task_book import TaskBook
from orchestration.transport import Transport
from orchestration.work_order import planned, work_order

_POLL_SECONDS = 0.5
_IN_HAND = ("planned", "dispatched", "started")


class Orchestrator:
    """Runs the tasks of one ledger on one set of agents.

    Parameters
    ----------
    specs : sequence of AgentSpec
        The agents.
    handlers : mapping of str to callable
        Handlers by name.
    records : mapping of str to PatientRecord
        Records by reference.
    ledger : SqliteLedger
        The ledger; one that holds unfinished tasks is carried on with.
    transport : Transport
        How hosts are reached.
    options : SwarmOptions
        How to plan and run.
    as_of : datetime
        Start of the horizon, and "now" for ages and overdue dates.
    clock, ids
        Where time and ids come from.
    on_result : callable
        Called with the Result of each task that ends.
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
        clock: Clock,
        ids: IdSource,
        on_result: Callable[[Result], None],
    ) -> None:
        self.options, self.as_of = options, as_of
        self.clusters = ClusterManager(specs, options.max_hosts)
        length = options.policy.horizon_minutes
        self._horizon = Horizon(ledger, clock, live=options.live, as_of=as_of, minutes=length)
        self.situation = Situation(Workforce(specs), self._horizon.start)
        self.book = TaskBook()
        self._handlers, self._records, self._transport = handlers, records, transport
        self._clock, self._ids, self._on_result = clock, ids, on_result
        self._planner = Planner(options.policy, options.solver, options.seed)
        self._journal = Journal(ledger, clock, ids, self._moved)
        self._wake = asyncio.Event()
        dispatcher = Dispatcher(self.clusters.hosts, min(options.window, options.mailbox_limit))
        self._courier = Courier(dispatcher, transport, self._journal, self.book, self._config, self._wake.set)
        self._room = asyncio.Event()
        self._submitting = asyncio.Lock()
        self._ready_since: float | None = None
        self._unplaced: dict[str, str] = {}
        self._released: list[str] = []
        self._news: list[Callable[[], None]] = []
        self._eligibility = self._planner.eligibility(self.situation)
        self._doomed: list[tuple[str, str]] = []
        self._closed = self._stopping = self._over = False
        self._log = logger("orchestrator")
        self._plans = len(ledger.plans())
        self._resume()

    # ------------------------------------------------------------------ taking work in

    async def submit(self, tasks: Sequence[Task], *, wait: bool = True) -> int:
        """Accept tasks; return how many were new, when all are on disk.

        Raises
        ------
        InputError
            When they do not fit together, or name tasks that are not there.
        DuplicateTaskError
            When an id was accepted before with other content.
        QueueFullError
            When the swarm holds `queue_limit` tasks and `wait` is False.
        SwarmClosedError
            When the swarm stops before there is room.
        """
        async with self._submitting:
            return await self._submit(tasks, wait)

    async def _submit(self, tasks: Sequence[Task], wait: bool) -> int:
        new = [task for task in tasks if not self._known(task)]
        if not new:
            return 0
        check_tasks(new, known=self.book.tasks)
        while self.book.unfinished + len(new) > self.options.queue_limit and self.book.unfinished:
            if not wait:
                raise QueueFullError(
                    f"the swarm holds {self.book.unfinished} tasks; its limit is {self.options.queue_limit}",
                    hint="Wait for results, or raise queue_limit.",
                    limit=self.options.queue_limit,
                )
            self._room.clear()
            await self._room.wait()
            if self._stopping or self._over:
                raise SwarmClosedError("the swarm has stopped", hint="Launch a new one, on the same ledger.")
        self._accept(new)
        return len(new)

    def _known(self, task: Task) -> bool:
        before = self.book.tasks.get(task.id)
        if before is not None and before != task:
            raise DuplicateTaskError(
                f"task {task.id!r} was accepted before with other content", hint="Give new work a new id.", task=task.id
            )
        return before is not None

    def _accept(self, tasks: Sequence[Task]) -> None:
        events = [
            self._journal.event("accepted", task, task.model_dump(mode="json", exclude_defaults=True)) for task in tasks
        ]
        self._journal.ledger.append(events)
        self._news.append(partial(self.situation.teams.add, tasks))
        self._doomed += self.book.add(tasks)
        self._reject_impossible(tasks)
        self._settle_doomed()
        self._wake.set()

    def _reject_impossible(self, tasks: Sequence[Task]) -> None:
        rejected = [(task, self._eligibility.of(task).reason) for task in tasks]
        self._journal.commit(
            [self._journal.event("rejected", task, {"reason": reason}) for task, reason in rejected if reason]
        )

    def close(self) -> None:
        """Take no more work: `run` returns when all tasks have ended."""
        self._closed = True
        self._wake.set()

    def stop(self) -> None:
        """Start nothing more; `run` returns when what is running has ended or the grace is over."""
        self._stopping = self._courier.stopping = True
        self._wake.set()
        self._room.set()

    # ------------------------------------------------------------------ the loop

    async def start(self) -> None:
        """Start all hosts, and make the solver ready meanwhile."""
        ready = asyncio.create_task(asyncio.to_thread(self._planner.prepare))
        self._shared = await self._transport.share(dict(self._records))
        await asyncio.gather(*(self._transport.start(self._config(host)) for host in self.clusters.hosts))
        await ready

    async def run(self) -> None:
        """Plan and dispatch until everything has ended (after `close`) or `stop` is called."""
        collectors = [asyncio.create_task(self._courier.collect(host)) for host in self.clusters.hosts]
        try:
            await self._until_ended(collectors)
            if self._stopping:
                await self._wind_up(collectors)
        finally:
            self._over = True
            self._room.set()
            for collector in collectors:
                collector.cancel()
            await asyncio.gather(*collectors, return_exceptions=True)

    async def _until_ended(self, collectors: Sequence[asyncio.Task[None]]) -> None:
        while not self._stopping:
            for collector in collectors:
                if collector.done():
                    collector.result()
            self._settle_doomed()
            if self.options.live:
                self._pass_time()
            if self._may_plan():
                await self._round()
                continue
            if self.book.unfinished == 0 and self._closed:
                return
            if self._stuck():
                self._expire(list(self.book.waiting()))
                continue
            self._wake.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), _POLL_SECONDS)

    def _plannable(self) -> list[Task]:
        """Tasks that may be planned now. In a live swarm, one that must not begin yet is held back."""
        ready = self.book.in_order()
        if not self.options.live:
            return ready
        now = self._clock.now()
        return [task for task in ready if task.not_before is None or task.not_before <= now]

    def _may_plan(self) -> bool:
        idle = self._courier.idle
        if not idle and not self.options.live:
            return False
        fresh = [task for task in self._plannable() if task.id not in self._unplaced]
        if not fresh:
            self._ready_since = None
            return False
        if idle:
            return True
        now = self._clock.monotonic()
        self._ready_since = now if self._ready_since is None else self._ready_since
        urgent = any(task.priority == 1 for task in fresh)
        return urgent or now - self._ready_since >= self.options.round_seconds

    def _stuck(self) -> bool:
        """Whether nothing that could still happen would give the waiting tasks a place."""
        return self._courier.idle and not self.options.live and self.book.unfinished > 0

    # ------------------------------------------------------------------ planning

    async def _round(self) -> None:
        self._ready_since = None
        self._catch_up()
        tasks = self._plannable()
        now = self._horizon.minute()
        decided = await asyncio.to_thread(self._planner.plan, tasks, self.situation, now)
        self._plans += 1
        self._journal.ledger.add_plan({"epoch": self._plans, **decided.record})
        self._adopt(decided)
        self._catch_up()
        self._log.info(
            "planned",
            round=self._plans,
            tasks=len(tasks),
            unplaced=len(decided.unplaced),
            gap=decided.record["gap"],
            solver=decided.record["solver"],
        )
        await asyncio.gather(*(self._courier.send(host) for host in self.clusters.hosts))

    def _adopt(self, decided: Round) -> None:
        force = self.situation.workforce
        usable = [p for p in decided.placements if self.book.state_of(p.task.id) == "waiting"]
        for gone in (p for p in decided.placements if self.book.state_of(p.task.id) != "waiting"):
            self.situation.release(gone.task.id)
        self._journal.commit([planned(self._journal, p, force, self._plans) for p in usable])
        final = {name: why.reason for name, why in decided.unplaced.items() if why.final}
        self._unplaced = {name: why.reason for name, why in decided.unplaced.items() if not why.final}
        self._journal.commit(
            [self._journal.event("rejected", self.book.tasks[n], {"reason": why}) for n, why in final.items()]
        )
        state_of = self._journal.ledger.state
        orders = [work_order(self._ids(), p, force, state_of(p.task.id)) for p in usable]
        by_host, dead = self.clusters.router.batches(orders)
        self._journal.commit(
            [
                self._journal.event("failed", self.book.tasks[letter.envelope.correlation], {"reason": letter.reason})
                for letter in dead
            ]
        )
        for host, messages in by_host.items():
            self._courier.queue(host, messages)

    # ------------------------------------------------------------------ hosts

    def _config(self, host: str) -> HostConfig:
        agents = {spec.address: spec.handler for cluster in self.clusters.hosts[host] for spec in cluster.agents}
        return HostConfig(
            name=host,
            agents=agents,
            handlers=self._handlers,
            as_of=self.as_of,
            records=self._shared,
            mailbox_limit=self.options.mailbox_limit,
            handler_seconds=self.options.handler_seconds,
            clock=self._clock,
        )

    # ------------------------------------------------------------------ states

    def _moved(self, state: TaskState) -> None:
        """Follow a change of state that is on disk."""
        self._doomed += self.book.move(state)
        gives_back = state.state == "waiting" or (state.terminal and state.state != "done")
        if gives_back and state.task_id in self.situation.bookings:
            self._released.append(state.task_id)
            self._unplaced.clear()
        if state.terminal:
            self._news.append(partial(self.situation.teams.end, state.task_id))
            self._room.set()
            self._on_result(result_of(self.book.tasks[state.task_id], state))

    def _settle_doomed(self) -> None:
        while self._doomed:
            doomed = {name: reason for name, reason in self._doomed if self.book.state_of(name) == "waiting"}
            self._doomed.clear()
            self._journal.commit(
                [
                    self._journal.event("cancelled", self.book.tasks[name], {"reason": reason})
                    for name, reason in doomed.items()
                ]
            )

    def _catch_up(self) -> None:
        """Bring the situation up to date. It is left alone while a plan is being made, on another thread.

        Capacity of tasks that are not being done where they were planned is given back; what found no place before
        that is tried again.
        """
        for tell in self._news:
            tell()
        for name in self._released:
            self.situation.release(name)
        if self._released:
            self._unplaced.clear()
        self._news.clear()
        self._released.clear()

    def _expire(self, names: Sequence[str]) -> None:
        self._journal.commit(
            [
                self._journal.event(
                    "expired", self.book.tasks[n], {"reason": self._unplaced.get(n, "the horizon ended")}
                )
                for n in names
                if self.book.state_of(n) == "waiting"
            ]
        )

    def _pass_time(self) -> None:
        """Expire what found no place before it was due or the horizon ended; then capacity is whole again."""
        over, moment = self._horizon.is_over(), self._clock.now()
        self._expire([name for name in self._unplaced if over or _is_over(self.book.tasks[name], moment)])
        if over:
            self._horizon.begin_next()
            self.situation.renew(name for name in self.book.tasks if self.book.state_of(name) in _IN_HAND)
            self._unplaced.clear()

    def _resume(self) -> None:
        """Take up the tasks of a ledger that was left: what had no result yet waits again."""
        tasks, states = restore(self._journal.ledger, self.situation)
        self.book.add(tasks)
        interrupted = [state for state in states if state.state in _IN_HAND]
        reason = {"reason": "the run was interrupted"}
        self._journal.ledger.append(
            [self._journal.event("requeued", self.book.tasks[state.task_id], reason) for state in interrupted]
        )
        for state in states:
            if state.terminal:
                self._doomed += self.book.move(state)
        self._settle_doomed()

    async def _wind_up(self, collectors: Sequence[asyncio.Task[None]]) -> None:
        end = self._clock.monotonic() + self.options.grace_seconds
        running = 1
        while running and (left := end - self._clock.monotonic()) > 0 and not any(c.done() for c in collectors):
            with suppress(TimeoutError):
                running = await asyncio.wait_for(self._courier.halt(), left)
            self._wake.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), 0.1)


def _is_over(task: Task, moment: datetime) -> bool:
    return task.due is not None and task.due <= moment
