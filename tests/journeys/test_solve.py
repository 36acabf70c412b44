"""`qam solve` and `qam verify` as a user calls them."""

from __future__ import annotations

import json
import signal
import subprocess
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from simulations.instances import InstanceFamily, draw_instance
from tests.journeys.commands import QAM, qam, qam_json

KEYS = {"instance", "solver", "seed", "seconds", "objective", "bound", "gap", "feasible", "unassigned",
        "moves_per_second", "trace"}  # fmt: skip
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
    (tmp_path / "full").write_text("1 2\n1 1\n5 5\n7\n")
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
        (("full", "--assignment", "absent/plan"), "a folder that is there"),
        (("full", "--seconds", "0"), "above 0"),
    ],
)
def test_what_is_wrong_is_said_before_any_search(tmp_path, args, message):
    (tmp_path / "full").write_text("1 2\n1 1\n5 5\n7\n")
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
