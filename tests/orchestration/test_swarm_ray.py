"""The swarm on a real local Ray."""

import os
import signal

import pytest

from agents.agent_spec import AgentSpec
from agents.record import PatientRecord
from agents.task import Task
from orchestration.errors import RayUnavailableError
from orchestration.launch import launch
from orchestration.ledger import SqliteLedger
from orchestration.options import SwarmOptions
from orchestration.planning.policy import PlanningPolicy
from orchestration.ray_session import open_ray

pytestmark = [pytest.mark.ray, pytest.mark.usefixtures("ray_runs")]
OPTIONS = SwarmOptions(live=False, policy=PlanningPolicy(sweeps=50, seconds=2))


def agents(count=6):
    return [AgentSpec(address=f"h/w{i % 2}/a{i}", skills={"x": 3}, handler="work") for i in range(count)]


def test_work_is_done_in_ray_actors_with_records_from_the_object_store(tmp_path):
    async def work(task, context):
        return {"pid": os.getpid(), "sex": context.record(task.subject).sex}

    records = {f"Patient/{i}": PatientRecord(f"Patient/{i}", sex="female" if i % 2 else "male") for i in range(300)}
    tasks = [Task(id=f"t{i}", kind="x", subject=f"Patient/{i}", demand={"staff": 9}) for i in range(300)]
    with launch(
        agents(), handlers={"work": work}, records=records, ledger=tmp_path / "l.sqlite", options=OPTIONS
    ) as swarm:
        swarm.submit(tasks)
        swarm.finish()
        found = {r.task_id: r.outcome.data for r in swarm.results()}
    assert {name: data["sex"] for name, data in found.items()} == {
        f"t{i}": "female" if i % 2 else "male" for i in range(300)
    }
    pids = {data["pid"] for data in found.values()}
    assert len(pids) == 2, "one host a cluster"
    assert os.getpid() not in pids


def test_a_host_process_that_is_killed_is_replaced_and_no_task_is_lost_or_recorded_twice(tmp_path):
    sink = tmp_path / "sink"
    sink.mkdir()

    async def work(task, context):
        (sink / context.idempotency_key).touch()
        if task.id in ("t7", "t40") and context.epoch == 1:
            os.kill(os.getpid(), signal.SIGKILL)

    tasks = [Task(id=f"t{i}", kind="x", max_attempts=5) for i in range(80)]
    path = tmp_path / "l.sqlite"
    with launch(agents(), handlers={"work": work}, ledger=path, options=OPTIONS) as swarm:
        swarm.submit(tasks)
        swarm.finish()
        found = {r.task_id: r.status for r in swarm.results()}
        assert swarm.wait(60)
    assert found == {t.id: "done" for t in tasks}
    assert {p.name for p in sink.iterdir()} == {t.id for t in tasks}
    with SqliteLedger(path, read_only=True) as ledger:
        done = [e.correlation for e in ledger.events() if e.kind == "done"]
        assert sorted(done) == sorted(found)
        assert any(e.kind == "requeued" and e.payload["reason"] == "its host died" for e in ledger.events())


def test_a_ray_that_runs_in_this_process_is_joined_and_left_running():
    import ray

    session = open_ray()
    assert session.joined == "this process"
    session.close()
    assert ray.is_initialized()


def test_usage_statistics_are_off():
    from ray._common.usage import usage_lib

    assert not usage_lib.usage_stats_enabled()


def test_an_address_where_nothing_answers_or_something_else_does_is_named_at_once():
    import socket

    from orchestration import ray_session

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(RayUnavailableError, match=f"nothing answers at '127.0.0.1:{port}'.*ray start --head"):
            ray_session._probe(f"127.0.0.1:{port}")
        taken.listen()
        with pytest.raises(
            RayUnavailableError, match=f"port {port} of 127.0.0.1 is taken by something that is not Ray"
        ):
            ray_session._probe(f"127.0.0.1:{port}")
    with pytest.raises(RayUnavailableError, match="is no address of Ray"):
        ray_session._probe("somewhere")
