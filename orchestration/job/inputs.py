"""What a job works on: tasks and records, read from FHIR, task files, or folders of both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path

from agents.agent_spec import AgentSpec
from agents.default_roster import default_roster
from agents.errors import InputError
from agents.fhir import FhirInput, load_rules, read, tasks_from, tasks_of_orders
from agents.record import PatientRecord
from agents.roster import load_roster
from agents.skills.registry import default_registry
from agents.task import Task
from agents.task_file import check_tasks, load_tasks
from orchestration.job.folder import FILES, is_run_folder

ROSTER_NAMES = ("roster.yaml", "roster.yml", "roster.json")
_YAML = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class JobInputs:
    """Everything that a job works on.

    Parameters
    ----------
    tasks : list of Task
        The work, checked as a whole.
    roster : list of AgentSpec
        Who is there.
    roster_source : str
        File of the roster, or ``default``.
    records : dict of str to PatientRecord
        By reference.
    as_of : datetime
        "Now".
    fhir : FhirInput, optional
        What was read, when there was FHIR.
    ordered : int
        How many tasks come from orders or task files; the others were derived.
    sources : list of str
        Names of files read, as they may be shown.
    digest : str
        SHA-256 over all files read, for knowing them again.
    """

    tasks: list[Task]
    roster: list[AgentSpec]
    roster_source: str
    records: Mapping[str, PatientRecord]
    as_of: datetime
    fhir: FhirInput | None = None
    ordered: int = 0
    sources: list[str] = field(default_factory=list)
    digest: str = ""


def load_inputs(
    paths: Sequence[Path],
    *,
    roster: Path | None,
    as_of: datetime | None,
    now: datetime,
    skip_unusable: bool = False,
    rules: Path | None = None,
) -> JobInputs:
    """Read what a job works on.

    Parameters
    ----------
    paths : sequence of Path
        FHIR files, task files, or folders. A ``roster.yaml`` directly in a folder is the roster when `roster` is
        None; other YAML files directly in it are task files. The files of a run in or below it are passed over.
    roster : Path, optional
        Roster file. Without one anywhere, the default roster is used.
    as_of : datetime, optional
        "Now". Default: the latest moment in the FHIR input, else `now`.
    now : datetime
        The clock's now.
    skip_unusable : bool
        Leave out what cannot be used and report it.
    rules : Path, optional
        Rules that derive work from records; default: the packaged ones.

    Raises
    ------
    InputError
        When something cannot be used.
    """
    fhir_paths, task_files, found_roster = _sort(paths)
    fhir = read(fhir_paths, skip_unusable=skip_unusable, now=now) if fhir_paths else None
    moment = as_of or (fhir.latest if fhir else None) or now
    tasks: list[Task] = []
    ordered = 0
    if fhir is not None:
        chosen = load_rules(rules)
        tasks += tasks_from(fhir, moment, chosen)
        ordered += len(tasks_of_orders(fhir, chosen))
    for path in task_files:
        listed = load_tasks(path)
        ordered += len(listed)
        tasks += listed
    if not tasks:
        raise InputError(
            "there is no work in the input",
            where=_few([*(fhir.sources if fhir else ()), *map(str, task_files)]),
            hint="It holds no orders, and nothing that the rules derive work from (docs/fhir.md).",
        )
    check_tasks(tasks)
    skills = default_registry()
    chosen_roster = roster or found_roster
    specs = load_roster(chosen_roster, skills=skills) if chosen_roster else default_roster(skills, tasks)
    _check_kinds(tasks, specs, skills, task_files)
    used = [*_files(fhir_paths), *task_files, *([chosen_roster] if chosen_roster else [])]
    return JobInputs(
        tasks=tasks,
        roster=specs,
        roster_source=chosen_roster.name if chosen_roster else "default",
        records=fhir.records if fhir else {},
        as_of=moment,
        fhir=fhir,
        ordered=ordered,
        sources=[*(fhir.sources if fhir else ()), *(path.name for path in task_files)],
        digest=_digest(used),
    )


def _sort(paths: Sequence[Path]) -> tuple[list[Path], list[Path], Path | None]:
    """Sort paths into FHIR, task files and a roster found in a folder."""
    fhir: list[Path] = []
    tasks: list[Path] = []
    roster: Path | None = None
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if p.suffix in _YAML or p.name in ROSTER_NAMES)
            rosters = [p for p in inside if p.name in ROSTER_NAMES]
            roster = roster or next(iter(rosters), None)
            tasks += [p for p in inside if p not in rosters]
            others = [p for p in _files([path]) if p not in rosters]
            fhir += [p for p in others if not _lists_tasks(p)]
            tasks += [p for p in others if _lists_tasks(p)]
            if not inside and not others:
                raise InputError(
                    "the folder holds nothing to read",
                    where=str(path),
                    hint="Expected *.json or *.ndjson; the files of a run are passed over.",
                )
        elif path.suffix in _YAML or _lists_tasks(path):
            tasks.append(path)
        else:
            fhir.append(path)
    return fhir, tasks, roster


def _files(paths: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        inside = [p for p in path.rglob("*") if p.suffix in (".json", ".ndjson") and p.is_file()]
        runs = {folder for folder in {p.parent for p in inside} if is_run_folder(folder)}
        found += sorted(p for p in inside if p.parent not in runs or p.name not in FILES)
    return found


def _few(names: Sequence[str]) -> str:
    """Name a few files; of many, say how many there are."""
    return ", ".join(names) if len(names) <= 3 else f"{len(names):,} files"


def _lists_tasks(path: Path) -> bool:
    """Whether a JSON file is a task file of ours: its first key is ``tasks``."""
    if path.suffix != ".json":
        return False
    try:
        with path.open(encoding="utf-8-sig") as file:
            head = file.read(200)
    except (OSError, UnicodeDecodeError):
        return False
    return head.lstrip().removeprefix("{").lstrip().startswith(json.dumps("tasks"))


def _check_kinds(
    tasks: Sequence[Task], roster: Sequence[AgentSpec], skills: Mapping[str, object], task_files: Sequence[Path]
) -> None:
    known = {name for spec in roster for name in spec.skills} | set(skills)
    for task in tasks:
        if task.kind not in known and not task.kind.startswith("order:"):
            close = get_close_matches(task.kind, known, n=1)
            raise InputError(
                f"unknown skill {task.kind!r}" + (f"; did you mean {close[0]!r}?" if close else ""),
                where=", ".join(f"{p}" for p in task_files) + f", task {task.id!r}, kind",
                hint="Name a clinical skill (`qam agents --skills`) or one that an agent of the roster has.",
                skill=task.kind,
            )


def _digest(files: Sequence[Path]) -> str:
    total = hashlib.sha256()
    for path in files:
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
