"""The command line."""

from __future__ import annotations


def main() -> None:
    """Run the command line; a signal ends it in order from here on, also while its parts are being imported."""
    from qam.cli.interruption import guard

    guard()
    from qam.cli.app import main as run

    run()


__all__ = ["main"]
