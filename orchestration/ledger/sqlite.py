"""The embedded ledger: SQLite in WAL mode, a commit with fsync before anything is acknowledged.

Promises: an event that `append` has returned from is on disk; each task has at most one end (an index of the
database itself holds that, beside the state machine); one process writes at a time (`LedgerLock`); a reader
needs no lock, and sees the ledger as it was when it was opened.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Self

from orchestration.errors import DuplicateTaskError, LedgerError, StateError
from orchestration.ledger.event import TERMINAL, Event
from orchestration.ledger.lock import LedgerLock
from orchestration.ledger.state import TaskState, apply

SCHEMA_VERSION: Final = 1
APPLICATION_ID: Final = 0x71616D31  # "qam1"
_NAMES: Final = tuple(Event.__slots__)
_COLUMNS: Final = ", ".join(_NAMES)
_ENDS: Final = ", ".join(f"'{kind}'" for kind in sorted(TERMINAL))
_SCHEMA: Final = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE plan (round INTEGER PRIMARY KEY, plan TEXT NOT NULL);
CREATE TABLE event (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL, kind TEXT NOT NULL, correlation TEXT NOT NULL,
    at REAL NOT NULL, epoch INTEGER NOT NULL, source TEXT NOT NULL, target TEXT NOT NULL,
    priority INTEGER NOT NULL, deadline REAL, idempotency_key TEXT NOT NULL, payload TEXT NOT NULL
);
CREATE UNIQUE INDEX one_end ON event (correlation) WHERE kind IN ({_ENDS});
CREATE UNIQUE INDEX one_acceptance ON event (correlation) WHERE kind = 'accepted';
CREATE UNIQUE INDEX one_key ON event (idempotency_key) WHERE kind = 'accepted';
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {SCHEMA_VERSION};
"""


