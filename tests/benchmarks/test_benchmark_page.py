"""The page of benchmarks is what the results say."""

from __future__ import annotations

import json
import re

import page


def test_the_page_is_what_the_committed_results_say():
    assert page.render(page.PAGE.read_text(), page.RESULTS) == page.PAGE.read_text(), "run python benchmarks/page.py"


def test_every_script_that_has_tables_has_its_place_on_the_page():
    named = re.findall(r"<!-- table: (\S+) -->", page.PAGE.read_text())
    scripts = page.PAGE.parents[1].glob("benchmarks/*.py")
    having = {path.stem for path in scripts if re.search(r"^def tables?\(", path.read_text(), re.MULTILINE)}
    assert having <= set(named)
    assert {path.stem for path in page.RESULTS.glob("*.json")} <= set(named)


def test_only_what_stands_between_the_marks_is_written_anew(tmp_path):
    before = "# A\n\n<!-- table: qubo -->\nold\n<!-- end: qubo -->\n\ntext\n"
    row = {"set": "bqp50", "instance": "bqp50-1", "solver": "anneal", "seconds": 1.0, "best": -2098.0}
    row |= {"seeds": [0], "values": [-2098.0], "bound": None, "seconds_used": 1.0}
    (tmp_path / "qubo.json").write_text(json.dumps({"commits": ["abc"], "settings": {"seeds": 1}, "rows": [row]}))
    after = page.render(before, tmp_path)
    assert after.startswith("# A\n\n<!-- table: qubo -->\n\n| set")
    assert "bqp50" in after
    assert "at abc; seeds 1" in after
    assert after.endswith("<!-- end: qubo -->\n\ntext\n")
    assert page.render(after, tmp_path) == after
