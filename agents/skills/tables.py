"""Reads the tables of `agents/data`, once each, when a skill first asks."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


def _text(name: str) -> str:
    return (files("agents") / "data" / name).read_text(encoding="utf-8")


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """Rows of a CSV table, by column name; do not change them."""
    return tuple(csv.DictReader(_text(name).splitlines()))


@cache
def rules(name: str) -> tuple[dict[str, Any], ...]:
    """Entries of a YAML list; do not change them."""
    return tuple(yaml.safe_load(_text(name)))
