"""The `Router`: which cluster host a message to an address goes to. Longest prefix wins.

The table maps cluster addresses to hosts and is the tree of clusters itself; the empty prefix, when present,
is the default route. A message that no route fits is handed back with the reason, never dropped.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from orchestration.envelope import Envelope
from orchestration.errors import UnknownAddressError


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that could not be delivered, and why."""

    envelope: Envelope
    reason: str


class Router:
    """Routes by longest prefix of the address.

    Parameters
    ----------
    routes : dict of str to str
        Cluster address to host name.
    """

    def __init__(self, routes: dict[str, str] | None = None) -> None:
        self._routes = dict(routes or {})

    def add(self, prefix: str, host: str) -> None:
        """Send everything at or below `prefix` to `host`."""
        self._routes[prefix] = host

    def remove(self, prefix: str) -> None:
        """Forget the route of `prefix`; what lies below falls back to the next shorter one."""
        self._routes.pop(prefix, None)

    def host_of(self, address: str) -> str:
        """Return the host for `address`.

        Raises
        ------
        UnknownAddressError
            When no route fits.
        """
        prefix = address
        while True:
            if prefix in self._routes:
                return self._routes[prefix]
            if not prefix:
                raise UnknownAddressError(
                    f"no route leads to {address!r}",
                    hint="Its cluster may have been removed; see `qam agents`.",
                    address=address,
                )
            prefix = prefix.rpartition("/")[0]

    def batches(self, messages: Iterable[Envelope]) -> tuple[dict[str, list[Envelope]], list[DeadLetter]]:
        """Sort messages by host, in their order, and set aside those that no route fits."""
        by_host: dict[str, list[Envelope]] = {}
        dead: list[DeadLetter] = []
        known: dict[str, str] = {}
        for message in messages:
            host = known.get(message.target)
            if host is None:
                try:
                    host = known[message.target] = self.host_of(message.target)
                except UnknownAddressError as error:
                    dead.append(DeadLetter(message, error.what))
                    continue
            by_host.setdefault(host, []).append(message)
        return by_host, dead
