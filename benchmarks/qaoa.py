"""Simulated QAOA: the one-hot subspace by size, how often it measures the optimum, and Qiskit on the same energies.

    python benchmarks/qaoa.py [--seeds 3] [--quick] [--json OUT] [--plot OUT.svg]

Five parts, each with the time of the exact search over the same energies. `size`: stand-alone problems of tasks x
agents, all to be placed, ramp of 4 and 16 layers. `unseen`: windows cut out of generated instances; ramp and penalties
were chosen on other instances of the same generator. `published`: the task assignments of Elloumi with ten tasks and
three agents, all to be placed (QAM_DATA; left out where that is absent). `mixer`: the one-hot subspace against the X
mixer over all bit strings of the penalty QUBO. `engine`: one evaluation of the mean energy at two layers of the X
mixer, the same energies for ours, for the QAOA of qiskit-optimization on Qiskit's StatevectorSampler (1,024 shots, with
a pass manager), and for Aer's EstimatorV2; and of ours in the one-hot subspace of the same problem. One thread each,
seconds of processor time (what else runs on the machine does not count), compiled kernels warm.
"""

from __future__ import annotations

import os
import time
from functools import cache
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np
from common import Journal, Progress, arguments, count, markdown, number, percent
from common.arguments import DATA_ROOT
from common.engines import aer_seconds, qiskit_seconds, timed
from common.figure import PALETTE, canvas, save_svg
from common.targets import Finding

from scheduler import AssignmentProblem, from_triplets, insert, read_problem, relax, warm_up
from scheduler.quantum.encoding import OneHotEncoding
from scheduler.quantum.hamiltonian import Hamiltonian
from scheduler.quantum.options import QaoaOptions
from scheduler.quantum.simulator import Angles, Simulator
from scheduler.quantum.sub_solver import solve_sub_problem
from scheduler.quantum.windows import WindowCutter
from simulations.instances import InstanceFamily, draw_instance

SIZES = ((4, 4), (6, 4), (8, 4), (10, 4), (11, 4), (8, 6), (5, 10), (7, 8))
LAYERS = (4, 16)
FAMILIES = {
    f"{name}, {'pairs' if pairs else 'no pairs'}": InstanceFamily(400, 40, locality=locality, pair_density=pairs)
    for name, locality in (("near", 0.7), ("far", 0.0))
    for pairs in (0.0, 1.0)
}
SHAPES = ((6, 4), (8, 3), (10, 3))
"""Tasks and agents a task of the windows; being left out is one label more."""
REPEATS = 5


def stand_alone(tasks: int, agents: int, seed: int) -> AssignmentProblem:
    """All agents may do all tasks; pairs, all to be placed, one resource at 80 % of its capacity (or less)."""
    rng = np.random.default_rng((tasks, agents, seed))
    row, column = np.repeat(np.arange(tasks), agents), np.tile(np.arange(agents), tasks)
    demand = np.repeat(rng.integers(1, 6, tasks), agents).astype(float)
    links = [(i, j) for i in range(tasks) for j in range(i) if rng.random() < 0.3]
    return from_triplets(
        row, column, rng.integers(10, 60, len(row)).astype(float), demand,
        np.full(agents, max(np.ceil(demand[::agents].sum() / agents / 0.8), demand.max())), np.full(tasks, np.inf),
        pairs=(*zip(*links, strict=True), rng.uniform(1, 5, len(links))) if links else None,
        agent_cluster=np.arange(agents) % 2, cluster_distance=[[1.0, 4.0], [4.0, 1.0]],
    )  # fmt: skip


def boxes(tasks: int, agents: int, seed: int) -> AssignmentProblem:
    """As `stand_alone`, tasks may be left out and agents take any load: a qubit a label, none for idle capacity."""
    problem = stand_alone(tasks, agents, seed)
    fields = {name: getattr(problem, name) for name in AssignmentProblem.__dataclass_fields__}
    fields["unassigned_cost"] = np.full(tasks, 60.0)
    return AssignmentProblem(
        **(fields | {"demand": np.zeros((len(problem.agent), 0)), "capacity": np.zeros((agents, 0))})
    )


