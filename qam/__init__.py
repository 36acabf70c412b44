"""qam decides which healthcare agent does which piece of clinical work, and gets the work done.

The public names; each is loaded when it is first used, so that ``import qam`` stays fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agents.agent_spec import AgentSpec
    from agents.errors import AgentsError, InputError
    from agents.fhir import read as read_fhir
    from agents.fhir import tasks_from, to_bundle
    from agents.handler import Handler, HandlerContext
    from agents.result import Evidence, Finding, Outcome, Result, Value
    from agents.roster import load_roster
    from agents.task import Task
    from agents.task_file import load_tasks
    from orchestration.errors import OrchestrationError
    from orchestration.launch import launch
    from orchestration.options import SwarmOptions
    from orchestration.planning.policy import PlanningPolicy
    from orchestration.swarm import Swarm

__version__ = "0.1.0"

_HOME = {
    "AgentSpec": ("agents.agent_spec", "AgentSpec"),
    "AgentsError": ("agents.errors", "AgentsError"),
    "Evidence": ("agents.result", "Evidence"),
    "Finding": ("agents.result", "Finding"),
    "Handler": ("agents.handler", "Handler"),
    "HandlerContext": ("agents.handler", "HandlerContext"),
    "InputError": ("agents.errors", "InputError"),
    "OrchestrationError": ("orchestration.errors", "OrchestrationError"),
    "Outcome": ("agents.result", "Outcome"),
    "PlanningPolicy": ("orchestration.planning.policy", "PlanningPolicy"),
    "Result": ("agents.result", "Result"),
    "Swarm": ("orchestration.swarm", "Swarm"),
    "SwarmOptions": ("orchestration.options", "SwarmOptions"),
    "Task": ("agents.task", "Task"),
    "Value": ("agents.result", "Value"),
    "launch": ("orchestration.launch", "launch"),
    "load_roster": ("agents.roster", "load_roster"),
    "load_tasks": ("agents.task_file", "load_tasks"),
    "read_fhir": ("agents.fhir", "read"),
    "tasks_from": ("agents.fhir", "tasks_from"),
    "to_bundle": ("agents.fhir", "to_bundle"),
}

__all__ = [
    "AgentSpec",
    "AgentsError",
    "Evidence",
    "Finding",
    "Handler",
    "HandlerContext",
    "InputError",
    "OrchestrationError",
    "Outcome",
    "PlanningPolicy",
    "Result",
    "Swarm",
    "SwarmOptions",
    "Task",
    "Value",
    "__version__",
    "launch",
    "load_roster",
    "load_tasks",
    "read_fhir",
    "tasks_from",
    "to_bundle",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'qam' has no attribute {name!r}")
    module, attribute = _HOME[name]
    value = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
