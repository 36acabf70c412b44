"""`qam solve`: an assignment problem, a QUBO or a maximum cut from a file."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qam.cli.compiling import compiling_told
from qam.cli.errors import reported
from qam.cli.explanation import explained
from qam.cli.interruption import INTERRUPTED, first_to
from qam.cli.options import AsJson
from qam.cli.output import ALL_DONE, ENVIRONMENT, complain, percent, print_json, say
from qam.cli.progress import Progress
from qam.cli.targets import Outputs, check_targets

if TYPE_CHECKING:
    from scheduler import AssignmentProblem, Budget, Plan, QuboProblem

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
    solver: Annotated[str, typer.Option(help="auto, or a name of docs/solvers.md (QUBOs: docs/formats.md).")] = "auto",
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
        from scheduler.formats.source import Source

        if plot is not None and plot.suffix.lower() not in {"", ".svg"}:
            raise typer.BadParameter(f"{plot} ends in {plot.suffix}: the picture is an SVG, call it {plot.stem}.svg.")
        check_targets(Source(file).path, {"--assignment": assignment, "--certificate": certificate, "--plot": plot})
        problem = read_problem(file, format_name)
        binary = not isinstance(problem, AssignmentProblem)
        _check_options(solver, binary=binary, gap=gap, certificate=certificate)
        stopped = Event()
        if seconds is None and sweeps is None:
            seconds = DEFAULT_SECONDS
        budget = Budget(seconds=seconds, sweeps=sweeps, gap=gap, cancelled=stopped.is_set)
        outputs = Outputs()
        with compiling_told():
            _warm_up(solver, binary=binary)
            with first_to(stopped.set):
                if isinstance(problem, AssignmentProblem):
                    data = _assign(problem, solver, budget, seed, assignment, certificate, outputs)
                else:
                    data = _minimise(problem, solver, budget, seed, assignment, outputs)
                data = {"instance": file.name, **data}
                if plot is not None:
                    outputs.write(plot, lambda: _picture(plot, data))
        code = INTERRUPTED if stopped.is_set() else ALL_DONE if data["feasible"] else UNPLACED
        code = code if outputs.error is None else ENVIRONMENT
        if as_json:
            failed = {} if outputs.error is None else {"error": explained(outputs.error)}
            print_json({"ok": code == ALL_DONE, "exit_code": code, **failed, **data})
        else:
            _show(data)
        if outputs.error is not None:
            complain(outputs.error)
    raise typer.Exit(code)


def _check_options(solver: str, *, binary: bool, gap: float | None, certificate: Path | None) -> None:
    """Refuse what the kind of problem in the file does not take."""
    from scheduler import qubo_solver_names, solver_names

    placing, flipping = solver_names(), ("auto", *qubo_solver_names())
    if binary and certificate is not None:
        raise typer.BadParameter("a QUBO's plan has no bound: leave --certificate out.")
    if binary and gap is not None:
        raise typer.BadParameter("a QUBO's plan has no bound, so no gap: leave --gap out.")
    mine, others, kinds = (flipping, placing, ("a QUBO", "assignment problems"))
    if not binary:
        mine, others, kinds = (placing, flipping, ("an assignment problem", "QUBOs"))
    if solver not in mine and solver in others:
        raise typer.BadParameter(
            f"{solver} is a solver of {kinds[1]}, and the file holds {kinds[0]}: choose one of {', '.join(mine)}."
        )


def _warm_up(solver: str, *, binary: bool) -> None:
    from scheduler import get_solver, warm_up, warm_up_qubo

    if binary:
        warm_up_qubo(solver)
    else:
        get_solver(solver)
        warm_up(solver)


def _assign(
    problem: AssignmentProblem,
    solver: str,
    budget: Budget,
    seed: int,
    out: Path | None,
    proof_out: Path | None,
    outputs: Outputs,
) -> dict[str, Any]:
    from scheduler import solve as solve_problem
    from scheduler import write_assignment

    progress, begun = Progress(), time.perf_counter()
    plan = solve_problem(problem, solver, budget, seed, on_improve=progress)
    seconds = time.perf_counter() - begun
    progress.finish(seconds, plan.objective.total, plan.bound)
    written, notes = None, list(plan.fallbacks)
    if out is not None:
        outputs.write(out, lambda: write_assignment(out, plan.assignment))
    if proof_out is not None:
        written, note = _certify(plan, proof_out, outputs)
        notes += note
    trace = list(plan.trace)
    if trace and plan.bound != trace[-1][2]:
        known = min(max(plan.seconds["bound"], trace[-1][0]), plan.seconds["total"])
        trace.append((known, plan.objective.total, plan.bound))
    terms = {"assignment": plan.objective.assignment, "unassigned": plan.objective.unassigned,
             "pairs": plan.objective.pairs}  # fmt: skip
    return _told(
        plan.solver, seed, seconds, plan.objective.total, plan.bound, plan.gap, trace, plan.moves,
        feasible=not problem.violations(plan.assignment), proven_infeasible=plan.infeasible,
        unassigned=int((plan.assignment < 0).sum()),
        objective_terms={name: _finite(value) for name, value in terms.items()},
        bound_kind=plan.bound_kind, certificate=written, tasks=problem.tasks, agents=problem.agents,
        eligible_pairs=len(problem.agent), reason=plan.reason, fallbacks=notes, quantum=plan.quantum,
    )  # fmt: skip


def _certify(plan: Plan, path: Path, outputs: Outputs) -> tuple[dict[str, Any] | None, list[str]]:
    """Write the certificate; returns what was written, and what there is to say about it."""
    if plan.proof is None:
        return None, ["there is no bound, so no certificate was written"]
    total = plan.objective.total
    proof = replace(plan.proof, objective=total if math.isfinite(total) else None)
    if not outputs.write(path, lambda: proof.save(path)):
        return None, []
    notes = []
    if plan.bound_kind in {"exact", "cp-sat"}:
        notes.append(
            f"the bound {plan.bound:.10g} is by branch and bound, for which there is no certificate: "
            f"{path.name} proves {proof.bound:.10g}"
        )
    return {"file": path.name, "kind": proof.kind, "bound": proof.bound}, notes


def _minimise(
    problem: QuboProblem, solver: str, budget: Budget, seed: int, out: Path | None, outputs: Outputs
) -> dict[str, Any]:
    from scheduler import solve_qubo, write_assignment

    progress, begun = Progress(), time.perf_counter()
    plan = solve_qubo(problem, solver, budget, seed, on_improve=progress)
    seconds = time.perf_counter() - begun
    progress.finish(seconds, plan.energy, None)
    if out is not None:
        outputs.write(out, lambda: write_assignment(out, plan.state))
    return _told(
        plan.solver, seed, seconds, plan.energy, None, None, plan.trace, plan.moves, feasible=True,
        proven_infeasible=False, unassigned=0, bound_kind="none", certificate=None, variables=problem.variables,
        interactions=problem.interactions, reason=plan.reason, fallbacks=list(plan.fallbacks),
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
    missed = "no plan places all that must be" if data["proven_infeasible"] else "not all is placed that must be"
    value = f"none, {missed}" if data["objective"] is None else f"{data['objective']:,.10g}"
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


def _picture(path: Path, data: dict[str, Any]) -> None:
    from scheduler.trace_plot import trace_svg

    trace = [(at, math.inf if value is None else value, low) for at, value, low in data["trace"]]
    picture = trace_svg(f"{data['instance']} by {data['solver']}", trace, data["seconds"], data["bound"])
    path.write_text(picture, encoding="utf-8")
