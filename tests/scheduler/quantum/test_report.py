"""What the reports of the solvers "qaoa" and "vqe" say is true in any unit, and what is asked of them is checked."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scheduler import AssignmentProblem, Budget, from_triplets, solve
from scheduler.quantum.errors import InvalidOptionError
from scheduler.quantum.options import QaoaOptions
from scheduler.quantum.simulator import Angles, Simulator
from scheduler.solvers.qaoa import Qaoa
from tests.scheduler.quantum.test_solver import large


def scaled(problem: AssignmentProblem, factor: float) -> AssignmentProblem:
    """The same problem in another unit of cost."""
    fields = {name: getattr(problem, name) for name in AssignmentProblem.__dataclass_fields__}
    changed = {name: fields[name] * factor for name in ("cost", "unassigned_cost", "pair_weight")}
    return AssignmentProblem.trusted(**(fields | changed))


def priced(seed: int, tasks: int = 5, agents: int = 3) -> AssignmentProblem:
    """Costs with many digits, so that sums in another order differ in the last."""
    rng = np.random.default_rng(seed)
    row, column = np.divmod(np.arange(tasks * agents), agents)
    return from_triplets(
        row, column, rng.uniform(1.0, 9.0, len(row)), rng.integers(1, 3, len(row)).astype(float),
        np.full(agents, 5.0), np.full(tasks, 20.0), pairs=([0, 1], [1, tasks - 1], [0.7, 0.31]) if tasks > 2 else ([0], [1], [0.7]),
        cluster_distance=[[1.3]], same_agent_distance=0.1, unassigned_distance=2.0,
    )  # fmt: skip


@pytest.mark.parametrize("factor", [1e-11, 1e9])
def test_the_figures_do_not_depend_on_the_unit_of_cost(factor: float) -> None:
    """Neither what counts as an optimum, nor what a window improves."""
    few = QaoaOptions(layers=2, shots=20)
    for seed in range(4):
        one, other = (Qaoa(few).solve(p, Budget(), seed).quantum for p in (priced(seed), scaled(priced(seed), factor)))
        assert one["hit"] == other["hit"]
        assert other["optimum_probability"] == pytest.approx(one["optimum_probability"], rel=1e-4)
    one, other = (solve(p, "qaoa", Budget(sweeps=1)).quantum for p in (large(), scaled(large(), factor)))
    assert one["improved"] > 0
    assert other["after"] == pytest.approx(one["after"] * factor, rel=1e-9)


@pytest.mark.parametrize("name", ["qaoa", "vqe"])
def test_a_shot_that_is_the_plan_is_not_called_worse(name: str) -> None:
    """The last digit of a sum is no better plan."""
    for seed in range(12):
        plan = solve(priced(seed, *((5, 3) if name == "qaoa" else (2, 2))), name, Budget(sweeps=1), seed)
        if plan.quantum["hit"]:
            assert not any("better than its best shot" in text for text in plan.fallbacks)


@pytest.mark.parametrize(
    "option",
    [{"layers": 1.5}, {"shots": 0}, {"gamma": math.nan}, {"beta": math.inf}, {"optimise": "mean", "evaluations": 5}],
)
def test_an_option_that_cannot_be_is_named(option: dict[str, object]) -> None:
    """Before anything is simulated."""
    with pytest.raises(InvalidOptionError, match=list(option)[-1]):
        QaoaOptions(**option)


def test_the_optimiser_keeps_to_its_evaluations() -> None:
    """One more state is the one that is measured."""
    plan = Qaoa(QaoaOptions(optimise="cvar", evaluations=9, layers=2)).solve(priced(1), Budget(), 0)
    assert plan.quantum["evaluations"] <= 10


def test_a_large_state_is_given_up_in_the_midst_of_a_layer() -> None:
    """The watch is asked several times a layer, and nothing comes of what was begun."""
    simulator = Simulator(np.random.default_rng(1).random(4**10), np.ones(4**10, dtype=np.bool_), [4] * 10)
    asked: list[None] = []

    def stop() -> bool:
        asked.append(None)
        return len(asked) > 5

    assert simulator.amplitudes(Angles((1.0, 1.0), (0.5, 0.5)), stop) is None
    assert len(asked) == 6
    asked.clear()
    assert simulator.amplitudes(Angles((1.0,), (0.5,)), lambda: bool(asked.append(None))) is not None
    assert len(asked) >= 4
