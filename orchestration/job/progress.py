"""Progress of a job, on standard error: a bar where there is a terminal, else a line every few seconds."""

from __future__ import annotations

import sys
from collections import Counter
from typing import Final, Protocol, Self, TextIO

from orchestration.clock import Clock
from orchestration.ledger import TERMINAL

_LINE_SECONDS: Final = 3.0


class Progress(Protocol):
    """Told what a job is doing."""

    def stage(self, text: str) -> None:
        """Begin a stage."""
        ...

    def counts(self, counts: Counter[str]) -> None:
        """Tell how many tasks are in each state."""
        ...

    def close(self) -> None:
        """End."""
        ...


class NoProgress:
    """Says nothing."""

    def stage(self, text: str) -> None:
        """Begin a stage."""

    def counts(self, counts: Counter[str]) -> None:
        """Tell how many tasks are in each state."""

    def close(self) -> None:
        """End."""


def estimate(done: int, total: int, seconds: float) -> float | None:
    """Seconds left at the pace so far; None when there is none yet."""
    return None if done == 0 else seconds * (total - done) / done


def describe(counts: Counter[str], seconds: float) -> str:
    """One line: counts by state, and how long it may take."""
    total = sum(counts.values())
    ended = sum(n for name, n in counts.items() if name in TERMINAL)
    left = estimate(ended, total, seconds)
    parts = [f"{ended:,}/{total:,} tasks ended"]
    parts += [f"{counts[name]:,} {name}" for name in sorted(counts) if name != "done" and counts[name]]
    parts.append("estimating the time left" if left is None else f"about {left:.0f} s left")
    return ", ".join(parts)


class LineProgress:
    """A line every few seconds, for logs and pipes.

    Parameters
    ----------
    clock : Clock
        For pacing.
    stream : TextIO
        Where to write.
    """

    def __init__(self, clock: Clock, stream: TextIO) -> None:
        self._clock, self._stream = clock, stream
        self._began: float | None = None
        self._last = float("-inf")

    def _say(self, text: str) -> None:
        self._stream.write(f"qam: {text}\n")
        self._stream.flush()

    def stage(self, text: str) -> None:
        """Begin a stage."""
        self._say(text)

    def counts(self, counts: Counter[str]) -> None:
        """Tell how many tasks are in each state, when it is time for it."""
        now = self._clock.monotonic()
        self._began = now if self._began is None else self._began
        if now - self._last >= _LINE_SECONDS:
            self._last = now
            self._say(describe(counts, now - self._began))

    def close(self) -> None:
        """End."""


class BarProgress:
    """A bar with counts and the time left.

    Parameters
    ----------
    clock : Clock
        For the estimate.
    stream : TextIO
        A terminal.
    """

    def __init__(self, clock: Clock, stream: TextIO) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        self._clock = clock
        self._began: float | None = None
        self._bar = Bar(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            console=Console(file=stream),
            transient=True,
        )
        self._bar.start()
        self._row = self._bar.add_task("starting", total=None)

    def stage(self, text: str) -> None:
        """Begin a stage."""
        self._bar.update(self._row, description=text, total=None)

    def counts(self, counts: Counter[str]) -> None:
        """Tell how many tasks are in each state."""
        now = self._clock.monotonic()
        self._began = now if self._began is None else self._began
        ended = sum(n for name, n in counts.items() if name in TERMINAL)
        text = describe(counts, now - self._began)
        self._bar.update(self._row, description=text, total=sum(counts.values()), completed=ended)

    def close(self) -> None:
        """End."""
        self._bar.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def progress_for(clock: Clock, *, quiet: bool = False, stream: TextIO | None = None) -> Progress:
    """Choose how to show progress."""
    stream = stream or sys.stderr
    if quiet:
        return NoProgress()
    return BarProgress(clock, stream) if stream.isatty() else LineProgress(clock, stream)
