"""Structured logs through the standard `logging`, so that who embeds us decides where they go.

Only ids of tasks, addresses, counts and reasons are logged: nothing of a record.
"""

from __future__ import annotations

import logging
from typing import Any

import structlog


def logger(name: str) -> Any:
    """Return a structured logger over ``logging.getLogger("qam." + name)``; it changes no global configuration."""
    return structlog.wrap_logger(
        logging.getLogger(f"qam.{name}"),
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_log_level,
            structlog.processors.KeyValueRenderer(key_order=["event"], drop_missing=True),
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
    )
