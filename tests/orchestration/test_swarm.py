"""The swarm in one process: every way a task can end, deaths, repeats, limits, resuming."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from agents.agent_spec import AgentSpec
from agents.errors import HandlerError, InputError
from agents.record import PatientRecord
from agents.result import Outcome
from agents.task import Task
from orchestration.clock import ManualClock
from orchestration.errors import DuplicateTaskError, QueueFullError, SwarmClosedError
from orchestration.ids import counted_ids
from orchestration.launch import launch
from orchestration.ledger import SqliteLedger
from orchestration.options import SwarmOptions
from orchestration.planning.policy import PlanningPolicy
from orchestration.transport import LocalTransport

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
FAST = PlanningPolicy(sweeps=50, seconds=2)
JOB = SwarmOptions(live=False, policy=FAST)
RECORD = PatientRecord("Patient/1", sex="female")


def agents(count=3, handler="work", **more):
    return [AgentSpec(address=f"h/w{i % 2}/a{i}", skills={"x": 3}, handler=handler, **more) for i in range(count)]


def run(tasks, handler, tmp_path, roster=None, options=JOB, **more):
    """Do tasks to their end; return results by id, and the ledger's path."""
    path = tmp_path / "ledger.sqlite"
    with launch(
        roster or agents(), handlers={"work": handler}, engine=more.pop("engine", "local"), ledger=path,
        options=options, as_of=NOW, **more,
    ) as swarm:  # fmt: skip
        swarm.submit(tasks)
        swarm.finish()
        found = {result.task_id: result for result in swarm.results()}
        assert swarm.wait(20)
    return found, path


def kinds(path, task):
    with SqliteLedger(path, read_only=True) as ledger:
        return [event.kind for event in ledger.events(task)]


async def fine(task, context):
    return {"agent": context.address, "key": context.idempotency_key}


def test_a_task_goes_from_acceptance_to_done_and_every_step_is_in_the_ledger(tmp_path):
    found, path = run([Task(id="t", kind="x")], fine, tmp_path)
    result = found["t"]
    assert result.status == "done"
    assert result.outcome.data == {"agent": result.agent, "key": "t"}
    assert (result.attempts, result.epoch) == (1, 1)
    times = result.timings
    assert times.accepted <= times.planned <= times.started <= times.finished
    assert kinds(path, "t") == ["accepted", "planned", "dispatched", "started", "done"]


def test_a_plain_function_and_an_outcome_will_do_as_handlers(tmp_path):
    found, _ = run([Task(id="t", kind="x")], lambda task, context: Outcome(summary=task.id), tmp_path)
    assert found["t"].outcome.summary == "t"


def test_after_is_kept(tmp_path):
    order = []

    async def note(task, context):
        order.append(task.id)

    tasks = [Task(id=f"t{i}", kind="x", after=(f"t{i - 1}",) if i else ()) for i in range(5)]
    _, path = run(list(reversed(tasks)), note, tmp_path)
    assert order == [t.id for t in tasks]
    with SqliteLedger(path, read_only=True) as ledger:
        plans = [ledger.state(t.id).plan for t in tasks]
        assert len(ledger.plans()) == 5
    assert all(b["start"] >= a["end"] for a, b in pairwise(plans))


def test_a_failing_handler_is_tried_again_with_a_higher_epoch_and_the_same_key(tmp_path):
    seen = []

    async def third_time(task, context):
        seen.append((context.attempt, context.epoch, context.idempotency_key))
        if len(seen) < 3:
            raise ValueError("Mrs Quackenbush")

    found, path = run([Task(id="t", kind="x", idempotency_key="k")], third_time, tmp_path)
    assert found["t"].status == "done"
    assert seen == [(1, 1, "k"), (2, 2, "k"), (3, 3, "k")]
    assert kinds(path, "t").count("requeued") == 2


