"""`qam solve` and `qam verify` as a user calls them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from scheduler import format_names, qubo_solver_names, solver_names
from simulations.instances import InstanceFamily, draw_instance
from tests.journeys.commands import QAM, qam, qam_json

KEYS = {"instance", "solver", "seed", "seconds", "objective", "bound", "gap", "feasible", "unassigned",
        "moves_per_second", "trace"}  # fmt: skip
FULL = "1 2\n1 1\n5 5\n7\n"
SMALL = "2 3\n4 1 5\n2 3 6\n1 1 1\n1 1 1\n2 1\n"
TIGHT = "2 3\n1 1 1\n1 1 1\n6 6 6\n6 6 6\n10 10\n"
TRIANGLE = "3 3\n1 2 1\n1 3 1\n2 3 1\n"


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    path = tmp_path_factory.mktemp("solve") / "ward.npz"
    draw_instance(InstanceFamily(tasks=400, agents=30, eligible=10), 2).save(path)
    return path


def test_a_solve_writes_plan_certificate_and_picture_which_verify_holds_and_tampering_breaks(instance, tmp_path):
    plan, proof, picture = tmp_path / "plan", tmp_path / "proof", tmp_path / "plot.svg"
    code, told = qam_json(
        "solve", instance, "--seconds", 1, "--seed", 3, "--assignment", plan, "--certificate", proof, "--plot", picture
    )
    assert code == 0
    assert set(told) >= KEYS
    assert (told["instance"], told["seed"], told["feasible"]) == ("ward.npz", 3, True)
    assert told["gap"] == pytest.approx((told["objective"] - told["bound"]) / abs(told["bound"]))
    assert 0.5 < told["seconds"] < 2.5
    assert told["moves_per_second"] > 1000
    assert all(len(entry) == 3 for entry in told["trace"])
    assert told["trace"][-1][1] == told["objective"]
    assert told["unassigned"] == plan.read_text().split().count("-1")

    code, found = qam_json("verify", instance, plan, proof)
    assert (code, found["holds"], found["findings"]) == (0, True, [])
    assert found["objective"] == pytest.approx(told["objective"])
    assert found["bound"] == pytest.approx(told["bound"])
    assert found["gap"] == pytest.approx(told["gap"])

    root = ET.parse(picture).getroot()
    assert root.tag.endswith("svg")
    assert [child.tag.rpartition("}")[2] for child in root][:2] == ["title", "desc"]
    assert "prefers-color-scheme: dark" in picture.read_text()

    agents = plan.read_text().split()
    agents[agents.index(next(a for a in agents if a != "-1"))] = "-1"
    (tmp_path / "other").write_text(" ".join(agents))
    code, found = qam_json("verify", instance, tmp_path / "other", proof)
    assert (code, found["holds"]) == (1, False)
    assert "written for a plan of" in found["findings"][0]

    with np.load(proof) as file:
        arrays = dict(file)
    np.savez(tmp_path / "forged.npz", **(arrays | {"bound": np.float64(told["objective"])}))
    ran = qam("verify", instance, plan, tmp_path / "forged.npz")
    assert ran.returncode == 1
    assert "claims the bound" in ran.stdout


def test_the_same_seed_and_sweeps_give_the_same_plan_and_progress_goes_to_standard_error(instance, tmp_path):
    for name in ("a", "b"):
        ran = qam("solve", instance, "--sweeps", 50, "--assignment", tmp_path / name)
        assert ran.returncode == 0
        assert "objective" in ran.stderr
        assert "bound" in ran.stderr
        assert "gap" in ran.stderr
        assert "lower bound" in ran.stdout
    assert (tmp_path / "a").read_text() == (tmp_path / "b").read_text()


def test_a_gap_ends_a_solve_early(instance):
    code, told = qam_json("solve", instance, "--seconds", 60, "--gap", 0.2)
    assert code == 0
    assert told["gap"] <= 0.2
    assert told["seconds"] < 30


def test_a_task_that_must_be_placed_and_is_not_ends_with_4(tmp_path):
    (tmp_path / "full").write_text(FULL)
    code, told = qam_json("solve", tmp_path / "full", "--seconds", 1, "--assignment", tmp_path / "plan")
    assert (code, told["ok"], told["feasible"]) == (4, False, False)
    assert (told["unassigned"], told["objective"], told["gap"]) == (1, None, None)
    code, found = qam_json("verify", tmp_path / "full", tmp_path / "plan")
    assert (code, found["feasible"]) == (1, False)
    assert "must be" in found["findings"][0]


def test_a_bound_by_branch_and_bound_says_that_its_certificate_proves_less(tmp_path):
    rng = np.random.default_rng(3)
    cost, demand = rng.integers(5, 30, (2, 3, 12))
    rows = [*cost.tolist(), *demand.tolist(), [int(demand.mean() * 5)] * 3]
    (tmp_path / "small").write_text("3 12\n" + "\n".join(" ".join(map(str, row)) for row in rows))
    args = ("solve", tmp_path / "small", "--solver", "exact", "--assignment", tmp_path / "a")
    code, told = qam_json(*args, "--certificate", tmp_path / "c")
    assert (code, told["bound_kind"]) == (0, "exact")
    assert told["certificate"]["bound"] <= told["bound"]
    assert any("there is no certificate" in note for note in told["fallbacks"])
    code, found = qam_json("verify", tmp_path / "small", tmp_path / "a", tmp_path / "c")
    assert code == 0
    assert found["bound"] == pytest.approx(told["certificate"]["bound"])


def test_an_ambiguous_file_is_refused_and_a_cut_is_reported_as_its_negative(tmp_path):
    path = tmp_path / "triangle.mc"
    path.write_text(TRIANGLE)
    code, told = qam_json("solve", path)
    assert (code, told["error"]["type"]) == (2, "AmbiguousFormatError")
    assert "--format beasley or --format gset" in told["error"]["message"]
    code, told = qam_json("solve", path, "--format", "gset", "--sweeps", 20, "--assignment", tmp_path / "x")
    assert (code, told["objective"], told["bound"], told["gap"]) == (0, -2.0, None, None)
    assert set(told) >= KEYS
    code, found = qam_json("verify", path, tmp_path / "x", "--format", "gset")
    assert (code, found["objective"]) == (0, -2.0)
    (tmp_path / "x").write_text("0 1 2")
    assert qam("verify", path, tmp_path / "x", "--format", "gset").returncode == 1
    assert qam("solve", path, "--format", "gset", "--certificate", tmp_path / "c").returncode == 2


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("absent",), "no such file"),
        (("full", "--format", "mps"), "no format is called 'mps'"),
        (("full", "--solver", "oracle"), "oracle"),
        (("full", "--assignment", "absent/plan"), "there is no folder"),
        (("full", "--assignment", "."), "is a directory"),
        (("full", "--plot", "plot.png"), "call it plot.svg"),
        (("full", "--seconds", "0"), "above 0"),
    ],
)
def test_what_is_wrong_is_said_before_any_search(tmp_path, args, message):
    (tmp_path / "full").write_text(FULL)
    code, told = qam_json("solve", *args, cwd=tmp_path)
    assert (code, told["exit_code"], told["ok"]) == (2, 2, False)
    assert message in told["error"]["message"]


def test_an_interrupted_solve_gives_its_best_plan(instance, tmp_path):
    command = [QAM, "solve", str(instance), "--seconds", "100", "--assignment", str(tmp_path / "a"), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        assert "objective" in running.stderr.readline()
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate(timeout=30)
    told = json.loads(out)
    assert (running.returncode, told["exit_code"]) == (130, 130)
    assert told["objective"] > 0
    assert len((tmp_path / "a").read_text().split()) == 400


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_solve_that_is_stopped_twice_ends_in_order_with_one_object(instance, number):
    command = [QAM, "solve", str(instance), "--solver", "exact", "--seconds", "100", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        assert "objective" in running.stderr.readline()
        running.send_signal(number)
        running.send_signal(number)
        out, _ = running.communicate(timeout=30)
    assert (running.returncode, json.loads(out)["exit_code"]) == (130, 130)


STOPPED_WHILE_IMPORTING = """
import os, signal, sys
from qam.cli import main

