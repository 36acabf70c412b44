"""Where the messages of a problem lie and what passing them costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from scheduler.kernels.messages import Links
    from scheduler.kernels.types import Space


@dataclass(frozen=True, slots=True, eq=False)
class MessageLinks:
    """What kernels read of the pairs, and the work of a sweep over them.

    Parameters
    ----------
    arrays
        As kernels read them.
    work
        Pairs of labels over all pairs of tasks.
    """

    arrays: Links
    work: int


def links_of(space: Space, dtype: np.dtype[Any]) -> MessageLinks:
    """The links of a full space for messages of a type."""
    from scheduler.kernels.messages import Links, label_pairs, message_offsets, opposite_entries

    labels = np.uint16 if len(space.distance) <= np.iinfo(np.uint16).max else np.uint32
    arrays = Links(
        offset=message_offsets(space),
        opposite=opposite_entries(space),
        cluster=space.cluster.astype(labels)[space.agent],
        distance=space.distance.astype(dtype),
        same_agent=np.array([space.same_agent], dtype=dtype),
        widest=int(np.diff(space.task_ptr).max(initial=0)) + 1,
    )
    return MessageLinks(arrays, int(label_pairs(space)))