def test_a_handler_that_always_fails_is_a_failure_whose_reason_holds_no_patient_data(tmp_path):
    async def bad(task, context):
        raise ValueError("Mrs Quackenbush, born 1950")

    found, path = run([Task(id="t", kind="x", max_attempts=2), Task(id="u", kind="x", after=("t",))], bad, tmp_path)
    assert found["t"].status == "failed"
    assert found["t"].attempts == 2
    assert found["t"].reason.startswith("its handler raised ValueError in test_swarm.py, line ")
    assert found["u"].status == "cancelled"
    assert found["u"].reason == "it waits for task 't', which ended failed"
    assert b"Quackenbush" not in path.read_bytes()


def test_our_own_errors_are_final_and_say_why(tmp_path):
    async def refuse(task, context):
        raise HandlerError("the form is incomplete", hint="Fill it in.")

    found, _ = run([Task(id="t", kind="x")], refuse, tmp_path)
    assert (found["t"].status, found["t"].attempts) == ("failed", 1)
    assert found["t"].reason == "the form is incomplete. Fill it in."


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, asyncio.CancelledError, GeneratorExit])
def test_whatever_a_handler_raises_is_a_failed_attempt(tmp_path, error):
    async def odd(task, context):
        raise error

    found, _ = run([Task(id="t", kind="x", max_attempts=1), Task(id="u", kind="x", max_attempts=1)], odd, tmp_path)
    assert {r.status for r in found.values()} == {"failed"}


def test_a_handler_that_takes_too_long_is_stopped(tmp_path):
    async def slow(task, context):
        assert context.limits.remaining_seconds() <= 0.05
        await asyncio.Event().wait()

    options = JOB.model_copy(update={"handler_seconds": 0.05})
    found, _ = run([Task(id="t", kind="x", max_attempts=1)], slow, tmp_path, options=options)
    assert found["t"].reason == "its handler took longer than its limit"


def test_an_unknown_handler_and_a_wrong_return_value_are_named(tmp_path):
    found, _ = run([Task(id="t", kind="x")], fine, tmp_path, roster=agents(handler="absent"))
    assert "names the handler 'absent', which is not there" in found["t"].reason

    async def number(task, context):
        return 7

    (tmp_path / "b").mkdir()
    found, _ = run([Task(id="t", kind="x")], number, tmp_path / "b")
    assert found["t"].reason == "t: its handler returned int. Return an Outcome, a mapping or None."


def test_a_handler_reads_its_subjects_record_and_no_other(tmp_path):
    async def look(task, context):
        assert context.as_of() == NOW
        return {"sex": context.record("Patient/1").sex, "other": context.record(task.payload or "Patient/1").sex}

    tasks = [
        Task(id="own", kind="x", subject="Patient/1"),
        Task(id="other", kind="x", subject="Patient/1", payload="Patient/2"),
        Task(id="absent", kind="x", subject="Patient/9"),
    ]
    found, _ = run(tasks, look, tmp_path, records={"Patient/1": RECORD, "Patient/2": RECORD})
    assert found["own"].outcome.data == {"sex": "female", "other": "female"}
    assert "its task's subject only" in found["other"].reason
    assert found["absent"].status == "failed"


def test_what_nobody_may_do_is_rejected_at_once_and_what_finds_no_room_expires(tmp_path):
    tasks = [Task(id="no", kind="z"), *(Task(id=f"t{i}", kind="x", demand={"staff": 60}) for i in range(3))]
    found, path = run(tasks, fine, tmp_path, roster=agents(1, capacity={"staff": 120}))
    assert found["no"].status == "rejected"
    assert found["no"].reason == "no agent has the skill 'z'"
    assert kinds(path, "no") == ["accepted", "rejected"]
    assert sorted(r.status for r in found.values()) == ["done", "done", "expired", "rejected"]
    (expired,) = (r for r in found.values() if r.status == "expired")
    assert "the most that one has left is 0 of 'staff' minutes" in expired.reason


