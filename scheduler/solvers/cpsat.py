"""CP-SAT of OR-Tools (extra "peers"), in a process of its own and from priced insertion's plan on."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
import threading
import time
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.bounds.lagrangian import lagrangian_bound
from scheduler.errors import MissingExtraError, ProblemTooLargeError
from scheduler.insertion import insert, offer_insertion
from scheduler.recorder import Recorder, without_violations
from scheduler.solvers.cpsat_model import model_size

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scheduler.budget import Budget
    from scheduler.plan import OnImprove, Parallel, Plan
    from scheduler.problem import AssignmentProblem
    from scheduler.solvers.cpsat_worker import Message

VARIABLE_LIMIT = 1_000_000
"""Most variables of the model: it is built one by one."""
SWEEPS_A_SECOND = 100.0
"""Sweeps of a budget that CP-SAT's deterministic clock counts as a second."""
LOOK, GRACE = 0.01, 1.0
"""Seconds between two looks at the watch, and how long CP-SAT may take to end after its time."""


class CPSAT:
    """Constraint programming with clause learning and linear relaxations; proves optimality where the budget lets it.

    Its bound, of the kind "cp-sat", is corrected for the rounding of its integer model, so that it holds; it comes
    without a certificate. A budget in sweeps is counted on CP-SAT's deterministic clock with one worker.

    Parameters
    ----------
    workers
        Threads where the budget is in seconds; None: as many as there are processors.
    """

    name = "ortools"

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers

    def solve(
        self,
        problem: AssignmentProblem,
        budget: Budget,
        seed: int,
        start: ArrayLike | None = None,
        parallel: Parallel | None = None,
        on_improve: OnImprove | None = None,
    ) -> Plan:
        """See `Solver.solve`; the plan of priced insertion (after `start`) is CP-SAT's hint.

        Raises
        ------
        ProblemTooLargeError
            If the model would have more than `VARIABLE_LIMIT` variables.
        MissingExtraError
            If OR-Tools is not installed.
        """
        del parallel
        if find_spec("ortools") is None:
            raise MissingExtraError(self.name, "ortools", "peers")
        size = model_size(problem)
        if size > VARIABLE_LIMIT:
            raise ProblemTooLargeError(self.name, "variables", size, VARIABLE_LIMIT)
        recorder = Recorder(problem, budget, on_improve)
        begun = recorder.offer_start(start)
        recorder.prove(lagrangian_bound(problem, iterations=200, stopwatch=recorder.stopwatch))
        offer_insertion(recorder, begun)
        if not len(problem.agent) or recorder.finished():
            return recorder.plan(self.name, seed, "nothing to search: the first plan stands")
        with tempfile.TemporaryDirectory(prefix="cpsat-") as folder:
            workers = self._order(recorder, seed, Path(folder))
            status = _follow(recorder, Path(folder))
        return recorder.plan(self.name, seed, f"CP-SAT, {workers} workers, {size} variables: {status}")

    def _order(self, recorder: Recorder, seed: int, folder: Path) -> int:
        """Write what the process needs; returns the number of its threads."""
        watch = recorder.stopwatch
        counted, sweeps = watch.counted, watch.budget.sweeps
        workers = 1 if counted and sweeps is not None else self.workers or os.cpu_count() or 1
        order: dict[str, Any] = {
            "hint": recorder.best,
            "deadline": time.time() + watch.remaining(),
            "deterministic": np.inf if sweeps is None else sweeps / SWEEPS_A_SECOND,
            "gap": watch.budget.gap or 0.0,
            "seed": seed,
            "workers": workers,
        }
        recorder.problem.save(folder / "problem.npz")
        np.savez(folder / "order.npz", **order)
        return workers


def _follow(recorder: Recorder, folder: Path) -> str:
    """Start the process, offer what it finds, end it with the watch; returns how its search ended."""
    watch, status = recorder.stopwatch, ""
    room = str(Path(__file__).parents[2])
    paths = [room, *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    command = [sys.executable, "-m", "scheduler.solvers.cpsat_worker", str(folder)]
    with (
        (folder / "errors.txt").open("wb") as errors,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        ) as process,
    ):
        news: SimpleQueue[Message | None] = SimpleQueue()
        reader = threading.Thread(target=_read, args=(process.stdout, news), daemon=True)
        reader.start()
        try:
            while not status:
                status = _take(recorder, news)
                if watch.cancelled():
                    status = "cancelled"
                elif watch.remaining() < -GRACE:
                    watch.press()
                    status = "out of time"
                elif recorder.close_enough():
                    status = status or "close enough"
        finally:
            process.kill()
            reader.join()
    if status == "failed":
        recorder.fallbacks.append(f"CP-SAT's process ended early: {_last_line(folder / 'errors.txt')}")
    elif watch.budget.seconds is not None and watch.remaining() <= 0.0:
        watch.press()
    return status


def _take(recorder: Recorder, news: SimpleQueue[Message | None]) -> str:
    """Take over the next message, if one comes soon; returns how the search ended, empty while it runs."""
    try:
        message = news.get(timeout=LOOK)
    except Empty:
        return ""
    if message is None:
        return "failed"
    bound, assignment, status = message
    if assignment is not None:
        found = without_violations(recorder.problem, assignment)
        recorder.offer(insert(recorder.problem, recorder.prices, found))
    recorder.prove_by_search(bound, "cp-sat", worth=0.0)
    return status


def _read(stream: Any, news: SimpleQueue[Message | None]) -> None:
    """Pass on the messages of the process, and None at its end."""
    while len(head := stream.read(8)) == 8:
        data = stream.read(int.from_bytes(head, "little"))
        if len(data) < int.from_bytes(head, "little"):
            break
        news.put(pickle.loads(data))
    news.put(None)


def _last_line(path: Path) -> str:
    lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else "without a word"