def told(problem: AssignmentProblem, options: QaoaOptions, seed: int) -> dict[str, Any]:
    """The report of one run without its angles; its seconds, and those of the exact search, of processor time."""
    began = time.process_time()
    found = solve_sub_problem(problem, options, seed)
    seconds = time.process_time() - began
    assert found is not None
    facts = found[1].to_json() | {"seconds": seconds}
    if options.mixer == "xy":
        facts["exact_seconds"] = exact_seconds(problem)
    return {name: value for name, value in facts.items() if name not in {"parameters", "verdict", "kind"}}


def exact_seconds(problem: AssignmentProblem) -> float:
    """Seconds to fill the diagonal and to find its least valid energy."""
    began = time.process_time()
    filled = OneHotEncoding.of(problem).diagonal()
    assert filled is not None
    int(np.argmin(np.where(filled[1], filled[0], np.inf)))
    return time.process_time() - began


def size_row(key: dict[str, Any]) -> dict[str, Any]:
    """A stand-alone problem; the median of the times of a few runs."""
    problem = stand_alone(key["tasks"], key["agents"], key["seed"])
    runs = [told(problem, QaoaOptions(layers=key["layers"]), key["seed"]) for _ in range(3)]
    facts = {name: median(run[name] for run in runs) for name in ("seconds", "exact_seconds")}
    blind = np.random.default_rng(key["seed"]).integers(runs[0]["states"], size=1024)
    filled = OneHotEncoding.of(problem).diagonal()
    assert filled is not None
    fine = filled[0][blind][filled[1][blind]]
    return {**runs[0], **facts, "blind_best": float(fine.min()) if len(fine) else None}


@cache
def cutter(name: str, seed: int) -> WindowCutter:
    """The plan of priced insertion of an instance of a family, to cut windows out of."""
    problem = draw_instance(FAMILIES[name], seed)
    relaxation = relax(problem)
    start = insert(problem, relaxation.prices, np.full(problem.tasks, -1, dtype=np.int32))
    return WindowCutter(problem, relaxation.belief, start)


def unseen_row(key: dict[str, Any]) -> dict[str, Any]:
    """Windows around some tasks of an instance that are not solved by every choice."""
    cut, (tasks, labels) = cutter(key["family"], key["seed"]), (key["tasks"], key["labels"])
    runs = []
    for task in np.random.default_rng(key["seed"]).permutation(cut.problem.tasks)[: key["windows"]]:
        window = cut.around(int(task), labels, (labels + 1) ** tasks, key["seed"])
        facts = told(window.problem, QaoaOptions(layers=key["layers"]), int(task))
        if facts["optimum"] is not None:
            runs.append(facts)
    return {
        "runs": len(runs),
        "hits": sum(run["hit"] for run in runs),
        "states": max(run["states"] for run in runs),
        "qubits": max(run["qubits"] for run in runs),
        "least_probability": min(run["optimum_probability"] for run in runs),
        "optimum_probability": median(run["optimum_probability"] for run in runs),
        "valid_share": mean(run["valid_share"] for run in runs),
        "seconds": mean(run["seconds"] for run in runs),
        "exact_seconds": mean(run["exact_seconds"] for run in runs),
    }


def published_names() -> list[str]:
    """The published instances that fit the simulator; none where the data is absent."""
    return sorted(path.name for path in published_folder().glob("tassc1003*.dat"))


def published_folder() -> Path:
    """Where the published instances lie."""
    return Path(os.environ.get("QAM_DATA", DATA_ROOT)) / "gqap" / "elloumi" / "CTAP"


