"""What `scheduler` offers, and that importing it is light."""

from __future__ import annotations

import subprocess
import sys

import pytest

import scheduler


def test_every_public_name_is_there() -> None:
    """Each name of __all__ loads, and nothing else pretends to."""
    for name in scheduler.__all__:
        assert getattr(scheduler, name) is not None
    assert dir(scheduler) == sorted(scheduler.__all__)
    with pytest.raises(AttributeError):
        scheduler.nothing_of_the_kind  # noqa: B018


def test_importing_and_naming_a_problem_loads_no_heavy_library() -> None:
    """Neither numba nor a solver library is imported before it is used."""
    code = (
        "import sys, scheduler; scheduler.AssignmentProblem; scheduler.Budget; scheduler.Plan;"
        "heavy = {'numba', 'highspy', 'dimod', 'dwave', 'scipy', 'ray'} & set(sys.modules); assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_solver_has_its_registered_name() -> None:
    """A solver found by name knows that name."""
    for name in scheduler.solver_names():
        assert scheduler.get_solver(name).name == name
