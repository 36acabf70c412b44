"""Runs one whole schedule on a search, within sweeps or seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scheduler.budget import Stopwatch
    from scheduler.schedule import Schedule
    from scheduler.search import Search

STEPS = 100
"""Points of the schedule that an anneal stops at."""
SLACK = 0.1
"""Share of the time by which counted sweeps may be late before the clock paces them."""


def anneal_once(search: Search, schedule: Schedule, watch: Stopwatch, sweeps: int | None, since: float = 0.0) -> int:
    """Run one whole schedule within a number of sweeps or the seconds of `watch`; returns the sweeps.

    `since` is the point of the schedule to begin at. Progress follows the sweeps; where they fall behind the clock by
    more than `SLACK` it follows the clock from then on, so that the schedule still comes to its end in time.
    """
    done, block = 0, 1 if sweeps is None else max(1, -(-sweeps // STEPS))
    while True:
        counted, spent = 0.0 if sweeps is None else done / sweeps, watch.fraction()
        if sweeps is not None and counted < 1.0 and spent > counted + SLACK:
            watch.press()
        paced = sweeps is None or watch.pressed
        progress = max(counted, spent) if paced else counted
        if progress >= 1.0 or watch.expired():
            return done
        if sweeps is not None:
            block = min(block, sweeps - done)
        search.sweep(schedule, since + (1.0 - since) * progress, block, watch.expired)
        done += block
        if paced:
            spent = watch.fraction() - spent
            block = max(1, int(block * np.clip(1.0 / (STEPS * max(spent, 1e-9)), 0.5, 2.0)))