def published_row(key: dict[str, Any]) -> dict[str, Any]:
    """A published instance, as it stands."""
    problem = read_problem(published_folder() / key["instance"])
    assert isinstance(problem, AssignmentProblem)
    return told(problem, QaoaOptions(layers=key["layers"]), 0)


def mixer_row(key: dict[str, Any]) -> dict[str, Any]:
    """One mixer on a problem without capacity."""
    problem = boxes(key["tasks"], key["agents"], key["seed"])
    return told(problem, QaoaOptions(layers=key["layers"], mixer=key["mixer"]), key["seed"])


def engine_row(key: dict[str, Any]) -> dict[str, Any]:
    """Seconds of one evaluation of the mean energy at two layers, and how far Aer's energy is from ours."""
    problem = boxes(key["tasks"], key["agents"], 0)
    model, encoding = Hamiltonian.compile(problem), OneHotEncoding.of(problem)
    diagonal, filled = model.diagonal(), encoding.diagonal()
    assert filled is not None
    simulator = Simulator(diagonal, np.ones(len(diagonal), dtype=np.bool_), [2] * model.qubits)
    narrow = Simulator(*filled, encoding.widths.tolist())
    angles = Angles.ramp(2, (0.0, 2.0), (1.2, 0.0), simulator.scale)
    repeats = REPEATS if model.qubits < 16 else 3

    def mean_energy(model: Simulator) -> float:
        weights = model.probabilities(angles)
        assert weights is not None
        return model.expectation(weights)

    qiskit, evaluations = qiskit_seconds(model)
    aer, energy = aer_seconds(model, angles, repeats)
    return {
        "qubits": model.qubits,
        "states": len(diagonal),
        "ours": timed(lambda: mean_energy(simulator), 50),
        "one_hot": timed(lambda: mean_energy(narrow), 50),
        "qiskit": qiskit,
        "qiskit_evaluations": evaluations,
        "aer": aer,
        "difference": abs(energy - mean_energy(simulator)),
        "exact_seconds": timed(lambda: exact_seconds(problem), 20),
    }


MEASURES = {
    "size": size_row, "unseen": unseen_row, "published": published_row, "mixer": mixer_row, "engine": engine_row,
}  # fmt: skip


def keys_of(quick: bool, seeds: int) -> list[dict[str, Any]]:
    """What is measured."""
    sizes = SIZES[:3] if quick else SIZES
    windows = 10 if quick else 20
    keys: list[dict[str, Any]] = [
        {"part": "size", "tasks": tasks, "agents": agents, "layers": layers, "seed": seed}
        for tasks, agents in sizes for layers in LAYERS for seed in range(seeds)
    ]  # fmt: skip
    keys += [
        {"part": "unseen", "family": family, "tasks": tasks, "labels": labels, "layers": 16, "windows": windows,
         "seed": 23}
        for family in (list(FAMILIES)[:1] if quick else FAMILIES) for tasks, labels in SHAPES[: 2 if quick else 3]
    ]  # fmt: skip
    names = published_names()[: 3 if quick else None]
    keys += [{"part": "published", "instance": name, "layers": layers} for layers in LAYERS for name in names]
    keys += [
        {"part": "mixer", "tasks": tasks, "agents": 3, "mixer": mixer, "layers": layers, "seed": seed}
        for tasks in ((4,) if quick else (4, 5)) for mixer in ("xy", "x") for layers in LAYERS for seed in range(seeds)
    ]  # fmt: skip
    keys += [{"part": "engine", "tasks": tasks, "agents": 3} for tasks in ((3,) if quick else (3, 4))]
    return keys


def grouped(
    rows: list[dict[str, Any]], part: str, names: tuple[str, ...]
) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    """Rows of a part by some fields, in their order."""
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        if row["part"] == part:
            groups.setdefault(tuple(row[name] for name in names), []).append(row)
    return groups