class Stop:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            os.kill(os.getpid(), signal.{signal})

sys.meta_path.insert(0, Stop())
sys.argv = ["qam", "solve", "absent", "--json"]
main()
"""


@pytest.mark.parametrize("name", ["typer", "qam.cli.output", "numpy", "scheduler.formats.source"])
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_a_command_stopped_during_its_imports_ends_in_order_with_one_object(name, number):
    script = STOPPED_WHILE_IMPORTING.format(name=name, signal=number)
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    told = json.loads(ran.stdout)
    assert (ran.returncode, told["exit_code"], told["error"]["what"]) == (130, 130, "stopped at once")
    assert "Traceback" not in ran.stderr


def test_an_output_that_is_the_input_or_another_output_is_refused_and_nothing_is_touched(tmp_path):
    (tmp_path / "full").write_text(FULL)
    (tmp_path / "link").symlink_to(tmp_path / "full")
    (tmp_path / "dangling.svg").symlink_to(tmp_path / "plan")
    for args in (
        ("full", "--assignment", "full"),
        ("full", "--assignment", "link"),
        ("link", "--certificate", "full"),
        ("full", "--assignment", "plan", "--certificate", "./plan"),
        ("full", "--assignment", "plan", "--plot", "dangling.svg"),
    ):
        code, told = qam_json("solve", *args, cwd=tmp_path)
        assert (code, told["error"]["type"]) == (2, "UsageError")
        assert "give --" in told["error"]["message"]
    assert (tmp_path / "full").read_text() == FULL
    assert not (tmp_path / "plan").exists()


def test_what_cannot_be_written_in_the_end_does_not_lose_the_result(tmp_path):
    (tmp_path / "small").write_text(SMALL)
    args = ("solve", "small", "--assignment", "/dev/full", "--certificate", "proof")
    code, told = qam_json(*args, cwd=tmp_path)
    assert (code, told["exit_code"], told["ok"], told["objective"]) == (3, 3, False, 8.0)
    assert (told["error"]["type"], told["error"]["where"]) == ("UnwritableFileError", "/dev/full")
    assert (tmp_path / "proof").exists(), "the others are written all the same"
    ran = qam(*args, cwd=tmp_path)
    assert ran.returncode == 3
    assert "objective 8 " in ran.stdout
    assert "/dev/full: cannot be written" in ran.stderr


def test_an_infeasible_problem_is_called_so_where_that_is_proven(tmp_path):
    (tmp_path / "full").write_text(FULL)
    code, told = qam_json("solve", tmp_path / "full", "--solver", "exact")
    assert (code, told["proven_infeasible"]) == (4, True)
    ran = qam("solve", tmp_path / "full", "--solver", "exact")
    assert (ran.returncode, "no plan places all that must be" in ran.stdout) == (4, True)
    (tmp_path / "tight").write_text(TIGHT)
    ran = qam("solve", tmp_path / "tight", "--solver", "greedy")
    assert (ran.returncode, "not all is placed that must be" in ran.stdout) == (4, True)


def test_a_solver_or_an_option_of_the_other_kind_of_problem_is_refused_with_those_there_are(tmp_path):
    (tmp_path / "triangle").write_text(TRIANGLE)
    (tmp_path / "small").write_text(SMALL)
    code, told = qam_json("solve", tmp_path / "triangle", "--format", "gset", "--solver", "pga")
    assert code == 2
    assert "pga is a solver of assignment problems" in told["error"]["message"]
    assert all(name in told["error"]["message"] for name in qubo_solver_names())
    code, told = qam_json("solve", tmp_path / "small", "--solver", "tabu")
    assert (code, "tabu is a solver of QUBOs" in told["error"]["message"]) == (2, True)
    code, told = qam_json("solve", tmp_path / "triangle", "--format", "gset", "--gap", 0.1)
    assert (code, "leave --gap out" in told["error"]["message"]) == (2, True)


def test_the_page_of_formats_names_every_solver_and_every_format():
    page = (Path(__file__).parents[2] / "docs" / "formats.md").read_text()
    for name in (*solver_names(), *qubo_solver_names(), *format_names()):
        assert f"`{name}`" in page


def test_an_assignment_of_another_length_has_no_number_of_unassigned_tasks(tmp_path):
    (tmp_path / "small").write_text(SMALL)
    (tmp_path / "plan").write_text("0 1")
    code, found = qam_json("verify", tmp_path / "small", tmp_path / "plan")
    assert (code, found["unassigned"], found["objective"]) == (1, None, None)


def test_every_error_object_says_what_where_and_what_to_do(tmp_path):
    (tmp_path / "small").write_text(SMALL)
    (tmp_path / "short").write_text("2 3\n4 1 5\n")
    for args in (
        ("solve", "absent"),
        ("solve", "short", "--format", "gap"),
        ("solve", "small", "--solver", "oracle"),
        ("solve", "small", "--plot", "x.png"),
        ("verify", "small", "absent"),
        ("run", "absent", "--out", "out"),
        ("plan", "absent"),
        ("agents", "absent"),
        ("report", "absent"),
        ("solve", "--nonsense"),
    ):
        code, told = qam_json(*args, cwd=tmp_path)
        assert code in {2, 3}
        assert set(told["error"]) == {"type", "message", "what", "where", "hint"}, args
        assert told["error"]["what"]
        assert told["error"]["hint"], args


def test_a_first_solve_on_a_machine_says_that_it_compiles_and_a_later_one_does_not():
    script = (
        "from qam.cli.compiling import compiling_told\n"
        "from numba import njit\n"
        "@njit\n"
        "def one(x): return x + 1\n"
        "with compiling_told(patience=0.0):\n"
        "    if {cold}: one(1)\n"
    )
    for cold in (True, False):
        command = [sys.executable, "-c", script.format(cold=cold)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert (ran.returncode, ran.stdout, "compiling, once" in ran.stderr) == (0, "", cold)
