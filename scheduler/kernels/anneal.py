"""Price-guided annealing: Metropolis moves on reduced costs, with loads that float before they pack.

With prices p >= 0 on capacity, the objective of an assignment x is

    constant + sum over tasks of reduced cost(x) + pair costs + sum over agents of p . (capacity - load)

where the reduced cost is cost + p . demand. Annealing on costs with a hard or a steep capacity rule freezes
early: as soon as the temperature is below price x demand only perfectly balanced exchanges pass. Here the
last term is scaled by a gain g that rises from a few hundredths to 1: at first loads float around capacity
while every task stays within a temperature of its least reduced cost, and the loads are packed last. Overload
is charged at a multiple of the price, idle capacity at the price itself, so at g = 1 the energy of a feasible
assignment is its objective.

A proposal moves one task to another label. Where it does not pass by itself, it goes on as an ejection chain
(Glover, 1996): a random task of the agent that received it moves to its own best other label, and so on for a
few links; the chain passes or is undone as a whole. Chains whose cost without what the loads at their two ends
are charged is above the threshold are given up at once. (Forgiving the receiver's overload alone is twice as
fast, but gives up every exchange as soon as idle capacity is dear.) Tried and left out: swaps (a chain of
two that returns is one), chains deeper than three links, and a one-sided overload charge adapted from sweep
to sweep.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduler.arrays import FloatArray, Int32Array, Int64Array
from scheduler.kernels.types import Space, kernel, separation


class State(NamedTuple):
    """A search in progress: labels of tasks, loads and tasks of agents, the word of the generator.

    `members[first[a] : first[a] + held[a]]` are the tasks of agent a, `slot` a task's place there; `load`
    and `held` have the left-out agent as a last entry.
    """

    label: Int64Array
    load: FloatArray
    members: Int32Array
    first: Int64Array
    held: Int64Array
    slot: Int64Array
    word: np.ndarray[tuple[int], np.dtype[np.uint64]]


class Charges(NamedTuple):
    """What loads cost: `idle` and `over` per unit below and above `room`; all of shape (A, R)."""

    room: FloatArray
    idle: FloatArray
    over: FloatArray


@kernel
def draw(state: State) -> int:
    """Next pseudo-random integer below 2**62 (Marsaglia's xorshift, 64 bits)."""
    word = state.word[0]
    word ^= word << np.uint64(13)
    word ^= word >> np.uint64(7)
    word ^= word << np.uint64(17)
    state.word[0] = word
    return np.int64(word >> np.uint64(2))  # type: ignore[return-value]


@kernel
def load_charge(charges: Charges, a: int, load: FloatArray, demand: FloatArray, sign: float) -> float:
    """What agent a's load costs after `sign` x demand is added to it (nothing for the left-out agent)."""
    if a >= len(charges.room):
        return 0.0
    total = 0.0
    for r in range(len(demand)):
        slack = charges.room[a, r] - load[a, r] - sign * demand[r]
        total += charges.idle[a, r] * slack if slack >= 0.0 else -charges.over[a, r] * slack
    return total


@kernel
def pair_change(space: Space, state: State, task: int, old: int, new: int) -> float:
    """Change of the pair costs when a task goes from agent `old` to agent `new`."""
    total = 0.0
    for e in range(space.pair_ptr[task], space.pair_ptr[task + 1]):
        other = space.agent[state.label[space.pair_task[e]]]
        total += space.pair_weight[e] * (separation(space, other, new) - separation(space, other, old))
    return total


@kernel
def in_conflict(space: Space, state: State, task: int, a: int) -> bool:
    """Whether agent a holds a task that must not share an agent with this one."""
    if a + 1 < len(space.cluster):
        for e in range(space.conflict_ptr[task], space.conflict_ptr[task + 1]):
            if space.agent[state.label[space.conflict_task[e]]] == a:
                return True
    return False


@kernel
def relabel(space: Space, state: State, task: int, new: int) -> None:
    """Give a task another label, and keep loads and members in step."""
    old = state.label[task]
    a, b = space.agent[old], space.agent[new]
    for r in range(space.demand.shape[1]):
        state.load[a, r] -= space.demand[old, r]
        state.load[b, r] += space.demand[new, r]
    state.label[task] = new
    hole, last = state.slot[task], state.first[a] + state.held[a] - 1
    moved = state.members[last]
    state.members[hole] = moved
    state.slot[moved] = hole
    state.held[a] -= 1
    end = state.first[b] + state.held[b]
    state.members[end] = task
    state.slot[task] = end
    state.held[b] += 1


@kernel
def settle(space: Space, state: State) -> None:
    """Recompute loads and members from the labels, free of rounding drift."""
    state.load[:] = 0.0
    state.held[:] = 0
    for task in range(len(state.label)):
        entry = state.label[task]
        a = space.agent[entry]
        end = state.first[a] + state.held[a]
        state.members[end] = task
        state.slot[task] = end
        state.held[a] += 1
        for r in range(space.demand.shape[1]):
            state.load[a, r] += space.demand[entry, r]


@kernel
def best_exit(space: Space, state: State, charges: Charges, reduced: FloatArray, task: int) -> tuple[int, float]:
    """The label on another agent to which a task moves at least cost, and that cost (-1, inf: none)."""
    old = state.label[task]
    a = space.agent[old]
    leave = load_charge(charges, a, state.load, space.demand[old], -1.0)
    leave -= load_charge(charges, a, state.load, space.demand[old], 0.0)
    best, least = -1, np.inf
    for k in range(space.task_ptr[task], space.task_ptr[task + 1]):
        b = space.agent[k]
        change = leave + reduced[k] - reduced[old]
        if b == a or (change - load_charge(charges, b, state.load, space.demand[k], 0.0)) >= least:
            continue
        change += load_charge(charges, b, state.load, space.demand[k], 1.0)
        change -= load_charge(charges, b, state.load, space.demand[k], 0.0)
        change += pair_change(space, state, task, a, b)
        if change < least and not in_conflict(space, state, task, b):
            best, least = k, change
    return best, least


@kernel
def anneal(  # noqa: PLR0912, PLR0915 - one loop, kept whole for the compiler
    space: Space,
    state: State,
    charges: Charges,
    reduced: FloatArray,
    surprise: FloatArray,
    temperature: float,
    depth: int,
    sweeps: int,
    first: int,
    last: int,
) -> int:
    """Run sweeps over the tasks first..last-1 in place; return how many proposals passed.

    `surprise` is a table of -log(u) at evenly spread u, which spares a logarithm a proposal.
    """
    accepted = 0
    nobody = len(charges.room)
    trail_task = np.empty(depth + 1, dtype=np.int64)
    trail_label = np.empty(depth + 1, dtype=np.int64)
    for _ in range(sweeps):
        for task in range(first, last):
            start, width = space.task_ptr[task], space.task_ptr[task + 1] - space.task_ptr[task]
            if width < 2:
                continue
            word = draw(state)
            new = start + (word & 0xFFFFFF) * width // 0x1000000
            old = state.label[task]
            if new == old:
                continue
            threshold = temperature * surprise[(word >> 24) & 0xFFFF]
            a, b = space.agent[old], space.agent[new]
            change = reduced[new] - reduced[old]
            source = load_charge(charges, a, state.load, space.demand[old], 0.0)
            target_charge = load_charge(charges, b, state.load, space.demand[new], 0.0)
            # what is left when both agents end up exactly full, as after a perfect exchange
            least = change - source - target_charge
            if least > threshold:
                continue
            pairs = pair_change(space, state, task, a, b)
            if least + pairs > threshold:
                continue
            change += pairs
            change += load_charge(charges, a, state.load, space.demand[old], -1.0) - source
            change += load_charge(charges, b, state.load, space.demand[new], 1.0) - target_charge
            if change <= threshold:
                if not in_conflict(space, state, task, b):
                    relabel(space, state, task, new)
                    accepted += 1
                continue
            if b == nobody or in_conflict(space, state, task, b):
                continue
            links = 0
            trail_task[0], trail_label[0] = task, old
            relabel(space, state, task, new)
            passed = False
            while links < depth:
                if state.held[b] < 2:
                    break
                mover = state.members[state.first[b] + draw(state) % state.held[b]]
                if mover == trail_task[links]:
                    continue
                target, cost = best_exit(space, state, charges, reduced, mover)
                if target < 0:
                    break
                links += 1
                trail_task[links], trail_label[links] = mover, state.label[mover]
                relabel(space, state, mover, target)
                change += cost
                if change <= threshold:
                    passed = True
                    break
                b = space.agent[target]
                if b == nobody or b == a:  # noqa: PLR1714, SIM109 - numba knows no tuple of mixed integers
                    break
                least = change - load_charge(charges, a, state.load, space.demand[old], 0.0)
                if least - load_charge(charges, b, state.load, space.demand[target], 0.0) > threshold:
                    break
            if passed:
                accepted += 1
            else:
                for link in range(links, -1, -1):
                    relabel(space, state, trail_task[link], trail_label[link])
    return accepted


@kernel
def repair(  # noqa: PLR0912 - the branches are the inner loop
    space: Space, state: State, charges: Charges, reduced: FloatArray
) -> int:
    """Move tasks away from agents above `room` until none is; return the number of moves.

    Of an overfull agent's tasks the one moves first that costs least for each unit of overload it takes away
    (in shares of the agent's room), to the best label that has room; the left-out label always has.
    """
    moves = 0
    settle(space, state)
    resources = space.demand.shape[1]
    nobody = len(charges.room)
    for a in range(nobody):
        while True:
            overfull = False
            state.load[a] = 0.0  # summed anew: what differences leave behind may look like an overload for ever
            for place in range(state.first[a], state.first[a] + state.held[a]):
                for r in range(resources):
                    state.load[a, r] += space.demand[state.label[state.members[place]], r]
            for r in range(resources):
                overfull |= state.load[a, r] > charges.room[a, r]
            if not overfull:
                break
            chosen, target, least = -1, -1, np.inf
            for place in range(state.first[a], state.first[a] + state.held[a]):
                task = state.members[place]
                old = state.label[task]
                relief = 0.0
                for r in range(resources):
                    excess = state.load[a, r] - charges.room[a, r]
                    if excess > 0.0:
                        relief += min(excess, space.demand[old, r]) / excess
                if relief <= 0.0:
                    continue
                for k in range(space.task_ptr[task], space.task_ptr[task + 1]):
                    b = space.agent[k]
                    if b == a:
                        continue
                    change = reduced[k] - reduced[old]
                    score = change / relief if change > 0.0 else change * relief
                    if score >= least and len(space.pair_task) == 0:
                        continue
                    fits = True
                    if b != nobody:
                        for r in range(resources):
                            fits &= state.load[b, r] + space.demand[k, r] <= charges.room[b, r]
                    if not fits or in_conflict(space, state, task, b):
                        continue
                    change += pair_change(space, state, task, a, b)
                    score = change / relief if change > 0.0 else change * relief
                    if score < least:
                        chosen, target, least = task, k, score
            if chosen < 0:
                break
            relabel(space, state, chosen, target)
            moves += 1
    settle(space, state)
    return moves