def milliseconds(value: float) -> str:
    """Seconds as milliseconds with a digit that means something."""
    return f"{number(1e3 * value, 2 if value < 0.1 else 0)} ms"


def over(row: dict[str, Any], name: str) -> float | None:
    """How far a value is above the optimum."""
    return None if row[name] is None else (row[name] - row["optimum"]) / max(abs(row["optimum"]), 1e-9)


def tables(results: dict[str, Any]) -> str:
    """The parts, one table each."""
    rows = results["rows"]
    size = []
    for (tasks, agents), found in grouped(rows, "size", ("tasks", "agents")).items():
        by = {layers: [row for row in found if row["layers"] == layers] for layers in LAYERS}
        blind = [over(row, "blind_best") for row in found]
        misses = sum(value is None for value in blind)
        size.append([
            f"{tasks} x {agents}", count(found[0]["qubits"]), count(found[0]["states"]),
            milliseconds(mean(row["exact_seconds"] for row in found)),
            *(milliseconds(mean(row["seconds"] for row in by[n])) for n in LAYERS),
            *(number(mean(row["approximation_ratio"] for row in by[n]), 2) for n in LAYERS),
            *(f"{mean(row['optimum_probability'] for row in by[n]):.2g}" for n in LAYERS),
            *(f"{sum(row['hit'] for row in by[n])} of {len(by[n])}" for n in LAYERS),
            "none valid" if misses == len(blind) else percent(mean(value for value in blind if value is not None), 1),
        ])  # fmt: skip
    unseen = [
        [row["family"], f"{row['tasks']} x ({row['labels']} + 1)", count(row["qubits"]), count(row["states"]),
         f"{row['hits']} of {row['runs']}", f"{row['optimum_probability']:.2g}", f"{row['least_probability']:.2g}",
         percent(row["valid_share"], 0), milliseconds(row["seconds"]), milliseconds(row["exact_seconds"])]
        for row in rows if row["part"] == "unseen"
    ]  # fmt: skip
    published = [
        [f"{len(found)} of 10 x 3", str(layers),
         count(found[0]["qubits"]), count(found[0]["states"]),
         f"{sum(row['hit'] for row in found)} of {len(found)}",
         f"{median(row['optimum_probability'] for row in found):.2g}",
         f"{min(row['optimum_probability'] for row in found):.2g}",
         percent(mean(row["valid_share"] for row in found), 0), percent(min(row["valid_share"] for row in found), 0),
         number(mean(row["approximation_ratio"] for row in found), 2),
         milliseconds(mean(row["seconds"] for row in found)),
         milliseconds(mean(row["exact_seconds"] for row in found))]
        for (layers,), found in grouped(rows, "published", ("layers",)).items()
    ]  # fmt: skip
    groups = grouped(rows, "mixer", ("tasks", "agents", "mixer", "layers"))
    mixer = [
        [f"{tasks} x ({agents} + 1)", name, str(layers), count(found[0]["qubits"]), count(found[0]["states"]),
         f"{mean(row['optimum_probability'] for row in found):.2g}",
         percent(mean(row["valid_share"] for row in found), 1),
         f"{sum(row['hit'] for row in found)} of {len(found)}", milliseconds(mean(row["seconds"] for row in found)),
         milliseconds(mean(row["exact_seconds"] for row in found))]
        for (tasks, agents, name, layers), found in groups.items()
    ]  # fmt: skip
    engine = [
        [str(row["qubits"]), milliseconds(row["ours"]), milliseconds(row["one_hot"]), milliseconds(row["qiskit"]),
         f"{row['qiskit'] / row['ours']:,.0f}x", milliseconds(row["aer"]), f"{row['aer'] / row['ours']:,.0f}x",
         milliseconds(row["exact_seconds"])]
        for row in rows if row["part"] == "engine"
    ]  # fmt: skip
    p = [f"p={n}" for n in LAYERS]
    parts = [
        markdown(["tasks x agents", "qubits", "amplitudes", "exact", *p, *(f"ratio {n}" for n in p),
                  *(f"P(opt) {n}" for n in p), *(f"hit {n}" for n in p), "blind guesses"], size),
        markdown(["family", "window", "qubits", "amplitudes", "optimum measured", "P(opt) median", "least", "valid",
                  "QAOA", "exact"], unseen, (0, 1)),
        markdown(["published", "p", "qubits", "amplitudes", "optimum measured", "P(opt) median", "least", "valid, mean",
                  "least", "ratio", "QAOA", "exact"], published, (0,)),
        markdown(["tasks x agents", "mixer", "p", "qubits", "amplitudes", "P(opt)", "valid", "hit", "QAOA", "exact"],
                 mixer, (0, 1)),
        markdown(["qubits", "ours, all bit strings", "ours, one-hot", "Qiskit", "", "Aer", "", "exact"], engine),
    ]  # fmt: skip
    return "\n\n".join(parts)


