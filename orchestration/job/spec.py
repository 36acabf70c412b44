"""What a job is asked to do; kept in its ledger, so that `--resume` needs nothing else."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from agents.task import Instant
from orchestration.options import SwarmOptions


class JobSpec(BaseModel):
    """A job.

    Parameters
    ----------
    inputs : tuple of str
        Absolute paths of files and folders to read.
    roster : str, optional
        Absolute path of the roster.
    rules : str, optional
        Absolute path of the rules that derive work.
    as_of : datetime, optional
        "Now".
    skip_unusable : bool
        Leave out what cannot be used, and report it.
    handlers : dict of str to str
        Handlers beside the built-in ones: name to ``module:function``.
    handlers_from : str
        Absolute path of a folder in which the modules of handlers are looked for last; '' for none.
    title : str
        Title of the report.
    options : SwarmOptions
        How to plan and run.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    inputs: tuple[str, ...]
    roster: str | None = None
    rules: str | None = None
    as_of: Instant | None = None
    skip_unusable: bool = False
    handlers: dict[str, str] = {}
    handlers_from: str = ""
    title: str = "qam run"
    options: SwarmOptions = SwarmOptions(live=False)
