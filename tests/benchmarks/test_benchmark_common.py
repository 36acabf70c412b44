"""What the benchmark scripts share: journal, progress, tables, gaps, pictures, child processes, penalty form."""

from __future__ import annotations

import io
import json
import math
import xml.etree.ElementTree as ET

import pytest
from common import Journal, Progress, gap_text, markdown, percent
from common.children import listen
from common.figure import GRID, INK, PAPER, canvas, legend, save_svg, steps, style, thin
from common.findings import findings, instance_runs
from common.gaps import below_list, gaps_of, gather, summarise
from common.results import load_results
from common.targets import TARGETS, Finding, goals_table
from common.workers import side_by_side


def key(seed: int) -> dict[str, object]:
    return {"instance": "a", "seed": seed}


def test_a_run_that_was_cut_keeps_its_rows_and_drops_the_half_written_one(tmp_path):
    out = tmp_path / "r.json"
    journal = Journal("b", out, {})
    journal.add(key(1), {"value": 1.5})
    journal.add(key(2), {"value": 2.5})
    assert journal.lines is not None
    with journal.lines.open("a") as file:
        file.write('{"key": {"instance": "a", "se')
    again = Journal("b", out, {})
    assert again.get(key(1))["value"] == 1.5
    assert again.get(key(3)) is None
    again.add(key(3), {"value": math.inf})
    assert [row["seed"] for row in again.save()["rows"]] == [1, 3]
    assert load_results(out)["rows"][1] == {"instance": "a", "seed": 3, "value": None}
    assert Journal("b", out, {}).get(key(2)) is not None


def test_a_fresh_run_measures_anew(tmp_path):
    out = tmp_path / "r.json"
    Journal("b", out, {}).add(key(1), {"value": 1})
    assert Journal("b", out, {}, fresh=True).get(key(1)) is None


def test_rows_of_other_settings_are_not_part_of_the_results(tmp_path):
    journal = Journal("b", tmp_path / "r.json", {})
    journal.add({"seconds": 1}, {"value": 1})
    later = Journal("b", tmp_path / "r.json", {})
    assert later.get({"seconds": 5}) is None
    assert later.rows() == []


def test_results_are_one_row_a_line(tmp_path):
    out = tmp_path / "r.json"
    journal = Journal("b", out, {"seconds": 1.0})
    for seed in range(5):
        journal.add(key(seed), {"value": seed})
    journal.save()
    told = json.loads(out.read_text())
    assert told["settings"] == {"seconds": 1.0}
    assert sum('"seed"' in line for line in out.read_text().splitlines()) == len(told["rows"]) == 5


def test_progress_tells_the_share_of_the_work_that_is_done():
    out = io.StringIO()
    progress = Progress(10.0, out)
    progress.step(2.5, "first")
    progress.step(7.5, "last")
    lines = out.getvalue().splitlines()
    assert lines[0].startswith(" 25.0 %")
    assert lines[1].startswith("100.0 %")
    assert "0:00 left" in lines[1]


def test_tables_are_as_wide_as_their_widest_cell_and_keep_words_to_the_left():
    lines = markdown(["set", "gap", "note"], [["a", "1", "x"], ["bcdef", "12.5", "yz"]], (0, -1)).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[1] == "| ----- | ---: | ---- |"
    assert lines[2] == "| a     |    1 | x    |"


def test_gaps_are_of_the_bound_and_zero_has_no_sign():
    assert gap_text(101.0, 100.0) == "1.000 %"
    assert gap_text(-99.0, -100.0) == "1.000 %"
    assert gap_text(None, 1.0) == "–"
    assert percent(-1e-9) == "0.000 %"
    assert percent(-0.0009, 2) == "-0.09 %"


def run(name: str, seed: int, value: float | None, best: float | None, bound: float | None = None):
    row = {"set": "S", "instance": name, "solver": "auto", "seconds": 1.0, "seed": seed, "value": value, "best": best}
    return {**row, "bound": bound, "seconds_used": 1.0}


def test_a_set_is_summed_up_by_medians_over_seeds_and_the_worst_run():
    runs = [run("a", s, v, 100.0) for s, v in enumerate([100.0, 101.0, 104.0])]
    runs += [run("b", s, v, 200.0) for s, v in enumerate([200.0, 200.0, 202.0])]
    (line,) = summarise(gather(runs))
    assert line["instances"] == 2
    assert line["mean_of_medians"] == pytest.approx((0.01 + 0.0) / 2)
    assert line["worst"] == pytest.approx(0.04)
    assert line["runs_reached"] == pytest.approx(3 / 6)
    assert line["instances_reached"] == 2


def test_without_a_listed_value_the_gap_is_to_the_bound_and_a_run_without_a_plan_is_infinite():
    (row,) = gather([run("a", 0, 11.0, None, 9.0), run("a", 1, None, None, 10.0)])
    assert gaps_of(row) == [pytest.approx(0.1), math.inf]
    assert summarise([row])[0]["reference"] == "our bound"
    assert summarise([row])[0]["solved"] == 0


