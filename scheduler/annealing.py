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


def anneal_once(search: Search, schedule: Schedule, watch: Stopwatch, sweeps: int | None, since: float = 0.0) -> int:
    """Run one whole schedule within a number of sweeps or the seconds of `watch`; returns the sweeps.

    `since` is the point of the schedule to begin at.
    """
    done, block = 0, 1
    while True:
        progress = watch.fraction() if sweeps is None else max(done / sweeps, watch.fraction())
        if progress >= 1.0 or watch.expired():
            return done
        if sweeps is not None:
            block = max(1, -(-sweeps // STEPS))
            block = min(block, sweeps - done)
        search.sweep(schedule, since + (1.0 - since) * progress, block)
        done += block
        if sweeps is None:
            spent = watch.fraction() - progress
            block = max(1, int(block * np.clip(1.0 / (STEPS * max(spent, 1e-9)), 0.5, 2.0)))
