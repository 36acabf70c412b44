"""What users get wrong, and what they are told: what, where and what to do."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from commands import QAM, qam, qam_json

from orchestration.ledger import SqliteLedger

TASKS = "tasks:\n- {id: t, kind: triage, subject: Patient/p1}\n"
ROSTER = "agents:\n- {address: h/a, skills: {triage: 3}, handler: echo}\n"
PATIENT = {"resourceType": "Patient", "id": "p1", "name": [{"family": "Quackenbush"}], "birthDate": "1950-02-03"}


def bundle(*resources, **more):
    return json.dumps(
        {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources], **more}
    )


CASES = {
    "truncated JSON": ("b.json", bundle(PATIENT)[:-9], None, 2, ["b.json", "is cut off at line 1, column 1"]),
    "FHIR R5 by an element": (
        "b.json",
        bundle(PATIENT, {"resourceType": "Encounter", "id": "e", "status": "in-progress", "actualPeriod": {}}),
        None,
        2,
        ["b.json", "R5", "R4"],
    ),
    "FHIR STU3 by its profile": (
        "b.json",
        bundle({**PATIENT, "meta": {"profile": ["http://hl7.org/fhir/3.0/StructureDefinition/Patient"]}}),
        None,
        2,
        ["b.json", "R4"],
    ),
    "an unknown skill in the roster": (
        "t.yaml",
        TASKS,
        "agents:\n- {address: h/a, skills: {triaage: 3}}\n",
        2,
        ["line 2, $.agents[0].skills.triaage", "unknown skill 'triaage'; did you mean 'triage'?"],
    ),
    "an unknown skill in a task": (
        "t.yaml",
        TASKS.replace("triage", "triagee"),
        ROSTER,
        2,
        ["task 't', kind", "unknown skill 'triagee'; did you mean 'triage'?"],
    ),
    "capacity zero everywhere": (
        "t.yaml",
        TASKS,
        ROSTER.replace("handler", "capacity: {staff: 0}, handler"),
        2,
        ["every agent has capacity zero, so nothing can be planned", "capacity: {staff: 480}"],
    ),
    "tasks that wait for each other": (
        "t.yaml",
        "tasks:\n- {id: a, kind: triage, after: [b]}\n- {id: b, kind: triage, after: [a]}\n",
        ROSTER,
        2,
        ["line 2, $.tasks[0].after", "in a circle: a after b after a"],
    ),
    "two tasks of one id": (
        "t.yaml",
        TASKS + "- {id: t, kind: triage}\n",
        ROSTER,
        2,
        ["line 3, $.tasks[1].id", "duplicate id 't'"],
    ),
    "two agents at one address": (
        "t.yaml",
        TASKS,
        ROSTER + "- {address: h/a, skills: {triage: 3}}\n",
        2,
        ["line 3, $.agents[1].address", "two agents at one address, 'h/a'"],
    ),
    "a day that does not exist": (
        "t.yaml",
        "tasks:\n- {id: t, kind: triage, due: 2026-02-30}\n",
        ROSTER,
        2,
        ["t.yaml, line 2, column 30", "does not exist"],
    ),
    "a control character": ("t.yaml", TASKS + "# \x07\n", ROSTER, 2, ["t.yaml, line 3, column 3", "U+0007"]),
    "lists in lists in lists": ("t.yaml", "tasks: " + "[" * 100_000, ROSTER, 2, ["t.yaml", "nested too deeply"]),
    "dashes after dashes": ("t.yaml", "tasks:\n" + "- " * 30_000, ROSTER, 2, ["t.yaml", "nested too deeply"]),
    "an empty file": ("b.json", "", None, 2, ["b.json", "empty"]),
    "an empty Bundle": ("b.json", bundle(), None, 2, ["b.json"]),
    "a patient without anything to do": (
        "b.json",
        bundle({**PATIENT, "deceasedBoolean": True}),
        None,
        2,
        ["there is no work in the input"],
    ),
    "no such file": (None, "", None, 2, ["absent.json"]),
    "a page instead of data": ("b.json", "<html></html>", None, 2, ["b.json"]),
}


@pytest.mark.parametrize("name", CASES)
def test_bad_input_is_refused_with_what_where_and_what_to_do(name, tmp_path):
    file, text, roster, expected, said = CASES[name]
    source = tmp_path / (file or "absent.json")
    if file:
        source.write_text(text)
    more = []
    if roster:
        (tmp_path / "roster.yaml").write_text(roster)
        more = ["--roster", tmp_path / "roster.yaml"]
    code, told = qam_json("run", source, "--out", tmp_path / "out", "--engine", "local", *more)
    assert (code, told["ok"], told["exit_code"]) == (expected, False, expected)
    for part in said:
        assert part in told["error"]["message"]
    assert "Quackenbush" not in json.dumps(told)
    assert not (tmp_path / "out").exists(), "nothing is left behind"


def test_an_empty_folder_is_named(tmp_path):
    code, told = qam_json("run", tmp_path, "--out", tmp_path / "out", "--engine", "local")
    assert code == 2
    assert "the folder holds nothing to read" in told["error"]["message"]


def test_an_output_folder_that_cannot_be_written_is_named_before_any_work(tmp_path, example):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    code, told = qam_json("run", example, "--out", blocked / "out", "--engine", "local")
    assert code == 3
    assert "cannot be written to" in told["error"]["message"]
    assert "--out" in told["error"]["hint"]


@pytest.mark.skipif(
    os.geteuid() == 0 and not Path("/usr/bin/setpriv").exists(),
    reason="root may write anywhere: install util-linux (setpriv)",
)
def test_a_read_only_output_folder_is_named_before_any_work(tmp_path, example):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    command = [sys.executable, "-c", (
        "import sys; from pathlib import Path\n"
        "from orchestration.job.folder import RunFolder; from orchestration.errors import OutputError\n"
        "try: RunFolder(Path(sys.argv[1])).prepare(overwrite=False)\n"
        "except OutputError as e: print(e)"
    ), str(locked)]  # fmt: skip
    if os.geteuid() == 0:  # root writes through any mode: drop the right to
        command = ["/usr/bin/setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override", *command]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert f"the folder {locked} cannot be written to (Permission denied). Choose another with --out" in ran.stdout


def test_an_earlier_run_is_not_written_over_unless_asked(tmp_path):
    (tmp_path / "t.yaml").write_text("tasks:\n- {id: t, kind: x}\n")
    (tmp_path / "r.yaml").write_text("agents:\n- {address: h/a, skills: {x: 3}, handler: echo}\n")
    args = ("run", tmp_path / "t.yaml", "--roster", tmp_path / "r.yaml", "--out", tmp_path / "out", "--engine", "local")
    assert qam_json(*args)[0] == 0
    code, told = qam_json(*args)
    assert code == 3
    assert "holds an earlier run" in told["error"]["message"]
    assert qam_json(*args, "--overwrite")[0] == 0


def test_wrong_usage_under_json_is_one_object_too(tmp_path):
    for args in (
        ("run",),
        ("run", "--nonsense"),
        ("plan",),
        ("run", tmp_path, "--as-of", "soon"),
        ("run", tmp_path, "--engine", "steam"),
        ("run", tmp_path, "--seconds", "0"),
        ("plan", tmp_path, "--seconds", "nan"),
        ("run", tmp_path, "--seconds", "inf"),
        ("run", "--resume", tmp_path, "--solver", "greedy"),
        ("run", "--resume", tmp_path, "--seed", "0"),
        ("run", "--resume", tmp_path, "--roster", "r.yaml"),
        ("run", "--resume", tmp_path, "--overwrite"),
    ):
        code, told = qam_json(*args)
        assert (code, told["exit_code"]) == (2, 2)
        assert told["error"]["message"]


def test_a_solver_that_is_not_there_is_named(tmp_path, example):
    code, told = qam_json("plan", example, "--solver", "oracle")
    assert code == 2
    assert "oracle" in told["error"]["message"]
    assert "greedy" in told["error"]["message"]


def test_a_solver_or_a_handler_that_is_not_there_leaves_the_folder_alone(tmp_path, example):
    for more in (("--solver", "oracle"), ("--handler", "x=absent:h")):
        code, told = qam_json("run", example, "--out", tmp_path / "out", "--engine", "local", *more)
        assert (code, told["exit_code"]) == (2, 2)
        assert not (tmp_path / "out").exists()


def test_a_file_of_that_name_that_no_run_wrote_is_not_written_over(tmp_path):
    (tmp_path / "t.yaml").write_text(TASKS.replace("triage", "x"))
    (tmp_path / "r.yaml").write_text(ROSTER.replace("triage", "x"))
    (tmp_path / "out").mkdir()
    mine = tmp_path / "out" / "bundle.json"
    mine.write_text("my own")
    args = ("run", tmp_path / "t.yaml", "--roster", tmp_path / "r.yaml", "--engine", "local", "--out", mine.parent)
    for more in ((), ("--overwrite",)):
        code, told = qam_json(*args, *more)
        assert (code, "bundle.json" in told["error"]["message"]) == (3, True)
    assert [p.name for p in mine.parent.iterdir()] == ["bundle.json"]
    assert mine.read_text() == "my own"


def test_an_error_that_nobody_foresaw_shows_its_place_and_never_its_text(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "from orchestration.job import inputs\n"
        "def boom(*args, **more): raise KeyError('Quackenbush')\n"
        "inputs.load_inputs = boom\n"
        "import agents.default_roster\n"
        "agents.default_roster.default_roster = boom\n"
    )
    env = {"PYTHONPATH": str(tmp_path)}
    for args in (("plan", tmp_path), ("agents",)):
        ran = qam(*args, "--json", env=env)
        told = json.loads(ran.stdout)
        assert (ran.returncode, told["exit_code"], told["ok"]) == (70, 70, False)
        assert "an unexpected KeyError at " in told["error"]["message"]
        assert ".py:" in told["error"]["message"]
        assert "Quackenbush" not in ran.stdout + ran.stderr
        assert "Traceback" not in ran.stderr
    ran = qam("agents", env={**env, "QAM_DEBUG": "1"})
    assert (ran.returncode, ran.stdout) == (70, "")
    assert "KeyError: 'Quackenbush'" in ran.stderr


@pytest.mark.parametrize("about", [{"as_of": "soon"}, {"spec": {"inputs": 3}, "digest": "", "roster": 1}, []])
def test_a_damaged_description_of_the_job_is_named(tmp_path, about):
    with SqliteLedger(tmp_path / "ledger.sqlite") as ledger:
        ledger.set_meta("job", about)
    for command in (("run", "--engine", "local", "--resume"), ("report",)):
        code, told = qam_json(*command, tmp_path)
        assert (code, "is damaged" in told["error"]["message"]) == (3, True)


@pytest.mark.skipif(
    os.geteuid() == 0 and not Path("/usr/bin/setpriv").exists(),
    reason="root may write anywhere: install util-linux (setpriv)",
)
def test_a_finished_run_in_a_folder_that_may_not_be_written_is_reported_elsewhere(tmp_path):
    (tmp_path / "t.yaml").write_text(TASKS.replace("triage", "x"))
    (tmp_path / "r.yaml").write_text(ROSTER.replace("triage", "x"))
    out = tmp_path / "out"
    args = ("run", tmp_path / "t.yaml", "--roster", tmp_path / "r.yaml", "--engine", "local", "--out", out)
    assert qam(*args).returncode == 0
    out.chmod(0o555)
    drop = ["/usr/bin/setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"]
    for where, expected in ((tmp_path / "r", 0), (out, 3)):
        command = [*(drop if os.geteuid() == 0 else []), QAM, "report", str(out), "--out", str(where)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert ran.returncode == expected, ran.stderr
    assert "cannot be written to" in ran.stderr
    assert json.loads((tmp_path / "r" / "report.json").read_text())["totals"]["done"] == 1


def test_a_record_that_cannot_be_used_is_skipped_only_when_allowed_and_reported(tmp_path):
    bad = {
        "resourceType": "Observation",
        "id": "o",
        "status": "final",
        "code": {},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "yesterday",
    }
    (tmp_path / "b.json").write_text(bundle(PATIENT, bad))
    code, told = qam_json(
        "run", tmp_path / "b.json", "--out", tmp_path / "out", "--engine", "local", "--as-of", "2024-01-01"
    )
    assert code == 2
    assert "$.entry[1].resource" in told["error"]["message"]
    code, told = qam_json(
        "run",
        tmp_path / "b.json",
        "--out",
        tmp_path / "out",
        "--engine",
        "local",
        "--as-of",
        "2024-01-01",
        "--skip-unusable",
    )
    assert code == 0
    (skipped,) = told["input"]["skipped"]
    assert "$.entry[1].resource" in skipped["where"]
    assert "$.entry[1].resource" in (tmp_path / "out" / "report.html").read_text()


def test_a_port_that_something_else_has_taken_is_named(tmp_path, example):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        code, told = qam_json("run", example, "--out", tmp_path / "out", "--ray-address", address)
    assert code == 3
    assert "is taken by something that is not Ray" in told["error"]["message"]
    assert "leave it out to start a local one" in told["error"]["message"]


@pytest.mark.ray
@pytest.mark.usefixtures("ray_runs")
def test_a_ray_that_runs_already_is_left_alone(tmp_path):
    import ray

    (tmp_path / "t.yaml").write_text("tasks:\n- {id: t, kind: x}\n")
    (tmp_path / "r.yaml").write_text("agents:\n- {address: h/a, skills: {x: 3}, handler: echo}\n")
    code, told = qam_json("run", tmp_path / "t.yaml", "--roster", tmp_path / "r.yaml", "--out", tmp_path / "out")
    assert (code, told["totals"]["done"]) == (0, 1)
    assert ray.get(ray.put("still here")) == "still here"


def test_a_report_of_nothing_and_a_resume_of_nothing_are_named(tmp_path):
    code, told = qam_json("report", tmp_path)
    assert (code, "there is no ledger" in told["error"]["message"]) == (3, True)
    code, told = qam_json("run", "--resume", tmp_path / "ledger.sqlite")
    assert (code, "there is no ledger" in told["error"]["message"]) == (3, True)


def test_errors_for_people_go_to_standard_error_in_one_line(tmp_path):
    ran = qam("run", tmp_path / "absent.json")
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert ran.stderr.splitlines()[-1].startswith("qam: ")
    assert "Traceback" not in ran.stderr
