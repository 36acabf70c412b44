"""Solves in processes side by side, each with one thread and warm kernels."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any

from common.children import THREAD_VARIABLES

Job = tuple[Any, ...]


def side_by_side(
    work: Callable[..., dict[str, Any]], jobs: Iterable[Job], processes: int, warm: bool = True
) -> Iterator[tuple[Job, dict[str, Any]]]:
    """Yield (job, work(*job)) as each ends; one that fails is told on stderr and left out.

    Parameters
    ----------
    work
        A function of a module, called in a process of its own.
    jobs
        Its arguments, picklable.
    processes
        How many at a time.
    warm
        Whether each process compiles the scheduler's kernels before its first job.
    """
    for name in THREAD_VARIABLES:  # before the children import what reads them
        os.environ[name] = "1"
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_warm if warm else None) as pool:
        waiting = {pool.submit(work, *job): job for job in jobs}
        try:
            for done in as_completed(waiting):
                error = done.exception()
                if isinstance(error, BrokenProcessPool):
                    raise error
                if error is None:
                    yield waiting[done], done.result()
                else:
                    print(f"\nfailed, run again: {waiting[done]}: {error!r}", file=sys.stderr)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _warm() -> None:
    from scheduler import Budget, QuboProblem, solve_qubo, warm_up

    warm_up()
    solve_qubo(QuboProblem.from_terms([-1.0, -1.0], [0], [1], [3.0]), "anneal", Budget(sweeps=10))