def findings(results: dict[str, Any]) -> dict[str, Finding]:
    """One evaluation at 16 qubits against qiskit's, and the 40-qubit problem of 10 tasks x 4 agents at 16 layers."""
    found: dict[str, Finding] = {}
    for row in results["rows"]:
        if row["part"] == "engine" and row["qubits"] == 16:
            said = f"ours {1e3 * row['ours']:.2f} ms, qiskit {1e3 * row['qiskit']:,.0f} ms an evaluation"
            found["qaoa-speed"] = Finding(row["qiskit"] / row["ours"], said)
    seconds = [
        row["seconds"]
        for row in results["rows"]
        if row["part"] == "size" and (row["tasks"], row["agents"], row["layers"]) == (10, 4, 16)
    ]
    if seconds:
        found["qaoa-40"] = Finding(median(seconds), f"median of {len(seconds)}, processor time")
    return found


def plot(results: dict[str, Any], out: Path) -> None:
    """Draw seconds over amplitudes: QAOA above the exact search, always."""
    figure, axes = canvas(1, 1, 7.5, 4.5)
    axis, rows = axes[0, 0], [row for row in results["rows"] if row["part"] == "size"]
    for place, layers in enumerate(LAYERS):
        chosen = sorted((row["states"], row["seconds"]) for row in rows if row["layers"] == layers)
        axis.plot(*zip(*chosen, strict=True), "o-", ms=4, color=PALETTE[place], label=f"QAOA, {layers} layers")
    exact = sorted((row["states"], row["exact_seconds"]) for row in rows)
    axis.plot(*zip(*exact, strict=True), "s--", ms=4, color=PALETTE[2], label="exact search of the same energies")
    axis.set(xscale="log", yscale="log", xlabel="amplitudes", ylabel="seconds")
    axis.legend(frameon=False)
    axis.set_title("Simulated QAOA in the one-hot subspace")
    save_svg(figure, out, "QAOA", "Seconds over amplitudes of QAOA and of the exact search of the same energies.")


def main() -> None:
    parser = arguments(__doc__, "up to 65,536 amplitudes, one family, 12 qubits for Qiskit")
    parser.add_argument("--seeds", type=int, default=3, help="problems of each size")
    given = parser.parse_args()
    os.environ |= {"OMP_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1"}
    warm_up()
    told(stand_alone(3, 2, 0), QaoaOptions(layers=1), 0)
    journal = Journal("qaoa", given.json, {"seeds": given.seeds}, given.fresh)
    missing = [key for key in keys_of(given.quick, given.seeds) if journal.get(key) is None]
    progress = Progress(float(len(missing)))
    for key in missing:
        journal.add(key, MEASURES[key["part"]](key))
        progress.step(1.0, " ".join(str(value) for value in key.values()))
    progress.close()
    results = journal.save()
    print(tables(results))
    if given.plot:
        plot(results, given.plot)


if __name__ == "__main__":
    main()
