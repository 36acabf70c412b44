"""`qam run` from input to report."""

import csv
import json

import pytest
from commands import qam, qam_json

from orchestration.ledger import SqliteLedger

FILES = ["bundle.json", "ledger.sqlite", "report.html", "report.json", "results.csv"]


@pytest.fixture(scope="module")
def ran(tmp_path_factory, example):
    """One run of the example on Ray, for the tests that look at it."""
    out = tmp_path_factory.mktemp("run") / "out"
    code, said = qam_json("run", example, "--out", out, "--seed", 3, "--seconds", 120)
    return out, code, said


@pytest.mark.ray
def test_the_example_ends_with_every_task_done_and_every_file_written(ran):
    out, code, said = ran
    assert code == said["exit_code"] == 0
    assert said["ok"] is True
    assert said["totals"]["done"] == said["totals"]["accepted"] > 300
    assert {name: str(out / name) for name in said["files"]} == said["files"]
    assert sorted(p.name for p in out.iterdir() if not p.name.endswith(".lock")) == FILES
    for plan in said["plans"]:
        assert plan["bound"] <= plan["objective"]["total"] * (1 + 1e-9)
        assert plan["baselines"][0]["solver"] == "greedy"


@pytest.mark.ray
def test_all_its_files_tell_the_same_story(ran):
    out, _, _ = ran
    report = json.loads((out / "report.json").read_text())
    with SqliteLedger(out / "ledger.sqlite", read_only=True) as ledger:
        states = ledger.states()
    assert {t["id"]: t["state"] for t in report["tasks"]} == {name: s.state for name, s in states.items()}
    with (out / "results.csv").open(newline="") as file:
        assert {row["id"]: row["state"] for row in csv.DictReader(file)} == {n: s.state for n, s in states.items()}
    page = (out / "report.html").read_text()
    assert all(task["id"] in page for task in report["tasks"])
    for agent in report["agents"]:
        assert all(agent["load"][name] <= agent["capacity"][name] + 1e-6 for name in agent["capacity"])


@pytest.mark.ray
def test_its_bundle_is_fhir_r4(ran):
    from fhir.resources.R4B.bundle import Bundle

    out, _, said = ran
    bundle = Bundle.model_validate_json((out / "bundle.json").read_text())
    tasks = [e.resource for e in bundle.entry if e.resource.get_resource_type() == "Task"]
    assert len(tasks) == said["totals"]["accepted"]
    assert {t.status for t in tasks} == {"completed"}
    scores = [e.resource for e in bundle.entry if e.resource.get_resource_type() == "Observation"]
    assert len(scores) > 100


@pytest.mark.ray
def test_the_same_seed_gives_the_same_plan_again(ran, tmp_path, example):
    out, _, _ = ran
    assert (
        qam("run", example, "--out", tmp_path / "again", "--seed", 3, "--seconds", 120, "--engine", "local").returncode
        == 0
    )

    def plan(folder):
        report = json.loads((folder / "report.json").read_text())
        return [(t["id"], t["agent"], t["planned_start"], t["planned_end"]) for t in report["tasks"]]

    assert plan(out) == plan(tmp_path / "again")


@pytest.mark.ray
def test_a_report_is_written_anew_from_the_ledger_alone(ran, tmp_path):
    out, _, said = ran
    code, again = qam_json("report", out, "--out", tmp_path / "r")
    assert code == 0
    assert again["totals"] == said["totals"]
    first, second = (json.loads((f / "report.json").read_text()) for f in (out, tmp_path / "r"))
    assert first["tasks"] == second["tasks"]


@pytest.mark.parametrize("kind", ["bundles", "bulk"])
def test_every_derived_task_of_the_data_ends_and_no_patient_shows(qam_data, tmp_path, kind):
    source = qam_data / "fhir" / kind
    out = tmp_path / "out"
    ran = qam("run", source, "--out", out, "--engine", "local", "--json", timeout=240)
    assert ran.returncode == 0, ran.stderr
    totals = json.loads(ran.stdout)["totals"]
    assert totals["done"] == totals["accepted"] > 20
    from fhir.resources.R4B.bundle import Bundle

    Bundle.model_validate_json((out / "bundle.json").read_text())
    secrets = _secrets(source)
    assert len(secrets) > 50
    with SqliteLedger(out / "ledger.sqlite", read_only=True) as ledger:
        keys = [f"{e.id} {e.correlation} {e.idempotency_key} {e.source} {e.target}" for e in ledger.events()]
        reasons = [str(e.payload.get("reason", "")) for e in ledger.events()]
    for text in (ran.stderr, ran.stdout, *keys, *reasons):
        words = set(text.replace("/", " ").replace(":", " ").replace('"', " ").split())
        assert not words & secrets


