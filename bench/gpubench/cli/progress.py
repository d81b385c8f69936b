"""How a run's progress is shown: a table that fills on a terminal, plain lines elsewhere, nothing when quiet."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console

from gpubench.cli.progress_board import Board
from gpubench.cli.progress_words import cell_words, launch_words
from gpubench.cli.streams import say
from gpubench.cli.visible import one_line
from gpubench.results.records import Cell, Launch
from gpubench.runner.progress import Progress, Silent


def choose_progress(kind: str, quiet: bool, verbose: bool) -> Progress:
    """`auto` is a table where standard error is a terminal that can redraw it, and plain lines elsewhere."""
    if quiet or kind == "none":
        return Silent()
    console = Console(stderr=True, highlight=False)
    if kind == "auto" and sys.stderr.isatty() and not console.is_dumb_terminal:
        return Board(verbose, console)
    return Lines(verbose)


class Lines:
    """One plain line per finished measurement. A reader who has gone, or a full disk, ends no measurement.

    whose: stands before each cell, where two runs are told of.
    """

    def __init__(self, verbose: bool, whose: str = "") -> None:
        self._verbose, self._whose = verbose, whose
        self._total = self._done = 0

    def begin(self, cells: Sequence[Cell], launches: int, done: Sequence[Launch], passes: int = 0) -> None:
        self._total, self._done = len(cells) * launches + passes, len(done)

    def starting(self, backend: str, device: str, launch: int) -> None:
        if self._verbose:
            say(f"{self._whose}starting a {backend} worker on {device}, launch {launch + 1}")

    def measuring(self, cell: Cell, measures: str) -> None:
        pass

    def finished(self, cell: Cell, launch: Launch) -> None:
        self._done += 1
        words = f"{cell_words(cell)}: {launch_words(launch, self._verbose)}"
        say(one_line(f"{self._done}/{self._total} {self._whose}{words}"))

    def end(self) -> None:
        pass
