"""Pools are divided as brute force would, in every encoding, or refused with a reason."""

from __future__ import annotations

import itertools
import json
import math
import pickle
from dataclasses import dataclass

import dimod
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler import (
    Allocation,
    Budget,
    InvalidPoolError,
    InvalidRequestError,
    InvalidValueError,
    LinearValue,
    PiecewiseLinearValue,
    PoolTooSmallError,
    ProblemTooLargeError,
    QuadraticValue,
    ResourceOptimizer,
    ResourcePool,
    ResourceRequest,
    UnknownClusterError,
    UnknownPoolError,
    UnknownSolverError,
    solve,
)


def plain_value(value: object, amount: float, demand: float) -> float:
    """Worth of an amount by its definition."""
    if isinstance(value, LinearValue):
        return value.unit * min(amount, demand)
    if isinstance(value, QuadraticValue):
        used = min(amount, demand)
        return 0.0 if not demand else value.first * used - (value.first - value.last) * used**2 / (2.0 * demand)
    amounts, worths = zip((0.0, 0.0), *value.points, strict=True)
    return float(np.interp(amount, amounts, worths))


def plain_worth(pool: ResourcePool, request: ResourceRequest, amount: float) -> float:
    """Net worth of an amount by its definition."""
    short = max(request.demand - amount, 0.0)
    charge = pool.fairness * short**2 / request.demand if request.demand else 0.0
    worth = request.weight * plain_value(request.value, amount, request.demand)
    return worth - charge - pool.move_cost * abs(amount - request.present)


def brute_force(pool: ResourcePool, requests: list[ResourceRequest]) -> float:
    """Best net worth over every division in whole steps; -inf where the minimums do not fit."""
    steps = math.floor(pool.amount / pool.step + 1e-9)
    choices = []
    for request in requests:
        most = request.maximum
        if most is None:
            most = math.ceil(max(request.demand, request.minimum) / pool.step - 1e-9) * pool.step
        every = [k * pool.step for k in range(steps + 1)]
        choices.append([a for a in every if request.minimum - 1e-9 <= a <= most + 1e-9])
    return max(
        (
            sum(plain_worth(pool, request, a) for request, a in zip(requests, division, strict=True))
            for division in itertools.product(*choices)
            if sum(division) <= steps * pool.step + 1e-9
        ),
        default=-math.inf,
    )


amounts = st.integers(0, 24).map(lambda n: n / 4)


@st.composite
def values(draw: st.DrawFn) -> object:
    kind = draw(st.integers(0, 2))
    if kind == 0:
        return LinearValue(draw(amounts))
    if kind == 1:
        last = draw(amounts)
        return QuadraticValue(last + draw(amounts), last)
    slopes = sorted(draw(st.lists(amounts, max_size=3)), reverse=True)
    widths = [draw(amounts) + 0.25 for _ in slopes]
    ends = list(itertools.accumulate(widths))
    worths = list(itertools.accumulate(w * s for w, s in zip(widths, slopes, strict=True)))
    return PiecewiseLinearValue(tuple(zip(ends, worths, strict=True)))


@st.composite
def markets(draw: st.DrawFn, most_steps: int = 6) -> tuple[ResourcePool, list[ResourceRequest]]:
    step = draw(st.sampled_from([0.5, 1.0, 1.0, 1.5]))
    pool = ResourcePool(
        "pool", draw(st.integers(0, most_steps)) * step + draw(st.sampled_from([0.0, 0.2])), step=step,
        move_cost=draw(st.sampled_from([0.0, 0.0, 0.5, 3.0])), fairness=draw(st.sampled_from([0.0, 0.0, 1.0, 20.0])),
    )  # fmt: skip
    requests = []
    for name in "abc"[: draw(st.integers(0, 3))]:
        minimum = draw(st.sampled_from([0.0, 0.0, step, 0.3]))
        requests.append(
            ResourceRequest(
                "pool", name, draw(amounts), minimum, draw(st.sampled_from([None, minimum + 3 * step])),
                draw(st.sampled_from([0.0, 1.0, 2.5])), draw(values()), draw(amounts),
            )
        )  # fmt: skip
    return pool, requests


