"""The command line."""

from qam.cli.app import main

__all__ = ["main"]
