"""`qam solve`: an assignment problem, a QUBO or a maximum cut from a file."""

from __future__ import annotations

import math
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qam.cli.errors import reported
from qam.cli.options import AsJson
from qam.cli.output import ALL_DONE, INTERRUPTED, percent, print_json, say
from qam.cli.progress import Progress

if TYPE_CHECKING:
    from scheduler import AssignmentProblem, Budget, QuboProblem

UNPLACED = 4
"""Exit code where a task that must be placed is not."""
DEFAULT_SECONDS = 5.0


def _above_zero(value: float | None) -> float | None:
    if value is not None and not (value > 0 and math.isfinite(value)):
        raise typer.BadParameter("must be a number above 0.")
    return value


def _not_negative(value: float | None) -> float | None:
    if value is not None and not (value >= 0 and math.isfinite(value)):
        raise typer.BadParameter("must be a number, 0 or above.")
    return value


File = Annotated[Path, typer.Argument(help="The problem (docs/formats.md lists the formats).")]
FormatName = Annotated[str | None, typer.Option("--format", metavar="NAME", help="Its format. Default: by content.")]


def solve(
    file: File,
    solver: Annotated[str, typer.Option(help="auto, or a solver by name (docs/solvers.md).")] = "auto",
    seconds: Annotated[float | None, typer.Option(callback=_above_zero, help="Time, at most. Default: 5.")] = None,
    sweeps: Annotated[int | None, typer.Option(min=1, help="Effort; the same seed gives the same plan.")] = None,
    gap: Annotated[float | None, typer.Option(callback=_not_negative, help="Gap to stop at; 0.01 is 1 %.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all randomness.")] = 0,
    format_name: FormatName = None,
    assignment: Annotated[Path | None, typer.Option(metavar="OUT", help="Write the agent of each task here.")] = None,
    certificate: Annotated[Path | None, typer.Option(metavar="OUT", help="Write the bound's proof here.")] = None,
    plot: Annotated[Path | None, typer.Option(metavar="OUT.svg", help="Draw objective and bound over time.")] = None,
    as_json: AsJson = False,
) -> None:
    """Solve an assignment problem, QUBO or maximum cut; all are minimised. Exit code 4: not all that must is placed."""
    with reported(as_json=as_json):
        from scheduler import AssignmentProblem, Budget, read_problem

        _writable(assignment, certificate, plot)
        problem = read_problem(file, format_name)
        if seconds is None and sweeps is None:
            seconds = DEFAULT_SECONDS
        with _interruptible() as stopped:
            budget = Budget(seconds=seconds, sweeps=sweeps, gap=gap, cancelled=stopped)
            if isinstance(problem, AssignmentProblem):
                data = _assign(problem, solver, budget, seed, assignment, certificate)
            else:
                if certificate is not None:
                    raise typer.BadParameter("a QUBO's plan has no bound: leave --certificate out.")
                data = _minimise(problem, solver, budget, seed, assignment)
            code = INTERRUPTED if stopped() else ALL_DONE if data["feasible"] else UNPLACED
        data = {"instance": file.name, **data}
        if plot is not None:
            _draw(plot, data)
        if as_json:
            print_json({"ok": code == ALL_DONE, "exit_code": code, **data})
        else:
            _show(data)
    raise typer.Exit(code)


def _assign(
    problem: AssignmentProblem, solver: str, budget: Budget, seed: int, out: Path | None, proof_out: Path | None
) -> dict[str, Any]:
    from scheduler import get_solver, warm_up, write_assignment
    from scheduler import solve as solve_problem

    get_solver(solver)
    warm_up(solver)
    progress, begun = Progress(), time.perf_counter()
    plan = solve_problem(problem, solver, budget, seed, on_improve=progress)
    seconds = time.perf_counter() - begun
    progress.finish(seconds, plan.objective.total, plan.bound)
    written, notes = None, list(plan.fallbacks)
    if out is not None:
        write_assignment(out, plan.assignment)
    if proof_out is not None and plan.proof is not None:
        total = plan.objective.total
        replace(plan.proof, objective=total if math.isfinite(total) else None).save(proof_out)
        written = {"file": proof_out.name, "kind": plan.proof.kind, "bound": plan.proof.bound}
        if plan.bound_kind in {"exact", "cp-sat"}:
            notes.append(
                f"the bound {plan.bound:.10g} is by branch and bound, for which there is no certificate: "
                f"{proof_out.name} proves {plan.proof.bound:.10g}"
            )
    elif proof_out is not None:
        notes.append("there is no bound, so no certificate was written")
    trace = list(plan.trace)
    if trace and plan.bound != trace[-1][2]:
        trace.append((plan.seconds["total"], plan.objective.total, plan.bound))
    terms = {"assignment": plan.objective.assignment, "unassigned": plan.objective.unassigned,
             "pairs": plan.objective.pairs}  # fmt: skip
    return _told(
        plan.solver, seed, seconds, plan.objective.total, plan.bound, plan.gap, trace, plan.moves,
        feasible=not problem.violations(plan.assignment),
        unassigned=int((plan.assignment < 0).sum()),
        objective_terms={name: _finite(value) for name, value in terms.items()},
        bound_kind=plan.bound_kind, certificate=written, tasks=problem.tasks, agents=problem.agents,
        eligible_pairs=len(problem.agent), reason=plan.reason, fallbacks=notes, quantum=plan.quantum,
    )  # fmt: skip


