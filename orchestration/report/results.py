"""Results with their evidence: data for the script, and the first rows for readers without one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

from orchestration.report.markup import JSON, clock, data_block, note, number, section, text, unit

STATIC = 50
"""How many results stand in the page itself; the script pages through the rest."""

EVIDENCE_BYTES = 6_000_000
"""Size that evidence may take in the page; what does not fit is left to ``report.json``."""

_PLAIN = (
    *("id", "kind", "title", "subject", "priority", "state", "reason", "agent", "due", "planned_start"),
    *("planned_end", "accepted", "started", "finished", "late_minutes", "attempts", "minutes"),
    *("summary", "values", "findings", "missing", "source"),
)
_ORDER = {"failed": 1, "rejected": 2, "expired": 2, "waiting": 3, "cancelled": 4, "done": 5}


def importance(task: JSON) -> tuple[int, int, str]:
    """Sort key: urgent findings first, then what went wrong, then by acuity."""
    urgent = any(finding["severity"] == "urgent" for finding in task["findings"])
    return (0 if urgent else _ORDER.get(task["state"], 3), task["priority"], task["id"])


def results_section(report: JSON) -> str:
    """Build the filters, the first results, and the data of all."""
    ordered = sorted(report["tasks"], key=importance)
    if not ordered:
        return section("results", "Results", "There are no tasks.", "")
    packed, left_out = _pack(ordered)
    remark = ""
    if left_out:
        remark = (
            f"To keep this page light, the evidence of {number(left_out)} results is only in "
            "<code>report.json</code>; all results are in <code>results.csv</code>."
        )
    static = "".join(_item(task) for task in ordered[:STATIC])
    beyond = len(ordered) - STATIC
    rest = f"{number(beyond)} more: see <code>results.csv</code>." if beyond > 0 else ""
    body = (
        _filters(ordered)
        + note(remark)
        + '<p id="count" class="aside" role="status" aria-live="polite"></p>'
        + f'<div id="list">{static}</div><div id="pager" hidden></div>'
        + (f"<noscript>{note(rest)}</noscript>" if rest else "")
        + data_block("tasks", packed)
    )
    lead = "Urgent findings stand first. Open a row for values, evidence and source."
    return section("results", "Results", lead, body)


def _pack(ordered: Iterable[JSON]) -> tuple[list[JSON], int]:
    packed, room, left_out = [], EVIDENCE_BYTES, 0
    for task in ordered:
        slim = {key: task[key] for key in _PLAIN if task.get(key)}
        size = len(json.dumps(task["evidence"]))
        room -= size
        if task["evidence"] and room >= 0:
            slim["evidence"] = task["evidence"]
        elif task["evidence"]:
            left_out += 1
        packed.append(slim)
    return packed, left_out


def _filters(ordered: list[JSON]) -> str:
    def select(name: str, label: str, values: Iterable[tuple[object, int]]) -> str:
        options = "".join(f'<option value="{text(v)}">{text(v)} ({number(n)})</option>' for v, n in values)
        return f'<label>{label}<select id="{name}"><option value="">all</option>{options}</select></label>'

    kinds = sorted(Counter(task["kind"] for task in ordered).items())
    states = sorted(Counter(task["state"] for task in ordered).items())
    acuities = sorted(Counter(task["priority"] for task in ordered).items())
    return (
        '<form id="filters" class="filters" hidden>'
        + '<label class="wide">Search<input id="words" type="search" autocomplete="off" '
        + 'placeholder="task, patient, agent, finding …"></label>'
        + select("kind", "Kind", kinds)
        + select("state", "State", states)
        + select("acuity", "Acuity", acuities)
        + '<label class="check"><input id="urgent-only" type="checkbox"> urgent only</label>'
        + '<button type="reset">Clear</button></form>'
    )


def _item(task: JSON) -> str:
    urgent = [f["text"] for f in task["findings"] if f["severity"] == "urgent"]
    shown = urgent[0] if urgent else task["summary"] or task["reason"] or "no summary"
    values = "".join(f"<li>{text(_value(value))}</li>" for value in task["values"])
    findings = "".join(f'<li class="{text(f["severity"])}">{text(f["text"])}</li>' for f in task["findings"])
    missing = "".join(f"<li>missing: {text(name)}</li>" for name in task["missing"])
    evidence = "".join(f"<li>{text(_evidence(item))}</li>" for item in task["evidence"])
    why = f"<p>{text(task['reason'])}</p>" if task["reason"] else ""
    source = f'<p class="aside">Source: {text(task["source"])}</p>' if task["source"] else ""
    times = (
        f"Planned {clock(task['planned_start'])} to {clock(task['planned_end'])}, {text(task['agent'] or 'no agent')}"
    )
    return (
        f'<details class="result{" urgent" if urgent else ""}"><summary>'
        f'<span class="acuity a{task["priority"]}">{task["priority"]}</span>'
        f'<span class="what"><b>{text(task["title"] or task["kind"])}</b> <span class="aside">{text(task["subject"])}'
        f'</span></span><span class="state {text(task["state"])}">{text(task["state"])}</span>'
        f'<span class="said">{text(shown)}</span></summary>'
        f'<div class="more">{why}<p>{text(task["summary"])}</p><ul>{values}{findings}{missing}</ul>'
        f'<ul>{evidence}</ul>{source}<p class="aside">{times} · {text(task["id"])}</p></div></details>'
    )


def _value(value: JSON) -> str:
    meaning = f": {value['interpretation']}" if value.get("interpretation") else ""
    return f"{value['name']} {value['value']} {unit(value.get('unit'))}".strip() + meaning


def _evidence(item: JSON) -> str:
    measured = f" {item['value']} {unit(item.get('unit'))}".rstrip() if item.get("value") is not None else ""
    when = f", {item['time']}" if item.get("time") else ""
    return f"{item['label']}{measured} ({item['reference']}{when})"
