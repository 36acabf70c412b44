"""Runs that are killed, stopped or watched: nothing lost, nothing recorded twice, no call to other machines."""

import ipaddress
import json
import os
import select
import signal
import subprocess
from collections import Counter

import psutil
import pytest
from commands import QAM, qam, qam_json

from orchestration.ledger import TERMINAL, SqliteLedger

TASKS = 120
WORK = '''
import asyncio, os
from pathlib import Path

async def work(task, context):
    """Leave a mark under the idempotency key: a repeated key has no second effect. Every start is noted too."""
    sink = Path(os.environ["SINK"])
    with (sink / "starts").open("a") as file:
        file.write(f"{context.idempotency_key} {context.epoch}\\n")
    (sink / "effects" / context.idempotency_key).touch()
    gate = sink / "gate"
    while not gate.exists():
        await asyncio.sleep(0.01)
'''


@pytest.fixture
def job(tmp_path):
    """Work that begins and then holds until its gate is opened, with a sink that counts effects by key."""
    (tmp_path / "in").mkdir()
    (tmp_path / "sink" / "effects").mkdir(parents=True)
    (tmp_path / "work.py").write_text(WORK)
    agents = "\n".join(f"- {{address: h/w{i % 2}/a{i}, skills: {{x: 3}}, handler: work}}" for i in range(8))
    tasks = "\n".join(f"- {{id: t{i}, kind: x, after: [{f't{i - 1}' if i % 3 == 2 else ''}]}}" for i in range(TASKS))
    (tmp_path / "in" / "roster.yaml").write_text(f"agents:\n{agents}\n")
    (tmp_path / "in" / "tasks.yaml").write_text(f"tasks:\n{tasks}\n")
    env = {
        **os.environ,
        "SINK": str(tmp_path / "sink"),
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{os.environ['PYTHONPATH']}",
    }
    command = [QAM, "run", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--handler", "work=work:work"]
    return tmp_path, command, env


def wait_for(path, process, seconds=60):
    """Wait until a file is there, on the process's own pipe, so that nothing is polled for after it has ended."""
    for _ in range(int(seconds * 20)):
        if path.exists() and path.stat().st_size:
            return
        assert process.poll() is None, process.stderr.read()
        select.select([], [], [], 0.05)
    raise AssertionError(f"{path.name} never came")


def check_everything_ended_once(tmp_path):
    with SqliteLedger(tmp_path / "out" / "ledger.sqlite", read_only=True) as ledger:
        states = ledger.states()
        ends = Counter(e.correlation for e in ledger.events() if e.kind in TERMINAL)
    assert {s.state for s in states.values()} == {"done"}
    assert len(states) == TASKS
    assert set(ends.values()) == {1}
    starts = (tmp_path / "sink" / "starts").read_text().split("\n")[:-1]
    assert len(starts) == len(set(starts)), "no epoch of a task was started twice"
    effects = {p.name for p in (tmp_path / "sink" / "effects").iterdir()}
    assert effects == set(states), "each task's effect is there once"


@pytest.mark.ray
def test_after_kill_9_of_the_driver_a_resumed_run_loses_nothing_and_records_nothing_twice(job):
    tmp_path, command, env = job
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        wait_for(tmp_path / "sink" / "starts", run)
        family = psutil.Process(run.pid).children(recursive=True)
        workers = [p for p in family if p.name().startswith("ray::") and "Agent" not in p.name()]
        run.send_signal(signal.SIGKILL)
        run.wait()
    with SqliteLedger(tmp_path / "out" / "ledger.sqlite", read_only=True) as ledger:
        assert len(ledger.states()) == TASKS, "what was accepted is on disk"
        assert not all(s.terminal for s in ledger.states().values())
    assert workers
    _, alive = psutil.wait_procs(workers, timeout=30)
    assert all(p.status() == psutil.STATUS_ZOMBIE for p in alive), "hosts go with their driver"
    (tmp_path / "sink" / "gate").touch()
    code, said = qam_json("run", "--resume", tmp_path / "out" / "ledger.sqlite", env=env)
    assert code == 0, said
    assert said["totals"]["done"] == TASKS
    check_everything_ended_once(tmp_path)
    with SqliteLedger(tmp_path / "out" / "ledger.sqlite", read_only=True) as ledger:
        again = [e for e in ledger.events() if e.kind == "requeued"]
    assert again, "the kill came in the middle"


def test_resuming_a_finished_run_changes_nothing(job):
    tmp_path, command, env = job
    (tmp_path / "sink" / "gate").touch()
    assert qam(*command[1:], "--engine", "local", env=env).returncode == 0
    starts = (tmp_path / "sink" / "starts").read_text()
    code, said = qam_json("run", "--resume", tmp_path / "out", "--engine", "local", env=env)
    assert (code, said["totals"]["done"]) == (0, TASKS)
    assert (tmp_path / "sink" / "starts").read_text() == starts


def test_a_resumed_run_whose_input_has_changed_is_refused(job):
    tmp_path, command, env = job
    (tmp_path / "sink" / "gate").touch()
    assert qam(*command[1:], "--engine", "local", env=env).returncode == 0
    (tmp_path / "in" / "tasks.yaml").write_text("tasks:\n- {id: other, kind: x}\n")
    code, said = qam_json("run", "--resume", tmp_path / "out", "--engine", "local", env=env)
    assert code == 3
    assert "the input files are not what they were" in said["error"]["message"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("engine", ["local", pytest.param("ray", marks=pytest.mark.ray)])
def test_a_stopped_run_ends_cleanly_says_how_to_carry_on_and_can_be(job, engine, number):
    tmp_path, command, env = job
    with subprocess.Popen(
        [*command, "--engine", engine],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as run:
        wait_for(tmp_path / "sink" / "starts", run)
        if number == signal.SIGINT:
            os.killpg(run.pid, number)  # as a terminal does
        else:
            run.send_signal(number)
        line = ""
        while "stopping" not in line:
            line = run.stderr.readline()
            assert line, "it never said that it is stopping"
        (tmp_path / "sink" / "gate").touch()
        out, _ = run.communicate(timeout=60)
        assert run.returncode == 130
    assert f"qam run --resume {tmp_path / 'out' / 'ledger.sqlite'}" in out
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert 0 < report["totals"]["done"] < TASKS
    assert report["totals"]["done"] + report["totals"]["waiting"] == TASKS
    assert qam("run", "--resume", tmp_path / "out", "--engine", "local", env=env).returncode == 0
    check_everything_ended_once(tmp_path)


def test_a_run_that_is_stopped_twice_ends_at_once_and_can_be_carried_on_with(job):
    tmp_path, command, env = job
    with subprocess.Popen(
        [*command, "--engine", "local", "--json"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        wait_for(tmp_path / "sink" / "starts", run)
        run.send_signal(signal.SIGINT)
        while "stopping" not in run.stderr.readline():
            assert run.poll() is None
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=60)
    assert (run.returncode, json.loads(out)["exit_code"]) == (130, 130)
    assert "Traceback" not in err
    (tmp_path / "sink" / "gate").touch()
    assert qam("run", "--resume", tmp_path / "out", "--engine", "local", env=env).returncode == 0
    check_everything_ended_once(tmp_path)


@pytest.mark.ray
def test_a_run_that_is_stopped_while_ray_starts_ends_cleanly_too(job):
    tmp_path, command, env = job
    with subprocess.Popen(
        [*command, "--json"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        wait_for_process(run, "gcs_server")
        run.send_signal(signal.SIGTERM)
        out, _ = run.communicate(timeout=60)
    said = json.loads(out)
    assert (run.returncode, said["exit_code"], said["ok"]) == (130, 130, False)
    assert said["totals"]["done"] == 0
    (tmp_path / "sink" / "gate").touch()
    assert qam("run", "--resume", tmp_path / "out", "--engine", "local", env=env).returncode == 0
    check_everything_ended_once(tmp_path)


def wait_for_process(run, name):
    """Wait until a process has a child of this name."""
    for _ in range(1200):
        if any(name in child.name() for child in psutil.Process(run.pid).children(recursive=True)):
            return
        assert run.poll() is None, run.stderr.read()
        select.select([], [], [], 0.02)
    raise AssertionError(f"no {name} came")


def test_a_second_run_on_a_running_folder_is_refused_and_touches_nothing(job):
    tmp_path, command, env = job
    out = tmp_path / "out"
    with subprocess.Popen([*command, "--engine", "local"], env=env, stderr=subprocess.PIPE, text=True) as run:
        wait_for(tmp_path / "sink" / "starts", run)
        node = (out / "ledger.sqlite").stat().st_ino
        for resume in (False, True):
            args = ["--resume", out] if resume else [*command[2:], "--overwrite"]
            code, said = qam_json("run", *args, "--engine", "local", env=env)
            assert (code, said["error"]["type"]) == (3, "LedgerInUseError")
        assert (out / "ledger.sqlite").stat().st_ino == node
        (tmp_path / "sink" / "gate").touch()
        run.communicate(timeout=60)
    assert run.returncode == 0
    check_everything_ended_once(tmp_path)


def test_a_report_of_a_running_and_of_a_killed_run_shows_what_there_is(job):
    tmp_path, command, env = job
    with subprocess.Popen([*command, "--engine", "local"], env=env, stderr=subprocess.PIPE, text=True) as run:
        wait_for(tmp_path / "sink" / "starts", run)
        code, said = qam_json("report", tmp_path / "out", "--out", tmp_path / "while")
        assert (code, said["totals"]["accepted"]) == (0, TASKS)
        run.kill()
        run.communicate()
    code, said = qam_json("report", tmp_path / "out")
    assert (code, said["totals"]["done"]) == (0, 0)
    assert "the run has not ended" in (tmp_path / "out" / "report.html").read_text()
    assert SqliteLedger(tmp_path / "out" / "ledger.sqlite", read_only=True).states()


@pytest.mark.ray
def test_what_ray_prints_when_a_host_dies_stays_out_of_standard_output(job):
    tmp_path, command, env = job
    with subprocess.Popen(
        [*command, "--json"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        wait_for(tmp_path / "sink" / "starts", run)
        hosts = [p for p in psutil.Process(run.pid).children(recursive=True) if "ClusterHost" in p.cmdline()[0]]
        hosts[0].kill()
        line = ""
        while "A worker died" not in line:
            line = run.stderr.readline()
            assert line, "Ray no longer says it: this test tests nothing"
        (tmp_path / "sink" / "gate").touch()
        out, _ = run.communicate(timeout=120)
    assert (run.returncode, json.loads(out)["totals"]["done"]) == (0, TASKS)


@pytest.mark.ray
def test_no_process_of_a_run_has_a_connection_to_another_machine(job):
    tmp_path, command, env = job
    log = tmp_path / "guard"
    own = {a.address for addresses in psutil.net_if_addrs().values() for a in addresses}
    with subprocess.Popen(
        command, env={**env, "QAM_GUARD_LOG": str(log)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        wait_for(tmp_path / "sink" / "starts", run)
        family = [psutil.Process(run.pid), *psutil.Process(run.pid).children(recursive=True)]
        names = {p.name() for p in family}
        remote = {
            c.raddr.ip.removeprefix("::ffff:")
            for p in family
            if p.is_running()
            for c in p.net_connections("inet")
            if c.raddr
        }
        (tmp_path / "sink" / "gate").touch()
        run.communicate(timeout=60)
    assert {"raylet", "gcs_server"} <= names
    assert remote
    assert {ip for ip in remote if not ipaddress.ip_address(ip).is_loopback and ip not in own} == set()
    assert not log.exists()
