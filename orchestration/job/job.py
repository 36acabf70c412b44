"""The main job: read, plan, do, record, report. It can be killed at any moment and carried on with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from agents.skills.registry import default_registry
from orchestration.clock import Clock
from orchestration.errors import LedgerError
from orchestration.handlers import find
from orchestration.job.folder import RunFolder
from orchestration.job.inputs import JobInputs, load_inputs
from orchestration.job.outputs import write_outputs
from orchestration.job.progress import Progress
from orchestration.job.spec import JobSpec
from orchestration.launch import launch
from orchestration.ledger import SqliteLedger
from orchestration.swarm import Swarm

_WATCH_SECONDS = 0.25
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class JobEnd:
    """How a job ended.

    Parameters
    ----------
    folder : Path
        Where everything is.
    report : dict
        What ``report.json`` holds.
    interrupted : bool
        Whether it was stopped before all tasks had ended.
    """

    folder: Path
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
        inputs = self._read(spec)
        self.folder.prepare(overwrite=overwrite)
        with SqliteLedger(self.folder.ledger) as ledger:
            _describe(ledger, spec, inputs)
        return self._work(spec, inputs, began)

    def resume(self) -> JobEnd:
        """Carry on with a job that was interrupted.

        Raises
        ------
        LedgerError
            When there is no such job, or its input is not what it was.
        """
        began = self._clock.monotonic()
        if not self.folder.ledger.exists():
            raise LedgerError(f"there is no ledger {self.folder.ledger}", hint="Give the ledger.sqlite of a run.")
        with SqliteLedger(self.folder.ledger) as ledger:
            about = ledger.meta("job")
        if about is None:
            raise LedgerError(
                f"{self.folder.ledger} was interrupted before it knew its job",
                hint="Start the run again with --overwrite.",
            )
        spec = JobSpec.model_validate(about["spec"])
        inputs = self._read(spec)
        if inputs.digest != about["digest"]:
            raise LedgerError(
                "the input files are not what they were when this run began",
                hint="Put them back, or start a new run.",
                expected=about["digest"],
                found=inputs.digest,
            )
        return self._work(spec, inputs, began)

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

    def _work(self, spec: JobSpec, inputs: JobInputs, began: float) -> JobEnd:
        self._swarm = self._timed("start", f"starting {len(inputs.roster)} agents", lambda: self._launch(spec, inputs))
        with self._swarm as swarm:
            if self._stopped:
                swarm.stop()
            else:
                self._timed("submit", f"submitting {len(inputs.tasks)} tasks", lambda: swarm.submit(inputs.tasks))
                self._progress.stage("planning and doing the work")
                swarm.finish()
                self._watch(swarm)
            return self._report(swarm.ledger, inputs, began)

    def _launch(self, spec: JobSpec, inputs: JobInputs) -> Swarm:
        return launch(
            inputs.roster,
            handlers={name: find(target) for name, target in spec.handlers.items()},
            records=inputs.records,
            ledger=self.folder.ledger,
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
        return JobEnd(self.folder.path, report, interrupted=report["totals"]["waiting"] > 0)


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
