"""Every script runs in its smallest form, and what it writes is what it measured."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("qam_data")]


def test_gap_over_time_traces_every_solver_and_a_second_run_measures_nothing(script, tmp_path):
    given = ["--seconds", "1", "--instances", "100x1000_pairs0_local0", "--solvers", "pga", "highs", "cpsat-hint"]
    results, said = script("gap_over_time", *given, "--plot", str(tmp_path / "a.svg"))
    rows = {row["solver"]: row for row in results["rows"]}
    assert set(rows) == {"pga", "highs", "cpsat-hint"}
    for row in rows.values():
        assert row["feasible"] in (True, None)
        values = [value for _, value, _ in row["trace"]]
        assert values == sorted(values, reverse=True)
        assert row["own_bound"] is None or all(value >= row["own_bound"] - 1e-6 for value in values)
    assert rows["pga"]["feasible"]
    assert "our certified bound" in said
    assert (tmp_path / "a.svg").stat().st_size > 1000
    again, _ = script("gap_over_time", *given)
    assert again["rows"] == results["rows"]


def test_gap_over_time_says_why_a_qubo_is_not_sampled(script):
    given = ["--seconds", "1", "--instances", "1000x10000_pairs0_local0", "--solvers", "neal"]
    results, _ = script("gap_over_time", *given)
    (row,) = results["rows"]
    assert row["trace"] == []
    assert "QUBO too large" in row["note"]


def test_published_instances_hold_every_seed_and_no_value_below_the_bound(script, tmp_path):
    given = ["--quick", "--seeds", "2", "--sets", "GAP D", "CTAP", "bqp50", "--peers", "highs", "--jobs", "1"]
    results, said = script("instances", *given, "--plot", str(tmp_path / "a.svg"))
    assert {"GAP D", "CTAP", "bqp50"} == {row["set"] for row in results["rows"]}
    for row in results["rows"]:
        assert len(row["values"]) == len(row["seeds"]) == (1 if row["solver"] == "highs" else 2)
        found = [value for value in row["values"] if value is not None]
        assert row["bound"] is None or all(value >= row["bound"] - 1e-6 * abs(value) for value in found)
    assert "HiGHS" in said


def test_qubo_solvers_stand_side_by_side(script, tmp_path):
    results, said = script("qubo", "--quick", "--jobs", "1", "--plot", str(tmp_path / "a.svg"))
    assert {row["solver"] for row in results["rows"]} == {"anneal", "neal", "tabu", "steepest", "openjij"}
    assert "ours (anneal)" in said


def test_goals_reads_what_other_scripts_measured(script, tmp_path):
    runs = [{"instance": "1000x10000_pairs0_local0", "solver": name, "seconds": 60.0, "trace": [[1.0, value, None]]}
            for name, value in (("pga", 434_000.0), ("highs", 868_000.0))]  # fmt: skip
    import json

    (tmp_path / "gap_over_time.json").write_text(json.dumps({"rows": runs}))
    results, said = script("goals", "--quick", "--seconds", "0.02", "--results", str(tmp_path))
    found = {row["name"]: row for row in results["rows"]}
    assert found["vs-highs"]["measured"] == 0.5
    assert {"plain-1s", "pairs-10s", "yagiura-d", "cordeau", "bound-speed"} <= set(found)
    assert "time limits times 0.02" in found["plain-1s"]["detail"]
    assert "reached" in said


def test_an_ablation_leaves_one_part_out_and_proves_what_it_finds(script):
    results, said = script("ablation", "--quick", "--sweeps", "20")
    rows = results["rows"]
    assert all(row["verified"] for row in rows)
    by_variant = {(row["variant"], row["pairs"]): row for row in rows}
    variants = {row["variant"] for row in rows}
    assert len(by_variant) == 2 * len(variants) == 16
    for pairs in (0.0, 1.0):
        whole = by_variant["as it is", pairs]
        assert by_variant["no knapsack bound", pairs]["bound"] < whole["bound"]
        for part in ("no prices in the search", "gain 1 throughout", "no ejection chains", "4 candidates"):
            assert by_variant[part, pairs]["objective"] != whole["objective"], part
    assert "no ejection chains" in said
