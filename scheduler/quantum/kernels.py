"""Compiled loops of the simulators; a state is two float64 arrays, real and imaginary parts, which vectorise."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduler.arrays import BoolArray, FloatArray, Int64Array
from scheduler.kernels.types import kernel

SHORT, TILE, BLOCK = 32, 128, 16384
"""Stride below which a task is mixed state by state; neighbouring states mixed together; states that fit the cache."""


class Tables(NamedTuple):
    """A problem as the diagonal's kernel reads it; labels are numbered through, task after task.

    `label_ptr` (T + 1,): first label of each task; `agent`, `cost`, `demand`: of each label (agent A is nobody);
    `limit`, `charge` (A + 1, R): capacity, and how many broken rules a unit of overload is; `link_ptr` (T + 1,):
    links of each task to earlier tasks `link_task`, whose energies by (label of the earlier, label of the task) begin
    at `link_table` in `energy`, with `clash` true where the two are in conflict.
    """

    label_ptr: Int64Array
    agent: Int64Array
    cost: FloatArray
    demand: FloatArray
    limit: FloatArray
    charge: FloatArray
    link_ptr: Int64Array
    link_task: Int64Array
    link_table: Int64Array
    energy: FloatArray
    clash: BoolArray


@kernel
def fill_diagonal(  # noqa: PLR0912 - the branches are the inner loop
    tables: Tables, first: int, last: int, diagonal: FloatArray, broken: FloatArray
) -> None:
    """Write objective and broken rules of the states whose labels of all tasks but the last are `first` to `last`.

    `broken` is 0 for a state that keeps all rules, else 1 and what its overloads and conflicts add. A walk down the
    tree of labels: what a prefix costs is computed once for all states that share it.
    """
    ptr = tables.label_ptr
    tasks, resources = len(ptr) - 1, tables.limit.shape[1]
    label = np.zeros(tasks, dtype=np.int64)
    load = np.zeros((tasks, *tables.limit.shape))
    energy, wrong = np.zeros(tasks), np.zeros(tasks)
    changed = 0
    rest = first
    for t in range(tasks - 2, -1, -1):
        width = ptr[t + 1] - ptr[t]
        label[t] = rest % width
        rest //= width
    width = ptr[tasks] - ptr[tasks - 1]
    for prefix in range(first, last):
        for t in range(changed, tasks):
            final = t == tasks - 1
            if final:
                begin, end = ptr[t], ptr[t + 1]
            else:
                begin, end = ptr[t] + label[t], ptr[t] + label[t] + 1
            for k in range(begin, end):
                value, units, a = energy[t] + tables.cost[k], wrong[t], tables.agent[k]
                for e in range(tables.link_ptr[t], tables.link_ptr[t + 1]):
                    at = tables.link_table[e] + label[tables.link_task[e]] * (ptr[t + 1] - ptr[t]) + k - ptr[t]
                    value += tables.energy[at]
                    units += 1.0 if tables.clash[at] else 0.0
                for r in range(resources):
                    before, room = load[t, a, r], tables.limit[a, r]
                    over = before + tables.demand[k, r] - room
                    if over > 0.0:
                        units += tables.charge[a, r] * (over - max(before - room, 0.0))
                if final:
                    diagonal[prefix * width + k - begin] = value
                    broken[prefix * width + k - begin] = units + 1.0 if units > 0.0 else 0.0
                else:
                    energy[t + 1], wrong[t + 1] = value, units
                    load[t + 1] = load[t]
                    for r in range(resources):
                        load[t + 1, a, r] += tables.demand[k, r]
        changed = tasks - 2
        while changed >= 0:
            label[changed] += 1
            if label[changed] < ptr[changed + 1] - ptr[changed]:
                break
            label[changed] = 0
            changed -= 1
        changed = max(changed, 0)


@kernel
def raise_walls(diagonal: FloatArray, broken: FloatArray, least: float, margin: float) -> float:
    """Add a height times `broken` to the objectives in `diagonal`, and return that height.

    It is `least`, or more: `margin` times what lifts every state that breaks a rule to the best that breaks none.
    """
    best = np.inf
    for s in range(len(diagonal)):
        if broken[s] == 0.0:
            best = min(best, diagonal[s])
    needed = 0.0
    if best < np.inf:
        for s in range(len(diagonal)):
            if diagonal[s] + needed * broken[s] < best:
                needed = (best - diagonal[s]) / broken[s]
    height = max(least, margin * needed)
    for s in range(len(diagonal)):
        diagonal[s] += height * broken[s]
    return height


@kernel
def apply_phase(real: FloatArray, imaginary: FloatArray, diagonal: FloatArray, origin: float, angle: float) -> None:
    """Multiply every amplitude by exp(-i angle (energy - origin)).

    Sine and cosine by their Taylor polynomials on a quarter turn (error below 1e-15): no calls, so that it vectorises.
    """
    quarters = angle * (2.0 / np.pi)
    for s in range(len(diagonal)):
        x = (diagonal[s] - origin) * quarters
        turn = np.rint(x)
        y = (x - turn) * (np.pi / 2)
        z = y * y
        sine = y * (1.0 + z * (-1.6666666666666666e-1 + z * (8.333333333333333e-3 + z * (-1.984126984126984e-4 + z * (
            2.7557319223985893e-6 + z * (-2.505210838544172e-8 + z * (1.6059043836821613e-10 - z * 7.647163731819816e-13
        )))))))  # fmt: skip
        cosine = 1.0 + z * (-0.5 + z * (4.1666666666666664e-2 + z * (-1.388888888888889e-3 + z * (
            2.48015873015873e-5 + z * (-2.755731922398589e-7 + z * (2.08767569878681e-9 + z * (-1.1470745597729725e-11
            + z * 4.779477332387385e-14)))))))  # fmt: skip
        quadrant = turn - 4.0 * np.floor(turn * 0.25)
        odd = quadrant == 1.0 or quadrant == 3.0  # noqa: PLR1714 - compiled
        c = sine if odd else cosine
        w = cosine if odd else sine
        if quadrant == 1.0 or quadrant == 2.0:  # noqa: PLR1714
            c = -c
        if quadrant >= 2.0:
            w = -w
        re, im = real[s], imaginary[s]
        real[s] = re * c + im * w
        imaginary[s] = im * c - re * w


@kernel
def mix_group(real: FloatArray, imaginary: FloatArray, vector: FloatArray, stride: int, angle: float) -> None:
    """Apply exp(i angle |u><u|) to the label of one task: I + (exp(i angle) - 1) |u><u| with u = `vector`.

    `stride` is the number of states between two labels of that task.
    """
    c, w = np.cos(angle) - 1.0, np.sin(angle)
    width = len(vector)
    re, im = np.empty(TILE), np.empty(TILE)
    for start in range(0, len(real), width * stride):
        if stride < SHORT:
            for first in range(start, start + stride):
                sum_re, sum_im = 0.0, 0.0
                for k in range(width):
                    sum_re += vector[k] * real[first + k * stride]
                    sum_im += vector[k] * imaginary[first + k * stride]
                add_re, add_im = c * sum_re - w * sum_im, c * sum_im + w * sum_re
                for k in range(width):
                    real[first + k * stride] += vector[k] * add_re
                    imaginary[first + k * stride] += vector[k] * add_im
        else:
            for first in range(start, start + stride, TILE):
                _mix_tile(real, imaginary, vector, stride, first, min(TILE, start + stride - first), c, w, re, im)


@kernel
def _mix_tile(
    real: FloatArray,
    imaginary: FloatArray,
    vector: FloatArray,
    stride: int,
    first: int,
    many: int,
    c: float,
    w: float,
    total_re: FloatArray,
    total_im: FloatArray,
) -> None:
    """`mix_group` on `many` neighbouring states from `first` on and those that differ from them in the label."""
    u = vector[0]
    for s in range(many):
        total_re[s] = u * real[first + s]
        total_im[s] = u * imaginary[first + s]
    for k in range(1, len(vector)):
        at, u = first + k * stride, vector[k]
        for s in range(many):
            total_re[s] += u * real[at + s]
            total_im[s] += u * imaginary[at + s]
    for s in range(many):
        re, im = total_re[s], total_im[s]
        total_re[s] = c * re - w * im
        total_im[s] = c * im + w * re
    for k in range(len(vector)):
        at, u = first + k * stride, vector[k]
        for s in range(many):
            real[at + s] += u * total_re[s]
            imaginary[at + s] += u * total_im[s]


@kernel
def apply_blocks(
    real: FloatArray,
    imaginary: FloatArray,
    diagonal: FloatArray,
    origin: float,
    angles: tuple[float, float],
    vectors: FloatArray,
    ptr: Int64Array,
    outer: int,
    first: int,
    last: int,
) -> None:
    """First half of a layer of QAOA, in place: the phase of every state, then the mixer of the tasks from `outer` on.

    `angles` are gamma and beta; `vectors[ptr[t]:ptr[t + 1]]` is the vector u of task t; the label of the last task
    changes fastest. The states `first` to `last` are whole blocks that differ in the tasks from `outer` on, block by
    block so that each passes through the cache once.
    """
    inner = 1
    for t in range(outer, len(ptr) - 1):
        inner *= ptr[t + 1] - ptr[t]
    for start in range(first, last, inner):
        end = start + inner
        apply_phase(real[start:end], imaginary[start:end], diagonal[start:end], origin, angles[0])
        stride = 1
        for t in range(len(ptr) - 2, outer - 1, -1):
            mix_group(real[start:end], imaginary[start:end], vectors[ptr[t] : ptr[t + 1]], stride, angles[1])
            stride *= ptr[t + 1] - ptr[t]


@kernel
def mix_outer(
    real: FloatArray,
    imaginary: FloatArray,
    beta: float,
    vectors: FloatArray,
    ptr: Int64Array,
    outer: int,
    first: int,
    last: int,
) -> None:
    """Second half: the mixer of the tasks before `outer`, tile by tile.

    Of every block the states `first` to `last`.
    """
    inner = 1
    for t in range(outer, len(ptr) - 1):
        inner *= ptr[t + 1] - ptr[t]
    c, w = np.cos(beta) - 1.0, np.sin(beta)
    re, im = np.empty(TILE), np.empty(TILE)
    for low in range(first, last, TILE):
        many, stride = min(TILE, last - low), inner
        for t in range(outer - 1, -1, -1):
            vector = vectors[ptr[t] : ptr[t + 1]]
            for start in range(0, len(real), stride * len(vector)):
                for row in range(start, start + stride, inner):
                    _mix_tile(real, imaginary, vector, stride, row + low, many, c, w, re, im)
            stride *= len(vector)


@kernel
def rotate_qubit(state: FloatArray, stride: int, angle: float) -> None:
    """Apply RY(angle) in place to the qubit whose bit is worth `stride` in a state's number; amplitudes are real."""
    c, s = np.cos(angle / 2.0), np.sin(angle / 2.0)
    for start in range(0, len(state), 2 * stride):
        for low in range(start, start + stride):
            zero, one = state[low], state[low + stride]
            state[low] = c * zero - s * one
            state[low + stride] = s * zero + c * one