def _secrets(source):
    """Every word of a patient's names, and every identifier that is not the logical id."""
    found = set()
    for path in [*source.glob("*.json"), *source.glob("Patient*.ndjson")]:
        texts = path.read_text().splitlines() if path.suffix == ".ndjson" else [path.read_text()]
        for text in texts:
            loaded = json.loads(text)
            entries = [e["resource"] for e in loaded.get("entry", [])] or [loaded]
            for patient in (e for e in entries if e["resourceType"] == "Patient"):
                for name in patient.get("name", []):
                    found |= {name.get("family", ""), *name.get("given", [])}
                found |= {i["value"] for i in patient.get("identifier", []) if i["value"] != patient["id"]}
                found |= {t["value"] for t in patient.get("telecom", [])}
    return {word for word in found if len(word) > 2}


def test_progress_is_told_on_a_pipe_with_counts_and_an_estimate(example, tmp_path):
    ran = qam("run", example, "--out", tmp_path / "o", "--engine", "local")
    lines = ran.stderr.splitlines()
    assert all(line.startswith("qam: ") for line in lines), ran.stderr
    assert "qam: reading the input" in lines
    assert any("tasks ended" in line and ("left" in line) for line in lines)
    quiet = qam("run", example, "--out", tmp_path / "q", "--engine", "local", "--quiet")
    assert quiet.stderr == ""


@pytest.mark.parametrize("engine", ["local", pytest.param("ray", marks=pytest.mark.ray)])
def test_a_handler_of_the_current_folder_is_found_by_ray_and_by_a_resumed_run_elsewhere(tmp_path, engine):
    work, elsewhere = tmp_path / "work", tmp_path / "elsewhere"
    for folder in (work, elsewhere):
        folder.mkdir()
    (work / "beside.py").write_text("import threading\nLOCK = threading.Lock()\nWORD = 'hello'\n")
    (work / "mine.py").write_text(
        "import beside\nasync def greet(task, context):\n"
        "    print('a word to standard output')\n"
        "    with beside.LOCK: return {beside.WORD: context.address}\n"
    )
    (work / "roster.yaml").write_text("agents:\n- {address: h/a, skills: {greet: 3}, handler: mine}\n")
    (work / "tasks.yaml").write_text("tasks:\n- {id: t, kind: greet}\n")
    out = tmp_path / "out"
    args = ("run", ".", "--out", out, "--engine", engine, "--handler", "mine=mine:greet")
    code, said = qam_json(*args, cwd=work)
    assert (code, said["totals"]["done"]) == (0, 1)
    with SqliteLedger(out / "ledger.sqlite") as ledger:
        (task,) = (e for e in ledger.events() if e.kind == "accepted")
        about = ledger.meta("job")
    (out / "ledger.sqlite").unlink()
    with SqliteLedger(out / "ledger.sqlite") as ledger:
        ledger.set_meta("job", about)
        ledger.append([task])
    code, said = qam_json("run", "--resume", out, "--engine", engine, cwd=elsewhere)
    assert (code, said["totals"]["done"]) == (0, 1), said


