"""Pictures that can be read in a light and a dark page, and by people who see few colours (Okabe and Ito's palette)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D31", "#7F7F7F")
"""Colours of series; each also gets a dash and a marker of its own."""
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (3, 2)), (0, (8, 2)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
INK, PAPER, GRID = "#24292f", "#fffffe", "#d8dee3"
_DARK = {INK: "#e6edf3", PAPER: "#0d1117", GRID: "#30363d"}


def style(place: int) -> dict[str, Any]:
    """Colour, dash and marker of the series at a place."""
    return {
        "color": PALETTE[place % len(PALETTE)],
        "linestyle": DASHES[place % len(DASHES)],
        "marker": MARKERS[place % len(MARKERS)],
        "markersize": 4,
        "linewidth": 1.6,
    }


def canvas(rows: int = 1, columns: int = 1, width: float = 9.0, height: float = 4.5, **options: Any) -> tuple[Any, Any]:
    """Figure and array of axes with a light grid, drawn without a screen; `rows` x `columns`."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    with _settings():
        figure, axes = plt.subplots(
            rows, columns, figsize=(width, height), squeeze=False, layout="constrained", **options
        )
    for axis in axes.ravel():
        axis.grid(True, which="major", color=GRID, linewidth=0.6)
        axis.set_axisbelow(True)
        axis.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _settings() -> AbstractContextManager[None]:
    import matplotlib as mpl

    return mpl.rc_context({
        "svg.fonttype": "none", "svg.hashsalt": "qam", "font.family": "sans-serif", "font.size": 9,
        "axes.edgecolor": INK, "axes.labelcolor": INK, "text.color": INK, "xtick.color": INK, "ytick.color": INK,
        "figure.facecolor": PAPER, "axes.facecolor": PAPER, "savefig.facecolor": PAPER,
        "legend.frameon": False, "axes.titlesize": 10,
    })  # fmt: skip


def save_svg(figure: Any, out: Path, title: str, description: str) -> None:
    """Write an SVG whose ink and paper follow the reader's scheme; title and description are for screen readers."""
    from io import StringIO

    from matplotlib import pyplot as plt

    text = StringIO()
    with _settings():
        figure.savefig(text, format="svg", metadata={"Date": None, "Title": title, "Description": description})
    plt.close(figure)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("\n".join(line.rstrip() for line in _follow_scheme(text.getvalue()).splitlines()) + "\n")


def _follow_scheme(svg: str) -> str:
    light = " ".join(f"--c{place}: {colour};" for place, colour in enumerate(_DARK))
    dark = " ".join(f"--c{place}: {colour};" for place, colour in enumerate(_DARK.values()))
    for place, colour in enumerate(_DARK):
        svg = re.sub(re.escape(colour), f"var(--c{place})", svg, flags=re.IGNORECASE)
    rules = f"svg {{ {light} }} @media (prefers-color-scheme: dark) {{ svg {{ {dark} }} }}"
    return re.sub(r"(<svg\b[^>]*>)", rf"\1\n <style>{rules}</style>", svg, count=1)


def legend(axis: Any, **options: Any) -> None:
    """A legend without a frame, in ink."""
    axis.legend(frameon=False, labelcolor=INK, **options)


def common_legend(figure: Any, axes: Any) -> None:
    """One legend below all panels, each series once."""
    found: dict[str, Any] = {}
    for axis in axes.ravel():
        handles, labels = axis.get_legend_handles_labels()
        found |= dict(zip(labels, handles, strict=True))
    if found:
        figure.legend(
            found.values(), found, loc="outside lower center", ncols=4, frameon=False, labelcolor=INK, fontsize=8
        )


def plain(axis: Any, unit: str = "") -> None:
    """Ticks of a logarithmic axis as plain numbers (0.1, 1, 10), with a unit behind."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}{unit}"))
    axis.set_minor_formatter(NullFormatter())


def percents(axis: Any) -> None:
    """Ticks of an axis of percents."""
    plain(axis, " %")


def steps(points: list[tuple[float, float]], end: float) -> tuple[list[float], list[float]]:
    """Times and values of a curve that stays where it is until the next point, up to the end."""
    xs, ys = [at for at, _ in points], [value for _, value in points]
    return ([*xs, max(end, xs[-1])], [*ys, ys[-1]]) if points else ([], [])


def thin(points: list[Any], most: int = 60) -> list[Any]:
    """At most so many points: the first, the last, and evenly many between them."""
    if len(points) <= most:
        return points
    return [points[round(place * (len(points) - 1) / (most - 1))] for place in range(most)]