def test_the_same_task_again_is_passed_over_and_other_content_is_refused(tmp_path):
    with launch(agents(), handlers={"work": fine}, engine="local", options=JOB, as_of=NOW) as swarm:
        task = Task(id="t", kind="x")
        assert swarm.submit([task]) == 1
        assert swarm.submit([task]) == 0
        with pytest.raises(DuplicateTaskError, match="'t' was accepted before with other content"):
            swarm.submit([Task(id="t", kind="x", priority=1)])
        with pytest.raises(DuplicateTaskError, match="has the idempotency key of task 't'"):
            swarm.submit([Task(id="u", kind="x", idempotency_key="t")])
        with pytest.raises(InputError, match="after names 'nothing'"):
            swarm.submit([Task(id="v", kind="x", after=("nothing",))])
        assert [r.status for r in swarm.results()] == ["done"]
        assert swarm.submit([Task(id="w", kind="x", after=("t",))]) == 1
        assert [r.status for r in swarm.results()] == ["done"]


def test_a_full_swarm_refuses_or_waits_and_drops_nothing(tmp_path):
    gate = threading.Event()
    options = JOB.model_copy(update={"queue_limit": 2})
    with launch(
        agents(), handlers={"work": lambda t, c: gate.wait(10) and None}, engine="local", options=options
    ) as swarm:
        swarm.submit([Task(id="a", kind="x"), Task(id="b", kind="x")])
        with pytest.raises(QueueFullError, match="holds 2 tasks; its limit is 2"):
            swarm.submit([Task(id="c", kind="x")], wait=False)
        waiting = threading.Thread(target=swarm.submit, args=([Task(id="c", kind="x")],))
        waiting.start()
        gate.set()
        waiting.join(10)
        assert not waiting.is_alive()
        swarm.finish()
        assert {r.task_id: r.status for r in swarm.results()} == {"a": "done", "b": "done", "c": "done"}
        with pytest.raises(SwarmClosedError, match="takes no more work"):
            swarm.submit([Task(id="d", kind="x")])


def test_small_windows_and_mailboxes_hold_work_back_without_losing_any(tmp_path):
    options = JOB.model_copy(update={"window": 2, "mailbox_limit": 1})
    tasks = [Task(id=f"t{i}", kind="x") for i in range(60)]
    found, _ = run(tasks, fine, tmp_path, options=options, roster=agents(4))
    assert {r.status for r in found.values()} == {"done"}
    assert len(found) == 60


class Frail(LocalTransport):
    """A transport whose host dies when it has taken its first batch, and again a few times."""

    def __init__(self, deaths):
        super().__init__()
        self.deaths = deaths

    async def collect(self, host, acknowledged, wait_seconds, most):
        found = await super().collect(host, acknowledged, wait_seconds, min(most, 7))
        if self.deaths and acknowledged > 3:
            self.deaths -= 1
            self.kill(host)
        return found


def test_when_hosts_die_every_task_ends_once_and_effects_behind_a_key_happen_once(tmp_path):
    effects, starts = {}, []

    async def work(task, context):
        starts.append((context.idempotency_key, context.epoch))
        effects.setdefault(context.idempotency_key, context.epoch)
        await asyncio.sleep(0)

    tasks = [Task(id=f"t{i}", kind="x", max_attempts=50) for i in range(80)]
    found, path = run(tasks, work, tmp_path, engine=Frail(6), roster=agents(6))
    assert {r.status for r in found.values()} == {"done"}
    assert len(effects) == 80
    assert len(starts) == len(set(starts)), "no epoch of a task is started twice"
    assert len(starts) > 80, "the deaths were real"
    with SqliteLedger(path, read_only=True) as ledger:
        ends = [e.correlation for e in ledger.events() if e.kind == "done"]
    assert sorted(ends) == sorted(t.id for t in tasks)


