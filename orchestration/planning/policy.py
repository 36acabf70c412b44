"""What a plan is worth: the weights that turn rules of a ward into costs. All in the unit of agents' cost."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

_Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class PlanningPolicy(BaseModel):
    """Weights and limits of planning.

    Parameters
    ----------
    horizon_minutes : float
        Length of the planning horizon; capacities are minutes within it.
    pace : tuple of 5 floats
        Factor on the minutes of staff by skill level 1 to 5. An assumption, not a measurement: level 3 is 1.
    skill : float
        Cost a level below 5: prefers the more skilled, all else equal.
    language : float
        Cost when the agent does not speak the subject's language.
    zone : float
        Cost a step in the tree of clusters between the agent and the task's zone.
    lateness : tuple of 5 floats
        Cost a minute that a task of acuity 1 to 5 would end after it is due, as far as the agent's bookings
        before this round tell.
    waiting : tuple of 5 floats
        Cost a minute that a task of acuity 1 to 5 waits in its agent's queue. It levels the load: a dearer agent is
        worth it when the wait is shorter by enough.
    late : tuple of 5 floats
        Penalty of planning a task of acuity 1 to 5 that has a due time past it, beyond the cost of its dearest
        agent.
    unassigned : tuple of 5 floats
        Penalty of leaving a task of acuity 1 to 5 that has no due time without an agent, likewise.
    continuity : float
        Weight of each pair of tasks of one subject; their distance is 0 for the same agent, 1 for the same
        cluster, and more for others.
    clique : int
        Subjects with at most so many tasks in a round have all pairs coupled, others each task with the next
        four.
    bands : int
        Due times are rounded down to so many moments; at each, the minutes due by then must fit before it.
    seconds : float
        Time for the search of one round, at most.
    sweeps : int
        Sweeps of the search of one round, at most. A search that this ends, not time, is the same for the
        same seed on any machine.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    horizon_minutes: Annotated[float, Field(gt=0)] = 480.0
    pace: tuple[float, float, float, float, float] = (1.2, 1.1, 1.0, 0.95, 0.9)
    skill: _Weight = 1.0
    language: _Weight = 8.0
    zone: _Weight = 3.0
    lateness: tuple[_Weight, _Weight, _Weight, _Weight, _Weight] = (8.0, 4.0, 2.0, 1.0, 0.5)
    waiting: tuple[_Weight, _Weight, _Weight, _Weight, _Weight] = (0.4, 0.2, 0.1, 0.05, 0.02)
    late: tuple[_Weight, _Weight, _Weight, _Weight, _Weight] = (800.0, 400.0, 200.0, 100.0, 50.0)
    unassigned: tuple[_Weight, _Weight, _Weight, _Weight, _Weight] = (5000.0, 2000.0, 1000.0, 500.0, 250.0)
    continuity: _Weight = 2.0
    clique: Annotated[int, Field(ge=0, le=16)] = 8
    bands: Annotated[int, Field(ge=0, le=8)] = 3
    seconds: Annotated[float, Field(gt=0)] = 15.0
    sweeps: Annotated[int, Field(gt=0)] = 2000
