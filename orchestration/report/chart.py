"""Charts as inline SVG that stretch to any width: shapes scale, while strokes and dots keep their size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from orchestration.report.markup import text


def svg(title: str, description: str, width: float, height: float, body: str, kind: str = "") -> str:
    """Wrap shapes in a labelled drawing of `width` by `height` units; `kind` is its CSS class."""
    return (
        f'<svg class="chart {kind}" viewBox="0 0 {width:g} {height:g}" preserveAspectRatio="none" role="img" '
        f'aria-label="{text(title)}. {text(description)}">'
        f"<title>{text(title)}</title><desc>{text(description)}</desc>{body}</svg>"
    )


def bar(x: float, y: float, width: float, height: float, kind: str, hint: str = "") -> str:
    """Build a rectangle of CSS class `kind`, with a tooltip if `hint` is given."""
    shape = f'<rect class="{kind}" x="{x:.6g}" y="{y:g}" width="{max(width, 0):.6g}" height="{height:g}"'
    return f"{shape}><title>{text(hint)}</title></rect>" if hint else f"{shape}/>"


def grid(positions: Iterable[float], height: float) -> str:
    """Build thin vertical lines."""
    path = "".join(f"M{x:.6g} 0V{height:g}" for x in positions)
    return f'<path class="grid" d="{path}"/>' if path else ""


def marker(x: float, height: float, kind: str) -> str:
    """Build one vertical line of CSS class `kind`."""
    return f'<path class="{kind}" d="M{x:.6g} 0V{height:g}"/>'


def dots(points: Iterable[tuple[float, float]], kind: str) -> str:
    """Build round dots as one path: lines of no length with round ends, which no stretching turns into ovals."""
    path = "".join(f"M{x:.5g} {y:.4g}h0" for x, y in points)
    return f'<path class="dot {kind}" d="{path}"/>' if path else ""


def area(heights: Sequence[float], width: float, height: float, kind: str) -> str:
    """Build a stepped area; `heights` are shares from 0 to 1, evenly spread over `width`."""
    step = width / max(len(heights), 1)
    path = f"M0 {height:g}" + "".join(f"V{height * (1 - min(h, 1.0)):.4g}h{step:.6g}" for h in heights)
    return f'<path class="{kind}" d="{path}V{height:g}Z"/>'


def axis(labels: Sequence[str]) -> str:
    """Build labels for evenly spread ticks; each stands at the left end of its stretch."""
    marks = "".join(f"<span>{text(label)}</span>" for label in labels)
    return f'<div class="axis{" many" if len(labels) > 5 else ""}" aria-hidden="true">{marks}</div>'


def acuity_legend() -> str:
    """Build the key to the five colours of acuity."""
    names = ("1 most urgent", "2", "3", "4", "5 least urgent")
    keys = "".join(f'<li><span class="key a{n}"></span>{name}</li>' for n, name in enumerate(names, 1))
    return f'<ul class="legend" aria-label="Acuity"><li>Acuity</li>{keys}</ul>'
