"""Improves a plan of a problem larger than the simulator, one window after the other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from scheduler.bounds.linear import linear_bound
from scheduler.insertion import insert
from scheduler.quantum.encoding import state_count
from scheduler.quantum.report import TIE, WindowReport, finite
from scheduler.quantum.sub_solver import solve_sub_problem
from scheduler.quantum.windows import WindowCutter
from scheduler.relaxation import relax

if TYPE_CHECKING:
    from scheduler.arrays import Int32Array
    from scheduler.quantum.options import QaoaOptions
    from scheduler.recorder import Recorder

DEFAULT_SWEEPS = 1
"""Sweeps where the budget limits neither sweeps nor seconds."""
WINDOW_LAYERS = 8
"""Most layers of a window's run: the best of many shots is asked for, not a sharp state."""
BOUND_SHARE = 0.4


def improve_by_windows(recorder: Recorder, options: QaoaOptions, seed: int, base: Int32Array) -> WindowReport | None:
    """Improve priced insertion's plan by QAOA on windows; None where the caller cancelled before the first.

    Every task is the middle of one window a sweep, those that pay most above their best belief first. A window's best
    shot is taken over where it is better than what the plan has there. With a budget in sweeps, windows, seeds and
    order are fixed.
    """
    problem, watch = recorder.problem, recorder.stopwatch
    linear = linear_bound(problem, watch.part(BOUND_SHARE))
    recorder.prove(linear)
    recorder.offer(insert(problem, linear.prices, base))
    relaxation = relax(problem, watch.part(BOUND_SHARE), linear)
    recorder.prove(relaxation.certificate)
    recorder.offer(insert(problem, relaxation.prices, base))
    if watch.cancelled():
        return None
    cutter = WindowCutter(problem, relaxation.belief, recorder.best.copy())
    sweeps = watch.budget.sweeps
    if watch.counted and sweeps is None:
        sweeps = DEFAULT_SWEEPS
    chosen = replace(options, layers=min(options.layers, WINDOW_LAYERS))
    told = WindowReport(
        windows=0, skipped=0, improved=0, hits=0, qubits=0, states=0, layers=chosen.layers, shots=chosen.shots,
        before=finite(recorder.objective), after=None, seconds=0.0, exact_seconds=0.0,
    )  # fmt: skip
    sweep = 0
    while (sweeps is None or sweep < sweeps) and not recorder.finished():
        for number, task in enumerate(order_of(cutter, seed + sweep)):
            if recorder.finished():
                break
            told = _improve(recorder, cutter, chosen, task, (seed, sweep, number), told)
        sweep += 1
    return replace(told, after=finite(recorder.objective))


def order_of(cutter: WindowCutter, seed: int) -> list[int]:
    """Tasks in the order of what they pay above their best belief, ties at random; those without a choice left out."""
    problem = cutter.problem
    excess = np.full(problem.tasks, -np.inf)
    for task in range(problem.tasks):
        first, last = int(problem.task_ptr[task]), int(problem.task_ptr[task + 1])
        if first == last:
            continue
        row = cutter.belief[first:last]
        here = row[problem.agent[first:last] == cutter.assignment[task]]
        excess[task] = float(here[0] - row.min()) if len(here) else np.inf
    tie = np.random.default_rng(seed).random(problem.tasks)
    order = np.lexsort((tie, -excess))
    return order[excess[order] > -np.inf].tolist()  # type: ignore[no-any-return]


def _improve(
    recorder: Recorder,
    cutter: WindowCutter,
    options: QaoaOptions,
    task: int,
    place: tuple[int, int, int],
    told: WindowReport,
) -> WindowReport:
    seed, sweep, number = place
    window = cutter.around(task, options.window_labels, options.window_states, seed + sweep)
    states = state_count(window.problem)
    told = replace(told, windows=told.windows + 1)
    if states < 2:
        return replace(told, skipped=told.skipped + 1)
    now = window.restrict(cutter.assignment)
    shots = int(np.random.SeedSequence((seed, sweep, number)).generate_state(1)[0])
    found = solve_sub_problem(window, options, shots, now, recorder.stopwatch.expired)
    if found is None:
        return replace(told, skipped=told.skipped + 1)
    assignment, report = found
    told = replace(
        told,
        skipped=told.skipped + (report.optimum is None),
        hits=told.hits + report.hit,
        qubits=max(told.qubits, report.qubits),
        states=max(told.states, report.states),
        seconds=told.seconds + report.seconds,
        exact_seconds=told.exact_seconds + report.exact_seconds,
    )
    if assignment is None or report.best_shot is None:
        return told
    before = window.problem.objective(now).total
    if report.best_shot >= before - TIE * abs(before):
        return told
    cutter.accept(window, assignment)
    if not recorder.offer(cutter.assignment):
        cutter.accept(window, now)
        return told
    return replace(told, improved=told.improved + 1)