def test_a_user_of_own_handlers_names_them_on_the_command_line(tmp_path):
    (tmp_path / "mine.py").write_text("async def greet(task, context):\n    return {'hello': context.address}\n")
    (tmp_path / "roster.yaml").write_text("agents:\n- {address: h/a, skills: {greet: 3}, handler: mine}\n")
    (tmp_path / "tasks.yaml").write_text("tasks:\n- {id: t, kind: greet}\n")
    code, said = qam_json(
        "run", tmp_path, "--out", tmp_path / "out", "--engine", "local", "--handler", "mine=mine:greet",
        env={"PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert (code, said["totals"]["done"]) == (0, 1)
    (row,) = json.loads((tmp_path / "out" / "report.json").read_text())["tasks"]
    assert row["summary"] == "hello: h/a"
    assert row["data"] == {"hello": "h/a"}


def test_what_is_not_all_done_has_its_own_exit_code(tmp_path):
    (tmp_path / "roster.yaml").write_text(
        "agents:\n- {address: h/a, skills: {x: 3, y: 3}, handler: echo, capacity: {staff: 10}}\n"
    )
    (tmp_path / "tasks.yaml").write_text(
        "tasks:\n- {id: t, kind: x}\n- {id: u, kind: x}\n- {id: v, kind: y, level: 5}\n"
    )
    code, said = qam_json("run", tmp_path, "--out", tmp_path / "out", "--engine", "local")
    assert code == said["exit_code"] == 1
    assert {k: said["totals"][k] for k in ("done", "expired", "rejected")} == {"done": 1, "expired": 1, "rejected": 1}


@pytest.fixture
def small(tmp_path):
    """A folder of input with two tasks, and the command that runs it in place."""
    (tmp_path / "roster.yaml").write_text("agents:\n- {address: h/a, skills: {x: 3}, handler: echo}\n")
    (tmp_path / "tasks.yaml").write_text("tasks:\n- {id: t, kind: x}\n- {id: u, kind: x}\n")
    return tmp_path, ("run", tmp_path, "--engine", "local", "--out")


def test_a_report_elsewhere_or_in_place_leaves_every_ledger_alone(small, tmp_path):
    _, command = small
    for name in ("a", "b"):
        assert qam(*command, tmp_path / name).returncode == 0
    kept = [(tmp_path / "b" / name).read_bytes() for name in ("ledger.sqlite", "bundle.json")]
    assert qam("report", tmp_path / "a", "--out", tmp_path / "b").returncode == 0
    assert qam("report", tmp_path / "b", "--out", tmp_path / "b").returncode == 0
    assert [(tmp_path / "b" / name).read_bytes() for name in ("ledger.sqlite", "bundle.json")] == kept


def test_the_files_of_runs_and_reports_inside_the_input_are_not_input(small, tmp_path):
    folder, command = small
    for out in (folder / "out", folder):
        assert qam(*command, out).returncode == 0
        assert qam("run", "--resume", out, "--engine", "local").returncode == 0
    assert qam("report", folder, "--out", folder / "report").returncode == 0
    code, said = qam_json(*command, tmp_path / "again", "--as-of", "2026-01-01")
    assert (code, said["totals"]["done"]) == (0, 2)
    assert said["input"]["sources"] == ["tasks.yaml"]


def test_a_ledger_of_any_name_is_carried_on_with(small, tmp_path):
    _, command = small
    assert qam(*command, tmp_path / "out").returncode == 0
    lonely = tmp_path / "lone" / "lonely.sqlite"
    lonely.parent.mkdir()
    (tmp_path / "out" / "ledger.sqlite").rename(lonely)
    code, said = qam_json("run", "--resume", lonely, "--engine", "local")
    assert (code, said["totals"]["done"], said["files"]["ledger.sqlite"]) == (0, 2, str(lonely))
    assert not lonely.with_name("ledger.sqlite").exists()
    assert qam("report", lonely).returncode == 0


def test_a_ledger_that_the_python_api_made_is_reported_and_not_resumed(tmp_path):
    from agents.agent_spec import AgentSpec
    from agents.task import Task
    from orchestration.launch import launch
    from orchestration.options import SwarmOptions

    ledger = tmp_path / "mine.sqlite"
    spec = AgentSpec(address="h/a", skills={"x": 3}, handler="echo")
    with launch([spec], ledger=ledger, engine="local", options=SwarmOptions(live=False)) as swarm:
        swarm.submit([Task(id="t", kind="x")])
        swarm.finish()
        swarm.wait()
    code, said = qam_json("report", ledger)
    assert (code, said["totals"]["done"]) == (0, 1)
    assert "h/a" in (tmp_path / "report.html").read_text()
    code, said = qam_json("run", "--resume", ledger, "--engine", "local")
    assert code == 3
    assert "was written by `qam.launch`" in said["error"]["message"]
    assert "--overwrite" not in said["error"]["message"]