class SqliteLedger:
    """A ledger in one SQLite file.

    Parameters
    ----------
    path : Path
        The file; made when it is not there, unless `read_only`.
    read_only : bool
        Open for reading, as it is now; takes no lock.
    lock : LedgerLock, optional
        The lock of this ledger, where it is held already; it is released when the ledger is closed.

    Raises
    ------
    LedgerInUseError
        When another process writes to it.
    LedgerError
        When it is no ledger, of a newer version, damaged or not accessible.
    """

    def __init__(self, path: Path, *, read_only: bool = False, lock: LedgerLock | None = None) -> None:
        self.path = path
        self._mutex = threading.RLock()
        self._lock = lock
        self._states: dict[str, TaskState] = {}
        self._keys: dict[str, str] = {}
        if read_only and not path.exists():
            raise LedgerError(f"there is no ledger {path}", hint="Give the ledger.sqlite of a run.")
        if not read_only:
            self._lock = lock or LedgerLock(path)
        try:
            self._db = self._opened_for_reading() if read_only else self._open("mode=rwc", read_only=False)
            for event in self.events():
                self._remember(event, apply(self._states.get(event.correlation), event))
        except BaseException:
            self._unlock()
            raise

    def _opened_for_reading(self) -> sqlite3.Connection:
        """Open a snapshot: one transaction, so that events, plans and notes fit together while a run writes."""
        try:
            return self._open("mode=ro", read_only=True)
        except LedgerError:
            # a reader of a WAL file writes -shm beside it; where it may not, and no log is left, the file is whole
            log = self.path.with_name(f"{self.path.name}-wal")
            if log.exists() and log.stat().st_size:
                raise
            return self._open("mode=ro&immutable=1", read_only=True)

    def _open(self, how: str, *, read_only: bool) -> sqlite3.Connection:
        try:
            db = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?{how}",
                uri=True,
                isolation_level=None,
                check_same_thread=False,
            )
            if read_only:
                db.execute("BEGIN")
            else:
                db.execute("PRAGMA journal_mode = WAL")
                db.execute("PRAGMA synchronous = FULL")
            _check_schema(db, self.path, read_only)
        except sqlite3.Error as error:
            raise _ledger_error(self.path, error) from None
        return db

    def append(self, events: Sequence[Event]) -> list[tuple[Event, StateError]]:
        """Record events in one commit; return when they are on disk.

        Events that do not follow from their task's state (a late result of an older epoch, say) are left out
        and returned with the error; the others are recorded.

        Raises
        ------
        DuplicateTaskError
            When an ``accepted`` names an idempotency key that another task has; nothing is recorded.
        LedgerError
            When the disk refuses; nothing is recorded.
        """
        with self._mutex:
            refused: list[tuple[Event, StateError]] = []
            good: list[tuple[Event, TaskState]] = []
            overlay: dict[str, TaskState] = {}
            for event in events:
                before = overlay.get(event.correlation) or self._states.get(event.correlation)
                try:
                    after = apply(before, event)
                except StateError as error:
                    refused.append((event, error))
                    continue
                self._check_key(event)
                overlay[event.correlation] = after
                good.append((event, after))
            self._write(event for event, _ in good)
            for event, after in good:
                self._remember(event, after)
            return refused

    def _check_key(self, event: Event) -> None:
        owner = self._keys.get(event.idempotency_key) if event.kind == "accepted" else None
        if owner is not None:
            raise DuplicateTaskError(
                f"task {event.correlation!r} has the idempotency key of task {owner!r}",
                hint="Give each piece of work its own key.",
                task=event.correlation,
                other=owner,
            )

    def _remember(self, event: Event, after: TaskState) -> None:
        self._states[event.correlation] = after
        if event.kind == "accepted":
            self._keys[event.idempotency_key] = event.correlation

    def _write(self, events: Iterable[Event]) -> None:
        rows = [
            (*(getattr(e, name) for name in _NAMES[:-1]), json.dumps(e.payload, separators=(",", ":"), allow_nan=False))
            for e in events
        ]
        if not rows:
            return
        marks = ", ".join("?" * len(rows[0]))
        self._transaction(f"INSERT INTO event ({_COLUMNS}) VALUES ({marks})", rows)

    def _transaction(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._db.executemany(statement, rows)
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise _ledger_error(self.path, error) from None

    def state(self, task_id: str) -> TaskState | None:
        """Return the state of one task, None when it was never accepted."""
        return self._states.get(task_id)

    def states(self) -> dict[str, TaskState]:
        """Return the states of all tasks, in the order of their acceptance."""
        with self._mutex:
            return dict(self._states)

    def events(self, task_id: str | None = None) -> Iterator[Event]:
        """Yield events in order: all, or those of one task."""
        where, args = (" WHERE correlation = ?", (task_id,)) if task_id is not None else ("", ())
        try:
            for row in self._db.execute(f"SELECT {_COLUMNS} FROM event{where} ORDER BY seq", args):
                values: list[Any] = [*row[:-1], json.loads(row[-1])]
                yield Event(*values)
        except (sqlite3.Error, ValueError) as error:
            raise _ledger_error(self.path, error) from None

    def set_meta(self, key: str, value: Any) -> None:
        """Keep `value` (JSON) under `key`."""
        with self._mutex:
            self._transaction(
                "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)",
                [(key, json.dumps(value, allow_nan=False))],
            )

    def meta(self, key: str, default: Any = None) -> Any:
        """Return what `set_meta` kept under `key`."""
        try:
            row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
            return json.loads(row[0]) if row else default
        except (sqlite3.Error, ValueError) as error:
            raise _ledger_error(self.path, error) from None

    def add_plan(self, plan: dict[str, Any]) -> int:
        """Keep the record of a planning round; return its number, from 1."""
        with self._mutex:
            number = len(self.plans()) + 1
            self._transaction(
                "INSERT INTO plan (round, plan) VALUES (?, ?)", [(number, json.dumps(plan, allow_nan=False))]
            )
            return number

    def plans(self) -> list[dict[str, Any]]:
        """Return the records of all planning rounds, in order."""
        try:
            rows = self._db.execute("SELECT round, plan FROM plan ORDER BY round")
            return [{"round": number, **json.loads(plan)} for number, plan in rows]
        except (sqlite3.Error, ValueError) as error:
            raise _ledger_error(self.path, error) from None

    def close(self) -> None:
        """Close the file and release the lock."""
        with self._mutex:
            self._db.close()
            self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _check_schema(db: sqlite3.Connection, path: Path, read_only: bool) -> None:
    application = db.execute("PRAGMA application_id").fetchone()[0]
    version = db.execute("PRAGMA user_version").fetchone()[0]
    tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if application != APPLICATION_ID and (tables or read_only):
        raise LedgerError(f"{path} is no ledger of qam", hint="Give the ledger.sqlite of a run.", path=str(path))
    if version > SCHEMA_VERSION:
        raise LedgerError(
            f"{path} was written by a newer qam (schema {version}, this one reads {SCHEMA_VERSION})",
            hint="Update qam.",
            version=version,
        )
    if not tables:
        db.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")


def _ledger_error(path: Path, error: Exception) -> LedgerError:
    return LedgerError(
        f"the ledger {path} cannot be used ({error})",
        hint="Check that the disk has room, the file is writable and not damaged.",
        path=str(path),
    )
