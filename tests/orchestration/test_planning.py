"""Planning: hard rules, costs, due times, continuity, reasons and explanations."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.agent_spec import AgentSpec
from agents.errors import InputError
from agents.task import Task
from agents.task_file import check_tasks
from orchestration.planning.calendar import Calendar
from orchestration.planning.explain import explain
from orchestration.planning.model import Modeller, choose_bands
from orchestration.planning.policy import PlanningPolicy
from orchestration.planning.preview import preview
from orchestration.planning.round import Planner
from orchestration.planning.situation import Situation
from orchestration.planning.workforce import Workforce, tree_steps

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
POLICY = PlanningPolicy(sweeps=60, seconds=5)


def agent(name, skills=("x",), level=3, **more):
    return AgentSpec(address=f"h/{name}", skills=dict.fromkeys(skills, level), **more)


def plan(tasks, agents, policy=POLICY, **more):
    situation = Situation(Workforce(agents), NOW)
    decided = Planner(policy, **more).plan(tasks, situation, 0.0)
    where = {p.task.id: situation.workforce.addresses[p.agent] for p in decided.placements}
    return where, decided


def test_skill_level_licence_and_exclusion_are_never_bent():
    agents = [
        agent("w/unskilled", ["y"]),
        agent("w/low", level=1),
        agent("w/unlicensed", level=4),
        agent("w/excluded", level=4, licences={"rx"}),
        agent("w/right", level=4, licences={"rx"}, cost=99),
    ]
    task = Task(id="t", kind="x", level=2, licences={"rx"}, never_agents=("h/w/excluded",))
    where, decided = plan([task], agents)
    assert where == {"t": "h/w/right"}
    modeller = Modeller(Situation(Workforce(agents), NOW), POLICY)
    told = explain(task, decided, modeller, modeller.situation, 0.0)
    assert told["excluded"] == {"skill": 1, "level": 1, "licence": 1, "excluded": 1}
    assert told["candidates"][0]["total"] == pytest.approx(sum(told["candidates"][0]["terms"].values()), abs=1e-2)


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        (Task(id="t", kind="z"), "no agent has the skill 'z'"),
        (Task(id="t", kind="x", level=5), "no agent has the skill 'x' at level 5 or above"),
        (Task(id="t", kind="x", licences={"rx"}), "no agent with the skill 'x' holds the licence 'rx'"),
        (Task(id="t", kind="x", never_agents=("h",)), "never_agents excludes every agent that could do it"),
        (Task(id="t", kind="x", demand={"staff": 500}), "has 500 minutes of 'staff' in the whole horizon"),
        (Task(id="t", kind="x", demand={"scanner": 5}), "has 5 minutes of 'scanner' in the whole horizon"),
    ],
)
def test_what_nobody_may_do_says_which_rule_stopped_it(task, reason):
    _, decided = plan([task], [agent("w/a")])
    assert reason in decided.unplaced["t"].reason
    assert decided.unplaced["t"].final


def test_what_finds_no_room_says_how_much_is_left_and_may_wait():
    tasks = [Task(id=f"t{i}", kind="x", demand={"staff": 40}) for i in range(3)]
    _, decided = plan(tasks, [agent("w/a", capacity={"staff": 100})])
    (why,) = decided.unplaced.values()
    assert why.reason.startswith("the one agent that may do it has no room in the horizon: ")
    assert why.reason.endswith("the most that one has left is 20 of 'staff' minutes")
    assert not why.final


def test_the_more_urgent_keep_their_place_when_there_is_room_for_few():
    tasks = [Task(id=f"t{p}", kind="x", priority=p, demand={"staff": 50}) for p in (5, 4, 3, 2, 1)]
    where, decided = plan(tasks, [agent("w/a", capacity={"staff": 100})])
    assert set(where) == {"t1", "t2"}
    assert set(decided.unplaced) == {"t3", "t4", "t5"}


def test_tasks_that_must_share_an_agent_do_and_those_that_must_not_do_not():
    agents = [agent(f"w{i}/a") for i in range(4)]
    tasks = [
        Task(id="a", kind="x"),
        Task(id="b", kind="x", same_agent_as=("a",)),
        Task(id="c", kind="x", different_agent_from=("a",)),
        Task(id="d", kind="x", different_agent_from=("a", "c")),
    ]
    where, _ = plan(tasks, agents)
    assert where["a"] == where["b"]
    assert len({where["a"], where["c"], where["d"]}) == 3


def test_agent_rules_hold_between_rounds():
    agents = [agent(f"w{i}/a", cost=1 + i) for i in range(3)]
    tasks = [
        Task(id="a", kind="x"),
        Task(id="b", kind="x", after=("a",), different_agent_from=("a",)),
        Task(id="c", kind="x", after=("b",), same_agent_as=("b",)),
    ]
    found = preview(tasks, agents, as_of=NOW, policy=POLICY)
    agent_of = found.situation.agent_of
    assert agent_of("b") != agent_of("a")
    assert agent_of("c") == agent_of("b")
    ends = [p for decided in found.rounds for p in decided.placements]
    assert [p.task.id for p in ends] == ["a", "b", "c"]
    assert all(second.start >= first.end for first, second in pairwise(ends))


def test_one_patients_tasks_stay_with_one_agent_when_all_else_is_equal():
    agents = [agent(f"w{i}/a") for i in range(5)]
    tasks = [Task(id=f"{s}{i}", kind="x", subject=f"Patient/{s}") for s in "pq" for i in range(4)]
    where, decided = plan(tasks, agents)
    for subject in "pq":
        assert len({where[f"{subject}{i}"] for i in range(4)}) == 1
    assert decided.record["objective"]["pairs"] == 0


def test_language_zone_and_cost_decide_between_equals():
    agents = [agent("a/one", cost=1.0), agent("b/two", cost=1.0, languages=("es",)), agent("c/three", cost=0.9)]
    where, _ = plan([Task(id="t", kind="x", language="es-MX")], agents)
    assert where == {"t": "h/b/two"}
    where, _ = plan([Task(id="t", kind="x", zone="a")], agents)
    assert where == {"t": "h/a/one"}
    where, _ = plan([Task(id="t", kind="x")], agents)
    assert where == {"t": "h/c/three"}


def test_due_times_spread_work_over_dearer_agents():
    agents = [agent("w/cheap", cost=1.0), agent("w/dear", cost=3.0)]
    tasks = [Task(id=f"t{i}", kind="x", due=NOW + timedelta(minutes=30)) for i in range(6)]
    where, decided = plan(tasks, agents)
    assert sorted(where.values()).count("h/w/cheap") == 3
    assert all(p.end <= 30 for p in decided.placements)
    relaxed = [task.model_copy(update={"due": None}) for task in tasks]
    where, _ = plan(relaxed, agents)
    assert set(where.values()) == {"h/w/cheap"}


def test_what_cannot_be_on_time_is_entered_late_and_not_lost():
    tasks = [Task(id=f"t{i}", kind="x", due=NOW + timedelta(minutes=20)) for i in range(5)]
    where, decided = plan(tasks, [agent("w/a")])
    assert len(where) == 5
    assert decided.record["entered_late"] == 3
    assert sorted(p.end for p in decided.placements)[-1] == 50


def test_late_work_is_spread_so_that_it_ends_early():
    tasks = [Task(id=f"t{i:02}", kind="x", due=NOW + timedelta(minutes=15)) for i in range(12)]
    where, decided = plan(tasks, [agent(f"w/a{i}") for i in range(4)])
    assert max(p.end for p in decided.placements) == 30
    assert sorted(list(where.values()).count(a) for a in set(where.values())) == [3, 3, 3, 3]


def test_equal_agents_share_the_work_evenly():
    tasks = [Task(id=f"t{i:02}", kind="x") for i in range(39)]
    where, decided = plan(tasks, [agent(f"w/a{i}") for i in range(4)])
    assert sorted(list(where.values()).count(a) for a in set(where.values())) == [9, 10, 10, 10]
    assert decided.record["levelling_cost"] == pytest.approx(0)


def test_a_dearer_agent_is_worth_it_only_for_a_wait_that_is_shorter_by_enough():
    tasks = [Task(id=f"t{i:02}", kind="x", priority=5) for i in range(20)]
    where, _ = plan(tasks, [agent("w/cheap", cost=1), agent("w/dear", cost=50)])
    assert set(where.values()) == {"h/w/cheap"}
    urgent = [Task(id=f"t{i:02}", kind="x", priority=1) for i in range(20)]
    where, _ = plan(urgent, [agent("w/cheap", cost=1), agent("w/dear", cost=1.5)])
    assert set(where.values()) == {"h/w/cheap", "h/w/dear"}


def test_overdue_work_is_still_planned():
    where, decided = plan([Task(id="t", kind="x", due=NOW - timedelta(hours=3))], [agent("w/a")])
    assert where == {"t": "h/w/a"}
    assert decided.placements[0].start == 0


def test_bands_are_few_and_start_with_the_first_due_time():
    dues = np.array([np.inf, -5.0, 15.0, 15.0, 30.0, 60.0, 240.0, 480.0])
    bands = choose_bands(dues, 3)
    assert bands[0] == 15.0
    assert len(bands) == 3
    assert list(choose_bands(np.array([np.inf]), 3)) == []
    assert list(choose_bands(dues, 0)) == []


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 60), st.integers(1, 30)), max_size=30))
def test_a_calendar_never_books_an_agent_twice_and_fills_gaps(jobs):
    calendar, booked = Calendar(), {}
    for who, ready, minutes in jobs:
        start, end = calendar.book(who, float(ready), float(minutes))
        assert start >= ready
        assert end - start == minutes
        others = booked.setdefault(who, [])
        assert all(end <= a or start >= b for a, b in others)
        starts = [float(ready), *(b for _, b in others if b >= ready)]
        free = [s for s in starts if all(s + minutes <= a or s >= b for a, b in others)]
        assert start == min(free)
        others.append((start, end))
    for who, spans in booked.items():
        assert calendar.end(who) == max(b for _, b in spans)
        assert calendar.free_before(who, 100.0) == pytest.approx(
            100 - sum(max(0, min(b, 100) - min(a, 100)) for a, b in spans)
        )


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30), st.booleans()), max_size=30))
def test_a_calendar_forgets_what_is_cancelled(jobs):
    calendar, kept = Calendar(), []
    for ready, minutes, cancelled in jobs:
        start, end = calendar.book(0, float(ready), float(minutes))
        if cancelled:
            calendar.cancel(0, start, end)
        else:
            kept.append((start, end))
    again = Calendar()
    for start, end in kept:
        again.take(0, start, end)
    for moment in (10.0, 45.0, 90.0, 1000.0):
        assert calendar.free_before(0, moment) == pytest.approx(again.free_before(0, moment))
    assert calendar.end(0) == again.end(0)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_plan_breaks_a_hard_rule(data):
    draw = data.draw
    agents = [
        agent(
            f"w{i % 3}/a{i}",
            draw(st.sets(st.sampled_from("xyz"), min_size=1)),
            draw(st.integers(1, 5)),
            capacity={"staff": draw(st.integers(1, 60))},
            licences=draw(st.sets(st.sampled_from(["rx"]))),
            cost=draw(st.integers(0, 3)),
        )
        for i in range(draw(st.integers(1, 5)))
    ]
    names = [f"t{i}" for i in range(draw(st.integers(1, 8)))]
    tasks = []
    for i, name in enumerate(names):
        others = st.sets(st.sampled_from(names[:i]), max_size=2) if i else st.just(set())
        same, other = draw(others), draw(others)
        tasks.append(
            Task(
                id=name,
                kind=draw(st.sampled_from("xyz")),
                level=draw(st.integers(1, 3)),
                licences=draw(st.sets(st.sampled_from(["rx"]))),
                priority=draw(st.integers(1, 5)),
                demand={"staff": draw(st.integers(0, 40))},
                due=draw(st.none() | st.integers(-10, 90).map(lambda m: NOW + timedelta(minutes=m))),
                subject=draw(st.none() | st.sampled_from(["Patient/1", "Patient/2"])),
                same_agent_as=tuple(same),
                different_agent_from=tuple(other - same),
            )
        )
    where, decided = plan(tasks, agents)
    assert set(where) | set(decided.unplaced) == set(names)
    assert not set(where) & set(decided.unplaced)
    by_address = {a.address: a for a in agents}
    for task in tasks:
        if task.id in where:
            who = by_address[where[task.id]]
            assert who.skills.get(task.kind, 0) >= task.level
            assert task.licences <= who.licences
            assert all(where.get(o, where[task.id]) == where[task.id] for o in task.same_agent_as)
            assert all(where.get(o) != where[task.id] for o in task.different_agent_from)
    for address, who in by_address.items():
        mine = [p for p in decided.placements if where[p.task.id] == address]
        assert sum(p.demand[0] for p in mine) <= who.capacity["staff"] * (1 + 1e-9)
    record = decided.record
    if record["bound"] is not None:
        assert record["objective"]["total"] >= record["bound"] - 1e-6 * max(1, abs(record["bound"]))


def test_the_same_seed_gives_the_same_plan():
    agents = [agent(f"w{i % 3}/a{i}", cost=1 + i % 4) for i in range(12)]
    tasks = [
        Task(id=f"t{i}", kind="x", subject=f"Patient/{i // 4}", priority=1 + i % 5, due=NOW + timedelta(minutes=20 + i))
        for i in range(120)
    ]
    first, decided = plan(tasks, agents, seed=5)
    again, other = plan(tasks, agents, seed=5)
    assert first == again
    assert decided.record["objective"] == other.record["objective"]


def test_rules_that_contradict_each_other_leave_the_group_without_a_place():
    tasks = [
        Task(id="a", kind="x"),
        Task(id="b", kind="x", same_agent_as=("a",)),
        Task(id="c", kind="x", same_agent_as=("b",), different_agent_from=("a",)),
    ]
    where, decided = plan(tasks, [agent("w/a"), agent("w/b")])
    assert where == {}
    assert {why.reason for why in decided.unplaced.values()} == {
        "same_agent_as and different_agent_from contradict each other"
    }
    with pytest.raises(InputError, match="different_agent_from names 'a', which same_agent_as ties to this task"):
        check_tasks(tasks)


def test_a_preview_drops_what_waits_for_something_without_a_place():
    tasks = [Task(id="a", kind="z"), Task(id="b", kind="x", after=("a",)), Task(id="c", kind="x", after=("b",))]
    found = preview(tasks, [agent("w/a")], as_of=NOW, policy=POLICY)
    assert found.unplaced == {
        "a": "no agent has the skill 'z'",
        "b": "it waits for task 'a', which ended expired",
        "c": "it waits for task 'b', which ended cancelled",
    }


def test_steps_in_the_tree():
    assert tree_steps("h/ed/majors", "h/ed/majors") == 0
    assert tree_steps("h/ed/majors", "h/ed/resus") == 2
    assert tree_steps("h/ed/majors", "h/ward") == 3
    assert tree_steps("", "h") == 1
