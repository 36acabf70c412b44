"""The `Dispatcher`: what each host has in hand and what waits to be sent to it, the most urgent first.

Credit-based: a host gets as many messages as it has answered, and no more than `window`. Tasks that were in hand when
a host died are suspects: with one death behind it a task travels in small company, with two it travels alone, so that
a task which takes its host down is found out and costs the others nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

from orchestration.envelope import Envelope
from orchestration.mailbox import PRIORITIES

SMALL_COMPANY: Final = 32
"""Tasks in hand at most when one of them has seen a host die."""


class _Lane:
    """One host's lane."""

    __slots__ = ("acknowledged", "in_hand", "queues")

    def __init__(self) -> None:
        self.queues: list[deque[Envelope]] = [deque() for _ in PRIORITIES]
        self.in_hand: dict[str, Envelope] = {}
        self.acknowledged = 0


class Dispatcher:
    """What goes to which host, and when.

    Parameters
    ----------
    hosts : iterable of str
        Names of hosts.
    window : int
        Messages that a host has in hand at most.
    """

    def __init__(self, hosts: Iterable[str], window: int) -> None:
        self._lanes = {host: _Lane() for host in hosts}
        self._window = window
        self._deaths: dict[str, int] = {}

    def queue(self, host: str, messages: Iterable[Envelope]) -> None:
        """Put messages in line for a host, behind others of their priority."""
        for message in messages:
            self._lanes[host].queues[message.priority - 1].append(message)

    def take(self, host: str) -> list[Envelope]:
        """Take what may be sent to a host now; it counts as in hand."""
        lane = self._lanes[host]
        batch: list[Envelope] = []
        limit = (
            min((self._limit(name) for name in lane.in_hand), default=self._window) if self._deaths else self._window
        )
        for queue in lane.queues:
            while queue:
                limit = min(limit, self._limit(queue[0].correlation))
                if len(lane.in_hand) >= limit:
                    return batch
                message = queue.popleft()
                lane.in_hand[message.correlation] = message
                batch.append(message)
        return batch

    def _limit(self, name: str) -> int:
        """Messages that may be in hand together with a task."""
        deaths = self._deaths.get(name, 0)
        return self._window if deaths == 0 else min(self._window, SMALL_COMPANY) if deaths == 1 else 1

    def put_back(self, host: str, messages: Iterable[Envelope]) -> None:
        """Return messages that a host had no room for to the front of its lane."""
        lane = self._lanes[host]
        for message in reversed(list(messages)):
            del lane.in_hand[message.correlation]
            lane.queues[message.priority - 1].appendleft(message)

    def answered(self, host: str, task_id: str) -> bool:
        """Note that a host no longer has a task in hand; return whether it had."""
        return self._lanes[host].in_hand.pop(task_id, None) is not None

    def cleared(self, task_id: str) -> None:
        """Note that a task has been done without harm: no suspicion is left."""
        self._deaths.pop(task_id, None)

    def lost(self, host: str) -> tuple[list[Envelope], bool]:
        """Forget what a dead host had in hand; return it, and whether it was one suspect alone."""
        lane = self._lanes[host]
        lost = list(lane.in_hand.values())
        alone = len(lost) == 1 and self._deaths.get(lost[0].correlation, 0) > 1
        for message in lost:
            self._deaths[message.correlation] = self._deaths.get(message.correlation, 0) + 1
        lane.in_hand.clear()
        lane.acknowledged = 0
        return lost, alone

    def drop_queue(self, host: str) -> None:
        """Empty a host's queue."""
        for queue in self._lanes[host].queues:
            queue.clear()

    def acknowledged(self, host: str) -> int:
        """Number of a host's answers that are on disk."""
        return self._lanes[host].acknowledged

    def acknowledge(self, host: str, number: int) -> None:
        """Note that a host's first `number` answers are on disk."""
        self._lanes[host].acknowledged = number

    @property
    def hosts(self) -> list[str]:
        """Names of hosts."""
        return list(self._lanes)

    @property
    def idle(self) -> bool:
        """Whether no host has anything in hand and nothing waits to be sent."""
        return not any(lane.in_hand or any(lane.queues) for lane in self._lanes.values())
