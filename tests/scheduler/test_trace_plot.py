"""The picture of a solve shows what there is: no line without a value, and none too short to be seen."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np

from scheduler.trace_plot import trace_svg


def shown(picture):
    """Class names of the lines and dots in the picture itself, and the texts of the legend."""
    root = ET.fromstring(picture)
    drawn = [
        (e.tag.rpartition("}")[2], e.get("class")) for e in root.iter() if e.get("class") in {"objective", "bound"}
    ]
    texts = [e.text for e in root.iter() if e.tag.endswith("text")]
    return drawn, texts


def test_a_bound_that_is_known_only_at_the_end_is_a_dot_and_stands_in_the_legend():
    drawn, texts = shown(trace_svg("ward", [(0.1, 5.0, None), (9.99, 5.0, 4.0)], 10.0, 4.0))
    assert ("circle", "bound") in drawn
    assert ("circle", "objective") not in drawn
    assert "lower bound" in texts


def test_a_bound_known_early_is_a_line_without_a_dot():
    drawn, texts = shown(trace_svg("ward", [(0.1, 5.0, 3.0), (2.0, 4.5, 4.0)], 10.0, 4.0))
    assert ("circle", "bound") not in drawn
    assert drawn.count(("path", "bound")) == 2, "the line and its sample in the legend"
    assert "lower bound" in texts


def test_without_a_bound_neither_line_nor_legend_speaks_of_one():
    drawn, texts = shown(trace_svg("ward", [(0.1, np.inf, None), (2.0, 4.5, None)], 10.0))
    assert all(name == "objective" for _, name in drawn)
    assert "lower bound" not in texts
