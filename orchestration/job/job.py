"""The main job: read, plan, do, record, report. It can be killed at any moment and carried on with."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import ValidationError

from agents.skills.registry import default_registry
from orchestration.clock import Clock
from orchestration.errors import LedgerError, SwarmClosedError
from orchestration.handlers import AnyHandler, find
from orchestration.job.folder import RunFolder
from orchestration.job.inputs import JobInputs, load_inputs
from orchestration.job.outputs import write_outputs
from orchestration.job.progress import Progress
from orchestration.job.spec import JobSpec
from orchestration.launch import launch
from orchestration.ledger import SqliteLedger
from orchestration.swarm import Swarm
from scheduler.solvers import get_solver

_WATCH_SECONDS = 0.25
T = TypeVar("T")
Handlers = dict[str, AnyHandler]


@dataclass(frozen=True, slots=True)
class JobEnd:
    """How a job ended.

    Parameters
    ----------
    folder : RunFolder
        Where everything is.
    report : dict
        What ``report.json`` holds.
    interrupted : bool
        Whether it was stopped before all tasks had ended.
    """

    folder: RunFolder
    report: dict[str, Any]
    interrupted: bool


class Job:
    """One job in one folder.

    Parameters
    ----------
    folder : RunFolder
        Where to write.
    clock : Clock
        Where time comes from.
    progress : Progress
        Told what is being done.
    version : str
        Version of qam, for the report.
    engine : {'ray', 'local'}
        Where cluster hosts run.
    ray_address : str, optional
        Ray to join.
    """

    def __init__(
        self,
        folder: RunFolder,
        *,
        clock: Clock,
        progress: Progress,
        version: str,
        engine: Literal["ray", "local"] = "ray",
        ray_address: str | None = None,
    ) -> None:
        self.folder, self._clock, self._progress, self._version = folder, clock, progress, version
        self._engine: Literal["ray", "local"] = engine
        self._ray_address = ray_address
        self._swarm: Swarm | None = None
        self._stopped = False
        self._seconds: dict[str, float] = {}

    def start(self, spec: JobSpec, *, overwrite: bool = False) -> JobEnd:
        """Do a new job.

        Raises
        ------
        InputError, OutputError, RayUnavailableError, LedgerError
            When something it needs cannot be used; before any work is accepted.
        """
        began = self._clock.monotonic()
        handlers = _prepared(spec)
        inputs = self._read(spec)
        ledger = SqliteLedger(self.folder.ledger, lock=self.folder.prepare(overwrite=overwrite))
        with _closed_on_error(ledger):
            _describe(ledger, spec, inputs)
            return self._work(spec, inputs, handlers, ledger, began)

    def resume(self) -> JobEnd:
        """Carry on with a job that was interrupted.

        Raises
        ------
        LedgerError
            When there is no such job, or its input is not what it was.
        """
        began = self._clock.monotonic()
        path = self.folder.ledger
        if not path.exists():
            raise LedgerError(f"there is no ledger {path}", hint="Give the ledger.sqlite of a run.")
        ledger = SqliteLedger(path)
        with _closed_on_error(ledger):
            spec, digest = _job_of(ledger)
            handlers = _prepared(spec)
            inputs = self._read(spec)
            if inputs.digest != digest:
                raise LedgerError(
                    "the input files are not what they were when this run began",
                    hint="Put them back, or start a new run.",
                    expected=digest,
                    found=inputs.digest,
                )
            return self._work(spec, inputs, handlers, ledger, began)

    def stop(self) -> None:
        """Ask a running job to end early and cleanly."""
        self._stopped = True
        if self._swarm is not None:
            self._swarm.stop()

    def _read(self, spec: JobSpec) -> JobInputs:
        return self._timed("read", "reading the input", lambda: read_inputs(spec, self._clock))

    def _timed(self, name: str, text: str, work: Callable[[], T]) -> T:
        self._progress.stage(text)
        began = self._clock.monotonic()
        found = work()
        self._seconds[name] = self._clock.monotonic() - began
        return found

    def _work(self, spec: JobSpec, inputs: JobInputs, handlers: Handlers, ledger: SqliteLedger, began: float) -> JobEnd:
        def start() -> Swarm:
            return self._launch(spec, inputs, handlers, ledger)

        self._swarm = self._timed("start", f"starting {len(inputs.roster)} agents", start)
        with self._swarm as swarm:
            if self._stopped:
                swarm.stop()
            else:
                self._submit(swarm, inputs)
            self._watch(swarm)
            return self._report(swarm.ledger, inputs, began)

    def _submit(self, swarm: Swarm, inputs: JobInputs) -> None:
        try:
            self._timed("submit", f"submitting {len(inputs.tasks)} tasks", lambda: swarm.submit(inputs.tasks))
        except SwarmClosedError:
            if not self._stopped:
                raise
            return
        self._progress.stage("planning and doing the work")
        swarm.finish()

    def _launch(self, spec: JobSpec, inputs: JobInputs, handlers: Handlers, ledger: SqliteLedger) -> Swarm:
        return launch(
            inputs.roster,
            handlers=handlers,
            records=inputs.records,
            ledger=ledger,
            options=spec.options,
            as_of=inputs.as_of,
            engine=self._engine,
            ray_address=self._ray_address,
            clock=self._clock,
        )

    def _watch(self, swarm: Swarm) -> None:
        began = self._clock.monotonic()
        while not swarm.wait(_WATCH_SECONDS):
            self._progress.counts(swarm.counts())
        self._progress.counts(swarm.counts())
        planned = sum(plan["seconds"]["total"] for plan in swarm.ledger.plans())
        self._seconds |= {"plan": planned, "run": max(0.0, self._clock.monotonic() - began - planned)}

    def _report(self, ledger: SqliteLedger, inputs: JobInputs, began: float) -> JobEnd:
        self._progress.stage("writing the report")
        ledger.set_meta("seconds", {**self._seconds, "total": self._clock.monotonic() - began})
        report = write_outputs(self.folder, ledger, fhir=inputs.fhir, version=self._version, now=self._clock.now())
        totals = report["totals"]
        left = totals["waiting"] > 0 or totals["accepted"] < len(inputs.tasks)
        return JobEnd(self.folder, report, interrupted=left)


def read_inputs(spec: JobSpec, clock: Clock) -> JobInputs:
    """Read what a job works on."""
    return load_inputs(
        [Path(path) for path in spec.inputs],
        roster=Path(spec.roster) if spec.roster else None,
        as_of=spec.as_of,
        now=clock.now(),
        skip_unusable=spec.skip_unusable,
        rules=Path(spec.rules) if spec.rules else None,
    )


def _prepared(spec: JobSpec) -> Handlers:
    """See that what a job names is there, before anything is read or written; return its handlers."""
    get_solver(spec.options.solver)
    if spec.handlers and spec.handlers_from:
        _make_importable(spec.handlers_from)
    return {name: find(target) for name, target in spec.handlers.items()}


def _make_importable(folder: str) -> None:
    """Let modules of `folder` be found, here and in the workers of a Ray that is started from here.

    Ray tells its workers the folder that a driver is started in; another goes by the environment.
    """
    if folder not in sys.path:
        sys.path.append(folder)
    known = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if Path(folder) != Path.cwd() and folder not in known:
        os.environ["PYTHONPATH"] = os.pathsep.join([*filter(None, known), folder])


@contextmanager
def _closed_on_error(ledger: SqliteLedger) -> Iterator[None]:
    """Close a ledger when something goes wrong; a swarm that was launched on it has closed it already."""
    try:
        yield
    except BaseException:
        ledger.close()
        raise


def _job_of(ledger: SqliteLedger) -> tuple[JobSpec, str]:
    """Read from a ledger what its job is, and the digest of its input."""
    about = ledger.meta("job")
    if about is None and ledger.states():
        raise LedgerError(
            f"{ledger.path} was written by `qam.launch`, not by `qam run`, so it does not hold its input",
            hint="Carry on with `qam.launch(..., ledger=...)`; `qam report` shows what there is.",
        )
    if about is None:
        raise LedgerError(
            f"{ledger.path} was interrupted before it knew its job", hint="Start the run again with --overwrite."
        )
    try:
        return JobSpec.model_validate(about["spec"]), str(about["digest"])
    except (ValidationError, KeyError, TypeError):
        raise LedgerError(
            f"the description of the job in {ledger.path} is damaged",
            hint="Start the run again; `qam report` shows what there is.",
        ) from None


def _describe(ledger: SqliteLedger, spec: JobSpec, inputs: JobInputs) -> None:
    """Keep in the ledger what the job is, for `resume` and for reports."""
    skipped = [{"where": s.where, "what": s.what} for s in inputs.fhir.skipped] if inputs.fhir else []
    ledger.set_meta(
        "job",
        {
            "spec": spec.model_copy(update={"as_of": inputs.as_of}).model_dump(mode="json"),
            "digest": inputs.digest,
            "title": spec.title,
            "as_of": inputs.as_of.isoformat(),
            "seed": spec.options.seed,
            "horizon_minutes": spec.options.policy.horizon_minutes,
            "roster": [agent.model_dump(mode="json", exclude_defaults=True) for agent in inputs.roster],
            "titles": {name: skill.title for name, skill in default_registry().items()},
            "input": {
                "sources": inputs.sources,
                "roster": inputs.roster_source,
                "records": len(inputs.records),
                "tasks": len(inputs.tasks),
                "derived": len(inputs.tasks) - inputs.ordered,
                "ordered": inputs.ordered,
                "skipped": skipped,
            },
        },
    )
