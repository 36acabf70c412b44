"""Folds the pairs that leave a domain into the costs of its labels."""

from __future__ import annotations

from scheduler.arrays import FloatArray, Int32Array, Int64Array
from scheduler.kernels.types import Space, kernel, separation


@kernel
def fold_outside(
    space: Space,
    agents: Int32Array,
    task_domain: Int64Array,
    agent_domain: Int64Array,
    cost: FloatArray,
    missed: FloatArray,
) -> None:
    """Add to `cost` (nnz,) and `missed` (T,) what every label pays to pair partners in other domains.

    `agents` holds the agent of every task, the number of agents for left out. Labels outside their task's own
    domain are not looked at.
    """
    nobody = len(space.cluster) - 1
    for task in range(len(missed)):
        for e in range(space.pair_ptr[task], space.pair_ptr[task + 1]):
            other = space.pair_task[e]
            if task_domain[other] == task_domain[task]:
                continue
            missed[task] += space.pair_weight[e] * separation(space, nobody, nobody)
            for k in range(space.task_ptr[task], space.task_ptr[task + 1]):
                a = space.agent[k]
                if agent_domain[a] == task_domain[task]:
                    cost[k] += space.pair_weight[e] * separation(space, agents[other], a)