def _minimise(problem: QuboProblem, solver: str, budget: Budget, seed: int, out: Path | None) -> dict[str, Any]:
    from scheduler import solve_qubo, warm_up_qubo, write_assignment

    warm_up_qubo(solver)
    progress, begun = Progress(), time.perf_counter()
    plan = solve_qubo(problem, solver, budget, seed, on_improve=progress)
    seconds = time.perf_counter() - begun
    progress.finish(seconds, plan.energy, None)
    if out is not None:
        write_assignment(out, plan.state)
    return _told(
        plan.solver, seed, seconds, plan.energy, None, None, plan.trace, plan.moves, feasible=True, unassigned=0,
        bound_kind="none", certificate=None, variables=problem.variables, interactions=problem.interactions,
        reason=plan.reason, fallbacks=list(plan.fallbacks),
    )  # fmt: skip


def _told(
    solver: str,
    seed: int,
    seconds: float,
    objective: float,
    bound: float | None,
    gap: float | None,
    trace: list[tuple[float, float, float | None]],
    moves: int | None,
    **more: Any,
) -> dict[str, Any]:
    """The figures under the names that scripts rely on; what is infinite becomes None."""
    return {
        "solver": solver,
        "seed": seed,
        "seconds": seconds,
        "objective": _finite(objective),
        "bound": bound,
        "gap": gap,
        "moves_per_second": None if moves is None else moves / max(seconds, 1e-9),
        "trace": [[at, _finite(value), low] for at, value, low in trace],
        **more,
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _show(data: dict[str, Any]) -> None:
    value = "none, not all is placed that must be" if data["objective"] is None else f"{data['objective']:,.10g}"
    say(f"{data['instance']}: objective {value} in {data['seconds']:.2f} s by {data['solver']}")
    if data["bound"] is not None:
        say(f"  lower bound {data['bound']:,.10g} ({data['bound_kind']}), gap {percent(data['gap'])}")
    if data["unassigned"]:
        say(f"  {data['unassigned']:,} of {data['tasks']:,} tasks unassigned")
    say(f"  {data['reason']}")
    if data.get("quantum") is not None:
        from scheduler.quantum.report import rows_of

        for name, text in rows_of(data["quantum"]):
            say(f"    {name:22}{text}")
    for note in data["fallbacks"]:
        say(f"  {note}")


def _draw(path: Path, data: dict[str, Any]) -> None:
    from scheduler.formats.errors import FormatError
    from scheduler.trace_plot import trace_svg

    trace = [(at, math.inf if value is None else value, low) for at, value, low in data["trace"]]
    picture = trace_svg(f"{data['instance']} by {data['solver']}", trace, data["seconds"], data["bound"])
    try:
        path.write_text(picture, encoding="utf-8")
    except OSError as error:
        raise FormatError(str(path), "", (error.strerror or "an error").lower(), "a place to write to") from None


def _writable(*paths: Path | None) -> None:
    """Find out before the search whether its results can be written."""
    from scheduler.formats.errors import FormatError

    for path in paths:
        if path is None:
            continue
        target = path if path.exists() else path.parent
        if path.is_dir() or not target.exists() or not os.access(target, os.W_OK):
            raise FormatError(str(path), "", "no place that can be written to", "a file in a folder that is there")


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """The first Ctrl-C ends the search with its best plan, the second one ends the command."""
    pressed = False

    def press(number: int, frame: object) -> None:
        nonlocal pressed
        del number, frame
        pressed = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, press)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before)
