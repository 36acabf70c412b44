"""Who does the work: `AgentSpec`, a record plus the name of a handler."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from agents.address import Address, parent
from agents.minutes import Minutes
from agents.task import STAFF

Level = Annotated[int, Field(ge=1, le=5)]


class AgentSpec(BaseModel):
    """One agent: a member of staff, a device, a program.

    Parameters
    ----------
    address : str
        Path in the tree of clusters, such as ``hospital/ward-3/nurse-1``; unique.
    skills : dict of str to int
        Skill name to level, 1 (novice) to 5 (expert).
    licences : frozenset of str
        Licences held, such as ``prescriber``.
    capacity : dict of str to float
        Minutes of each resource within the planning horizon. Default: 480 of ``staff``.
    cost : float
        Cost of one minute, in the user's own unit of money.
    zones : tuple of str
        Zones it works in without extra cost; empty: its own cluster.
    languages : tuple of str
        Languages spoken (BCP 47).
    handler : str
        Name of the handler that does its work. ``clinical`` runs the clinical skill named by the task's kind.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: Address
    skills: dict[Annotated[str, Field(min_length=1)], Level] = Field(min_length=1)
    licences: frozenset[str] = frozenset()
    capacity: dict[str, Minutes] = Field(default_factory=lambda: {STAFF: 480.0})
    cost: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 1.0
    zones: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    handler: Annotated[str, Field(min_length=1)] = "clinical"

    @property
    def cluster(self) -> str:
        """Address of the cluster that holds the agent ('' for an agent at the root)."""
        return parent(self.address)
