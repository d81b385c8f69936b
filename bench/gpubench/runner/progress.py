"""What a run tells while it goes on. Nothing here draws; the command line does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gpubench.results.records import Cell, Launch


class Progress(Protocol):
    """Told between measurements only, never while a worker measures."""

    def begin(self, cells: Sequence[Cell], launches: int, done: Sequence[Launch], passes: int = 0) -> None:
        """A run begins: so many launches of each cell, and so many cells in passes. done: of an earlier sitting."""
        ...

    def starting(self, backend: str, device: str, launch: int) -> None:
        """A worker is about to be started."""
        ...

    def measuring(self, cell: Cell, measures: str) -> None:
        """A worker is about to be asked for a cell. measures: its `time`, or what a pass measures."""
        ...

    def finished(self, cell: Cell, launch: Launch) -> None:
        """One cell was measured, or failed, in one launch or one pass."""
        ...

    def end(self) -> None:
        """Nothing more comes."""
        ...


class Silent:
    """Tells nothing."""

    def begin(self, cells: Sequence[Cell], launches: int, done: Sequence[Launch], passes: int = 0) -> None:
        pass

    def starting(self, backend: str, device: str, launch: int) -> None:
        pass

    def measuring(self, cell: Cell, measures: str) -> None:
        pass

    def finished(self, cell: Cell, launch: Launch) -> None:
        pass

    def end(self) -> None:
        pass
