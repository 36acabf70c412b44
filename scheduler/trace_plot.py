"""A solve as a picture: objective and lower bound over time, a small SVG without any library."""

from __future__ import annotations

import math
from collections.abc import Callable
from html import escape

Scale = Callable[[float], float]
Trace = list[tuple[float, float, float | None]]

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 96, 24, 48, 52
SHORT = 8.0
"""Width of a line that is hard to see."""
_STYLE = """
  svg { background: #ffffff; font: 13px system-ui, sans-serif; }
  text { fill: #24292f; } .soft { fill: #57606a; }
  .grid { stroke: #d8dee4; } .objective { stroke: #0969da; fill: none; stroke-width: 2; }
  .bound { stroke: #bc4c00; fill: none; stroke-width: 2; stroke-dasharray: 6 4; }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117; } text { fill: #e6edf3; } .soft { fill: #9198a1; }
    .grid { stroke: #30363d; } .objective { stroke: #58a6ff; } .bound { stroke: #f0883e; }
  }
"""


def trace_svg(title: str, trace: Trace, seconds: float, bound: float | None = None) -> str:
    """Draw a trace.

    Parameters
    ----------
    title
        What was solved, and by what.
    trace
        (seconds, objective, bound) at each improvement; infinite objectives are left out.
    seconds
        When the solve ended.
    bound
        The bound at the end.

    Returns
    -------
    str
        An SVG document that follows the reader's light or dark scheme.
    """
    points = [(at, value) for at, value, _ in trace if math.isfinite(value)]
    proven = [(at, low) for at, _, low in trace if low is not None and math.isfinite(low)]
    if bound is not None and math.isfinite(bound):
        proven.append((seconds, bound))
    end = max([seconds, 1e-3, *(at for at, _ in points)])
    low, high = _range([value for _, value in points + proven])

    def x(at: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * at / end

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - low) / (high - low)

    parts = [_grid(x, y, end, low, high)]
    for name, series in (("objective", points), ("bound", proven)):
        if series:
            parts.append(_drawn(name, [(x(a), y(v)) for a, v in series], x(end)))
    parts.append(_legend(bool(proven)))
    said = _described(points, proven, seconds)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="title desc">\n<title id="title">{escape(title)}</title>\n'
        f'<desc id="desc">{escape(said)}</desc>\n<style>{_STYLE}</style>\n'
        f'<text x="{LEFT}" y="24" font-weight="600">{escape(title)}</text>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _range(values: list[float]) -> tuple[float, float]:
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    margin = 0.06 * (high - low) or 0.05 * abs(high) or 1.0
    return low - margin, high + margin


def _steps(points: list[tuple[float, float]], end: float) -> str:
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for at, value in points[1:]:
        path += f"H{at:.1f}V{value:.1f}"
    return path + f"H{end:.1f}"


def _drawn(name: str, points: list[tuple[float, float]], end: float) -> str:
    """The steps of a series up to the end, and a dot where it begins too late to be seen as a line."""
    path = f'<path class="{name}" d="{_steps(points, end)}"/>'
    at, value = points[-1]
    if end - points[0][0] < SHORT:
        path += f'<circle class="{name}" cx="{at:.1f}" cy="{value:.1f}" r="4"/>'
    return path


def _ticks(low: float, high: float) -> list[float]:
    """Four to eight round numbers from low to high."""
    step = 10.0 ** math.floor(math.log10((high - low) / 4))
    step *= next(factor for factor in (5, 2, 1) if factor == 1 or (high - low) / (step * factor) >= 4)
    return [step * k for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _grid(x: Scale, y: Scale, end: float, low: float, high: float) -> str:
    lines, right, below = [], WIDTH - RIGHT, HEIGHT - BOTTOM + 20
    for value in _ticks(low, high):
        at = f"{y(value):.1f}"
        lines.append(f'<line class="grid" x1="{LEFT}" x2="{right}" y1="{at}" y2="{at}"/>')
        lines.append(f'<text class="soft" x="{LEFT - 8}" y="{at}" dy="4" text-anchor="end">{value:,.7g}</text>')
    for second in _ticks(0.0, end):
        lines.append(f'<text class="soft" x="{x(second):.1f}" y="{below}" text-anchor="middle">{second:g}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    lines.append(f'<text class="soft" x="{middle}" y="{HEIGHT - 12}" text-anchor="middle">seconds</text>')
    return "\n".join(lines)


def _legend(bounded: bool) -> str:
    entries = [("objective", "objective (minimised)")] + ([("bound", "lower bound")] if bounded else [])
    parts = []
    for place, (name, text) in enumerate(entries):
        left = WIDTH - RIGHT - 190 * (len(entries) - place)
        parts.append(f'<path class="{name}" d="M{left} 40h28"/><text x="{left + 36}" y="44">{text}</text>')
    return "\n".join(parts)


def _described(points: list[tuple[float, float]], proven: list[tuple[float, float]], seconds: float) -> str:
    if not points:
        return f"No feasible plan within {seconds:.3g} seconds."
    told = f"The objective falls from {points[0][1]:.10g} to {points[-1][1]:.10g} in {seconds:.3g} seconds"
    return told + (f"; the lower bound is {proven[-1][1]:.10g}." if proven else "; there is no lower bound.")