@settings(max_examples=150, deadline=None)
@given(markets())
def test_the_exact_division_is_worth_what_brute_force_finds(market: tuple[ResourcePool, list[ResourceRequest]]) -> None:
    """Value, bound and amounts agree with plain enumeration; minimums, maximums and the pool are kept."""
    pool, requests = market
    best = brute_force(pool, requests)
    if best == -math.inf:
        with pytest.raises(PoolTooSmallError):
            ResourceOptimizer([pool], requests)
        return
    allocation = ResourceOptimizer([pool], requests).solve()
    assert allocation.value == pytest.approx(best, abs=1e-9)
    assert allocation.proven_optimal
    given_out = [allocation.amount("pool", request.cluster) for request in requests]
    assert sum(plain_worth(pool, r, a) for r, a in zip(requests, given_out, strict=True)) == pytest.approx(best)
    assert sum(given_out) + allocation.left[0] == pytest.approx(pool.amount)
    for request, amount in zip(requests, given_out, strict=True):
        assert amount >= request.minimum - 1e-9
        assert request.maximum is None or amount <= request.maximum + 1e-9
        assert amount / pool.step == pytest.approx(round(amount / pool.step))


@settings(max_examples=100, deadline=None)
@given(markets())
def test_the_shadow_price_is_what_one_step_more_is_worth(market: tuple[ResourcePool, list[ResourceRequest]]) -> None:
    """Brute force with a larger pool gains the price of a unit times the step."""
    pool, requests = market
    before = brute_force(pool, requests)
    if before == -math.inf:
        return
    larger = ResourcePool("pool", pool.amount + pool.step, "units", pool.step, pool.move_cost, pool.fairness)
    price = float(ResourceOptimizer([pool], requests).solve().shadow_prices[0])
    assert price * pool.step == pytest.approx(brute_force(larger, requests) - before, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(markets(most_steps=4), st.sampled_from([None, 1, 2]))
def test_every_minimum_of_the_qubo_is_an_optimal_division(
    market: tuple[ResourcePool, list[ResourceRequest]], largest_bit: int | None
) -> None:
    """All ground states keep within the pool and are worth the optimum; energy is minus the gain."""
    pool, requests = market
    if brute_force(pool, requests) == -math.inf:
        return
    optimizer = ResourceOptimizer([pool], requests)
    form = optimizer.qubo("pool", largest_bit)
    if not 0 < form.problem.variables <= 14:
        return
    least = [plain_worth(pool, r, n * pool.step) for r, n in zip(requests, form.curves.least.tolist(), strict=True)]
    best = brute_force(pool, requests) - sum(least)
    for sample, energy in (
        dimod.ExactSolver().sample(form.problem.to_bqm()).lowest(atol=1e-9).data(["sample", "energy"])
    ):
        taken = form.decode([sample[v] for v in range(form.problem.variables)])
        assert taken.sum() <= form.curves.room
        assert energy == pytest.approx(-best, abs=1e-9)
        assert form.curves.gain(taken) == pytest.approx(best, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(markets(), st.data())
def test_divisions_survive_encoding_and_decoding(
    market: tuple[ResourcePool, list[ResourceRequest]], data: st.DataObject
) -> None:
    """Any division within the pool comes back from its bits, at the energy of its gain."""
    pool, requests = market
    if brute_force(pool, requests) == -math.inf:
        return
    form = ResourceOptimizer([pool], requests).qubo("pool", data.draw(st.sampled_from([None, 1, 2, 3])))
    taken, left = [], form.curves.room
    for length in form.curves.usable.tolist():
        taken.append(data.draw(st.integers(0, min(length, left))))
        left -= taken[-1]
    state = form.encode(np.array(taken, dtype=np.int64))
    assert len(form.names) == len(set(form.names)) == form.problem.variables
    assert form.decode(state).tolist() == taken
    assert form.problem.energy(state) == pytest.approx(-form.curves.gain(np.array(taken)), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(markets())
def test_the_assignment_form_has_the_same_optimum(market: tuple[ResourcePool, list[ResourceRequest]]) -> None:
    """An exact solver of assignment problems ends at the worth of the exact division."""
    pool, requests = market
    if brute_force(pool, requests) == -math.inf:
        return
    allocation = ResourceOptimizer([pool], requests).solve("chunks:exact", budget=Budget(seconds=5))
    exact, rival = allocation.methods
    assert rival.value == pytest.approx(exact.value, abs=1e-9)
    chunks = ResourceOptimizer([pool], requests).chunks("pool")
    if chunks.problem.tasks:
        taken = chunks.decode(solve(chunks.problem, "greedy").assignment)
        assert taken.sum() <= chunks.curves.room
        assert (taken <= chunks.curves.length).all()


def ward_market() -> ResourceOptimizer:
    """Two pools, three wards."""
    pools = [ResourcePool("nurse minutes", 960, "min", step=30, move_cost=0.1), ResourcePool("gpu", 4)]
    wards = {"surgery": (600.0, 3.0), "medicine": (480.0, 2.0), "paediatrics": (240.0, 2.5)}
    requests = [
        ResourceRequest("nurse minutes", ward, demand, minimum=60, weight=weight, value=QuadraticValue(1.0, 0.2))
        for ward, (demand, weight) in wards.items()
    ]
    requests += [ResourceRequest("gpu", ward, 3, weight=weight) for ward, (_, weight) in wards.items()]
    return ResourceOptimizer(pools, requests)


@pytest.mark.parametrize("rival", ["bits:anneal", "bits:neal", "bits:tabu", "chunks:greedy", "chunks:pga"])
def test_a_rival_stands_beside_the_exact_division_and_never_beats_the_bound(rival: str) -> None:
    """Its value is real, at most the bound, and the table names both with times and a winner."""
    budget = Budget(seconds=0.2) if rival == "bits:tabu" else Budget(sweeps=200)
    allocation = ward_market().solve(rival, budget=budget, seed=1)
    exact, other = allocation.methods
    assert other.method == rival
    assert other.value <= exact.value + 1e-6
    assert other.shortfall == pytest.approx(max(exact.value - other.value, 0.0) / exact.value, abs=1e-12)
    assert allocation.value == pytest.approx(exact.value)
    assert allocation.proven_optimal
    text = str(allocation)
    assert all(word in text for word in (rival, "exact", "wins", "proven optimal"))


def test_a_rival_with_a_budget_in_sweeps_repeats_itself() -> None:
    """The same seed gives the same division, bit for bit."""
    one, other = (ward_market().solve("bits:anneal", budget=Budget(sweeps=20), seed=7) for _ in range(2))
    assert one.methods[1].value == other.methods[1].value


def test_a_division_beyond_the_pool_is_cut_back_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A state with every bit set asks for too much: steps are given back, and the result names the pool."""
    import scheduler.resources.optimizer as module

    class All:
        def __init__(self, variables: int) -> None:
            self.state = np.ones(variables, dtype=np.int8)

    monkeypatch.setattr(module, "solve_qubo", lambda problem, *_: All(problem.variables))
    exact, other = ward_market().solve("bits:anneal").methods
    assert other.repaired == ("nurse minutes", "gpu")
    assert other.value <= exact.value


def test_fairness_evens_out_shares_and_priority_does_not() -> None:
    """Without it the heavier cluster takes all; with much of it both get half of their demands."""
    requests = [ResourceRequest("p", "a", 8, weight=2.0), ResourceRequest("p", "b", 4)]
    greedy = ResourceOptimizer([ResourcePool("p", 6)], requests).solve()
    fair = ResourceOptimizer([ResourcePool("p", 6, fairness=100.0)], requests).solve()
    assert [greedy.amount("p", c) for c in "ab"] == [6.0, 0.0]
    assert [fair.amount("p", c) for c in "ab"] == [4.0, 2.0]
    assert fair.unmet[0].tolist() == [4.0, 2.0]


def test_steps_of_equal_worth_are_shared_out() -> None:
    """Four equal clusters of a short pool differ by one step at most."""
    requests = [ResourceRequest("p", name, 10) for name in "abcd"]
    amounts = ResourceOptimizer([ResourcePool("p", 18)], requests).solve().amounts[0]
    assert sorted(amounts.tolist()) == [4.0, 4.0, 5.0, 5.0]


def test_moving_happens_only_where_it_pays() -> None:
    """A small gain does not move anything from where it is, a large one does."""
    requests = [ResourceRequest("p", "a", 4, weight=1.5, present=0), ResourceRequest("p", "b", 4, present=4)]
    for cost, expected in ((0.5, [0.0, 4.0]), (0.1, [4.0, 0.0])):
        allocation = ResourceOptimizer([ResourcePool("p", 4, move_cost=cost)], requests).solve()
        assert [allocation.amount("p", c) for c in "ab"] == expected


def test_huge_amounts_are_divided_exactly() -> None:
    """A trillion tokens take no longer than ten, and the total is kept to the token."""
    pool = ResourcePool("tokens", 10**12, "tokens")
    requests = [
        ResourceRequest("tokens", f"ward {n}", 10**12, weight=1.0 + n / 7, value=QuadraticValue(1.0), minimum=10**6)
        for n in range(7)
    ]
    optimizer = ResourceOptimizer([pool], requests)
    allocation = optimizer.solve()
    assert allocation.amounts.sum() == 10**12
    assert allocation.proven_optimal
    marginal = [(1.0 + n / 7) * (1.0 - amount / 1e12) for n, amount in enumerate(allocation.amounts[0])]
    above = allocation.amounts[0] > 10**6
    assert np.ptp(np.array(marginal)[above]) < 1e-11
    assert max(np.array(marginal)[~above]) < allocation.shadow_prices[0]
    for rival in ("bits:anneal", "chunks:greedy"):
        with pytest.raises(ProblemTooLargeError, match="exact"):
            optimizer.solve(rival)


def test_no_pools_no_clusters_and_empty_pools_are_divided() -> None:
    """Nothing to give, or nobody to give to: an empty answer that is proven."""
    for pools, requests in (
        ([], []),
        ([ResourcePool("p", 5)], []),
        ([ResourcePool("p", 0)], [ResourceRequest("p", "a", 3)]),
        ([ResourcePool("p", 5)], [ResourceRequest("p", "a", 0)]),
    ):
        allocation = ResourceOptimizer(pools, requests).solve("bits:anneal", "chunks:greedy", budget=Budget(sweeps=5))
        assert allocation.amounts.sum() == 0.0
        assert allocation.proven_optimal
        assert "wins" in str(allocation)
        assert [result.value for result in allocation.methods] == [0.0] * 3


def test_an_allocation_becomes_json() -> None:
    """All figures by name, and nothing that json cannot write."""
    allocation = ward_market().solve("chunks:greedy")
    data = json.loads(json.dumps(allocation.to_json()))
    assert data["pools"][1]["clusters"]["surgery"]["amount"] == allocation.amount("gpu", "surgery") == 3.0
    assert data["proven_optimal"] is True
    assert [method["method"] for method in data["methods"]] == ["exact", "chunks:greedy"]
    assert isinstance(allocation, Allocation)
    for pool, cluster, known in (("nothing", "surgery", "gpu"), ("gpu", "nobody", "surgery")):
        with pytest.raises((UnknownPoolError, UnknownClusterError), match=known) as caught:
            allocation.amount(pool, cluster)
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize(
    ("field", "arguments"),
    [
        ("amount", (math.nan,)),
        ("amount", (-1.0,)),
        ("amount", (math.inf,)),
        ("step", (1.0, "units", 0.0)),
        ("step", (1e300, "units", 1.0)),
        ("move_cost", (1.0, "units", 1.0, -1.0)),
        ("fairness", (1.0, "units", 1.0, 0.0, math.nan)),
    ],
)
def test_a_malformed_pool_is_refused_by_field(field: str, arguments: tuple[float, ...]) -> None:
    """The error names pool and field, and survives pickling."""
    with pytest.raises(InvalidPoolError, match="pool 'p'") as caught:
        ResourcePool("p", *arguments)
    assert caught.value.field == field
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@dataclass(frozen=True)
class Convex:
    """A worth of somebody else's making, whose later units are worth more."""

    def breaks(self, demand: float) -> tuple[float, ...]:
        return (demand,)

    def slope(self, amount: float, demand: float) -> tuple[float, float]:
        return 1.0, -demand

    def fault(self) -> str | None:
        return "returns must diminish"


@pytest.mark.parametrize(
    ("kind", "arguments", "told"),
    [
        (LinearValue, (-1.0,), "not negative"),
        (LinearValue, (math.inf,), "finite"),
        (LinearValue, ("x",), "numbers"),
        (QuadraticValue, (0.2, 1.0), "first >= last"),
        (QuadraticValue, (math.nan,), "first >= last"),
        (PiecewiseLinearValue, (((1.0, 1.0), (2.0, 3.0)),), "diminish"),
        (PiecewiseLinearValue, (((1.0, 1.0), (1.0, 2.0)),), "ascend"),
        (PiecewiseLinearValue, (((1.0, -1.0),),), "must not fall"),
        (PiecewiseLinearValue, (((1.0, math.nan),),), "finite"),
        (PiecewiseLinearValue, ((1.0, 2.0),), "numbers"),
    ],
)
def test_a_worth_that_does_not_diminish_is_refused_where_it_is_made(
    kind: type, arguments: tuple[object, ...], told: str
) -> None:
    """The error shows it, says what is wrong, and survives pickling."""
    with pytest.raises(InvalidValueError, match=told) as caught:
        kind(*arguments)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("demand", {"demand": math.nan}),
        ("minimum", {"minimum": -1.0}),
        ("minimum", {"minimum": 3.0, "maximum": 2.0}),
        ("maximum", {"maximum": math.inf}),
        ("weight", {"weight": math.inf}),
        ("present", {"present": -2.0}),
        ("value", {"value": Convex()}),
    ],
)
def test_a_malformed_request_is_refused_by_field(field: str, fields: dict[str, object]) -> None:
    """The error names pool, cluster and field, and survives pickling."""
    with pytest.raises(InvalidRequestError, match="request of 'a' for 'p'") as caught:
        ResourceRequest("p", "a", **{"demand": 1.0, **fields})
    assert caught.value.field == field
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_pools_and_requests_that_do_not_match_are_refused() -> None:
    """Two of one name, a pool that is not there, minimums beyond the pool, a method that nobody knows."""
    pool, request = ResourcePool("p", 4, step=2), ResourceRequest("p", "a", 3, minimum=3)
    with pytest.raises(InvalidPoolError, match="unique"):
        ResourceOptimizer([pool, pool], [])
    with pytest.raises(InvalidRequestError, match="no such pool"):
        ResourceOptimizer([pool], [ResourceRequest("q", "a", 3)])
    with pytest.raises(InvalidRequestError, match="already"):
        ResourceOptimizer([pool], [request, request])
    with pytest.raises(InvalidRequestError, match="no whole number of steps"):
        ResourceOptimizer([pool], [ResourceRequest("p", "a", 3, minimum=2.5, maximum=3.5)])
    with pytest.raises(PoolTooSmallError) as caught:
        ResourceOptimizer([pool], [request, ResourceRequest("p", "b", 1, minimum=1)])
    assert (caught.value.available, caught.value.needed) == (4.0, 6.0)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    optimizer = ResourceOptimizer([pool], [request])
    with pytest.raises(UnknownSolverError, match="bits:anneal"):
        optimizer.solve("anneal")
    with pytest.raises(InvalidPoolError, match="no such pool"):
        optimizer.qubo("q")