def test_values_below_the_list_are_told_with_the_listed_value():
    rows = gather([run("bqp500-2", 0, -128339.0, -128223.0), run("x", 0, -5.0, -5.0)])
    assert below_list(rows) == ["bqp500-2 (listed -128,223): -128,339"]


def test_a_goal_is_reached_or_says_how_far_it_is():
    by_name = {target.name: target for target in TARGETS}
    assert len(by_name) == len(TARGETS)
    assert by_name["plain-10s"].verdict(0.44) == "reached"
    assert by_name["plain-10s"].verdict(0.54) == "1.20 times the goal, within the floor 0.600 %"
    assert by_name["pairs-10s"].verdict(1.4) == "1.40 times the goal"
    assert by_name["qaoa-speed"].verdict(120.0) == "reached"
    assert by_name["qaoa-speed"].verdict(50.0) == "2.00 times the goal"
    assert by_name["cordeau"].verdict(97.0).startswith("short by 3")
    table = goals_table({"plain-1s": Finding(0.5, "three seeds")})
    assert "three seeds" in table
    assert table.count("not measured") == len(TARGETS) - 1


def test_pictures_follow_the_readers_scheme_and_say_what_they_show(tmp_path):
    figure, axes = canvas()
    axes[0, 0].plot(*steps([(0.1, 5.0), (1.0, 2.0)], 10.0), label="ours", **style(0))
    axes[0, 0].set(xlabel="seconds", ylabel="gap (%)")
    legend(axes[0, 0])
    save_svg(figure, tmp_path / "a.svg", "Gap over time", "It falls.")
    text = (tmp_path / "a.svg").read_text()
    body = text[text.index("</style>") :].lower()
    assert "prefers-color-scheme: dark" in text
    assert not any(colour in body for colour in (INK, PAPER, GRID))
    assert {"seconds", "gap (%)", "ours", "It falls."} <= {
        (node.text or "").strip() for node in ET.fromstring(text).iter()
    }


def test_the_same_picture_is_the_same_file(tmp_path):
    for name in ("a.svg", "b.svg"):
        figure, axes = canvas()
        axes[0, 0].plot([1, 2], [3, 4], **style(1))
        save_svg(figure, tmp_path / name, "t", "d")
    assert (tmp_path / "a.svg").read_text() == (tmp_path / "b.svg").read_text()


def test_a_thinned_curve_keeps_its_ends():
    found = thin(list(range(1000)), 60)
    assert len(found) == 60
    assert (found[0], found[-1]) == (0, 999)
    assert thin([1, 2], 60) == [1, 2]


def test_a_child_that_does_not_end_is_killed_and_what_it_said_is_kept():
    statement = 'print(\'{"event": "plan"}\', flush=True)\nwhile True: pass'
    events, end = listen("timeit", ["-n", "1", "-r", "1", statement], 1.0)
    assert events == [{"event": "plan"}]
    assert end.startswith("killed after")


def test_a_child_that_fails_says_why_and_tells_no_folder_of_the_machine():
    events, end = listen("timeit", ["-n", "1", "raise ValueError('in /some/folder/of/mine/file.py')"], 60.0)
    assert events == []
    assert end == "ended with 1: ValueError: in file.py"


def halved(number: int) -> dict[str, int]:
    if number % 2:
        raise ValueError(number)
    return {"half": number // 2}


def test_a_run_that_fails_is_told_and_does_not_end_the_others(capsys):
    found = dict(side_by_side(halved, [(1,), (2,), (4,)], 1, warm=False))
    assert found == {(2,): {"half": 1}, (4,): {"half": 2}}
    assert "failed, run again: (1,)" in capsys.readouterr().err


def test_goals_are_found_in_the_results_of_the_other_scripts(tmp_path):
    engine = [{"part": "engine", "qubits": qubits, "ours": 0.004, "qiskit": 1.2} for qubits in (9, 16)]
    sizes = [{"part": "size", "tasks": t, "agents": 4, "layers": 16, "seconds": s} for t, s in ((8, 9.0), (10, 0.3))]
    (tmp_path / "qaoa.json").write_text(json.dumps({"rows": engine + sizes}))
    traces = [
        {"solver": "pga", "trace": [[1.0, 9.0, None]]},
        {"solver": "highs", "trace": [[59.0, 18.0, None], [90.0, 9.0, None]]},
    ]
    rows = [{"instance": "1000x10000_pairs0_local0", "seconds": 60.0, **row} for row in traces]
    (tmp_path / "gap_over_time.json").write_text(json.dumps({"rows": rows}))
    found = findings(tmp_path)
    assert {name: finding.measured for name, finding in found.items()} == {
        "qaoa-speed": pytest.approx(300.0), "qaoa-40": 0.3, "vs-highs": 0.5,
    }  # fmt: skip


def test_runs_of_the_published_instances_are_not_measured_twice(tmp_path):
    row = {"instance": "d401600", "solver": "auto", "seconds": 10.0, "seeds": [0, 1], "values": [97200.0, None]}
    (tmp_path / "instances.json").write_text(json.dumps({"rows": [row, {**row, "solver": "highs"}]}))
    assert instance_runs(tmp_path) == {("d401600", 10.0, 0): 97200.0, ("d401600", 10.0, 1): None}
