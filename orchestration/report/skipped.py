"""What was read, and what of it could not be used."""

from __future__ import annotations

from orchestration.report.markup import JSON, duration, note, number, plural, section, table, text

SHOWN = 100
"""How many skipped records are listed."""


def input_section(report: JSON) -> str:
    """Build the sources, the counts, the times and the skipped records."""
    read = report["input"]
    sources = "".join(f"<li><code>{text(source)}</code></li>" for source in read["sources"][:20])
    more = note(f"{len(read['sources']) - 20:,} more files") if len(read["sources"]) > 20 else ""
    facts = (
        f"{plural(read['records'], 'record')} gave {plural(read['tasks'], 'task')}: {number(read['ordered'])} "
        f"ordered by clinicians, {number(read['derived'])} derived from the records."
    )
    times = table(
        "Where the time went",
        ("Step", "Time"),
        ((text(name), duration(seconds)) for name, seconds in report["seconds"].items()),
        numeric=(1,),
    )
    listed = f'<ul class="plain">{sources}</ul>{more}' if sources else ""
    return section("input", "Input", facts, f"{listed}{_skipped(read['skipped'])}{times}")


def _skipped(skipped: list[JSON]) -> str:
    if not skipped:
        return "<p>Nothing was skipped.</p>"
    rows = ((f"<code>{text(item['where'])}</code>", text(item["what"])) for item in skipped[:SHOWN])
    left = len(skipped) - SHOWN
    more = note(f"{left:,} more are in <code>report.json</code>.") if left > 0 else ""
    count = plural(len(skipped), "record")
    words = f"<p><b>{count} could not be used</b> and {'was' if len(skipped) == 1 else 'were'} skipped:</p>"
    return words + table("Skipped input", ("Where", "Why"), rows) + more
