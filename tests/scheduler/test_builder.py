"""The builder refuses a wrong argument in the call that gives it, by name and place."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from scheduler import (
    Budget,
    InvalidProblemError,
    ProblemBuilder,
    QuboProblem,
    WrongTypeError,
    from_triplets,
    solve,
    verify,
)

Call = Callable[[ProblemBuilder], object]
WRONG: list[tuple[str, object, Call]] = [
    ("capacity", (2, 0), lambda b: b.add_agent([math.nan, 1.0])),
    ("capacity", (2, 1), lambda b: b.add_agent([1.0, -1.0])),
    ("capacity", (2, 1), lambda b: b.add_agent([1.0, math.inf])),
    ("capacity", 2, lambda b: b.add_agent([1.0])),
    ("capacity", 2, lambda b: b.add_agent(["a", "b"])),  # type: ignore[list-item]
    ("capacity", 2, lambda b: b.add_agent([[1.0], [1.0, 2.0]])),  # type: ignore[list-item]
    ("cluster", 2, lambda b: b.add_agent([1.0, 1.0], cluster=2)),
    ("cluster", 2, lambda b: b.add_agent([1.0, 1.0], cluster=-1)),
    ("unassigned_cost", 2, lambda b: b.add_task(math.nan)),
    ("unassigned_cost", 2, lambda b: b.add_task(-math.inf)),
    ("unassigned_cost", 2, lambda b: b.add_task(None)),  # type: ignore[arg-type]
    ("cost", (0, 1), lambda b: b.allow(0, 1, math.nan, [1.0, 1.0])),
    ("cost", (0, 1), lambda b: b.allow(0, 1, math.inf, [1.0, 1.0])),
    ("cost", (0, 1), lambda b: b.allow(0, 1, "x", [1.0, 1.0])),  # type: ignore[arg-type]
    ("demand", (0, 1, 1), lambda b: b.allow(0, 1, 1.0, [1.0, -1.0])),
    ("demand", (0, 1), lambda b: b.allow(0, 1, 1.0, [1.0])),
    ("agent", (0, 0), lambda b: b.allow(0, 0, 1.0, [1.0, 1.0])),
    ("task", None, lambda b: b.allow(2, 0, 1.0, [1.0, 1.0])),
    ("task", None, lambda b: b.allow(0.5, 0, 1.0, [1.0, 1.0])),  # type: ignore[arg-type]
    ("agent", None, lambda b: b.allow(0, -1, 1.0, [1.0, 1.0])),
    ("task", None, lambda b: b.pair(0, 9, 1.0)),
    ("task", None, lambda b: b.pair(0, 0, 1.0)),
    ("weight", (0, 1), lambda b: b.pair(0, 1, -1.0)),
    ("weight", (0, 1), lambda b: b.pair(0, 1, math.nan)),
    ("task", None, lambda b: b.conflict(0, 0)),
    ("task", None, lambda b: b.conflict(9, 0)),
    ("resources", None, lambda _: ProblemBuilder("x")),  # type: ignore[arg-type]
    ("resources", None, lambda _: ProblemBuilder(-1)),
    ("cluster_distance", None, lambda _: ProblemBuilder(cluster_distance=[[0.0], [1.0, 2.0]])),
    ("unassigned_distance", None, lambda _: ProblemBuilder(unassigned_distance=-1.0)),
]


@pytest.mark.parametrize(("name", "index", "call"), WRONG)
def test_a_wrong_argument_is_refused_at_the_call_and_leaves_nothing_behind(
    name: str, index: object, call: Call
) -> None:
    """The error names argument and place; what was built before it still builds."""
    builder = ProblemBuilder(resources=2, cluster_distance=np.ones((2, 2)).tolist())
    for _ in range(2):
        builder.add_agent([4.0, 4.0])
        builder.add_task(9.0)
    builder.allow(0, 0, 1.0, [1.0, 1.0])
    before = builder.build()
    with pytest.raises(InvalidProblemError) as caught:
        call(builder)
    assert (caught.value.array, caught.value.index) == (name, index)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    after = builder.build()
    assert (after.tasks, after.agents, len(after.agent)) == (before.tasks, before.agents, 1)
    assert not after.has_pairs
    assert not after.has_conflicts


def test_without_distances_there_is_one_cluster() -> None:
    """A second one has no distance from the first."""
    with pytest.raises(InvalidProblemError, match="give the builder a cluster_distance"):
        ProblemBuilder().add_agent([1.0], cluster=1)


def test_what_is_changed_after_the_call_does_not_change_the_problem() -> None:
    """Capacities and demands are taken as they are at the call."""
    builder, room, need = ProblemBuilder(), [5.0], [2.0]
    builder.allow(builder.add_task(9.0), builder.add_agent(room), 1.0, need)
    room[0] = need[0] = 77.0
    problem = builder.build()
    assert (problem.capacity[0, 0], problem.demand[0, 0]) == (5.0, 2.0)


def test_what_is_no_problem_budget_or_certificate_is_refused_with_the_way_to_one() -> None:
    """A path, a QUBO and a bare number end in the project's own error, not in an AttributeError."""
    problem = from_triplets([0], [0], [1.0], [1.0], [1.0], [9.0])
    qubo = QuboProblem.from_terms([-1.0, -1.0], [0], [1], [3.0])
    wrong: list[tuple[str, str, Callable[[], Any]]] = [
        ("problem", "read_problem", lambda: solve("problem.npz")),  # type: ignore[arg-type]
        ("problem", "solve_qubo", lambda: solve(qubo)),  # type: ignore[arg-type]
        ("budget", "Budget", lambda: solve(problem, budget=5)),  # type: ignore[arg-type]
        ("problem", "read_problem", lambda: verify("problem.npz", [0])),  # type: ignore[arg-type]
        ("certificate", "Certificate.load", lambda: verify(problem, [0], "proof.npz")),  # type: ignore[arg-type]
        ("certificate", "plan.proof", lambda: verify(problem, [0], solve(problem, "greedy", Budget(sweeps=1)))),  # type: ignore[arg-type]
    ]
    for argument, hint, call in wrong:
        with pytest.raises(WrongTypeError, match=hint) as caught:
            call()
        assert caught.value.argument == argument
        assert isinstance(caught.value, TypeError)
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
