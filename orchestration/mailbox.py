"""The `Mailbox` of one agent: bounded, by priority, first in first out within one priority."""

from __future__ import annotations

from collections import deque
from typing import Final

from orchestration.envelope import Envelope
from orchestration.errors import MailboxFullError

PRIORITIES: Final = range(1, 6)


class Mailbox:
    """A bounded queue of messages, the most urgent first.

    Parameters
    ----------
    limit : int
        Messages it holds at most.
    """

    __slots__ = ("_lanes", "_limit", "_size")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lanes: list[deque[Envelope]] = [deque() for _ in PRIORITIES]
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def put(self, message: Envelope) -> None:
        """Add a message.

        Raises
        ------
        MailboxFullError
            When there is no room.
        """
        if self._size >= self._limit:
            raise MailboxFullError(
                f"the mailbox of {message.target!r} is full", limit=self._limit, address=message.target
            )
        self._lanes[message.priority - 1].append(message)
        self._size += 1

    def get(self) -> Envelope | None:
        """Take the next message, or None when there is none."""
        for lane in self._lanes:
            if lane:
                self._size -= 1
                return lane.popleft()
        return None
