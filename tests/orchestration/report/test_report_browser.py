"""The page in a real browser: no complaint, no request, no sideways scrolling, filters that filter."""

from __future__ import annotations

import pytest
from report_browser import Browser, find_browser
from report_samples import sample

from orchestration.report import render

PROGRAM = find_browser()
pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason="no Chromium on the PATH: install chromium to check the report in a browser"
)


@pytest.fixture(scope="module")
def browser():
    with Browser(PROGRAM) as open_browser:
        yield open_browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    for name, (tasks, agents) in {"empty": (0, 0), "one": (1, 1), "day": (430, 16), "large": (3000, 300)}.items():
        (folder / f"{name}.html").write_text(render(sample(tasks, agents)), encoding="utf-8")
    return folder


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["empty", "one", "day", "large"])
def test_pages_fit_the_window_and_load_nothing(browser, folder, name, width, theme):
    browser.problems.clear()
    browser.requests.clear()
    browser.open(folder / f"{name}.html", width, theme=theme)
    assert browser.evaluate("document.documentElement.scrollWidth") <= width
    assert browser.problems == []
    assert len(browser.requests) == 1


def count(browser):
    return browser.evaluate("document.getElementById('count').textContent")


def choose(browser, ident, value):
    browser.evaluate(
        f"(document.getElementById('{ident}').value = '{value}',"
        " document.getElementById('filters').dispatchEvent(new Event('input')), 0)"
    )


def test_filters_and_pages(browser, folder):
    report = sample(430, 16)
    browser.open(folder / "day.html", 1280)
    assert count(browser) == "430 results"
    assert browser.evaluate("document.querySelectorAll('#list details').length") == 50
    choose(browser, "kind", "triage")
    wanted = sum(task["kind"] == "triage" for task in report["tasks"])
    assert count(browser) == f"{wanted} of 430 results"
    choose(browser, "words", report["tasks"][0]["id"])
    choose(browser, "kind", "")
    assert count(browser) == "1 of 430 results"


def test_an_urgent_finding_leads_to_its_evidence(browser, folder):
    browser.open(folder / "day.html", 390)
    browser.evaluate("document.querySelector('#urgent a[data-task]').click()")
    shown = browser.evaluate(
        "new Promise(done => { const look = () => {"
        " const more = document.querySelector('#list details[open] .more');"
        " if (more) done(more.textContent); else requestAnimationFrame(look); }; look(); })"
    )
    assert "respiratory rate" in shown
    assert browser.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_theme_can_be_chosen(browser, folder):
    browser.open(folder / "one.html", 1280, theme="light")
    colour = "getComputedStyle(document.body).backgroundColor"
    light = browser.evaluate(colour)
    browser.evaluate("document.getElementById('theme').click()")
    assert browser.evaluate(colour) != light
    browser.evaluate("localStorage.clear()")


def test_print_is_dark_on_white_whatever_the_theme(browser, folder):
    browser.open(folder / "one.html", 1280, theme="dark")
    dark = {"name": "prefers-color-scheme", "value": "dark"}
    browser.call("Emulation.setEmulatedMedia", media="print", features=[dark])
    style = browser.evaluate("(s => [s.backgroundColor, s.color])(getComputedStyle(document.body))")
    browser.call("Emulation.setEmulatedMedia", media="")
    assert style == ["rgb(255, 255, 255)", "rgb(22, 32, 44)"]


def test_the_page_shows_its_charts_and_results_without_a_script(browser, folder):
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(folder / "day.html", 390)
        text = browser.call("DOM.getDocument", depth=0)
        held = browser.call("DOM.querySelectorAll", nodeId=text["root"]["nodeId"], selector="#list details")
        assert len(held["nodeIds"]) == 50
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
