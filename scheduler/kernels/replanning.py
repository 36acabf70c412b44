"""What a change asks for: to take tasks from overfull agents, and to carry messages to another numbering."""

from __future__ import annotations

import numpy as np

from scheduler.arrays import BoolArray, FloatArray, Int64Array
from scheduler.kernels.insertion import Seats, cheapest_exit, stand
from scheduler.kernels.types import Space, kernel


@kernel
def evict(space: Space, seats: Seats, limit: FloatArray, prices: FloatArray, movable: BoolArray) -> int:
    """Leave tasks of overfull agents out until none is overfull; return how many.

    First the one whose cheapest exit costs least for each unit of overload it takes away. Stops at an agent whose
    immovable tasks alone overfill it.
    """
    evicted = 0
    for a in range(len(limit)):
        while True:
            chosen, least = -1, np.inf
            task = seats.head[a]
            while task >= 0:
                relief = 0.0
                for r in range(limit.shape[1]):
                    excess = seats.load[a, r] - limit[a, r]
                    if excess > 0.0:
                        relief += min(excess, space.demand[seats.entry[task], r]) / excess
                if relief > 0.0 and movable[task]:
                    cost = cheapest_exit(space, seats, limit, prices, task, np.inf)[1]
                    score = cost / relief if cost > 0.0 else cost * relief
                    if score < least:
                        chosen, least = task, score
                task = seats.after[task]
            if chosen < 0:
                break
            stand(space, seats, chosen)
            evicted += 1
    return evicted


@kernel
def carry_messages(
    old: Space,
    new: Space,
    old_offset: Int64Array,
    new_offset: Int64Array,
    origin: Int64Array,
    messages: FloatArray,
    carried: FloatArray,
) -> None:
    """Write to `carried` the messages of pairs and labels that both problems have; the rest stays as it is.

    `origin` is the old number of every new task, -1 where it is new.
    """
    for task in range(len(origin)):
        former = origin[task]
        if former < 0:
            continue
        width, old_width = new.task_ptr[task + 1] - new.task_ptr[task], old.task_ptr[former + 1] - old.task_ptr[former]
        for e in range(new.pair_ptr[task], new.pair_ptr[task + 1]):
            partner = origin[new.pair_task[e]]
            for f in range(old.pair_ptr[former], old.pair_ptr[former + 1]):
                if old.pair_task[f] != partner:
                    continue
                at = 0
                for k in range(width):
                    a = new.agent[new.task_ptr[task] + k]
                    while at < old_width and old.agent[old.task_ptr[former] + at] < a:
                        at += 1
                    if at < old_width and old.agent[old.task_ptr[former] + at] == a:
                        carried[new_offset[e] + k] = messages[old_offset[f] + at]
                carried[new_offset[e] + width] = messages[old_offset[f] + old_width]
                break
