"""The whole page: sections in order, style and script inline, and a policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files

from orchestration.report.headline import headline
from orchestration.report.load import load_section
from orchestration.report.markup import JSON, day_and_clock, duration, plural, text
from orchestration.report.plan_table import plan_section
from orchestration.report.results import results_section
from orchestration.report.skipped import input_section
from orchestration.report.timeline import timeline_section
from orchestration.report.unplaced import unplaced_section
from orchestration.report.urgent import urgent_section
from orchestration.report.waiting import waiting_section

_LINKS = (
    ("urgent", "Urgent"),
    ("unplaced", "Without a place"),
    ("timeline", "Timeline"),
    ("waiting", "Waiting"),
    ("load", "Load"),
    ("plan", "Plan"),
    ("results", "Results"),
    ("input", "Input"),
)


def render(report: JSON) -> str:
    """Make the report of a run as one HTML page that loads nothing.

    Parameters
    ----------
    report : dict
        A report of schema version 1, as in ``report.json``.

    Returns
    -------
    str
        The page. The charts are drawn in it; a script adds filters, paging and the choice of theme.
    """
    style, script = _asset("style.css"), _asset("script.js")
    body = "".join(
        build(report)
        for build in (
            urgent_section,
            unplaced_section,
            timeline_section,
            waiting_section,
            load_section,
            plan_section,
            results_section,
            input_section,
        )
    )
    title = text(report["title"] or "Report of a run")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(style, script)}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f'<meta name="color-scheme" content="light dark"><title>{title}</title><style>{style}</style></head><body>'
        f'<a class="skip" href="#main">Skip to the content</a>{_header(report, title)}{_links(body)}'
        f'<main id="main">{headline(report)}{body}</main>{_footer(report)}<script>{script}</script></body></html>'
    )


def _header(report: JSON, title: str) -> str:
    hours = report["horizon_minutes"] / 60
    clusters = len({agent["cluster"] for agent in report["agents"]})
    total = report["seconds"].get("total")
    ended = "the run has not ended" if report["totals"]["waiting"] else ""
    facts = (
        f"As of {day_and_clock(report['as_of'])}, planned {hours:g} hours ahead",
        f"{plural(len(report['agents']), 'agent')} in {plural(clusters, 'cluster')}",
        f"{plural(report['input']['records'], 'record')} read",
        f"{duration(total)} from start to end" if total is not None else ended,
    )
    return (
        f'<header><div><h1>{title}</h1><p class="aside">{text(" · ".join(filter(None, facts)))}</p></div>'
        '<button id="theme" type="button" hidden>Dark</button></header>'
    )


def _links(body: str) -> str:
    items = "".join(f'<a href="#{ident}">{name}</a>' for ident, name in _LINKS if f'<section id="{ident}"' in body)
    return f'<nav aria-label="Sections">{items}</nav>'


def _footer(report: JSON) -> str:
    made = day_and_clock(report["created"])
    return (
        f'<footer class="aside">Made by qam {text(report["qam"])} at {text(made)}, seed {text(report["seed"])}. '
        "The answers support clinical decisions; they do not make them. The same data: <code>report.json</code>, "
        "<code>results.csv</code>, <code>bundle.json</code>.</footer>"
    )


def _asset(name: str) -> str:
    return files("orchestration.report").joinpath(name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
