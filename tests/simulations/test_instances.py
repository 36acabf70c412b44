"""Generated instances: the same for the same seed, and as their family says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.arrays import row_of
from simulations.instances import InstanceFamily, draw_instance


def arrays(problem):
    return [getattr(problem, name) for name in problem.__dataclass_fields__]


def test_the_same_seed_draws_the_same_problem_and_another_another():
    family = InstanceFamily(tasks=200, agents=40)
    one, again, other = draw_instance(family, 3), draw_instance(family, 3), draw_instance(family, 4)
    assert all(np.array_equal(a, b) for a, b in zip(arrays(one), arrays(again), strict=True))
    assert not np.array_equal(one.cost, other.cost)


@pytest.mark.parametrize(("locality", "cost"), [(0.0, 54.2), (0.7, 50.2)])
def test_the_default_family_is_that_of_the_benchmark_instances(locality, cost):
    problem = draw_instance(InstanceFamily(locality=locality), 0)
    assert (problem.tasks, problem.agents, problem.resources, problem.clusters) == (1000, 100, 2, 6)
    assert 14 <= np.diff(problem.task_ptr).min() <= np.diff(problem.task_ptr).max() == 20
    assert len(problem.pair_task) / problem.tasks == pytest.approx(5.0, abs=0.7)
    assert problem.cost.mean() == pytest.approx(cost, abs=6.0)
    assert problem.cost.min() >= 10
    assert problem.unassigned_cost.tolist() == [500.0] * 1000


@settings(max_examples=40, deadline=None)
@given(
    st.builds(
        InstanceFamily,
        tasks=st.integers(1, 60),
        agents=st.integers(1, 30),
        resources=st.integers(1, 3),
        eligible=st.integers(5, 50),
        locality=st.floats(0, 1),
        tightness=st.floats(0.8, 0.98),
        pair_density=st.floats(0, 1),
        unassigned_cost=st.sampled_from([0.0, 500.0, np.inf]),
    ),
    st.integers(0, 1000),
)
def test_every_family_is_a_valid_problem_of_its_size_and_tightness(family, seed):
    problem = draw_instance(family, seed)
    assert (problem.tasks, problem.agents, problem.resources) == (family.tasks, family.agents, family.resources)
    counts = np.diff(problem.task_ptr)
    assert counts.min() >= 1
    assert counts.max() <= family.eligible
    # capacity is rounded up to whole units, so the demand may be a little less of it than asked
    demand = problem.demand[problem.task_ptr[:-1]].sum(axis=0)
    room = problem.capacity.sum(axis=0)
    assert (demand <= family.tightness * room + 1e-9).all()
    assert (demand >= family.tightness * (room - family.agents) - 1e-9).all()


def test_locality_draws_agents_nearer_and_pair_density_thins_the_pairs():
    def apart(locality):
        problem = draw_instance(InstanceFamily(locality=locality), 5)
        row = row_of(problem.task_ptr)
        return np.mean([len(set(problem.agent_cluster[problem.agent[row == t]])) for t in range(0, 1000, 10)])

    assert apart(0.9) < apart(0.0)
    pairs = [len(draw_instance(InstanceFamily(pair_density=d), 5).pair_task) for d in (0.0, 0.3, 1.0)]
    assert pairs[0] == 0
    assert 0.2 < pairs[1] / pairs[2] < 0.4


@pytest.mark.parametrize("wrong", [{"tasks": 0}, {"resources": 4}, {"locality": 1.5}, {"tightness": 0.0}])
def test_a_family_that_cannot_be_names_what_is_wrong(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        InstanceFamily(**wrong)
