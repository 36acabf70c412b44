"""`launch`: from a roster to a running swarm in one call."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Literal

from agents.agent_spec import AgentSpec
from agents.record import PatientRecord
from agents.roster import check_roster, load_roster
from orchestration.clock import Clock, WallClock
from orchestration.handlers import BUILT_IN, AnyHandler
from orchestration.ids import IdSource, random_ids
from orchestration.ledger import SqliteLedger
from orchestration.options import SwarmOptions
from orchestration.planning.round import Planner
from orchestration.swarm import Swarm
from orchestration.transport import LocalTransport, Transport

_SLACK_SECONDS = 30.0


def launch(
    roster: str | Path | Sequence[AgentSpec],
    *,
    handlers: Mapping[str, AnyHandler] | None = None,
    records: Mapping[str, PatientRecord] | None = None,
    ledger: str | Path | SqliteLedger | None = None,
    options: SwarmOptions | None = None,
    as_of: datetime | None = None,
    engine: Literal["ray", "local"] | Transport = "ray",
    ray_address: str | None = None,
    cpus: int | None = None,
    clock: Clock | None = None,
    ids: IdSource = random_ids,
) -> Swarm:
    """Launch a swarm of agents.

    Parameters
    ----------
    roster : path or sequence of AgentSpec
        Who is there to work.
    handlers : mapping of str to callable, optional
        Handlers by the names that agents use, beside the built-in ``clinical`` and ``echo``.
    records : mapping of str to PatientRecord, optional
        Records by reference, for clinical skills.
    ledger : path or SqliteLedger, optional
        Where everything is recorded; an existing one is carried on with. Default: a file in a new temporary
        folder (`swarm.ledger.path`).
    options : SwarmOptions, optional
        How to plan and run.
    as_of : datetime, optional
        "Now" for ages, due times and the start of the horizon. Default: the clock's now.
    engine : {'ray', 'local'} or Transport
        ``ray`` starts or joins Ray; ``local`` runs the hosts in this process.
    ray_address : str, optional
        Ray to join. Default: ``RAY_ADDRESS``, else a local Ray is started.
    cpus : int, optional
        Processors that a Ray started here may use.
    clock, ids
        Where time and ids come from.

    Returns
    -------
    Swarm
        A context manager.

    Raises
    ------
    InputError
        When the roster cannot be used.
    RayUnavailableError, LedgerError, LedgerInUseError
        When what it needs is not to be had.
    """
    specs = load_roster(Path(roster)) if isinstance(roster, str | Path) else list(roster)
    check_roster(specs)
    options, clock = options or SwarmOptions(), clock or WallClock()
    planner = Planner(options.policy, options.solver, options.seed)
    threading.Thread(target=planner.prepare, name="qam-warm-up", daemon=True).start()  # while Ray starts
    with ExitStack() as undo:
        book = _ledger(ledger)
        undo.callback(book.close)
        transport, release = _transport(engine, ray_address, cpus, options)
        for call in release:
            undo.callback(call)
        swarm = Swarm(
            specs,
            handlers={**BUILT_IN, **(handlers or {})},
            records=records or {},
            ledger=book,
            transport=transport,
            options=options,
            as_of=as_of or clock.now().astimezone(UTC),
            clock=clock,
            ids=ids,
            on_close=release,
        )
        undo.pop_all()
    return swarm


def _ledger(given: str | Path | SqliteLedger | None) -> SqliteLedger:
    if isinstance(given, SqliteLedger):
        return given
    return SqliteLedger(Path(given) if given is not None else Path(mkdtemp(prefix="qam-")) / "ledger.sqlite")


def _transport(
    engine: str | Transport, address: str | None, cpus: int | None, options: SwarmOptions
) -> tuple[Transport, list[Callable[[], None]]]:
    if engine == "local":
        return LocalTransport(), []
    if not isinstance(engine, str):
        return engine, []
    from orchestration.ray_session import open_ray
    from orchestration.ray_transport import RayTransport

    session = open_ray(address, cpus=cpus)
    return RayTransport(options.handler_seconds + _SLACK_SECONDS), [session.close]
