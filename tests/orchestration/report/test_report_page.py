"""The page of a report: complete, self-contained, safe with hostile text, and light for large runs."""

from __future__ import annotations

import copy
import html
import json
import re
import time

import pytest
from report_samples import sample

from orchestration.report import render


@pytest.fixture(scope="module")
def page():
    return render(sample(120, 14))


def embedded(page):
    block = re.search(r'<script type="application/json" id="tasks">(.*?)</script>', page, re.S)
    return json.loads(block[1])


@pytest.mark.parametrize(("tasks", "agents"), [(1, 1), (7, 0), (120, 14), (900, 70)])
def test_every_task_is_in_the_page(tasks, agents):
    report = sample(tasks, agents)
    page = render(report)
    assert {task["id"] for task in embedded(page)} == {task["id"] for task in report["tasks"]}
    assert all(task["id"] in page for task in report["tasks"])


def test_nothing_is_loaded_from_anywhere(page):
    assert not re.findall(r"""(?:src|srcset|href|action|poster)\s*=\s*["']?(?!#)[^"'>\s]""", page)
    assert not re.findall(r"@import|url\(|<link|<iframe|<object|<img|fetch\(|XMLHttpRequest|https?://", page)


def test_the_policy_lets_only_the_inline_style_and_script_in(page):
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)[1]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert policy.count("sha256-") == 2
    assert not re.search(r"<[^>]+ (?:style|on\w+)=", page)


HOSTILE = "</script><script>alert(1)</script><!-- \"'&\u2028"


def hostile(value):
    """`value` with hostile text in place of every text that is not an instant, a state or a severity."""
    if isinstance(value, dict):
        kept = ("state", "severity", "schema")
        return {k: v if k in kept or k.endswith("id") else hostile(v) for k, v in value.items()}
    if isinstance(value, list):
        return [hostile(item) for item in value]
    if isinstance(value, str) and not re.match(r"\d{4}-\d\d-\d\dT", value):
        return HOSTILE
    return value


def test_hostile_text_stays_text():
    report = hostile(sample(40, 6))
    page = render(report)
    assert "<script>alert" not in page
    assert page.count("<script") == 2, "the data and the script of the page itself"
    assert html.escape(HOSTILE, quote=True) in page
    assert embedded(page)[0]["kind"] == HOSTILE


def test_charts_are_drawn_and_labelled_without_a_script(page):
    drawings = re.findall(r"<svg.*?</svg>", page, re.S)
    assert len(drawings) > 30
    for drawing in drawings:
        assert 'role="img"' in drawing
        assert re.search(r'aria-label="[^"]+"', drawing)
        assert "<title>" in drawing
        assert "<desc>" in drawing


def test_ids_are_unique_and_headings_labelled(page):
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert all(name in ids for name in re.findall(r'aria-labelledby="([^"]+)"', page))
    assert all(name in ids for name in re.findall(r'href="#([^"]+)"', page))


def test_an_empty_run_says_so():
    page = render(sample(0, 0))
    assert "no task was accepted" in page
    assert "There are no agents." in page


def test_one_task():
    report = sample(1, 1)
    assert report["tasks"][0]["title"] in render(report)


def test_the_gap_stands_beside_the_greedy_plan(page):
    section = page.split('<section id="plan"')[1].split("</section>")[0]
    for expected in ("hierarchical annealing", "greedy", "0.96 %", "6.59 %", "no bound", "Fallbacks"):
        assert expected in section


def test_tasks_without_a_place_are_listed_with_their_reason():
    report = sample(200, 10)
    section = render(report).split('<section id="unplaced"')[1].split("</section>")[0]
    lost = [task for task in report["tasks"] if task["state"] in ("rejected", "expired", "waiting")]
    assert lost
    for task in lost:
        assert task["id"] in section
        assert html.escape(task["reason"], quote=True) in section


def test_urgent_findings_stand_first():
    report = sample(200, 10)
    first = [any(f["severity"] == "urgent" for f in t.get("findings", ())) for t in embedded(render(report))]
    assert any(first)
    assert first == sorted(first, reverse=True)


def test_skipped_input_is_named(page):
    assert "majors.json: entry[17].resource" in page
    assert "no such month" in page


def test_loads_count_the_fullest_resource():
    report = sample(20, 3)
    report["agents"][0]["capacity"]["scanner"] = 60
    report["agents"][0]["load"]["scanner"] = 60.0
    assert "60 of 60 min scanner" in render(report)


def test_ten_thousand_tasks_on_a_thousand_agents_make_a_light_page():
    report = sample(10_000, 1_000)
    began = time.perf_counter()
    page = render(report)
    assert time.perf_counter() - began < 10
    assert len(page.encode()) < 15_000_000
    assert len(embedded(page)) == 10_000
    assert "busiest agents of 1,000" in page


def test_heavy_evidence_is_left_to_the_json_file():
    report = sample(3_000, 30)
    for task in report["tasks"]:
        task["evidence"] = task["evidence"] * 12
    page = render(report)
    assert len(page.encode()) < 15_000_000
    assert "is only in <code>report.json</code>" in page


def test_the_report_is_not_changed_and_the_page_is_the_same_each_time():
    report = sample(30, 4)
    before = copy.deepcopy(report)
    assert render(report) == render(report)
    assert report == before
