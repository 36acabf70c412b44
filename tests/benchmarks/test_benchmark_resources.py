"""The benchmark of divided pools runs in its smallest form, and nothing in it beats the exact division."""

from __future__ import annotations

import pytest


@pytest.mark.slow
def test_every_method_divides_the_same_pools_and_none_is_worth_more_than_the_exact_one(script):
    results, said = script("resources", "--quick", "--seconds", "0.05")
    rows = results["rows"]
    assert {"exact", "highs", "by demand", "bits:anneal", "chunks:pga", "chunks:qaoa"} <= {r["method"] for r in rows}
    assert all(row["below"] >= -1e-9 for row in rows)
    assert all(abs(row["below"]) < 1e-7 for row in rows if row["method"] in ("exact", "highs"))
    assert "below exact, mean" in said
