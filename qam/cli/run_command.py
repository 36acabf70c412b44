"""`qam run`: from input to report."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from qam.cli.errors import reported
from qam.cli.interruption import INTERRUPTED, raising
from qam.cli.options import AsJson, AsOf, Inputs, Roster, Rules, Seconds, Seed, SkipUnusable, SolverName, moment
from qam.cli.output import ALL_DONE, NOT_ALL_DONE, percent, print_json, say

if TYPE_CHECKING:
    from orchestration.job.job import Job, JobEnd

Out = Annotated[Path | None, typer.Option(help="Folder for the results. Default: qam-run-<time>.")]
Resume = Annotated[Path | None, typer.Option(help="Carry on with the run of this ledger.sqlite.", metavar="LEDGER")]
Handlers = Annotated[
    list[str] | None,
    typer.Option(
        "--handler",
        metavar="NAME=MODULE:FUNCTION",
        help="A handler that agents name (its module may lie in the current folder); may be repeated.",
    ),
]


_WITH_RESUME = ("ctx", "resume", "engine", "ray_address", "quiet", "as_json")
"""Options that a run that is carried on with takes; the others it has from its ledger."""


def run(
    ctx: typer.Context,
    inputs: Inputs = None,
    roster: Roster = None,
    out: Out = None,
    as_of: AsOf = None,
    rules: Rules = None,
    skip_unusable: SkipUnusable = False,
    solver: SolverName = "auto",
    seed: Seed = 0,
    seconds: Seconds = None,
    handler: Handlers = None,
    resume: Resume = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Write over an earlier run in --out.")] = False,
    engine: Annotated[str, typer.Option(help="ray, or local: all hosts in this process.")] = "ray",
    ray_address: Annotated[str | None, typer.Option(help="Ray to join (HOST:PORT or auto).")] = None,
    title: Annotated[str, typer.Option(help="Title of the report.")] = "qam run",
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress on standard error.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read input, plan it, do the work and write a report.

    The folder then holds ledger.sqlite, report.html, report.json, results.csv and bundle.json (the results as
    FHIR R4). Ctrl-C ends cleanly; --resume carries on.
    """
    from orchestration.clock import WallClock
    from orchestration.job.folder import RunFolder
    from orchestration.job.job import Job
    from orchestration.job.progress import progress_for

    if engine not in ("ray", "local"):
        raise typer.BadParameter("--engine is ray or local")
    if bool(inputs) == bool(resume):
        raise typer.BadParameter("give INPUT files, or --resume LEDGER, and not both")
    if resume:
        _refuse_others(ctx)
    clock = WallClock()
    progress = progress_for(clock, quiet=quiet)
    with raising(), reported(as_json=as_json):
        try:
            folder = RunFolder(out) if out else RunFolder.default(clock.now())
            folder = RunFolder.of(resume) if resume else folder
            where: Literal["ray", "local"] = "ray" if engine == "ray" else "local"
            job = Job(folder, clock=clock, progress=progress, version=_version(), engine=where, ray_address=ray_address)
            with _stopping(job):
                if resume:
                    end = job.resume()
                else:
                    named = _named(handler or [])
                    spec = _spec(inputs or [], roster, as_of, rules, skip_unusable, solver, seed, seconds, named)
                    end = job.start(spec.model_copy(update={"title": title}), overwrite=overwrite)
        finally:
            progress.close()
        code = _code(end)
        _show(end, code, as_json=as_json)
    raise typer.Exit(code)


_REASONS = 5
_STATES = ("done", "failed", "expired", "rejected", "cancelled", "waiting")


def _refuse_others(ctx: typer.Context) -> None:
    """Refuse what a run carried on with would not heed."""
    for parameter in ctx.command.params:
        source = ctx.get_parameter_source(parameter.name or "")
        if parameter.name not in _WITH_RESUME and source is not None and source.name == "COMMANDLINE":
            raise typer.BadParameter(f"{parameter.opts[0]} cannot be given with --resume: the ledger holds what it was")


def _version() -> str:
    from qam import __version__

    return __version__


def _named(pairs: list[str]) -> dict[str, str]:
    named = dict(pair.partition("=")[::2] for pair in pairs)
    if bad := [name for name, target in named.items() if not name or ":" not in target]:
        raise typer.BadParameter(f"--handler {bad[0]!r}: write NAME=MODULE:FUNCTION")
    return named


def _spec(
    inputs: list[Path],
    roster: Path | None,
    as_of: str | None,
    rules: Path | None,
    skip_unusable: bool,
    solver: str,
    seed: int,
    seconds: float | None,
    handlers: dict[str, str],
) -> Any:
    from orchestration.job.spec import JobSpec
    from orchestration.options import SwarmOptions
    from orchestration.planning.policy import PlanningPolicy

    policy = PlanningPolicy() if seconds is None else PlanningPolicy(seconds=seconds)
    return JobSpec(
        inputs=tuple(str(path.absolute()) for path in inputs),
        roster=str(roster.absolute()) if roster else None,
        rules=str(rules.absolute()) if rules else None,
        as_of=moment(as_of),
        skip_unusable=skip_unusable,
        handlers=handlers,
        handlers_from=str(Path.cwd()) if handlers else "",
        options=SwarmOptions(live=False, solver=solver, seed=seed, policy=policy),
    )


@contextmanager
def _stopping(job: Job) -> Iterator[None]:
    """Let the first Ctrl-C (or SIGTERM) end the job cleanly, and a second one at once."""

    def ask(*_: object) -> None:
        typer.echo("qam: stopping; what is running may finish (again to stop at once)", err=True)
        for number, handler in before.items():
            signal.signal(number, handler)
        job.stop()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _code(end: JobEnd) -> int:
    if end.interrupted:
        return INTERRUPTED
    totals = end.report["totals"]
    return ALL_DONE if totals["done"] == totals["accepted"] else NOT_ALL_DONE


def _show(end: JobEnd, code: int, *, as_json: bool) -> None:
    report = end.report
    totals = report["totals"]
    if as_json:
        files = {name: str(path) for name, path in end.folder.files.items()}
        keys = ("totals", "seconds", "plans", "as_of", "seed", "input")
        print_json({"ok": code == ALL_DONE, "exit_code": code, "files": files, **{k: report[k] for k in keys}})
        return
    parts = [f"{totals[name]:,} {name}" for name in _STATES if totals[name]]
    say(f"{totals['accepted']:,} tasks: {', '.join(parts) or 'none'}")
    if totals["not_computable"]:
        say(f"  of those done, {totals['not_computable']:,} say which inputs are missing")
    late = sum(task["late_minutes"] > 0 for task in report["tasks"])
    if late:
        say(f"  {late:,} are planned to end after they are due")
    if report["input"]["skipped"]:
        say(f"  {len(report['input']['skipped']):,} records could not be used and were left out; the report names them")
    for reason, count in Counter(t["reason"] for t in report["tasks"] if t["reason"]).most_common(_REASONS):
        say(f"  {count:,} not done: {reason}")
    for plan in report["plans"]:
        greedy = percent(plan["baselines"][0]["gap"])
        say(
            f"plan {plan['round']}: {plan['tasks']:,} tasks, {plan['solver']}, "
            f"objective {plan['objective']['total']:,.1f}, gap {percent(plan['gap'])} (greedy {greedy})"
        )
    if not report["plans"]:
        say("nothing was planned")
    say(f"report: {end.folder.files['report.html']}")
    if end.interrupted:
        say(f"interrupted; carry on with: qam run --resume {end.folder.ledger}")
