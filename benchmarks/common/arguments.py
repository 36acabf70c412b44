"""The arguments that every benchmark has."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

DATA_ROOT = Path(__file__).parents[3] / "shared" / "data"


def arguments(description: str | None, quick: str, plot: bool = True) -> argparse.ArgumentParser:
    """A parser with `--quick`, `--json`, `--fresh` and `--plot`.

    Parameters
    ----------
    description
        The script's docstring.
    quick
        What `--quick` leaves out.
    plot
        Whether the script draws a picture.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help=quick)
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the results; rows already in OUTl are kept")
    parser.add_argument("--fresh", action="store_true", help="measure anew what OUTl already holds")
    if plot:
        parser.add_argument("--plot", type=Path, metavar="OUT.svg", help="draw a picture")
    return parser


def data_folder(parser: argparse.ArgumentParser, part: str) -> Path:
    """A folder of QAM_DATA (default: ../shared/data beside the repository); ends the script where it is absent."""
    folder = Path(os.environ.get("QAM_DATA", DATA_ROOT)) / part
    if not folder.is_dir():
        parser.error(f"no data at {folder}: set QAM_DATA to the folder that holds {part}/")
    return folder