def test_a_task_that_kills_its_host_each_time_fails_in_the_end(tmp_path):
    transport = LocalTransport()

    async def deadly(task, context):
        if task.id == "bad":
            transport.kill("host-1" if "w0" in context.address else "host-2")
            await asyncio.Event().wait()

    found, _ = run([Task(id="bad", kind="x"), Task(id="good", kind="x")], deadly, tmp_path, engine=transport)
    assert found["bad"].status == "failed"
    assert found["bad"].reason == "its host dies when it runs"
    assert found["good"].status == "done"


def test_one_task_that_kills_its_host_costs_no_other_task_its_end(tmp_path):
    transport = LocalTransport()

    async def work(task, context):
        if task.id == "bad":
            transport.kill("host-1" if "w0" in context.address else "host-2")
        await asyncio.sleep(0.001)

    tasks = [Task(id=f"t{i}", kind="x", demand={"staff": 1}) for i in range(200)]
    tasks.insert(100, Task(id="bad", kind="x", demand={"staff": 1}))
    found, _ = run(tasks, work, tmp_path, engine=transport, roster=agents(10))
    assert found.pop("bad").status == "failed"
    assert {r.status for r in found.values()} == {"done"}
    assert len(found) == 200


@pytest.mark.parametrize(
    "value",
    [
        {"x": float("nan")}, {"x": {1, 2}}, {"x": datetime.now(UTC)}, {"x": b"bytes"}, {"x": 2**70}, {"x": "\ud800"},
        {"x": object()}, Outcome(values=({"nme": 1},)), Outcome(findings=("text",)), Outcome(evidence=7),
        {"x": "y" * 9_000_000},
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_a_result_that_is_no_plain_data_fails_its_task_alone_and_the_ledger_stays_usable(tmp_path, value):
    async def odd(task, context):
        return value if task.id == "odd" else {"fine": 1}

    found, path = run([Task(id="odd", kind="x"), Task(id="even", kind="x")], odd, tmp_path)
    assert found["even"].status == "done"
    assert found["odd"].status == "failed"
    assert "its handler returned" in found["odd"].reason
    with launch(agents(), handlers={"work": fine}, engine="local", ledger=path, options=JOB, as_of=NOW) as swarm:
        assert swarm.counts() == {"done": 1, "failed": 1}


def test_keys_of_a_result_become_texts_as_in_json(tmp_path):
    async def numbered(task, context):
        return {1: "one"}

    found, _ = run([Task(id="t", kind="x")], numbered, tmp_path)
    assert found["t"].outcome.data == {"1": "one"}


def test_work_that_does_not_heed_its_cancellation_is_left_behind(tmp_path):
    async def deaf(task, context):
        if task.id == "deaf":
            while not done.is_set():
                try:
                    await asyncio.sleep(0.01)
                except asyncio.CancelledError:
                    continue

    done = threading.Event()
    options = JOB.model_copy(update={"handler_seconds": 0.1})
    tasks = [Task(id="deaf", kind="x", max_attempts=1), Task(id="next", kind="x")]
    found, _ = run(tasks, deaf, tmp_path, options=options, roster=agents(1))
    done.set()
    assert found["deaf"].reason == "its handler took longer than its limit"
    assert found["next"].status == "done"


def test_rules_between_tasks_hold_in_both_directions_and_between_rounds(tmp_path):
    roster = [
        AgentSpec(address="c/a0", skills={"x": 3}, handler="work", cost=1),
        AgentSpec(address="c/a1", skills={"x": 3}, handler="work", cost=9),
    ]
    tasks = [
        Task(id="c", kind="x"),
        Task(id="a", kind="x", different_agent_from=("b",)),
        Task(id="b", kind="x", after=("c",)),
        Task(id="d", kind="x", same_agent_as=("e",), never_agents=("c/a0",)),
        Task(id="e", kind="x", after=("c",)),
    ]
    found, _ = run(tasks, fine, tmp_path, roster=roster)
    assert {r.status for r in found.values()} == {"done"}
    assert found["a"].agent != found["b"].agent
    assert found["d"].agent == found["e"].agent == "c/a1"


def test_a_retry_goes_where_the_rest_of_its_team_is(tmp_path):
    async def once(task, context):
        if task.id == "a" and context.attempt == 1:
            raise ValueError

    roster = [AgentSpec(address=f"c/a{i}", skills={"x": 3}, handler="work", cost=1 + i) for i in range(3)]
    tasks = [Task(id="a", kind="x"), Task(id="b", kind="x", same_agent_as=("a",), never_agents=("c/a0",))]
    found, _ = run(tasks, once, tmp_path, roster=roster)
    assert {r.agent for r in found.values()} == {"c/a1"}


def test_capacity_is_held_for_the_rest_of_a_team_and_others_have_a_say_before_they_are_ready(tmp_path):
    roster = [
        AgentSpec(address="n/a", skills={"x": 3}, handler="work", capacity={"staff": 40}),
        AgentSpec(address="s/b", skills={"x": 3}, handler="work", capacity={"staff": 40}),
    ]
    tasks = [
        Task(id="a", kind="x", zone="n", demand={"staff": 10}),
        Task(id="c", kind="x", zone="s", demand={"staff": 10}),
        Task(id="b", kind="x", after=("c",), same_agent_as=("a", "c"), demand={"staff": 10}),
        *(Task(id=f"t{i}", kind="x", demand={"staff": 10}, priority=2) for i in range(5)),
    ]
    found, _ = run(tasks, fine, tmp_path, roster=roster)
    assert {r.status for r in found.values()} == {"done"}
    assert len({found[n].agent for n in "abc"}) == 1


def test_a_failed_attempt_gives_back_its_time(tmp_path):
    async def third_time(task, context):
        if context.attempt < 3:
            raise ValueError

    tasks = [Task(id=f"t{i}", kind="x") for i in range(40)]
    found, path = run(tasks, third_time, tmp_path, roster=agents(1))
    assert {r.status for r in found.values()} == {"done"}
    with SqliteLedger(path, read_only=True) as ledger:
        assert max(s.plan["end"] for s in ledger.states().values()) <= 400


def test_the_same_task_submitted_from_many_threads_runs_once(tmp_path):
    gate, runs = threading.Event(), []

    def hold(task, context):
        runs.append(task.id)
        gate.wait(10)

    options = JOB.model_copy(update={"queue_limit": 1})
    with launch(agents(), handlers={"work": hold}, engine="local", options=options, as_of=NOW) as swarm:
        swarm.submit([Task(id="t1", kind="x")])
        new = []
        threads = [
            threading.Thread(target=lambda: new.append(swarm.submit([Task(id="t2", kind="x")]))) for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        gate.set()
        for thread in threads:
            thread.join(10)
        assert sorted(new) == [0, 0, 1]
        assert {r.task_id for r in swarm.results()} == {"t1", "t2"}
        assert sorted(runs) == ["t1", "t2"]
        assert swarm.counts() == {"done": 2}


def test_a_submit_that_waits_for_room_is_told_when_the_swarm_stops(tmp_path):
    gate, said = threading.Event(), []
    options = JOB.model_copy(update={"queue_limit": 1, "grace_seconds": 0.1})

    def hold(task, context):
        gate.wait(10)

    def submit():
        with pytest.raises(SwarmClosedError, match=r"has stopped|takes no more work"):
            swarm.submit([Task(id="t2", kind="x")])
        said.append(True)

    with launch(agents(), handlers={"work": hold}, engine="local", options=options, as_of=NOW) as swarm:
        swarm.submit([Task(id="t1", kind="x")])
        thread = threading.Thread(target=submit)
        thread.start()
        swarm.stop()
        thread.join(10)
        gate.set()
    assert said == [True]


def test_results_end_without_finish_when_nothing_could_free_capacity(tmp_path):
    with launch(
        agents(1, capacity={"staff": 10}), handlers={"work": fine}, engine="local", options=JOB, as_of=NOW
    ) as swarm:
        swarm.submit([Task(id="a", kind="x"), Task(id="b", kind="x")])
        assert sorted(r.status for r in swarm.results()) == ["done", "expired"]


def test_a_live_swarm_has_its_capacity_again_when_the_horizon_has_gone_by(tmp_path):
    policy = FAST.model_copy(update={"horizon_minutes": 1.5 / 60})
    options = SwarmOptions(policy=policy, round_seconds=0.01)
    with launch(agents(1, capacity={"staff": 10}), handlers={"work": fine}, engine="local", options=options) as swarm:
        swarm.submit([Task(id="a", kind="x"), Task(id="b", kind="x")])
        assert sorted(r.status for r in swarm.results()) == ["done", "expired"]
        swarm.submit([Task(id="c", kind="x")])
        assert [r.status for r in swarm.results()] == ["done"]


def test_the_most_urgent_goes_first_when_many_wait_for_a_host(tmp_path):
    order = []

    async def note(task, context):
        order.append(task.id)

    options = JOB.model_copy(update={"window": 2})
    tasks = [*(Task(id=f"t{i}", kind="x", priority=5) for i in range(40)), Task(id="urgent", kind="x", priority=1)]
    run(tasks, note, tmp_path, options=options, roster=agents(1))
    assert order.index("urgent") <= 2


def test_what_is_cancelled_while_a_swarm_is_taken_up_again_is_among_its_results(tmp_path):
    path = tmp_path / "ledger.sqlite"
    tasks = [Task(id="p", kind="x", max_attempts=1), Task(id="q", kind="x", after=("p",)), Task(id="r", kind="x")]
    with launch(agents(), handlers={"work": fine}, engine="local", ledger=path, options=JOB, as_of=NOW) as swarm:
        ledger = swarm.ledger
        swarm.stop()
        swarm.wait(10)
    from orchestration.clock import WallClock
    from orchestration.ids import random_ids
    from orchestration.journal import Journal

    with SqliteLedger(path) as ledger:
        journal = Journal(ledger, WallClock(), random_ids, lambda state: None)
        journal.commit([journal.event("accepted", t, t.model_dump(mode="json", exclude_defaults=True)) for t in tasks])
        journal.commit([journal.event("failed", tasks[0], {"reason": "made up"})])
    with launch(agents(), handlers={"work": fine}, engine="local", ledger=path, options=JOB, as_of=NOW) as swarm:
        swarm.finish()
        assert {r.task_id: r.status for r in swarm.results()} == {"q": "cancelled", "r": "done"}


def test_a_stopped_swarm_is_carried_on_with_from_its_ledger(tmp_path):
    gate, begun = threading.Event(), threading.Event()

    def hold(task, context):
        begun.set()
        gate.wait(10)

    path = tmp_path / "ledger.sqlite"
    tasks = [Task(id=f"t{i}", kind="x", demand={"staff": 1}, after=("t0",) if i % 2 else ()) for i in range(100)]
    with launch(agents(1), handlers={"work": hold}, engine="local", ledger=path, options=JOB, as_of=NOW) as swarm:
        swarm.submit(tasks)
        assert begun.wait(10)
        swarm.stop()
        gate.set()
        assert swarm.wait(10)
        done = {name for name, state in swarm.ledger.states().items() if state.state == "done"}
        assert 1 <= len(done) < 100
    with launch(agents(1), handlers={"work": fine}, engine="local", ledger=path, options=JOB, as_of=NOW) as swarm:
        assert swarm.submit(tasks) == 0
        swarm.finish()
        again = {r.task_id for r in swarm.results()}
        assert swarm.wait(10)
        assert swarm.counts() == {"done": 100}
    assert again == {t.id for t in tasks} - done
    assert kinds(path, min(done)) == ["accepted", "planned", "dispatched", "started", "done"]


def test_a_live_swarm_does_what_arrives_later_and_expires_what_is_due(tmp_path):
    options = SwarmOptions(policy=FAST, round_seconds=0.01)
    with launch(agents(1, capacity={"staff": 10}), handlers={"work": fine}, engine="local", options=options) as swarm:
        swarm.submit([Task(id="a", kind="x")])
        assert [r.status for r in swarm.results()] == ["done"]
        due = datetime.now(UTC) + timedelta(seconds=0.2)
        swarm.submit([Task(id="b", kind="x", due=due), Task(id="c", kind="x", priority=1, demand={"staff": 0})])
        assert {r.task_id: r.status for r in swarm.results()} == {"b": "expired", "c": "done"}


def test_a_live_swarm_does_not_begin_before_it_may(tmp_path):
    options = SwarmOptions(policy=FAST, round_seconds=0.01)
    with launch(agents(2), handlers={"work": fine}, engine="local", options=options) as swarm:
        moment = datetime.now(UTC) + timedelta(seconds=0.7)
        swarm.submit([Task(id="later", kind="x", not_before=moment), Task(id="now", kind="x")])
        first, second = swarm.results()
    assert (first.task_id, second.task_id) == ("now", "later")
    assert second.timings.started >= moment


def test_the_same_seed_gives_the_same_plan_whatever_the_order_of_answers(tmp_path):
    async def jitter(task, context):
        for _ in range(hash(task.id) % 5):
            await asyncio.sleep(0)

    tasks = [
        Task(id=f"t{i}", kind="x", subject=f"Patient/{i // 4}", after=(f"t{i - 1}",) if i % 4 == 3 else ())
        for i in range(40)
    ]
    plans = []
    for name in "ab":
        (tmp_path / name).mkdir()
        _, path = run(tasks, jitter, tmp_path / name, roster=agents(6))
        with SqliteLedger(path, read_only=True) as ledger:
            plans.append({n: (s.agent, s.plan) for n, s in ledger.states().items()})
    assert plans[0] == plans[1]


def test_time_and_ids_are_the_ones_that_are_handed_in(tmp_path):
    clock = ManualClock(NOW)
    options = SwarmOptions(policy=FAST)
    with launch(
        agents(1, capacity={"staff": 10}), handlers={"work": fine}, engine="local", options=options, clock=clock,
        ids=counted_ids("id"),
    ) as swarm:  # fmt: skip
        swarm.submit([Task(id="a", kind="x"), Task(id="b", kind="x", due=NOW + timedelta(hours=2))])
        results = swarm.results()
        done = next(results)
        assert (done.status, done.timings.started, done.timings.finished) == ("done", NOW, NOW)
        assert swarm.counts() == {"done": 1, "waiting": 1}, "two hours are not over"
        clock.advance(7200)
        expired = next(results)
        events = list(swarm.ledger.events())
    assert (expired.task_id, expired.status) == ("b", "expired")
    assert expired.timings.finished == NOW + timedelta(hours=2)
    assert len({e.id for e in events}) == len(events)
    assert all(e.id.startswith("id-") for e in events)


def test_work_that_arrives_while_a_plan_is_made_does_not_disturb_it(tmp_path):
    options = SwarmOptions(policy=FAST, round_seconds=0.0)
    with launch(agents(4), handlers={"work": fine}, engine="local", options=options) as swarm:
        for batch in range(30):
            name = f"b{batch}-"
            first = [Task(id=f"{name}{i}", kind="x", demand={"staff": 1}) for i in range(4)]
            tied = [
                Task(id=f"{name}same", kind="x", demand={"staff": 1}, same_agent_as=(f"{name}0",)),
                Task(id=f"{name}other", kind="x", demand={"staff": 1}, different_agent_from=(f"{name}1",)),
            ]
            swarm.submit([*first, *tied])
        found = {r.task_id: r for r in swarm.results()}
    assert {r.status for r in found.values()} == {"done"}
    for batch in range(30):
        assert found[f"b{batch}-same"].agent == found[f"b{batch}-0"].agent
        assert found[f"b{batch}-other"].agent != found[f"b{batch}-1"].agent
