"""The `Dispatcher`: what each host has in hand and what waits to be sent to it, within a window."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from orchestration.envelope import Envelope


class _Lane:
    """One host's lane."""

    __slots__ = ("acknowledged", "in_hand", "queue")

    def __init__(self) -> None:
        self.queue: deque[Envelope] = deque()
        self.in_hand: dict[str, Envelope] = {}
        self.acknowledged = 0


class Dispatcher:
    """Credit-based sending: a host gets as many messages as it has answered, and no more than `window`.

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

    def queue(self, host: str, messages: Iterable[Envelope]) -> None:
        """Put messages at the end of a host's lane."""
        self._lanes[host].queue.extend(messages)

    def take(self, host: str) -> list[Envelope]:
        """Take what may be sent to a host now; it counts as in hand."""
        lane = self._lanes[host]
        room = self._window - len(lane.in_hand)
        batch = [lane.queue.popleft() for _ in range(min(room, len(lane.queue)))]
        lane.in_hand.update((message.correlation, message) for message in batch)
        return batch

    def put_back(self, host: str, messages: Iterable[Envelope]) -> None:
        """Return messages that a host had no room for to the front of its lane."""
        lane = self._lanes[host]
        for message in reversed(list(messages)):
            del lane.in_hand[message.correlation]
            lane.queue.appendleft(message)

    def answered(self, host: str, task_id: str) -> bool:
        """Note that a host no longer has a task in hand; return whether it had."""
        return self._lanes[host].in_hand.pop(task_id, None) is not None

    def lost(self, host: str) -> list[Envelope]:
        """Forget what a dead host had in hand, and return it."""
        lane = self._lanes[host]
        lost = list(lane.in_hand.values())
        lane.in_hand.clear()
        lane.acknowledged = 0
        return lost

    def drop_queue(self, host: str) -> list[Envelope]:
        """Empty a host's queue and return what was in it."""
        lane = self._lanes[host]
        dropped = list(lane.queue)
        lane.queue.clear()
        return dropped

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
    def in_hand(self) -> int:
        """Messages that hosts have in hand."""
        return sum(len(lane.in_hand) for lane in self._lanes.values())

    @property
    def queued(self) -> int:
        """Messages that wait to be sent."""
        return sum(len(lane.queue) for lane in self._lanes.values())
