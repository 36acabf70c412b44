"""What is warmed up does not compile when the clock counts."""

from __future__ import annotations

import subprocess
import sys

import pytest

from scheduler import Budget, InvalidBudgetError, QuboProblem, UnknownSolverError, solve_qubo, warm_up, warm_up_qubo

COMPILED = """
import gc
import numpy as np
from numba.core.registry import CPUDispatcher
from scheduler import Budget, QuboProblem, from_triplets, get_solver, solve, solve_qubo, warm_up, warm_up_qubo
from simulations.instances import InstanceFamily, draw_instance


def compiled():
    return {(str(each), str(kinds)) for each in gc.get_objects() if isinstance(each, CPUDispatcher)
            for kinds in each.signatures}


warm_up("qaoa", "memetic", "greedy", "exact")
warm_up_qubo()
before = compiled()
small = draw_instance(InstanceFamily(tasks=6, agents=3, eligible=3), 1)
wide = draw_instance(InstanceFamily(tasks=9, agents=3, eligible=3), 1)
large = draw_instance(InstanceFamily(tasks=30, agents=6, eligible=4), 1)
for solver in ("qaoa", "greedy", "memetic"):
    for problem in (small, wide, large):
        solve(problem, solver, Budget(sweeps=1))
rng = np.random.default_rng(0)
first, second = np.triu_indices(30, 1)
solve_qubo(QuboProblem.from_terms(rng.normal(size=30), first, second, rng.normal(size=len(first))), budget=Budget(sweeps=9))
print(sorted(compiled() - before))
"""


def test_what_was_asked_to_be_warm_compiles_nothing_more() -> None:
    """QAOA at once and by windows, the annealer of QUBOs, the memetic search: no kernel meets a type anew."""
    ran = subprocess.run([sys.executable, "-c", COMPILED], capture_output=True, text=True, check=False, timeout=300)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == "[]"


def test_only_solvers_that_there_are_can_be_warmed() -> None:
    """The error lists the names."""
    with pytest.raises(UnknownSolverError, match="qaoa"):
        warm_up("quantum-magic")
    with pytest.raises(UnknownSolverError, match="anneal"):
        warm_up_qubo("magic")


@pytest.mark.parametrize("seed", [-1, 0.5])
def test_a_seed_is_a_whole_number_for_qubos_too(seed: float) -> None:
    """As for assignment problems."""
    with pytest.raises(InvalidBudgetError, match="seed"):
        solve_qubo(QuboProblem.from_terms([1.0], [], [], []), budget=Budget(sweeps=1), seed=seed)  # type: ignore[arg-type]
