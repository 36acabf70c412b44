"""The ledger: append-only events, and the one state machine of tasks that follows from them."""

from orchestration.ledger.event import TERMINAL, Event, EventKind
from orchestration.ledger.lock import LedgerLock
from orchestration.ledger.sqlite import SqliteLedger
from orchestration.ledger.state import TaskState

__all__ = ["TERMINAL", "Event", "EventKind", "LedgerLock", "SqliteLedger", "TaskState"]
