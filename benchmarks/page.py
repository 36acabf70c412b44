"""Renders the tables of docs/benchmarks.md from the results in benchmarks/results, so that no figure is typed by hand.

    python benchmarks/page.py [--results FOLDER] [--check] [--quick]

What stands between `<!-- table: NAME -->` and `<!-- end: NAME -->` is written anew from NAME.json with the function
`tables(results)` (or `table(rows)`) of the script NAME. `--check` (also `--quick`) changes nothing and ends with 1
when the page is not what the results say.
"""

from __future__ import annotations

import argparse
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from common.results import results_of

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
RESULTS = Path(__file__).parent / "results"
_BLOCK = re.compile(r"(<!-- table: (\S+) -->\n).*?(<!-- end: \2 -->)", re.DOTALL)


def render(page: str, folder: Path) -> str:
    """The page with every table as the results have it."""
    return _BLOCK.sub(lambda block: f"{block[1]}\n{section(block[2], folder)}\n\n{block[3]}", page)


def section(name: str, folder: Path) -> str:
    """The tables of one script and on what they were measured; a line that says so where there are no results."""
    results = results_of(name, folder)
    if results is None:
        return f"*Not measured yet: `python benchmarks/{name}.py --json benchmarks/results/{name}.json`.*"
    said, module = origin(results), import_module(name)
    tables = module.tables(results) if hasattr(module, "tables") else module.table(results["rows"])
    picture = PAGE.parent / "images" / f"{name}.svg"
    parts = [str(tables), f"*{said}.*" if said else ""]
    parts.append(f"![The results of {name}.py as a picture](images/{picture.name})" if picture.exists() else "")
    return "\n\n".join(filter(None, parts))


def origin(results: dict[str, Any]) -> str:
    """When and on what results were measured, in a line."""
    machine = results.get("machine", {})
    facts = [
        f"Measured {results['measured'].partition(' ')[0]}" if results.get("measured") else "",
        f"at {', '.join(results['commits'])}" if results.get("commits") else "",
        f"on {machine['cores']} cores ({machine['processor']})" if "processor" in machine else "",
        f"load {machine['load']:g} at the end" if "load" in machine else "",
    ]
    settings = ", ".join(f"{name} {value}" for name, value in results.get("settings", {}).items() if value is not None)
    return "; ".join(filter(None, [", ".join(filter(None, facts)), settings]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--results", type=Path, default=RESULTS, help="folder of NAME.json (default benchmarks/results)"
    )
    parser.add_argument("--check", "--quick", action="store_true", help="only say whether the page is up to date")
    given = parser.parse_args()
    before = PAGE.read_text()
    after = render(before, given.results)
    if given.check and after != before:
        sys.exit(f"{PAGE.name} is not what the results say: run python benchmarks/page.py")
    if not given.check:
        PAGE.write_text(after)
    named = [match[2] for match in _BLOCK.finditer(after)]
    print("\n".join(f"{name:16} {'measured' if results_of(name, given.results) else 'no results'}" for name in named))


if __name__ == "__main__":
    main()
