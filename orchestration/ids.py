"""Ids, injected: random in production, countable in tests and replays."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable

IdSource = Callable[[], str]
"""Returns a new unique id at each call."""


def random_ids() -> str:
    """Return a random 128-bit id, 32 hexadecimal digits."""
    return uuid.uuid4().hex


def counted_ids(prefix: str) -> IdSource:
    """Return a source of ``prefix-1``, ``prefix-2``, ..."""
    numbers = itertools.count(1)
    return lambda: f"{prefix}-{next(numbers)}"
