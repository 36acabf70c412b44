"""Addresses: paths in the tree of clusters, such as ``hospital/ward-3/agent-17``."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def check_address(text: str) -> str:
    """Return `text` if it is an address, else raise ValueError with the rule it breaks."""
    parts = text.split("/")
    for part in parts:
        if not _SEGMENT.fullmatch(part):
            msg = (
                f"{text!r} is not an address: write parts of letters, digits, '.', '_' or '-', "
                "joined by '/', such as hospital/ward-3/agent-17"
            )
            raise ValueError(msg)
    return text


Address = Annotated[str, AfterValidator(check_address)]
"""A path in the tree of clusters; the last part is the agent."""


def parent(address: str) -> str:
    """Address of the cluster that holds `address` ('' for a root)."""
    return address.rpartition("/")[0]
