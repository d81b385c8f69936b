"""A run on a terminal: a table that fills, the cell that is measured now, and how long it will take."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from gpubench.cli.progress_grid import Grid, Place, Row, grid
from gpubench.cli.progress_tally import Tally
from gpubench.cli.progress_words import cell_words, launch_words
from gpubench.cli.visible import one_line
from gpubench.results.records import Cell, Launch
from gpubench.results.units import duration
from gpubench.runner.estimate import in_words
from gpubench.worker.job import TIME

_COLUMN, _GAP, _LEAST_WORDS = 10, 2, 16
"""Characters: of a place's column at the least, between two columns, and of a row's words at the least."""
_TELLS = 0.1
"""The part of a run from which on it says how long the rest takes: at first workers start most of the time."""
_AROUND = 6
"""Lines beside the rows: two of the head, a rule, the bar, what is measured now, the flags."""


class Board:
    """Drawn between measurements only: no thread of ours runs beside a worker, and nothing moves while it measures.

    A row for each case where that fits the terminal, else one for each workload, else one for each backend and device.
    """

    def __init__(self, verbose: bool, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._verbose, self._console, self._clock = verbose, console, clock
        self._grid, self._tally = Grid((), ()), Tally((), 0, 0)
        self._began, self._before = 0.0, 0
        self._worker, self._now = "", ""
        self._measured: Cell | None = None
        self._live = Live(
            console=console, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False,
            vertical_overflow="crop", get_renderable=self._drawn,
        )  # fmt: skip

    def begin(self, cells: Sequence[Cell], launches: int, done: Sequence[Launch], passes: int = 0) -> None:
        self._grid, self._tally = grid(cells), Tally(cells, launches, passes)
        for launch in done:
            self._tally.take(launch)
        self._began, self._before = self._clock(), len(done)
        with contextlib.suppress(OSError):
            self._live.start(refresh=True)

    def starting(self, backend: str, device: str, launch: int) -> None:
        self._worker = f"{backend} on {device}, launch {launch + 1} of {self._tally.launches}"
        self._now, self._measured = f"{self._worker}: starting a worker", None
        self._refresh()

    def measuring(self, cell: Cell, measures: str) -> None:
        words = f"{cell.workload} {cell.axis}={cell.size}"
        where = self._worker if measures == TIME else f"{cell.backend} on {cell.device}, {measures}"
        self._now, self._measured = f"{where}: {words}", cell
        self._refresh()

    def finished(self, cell: Cell, launch: Launch) -> None:
        self._tally.take(launch)
        self._measured = None
        if self._verbose or launch.status != "ok":
            with contextlib.suppress(OSError):
                self._console.print(Text(one_line(f"{cell_words(cell)}: {launch_words(launch, self._verbose)}")))
        self._refresh()

    def end(self) -> None:
        with contextlib.suppress(OSError):
            self._live.stop()

    def _refresh(self) -> None:
        """A terminal that has gone ends no measurement."""
        with contextlib.suppress(OSError):
            self._live.refresh()

    def _drawn(self) -> RenderableType:
        return Group(self._table(), *self._below()) if self._grid.rows else ""

    def _table(self) -> Table:
        """The most detailed table that the terminal has room for."""
        width, height = self._console.size
        places, rows = self._grid.places, self._grid.rows
        workloads = list(dict.fromkeys(row.workload for row in rows))
        fits = width - _taken(places) >= _LEAST_WORDS
        if fits and len(rows) + _AROUND <= height:
            lines = [(row.words, [self._cell(row, place) for place in places]) for row in rows]
            return _table("", places, lines, width)
        if fits and len(workloads) + _AROUND <= height:
            return _table("launches", places, [self._of_workload(name) for name in workloads], width)
        lines = [(" on ".join(place), [self._launches(rows, place)]) for place in places]
        return _table("", [("launches", "")], lines, width)

    def _of_workload(self, name: str) -> tuple[str, list[Text]]:
        own = [row for row in self._grid.rows if row.workload == name]
        return name, [self._launches(own, place) for place in self._grid.places]

    def _launches(self, rows: Sequence[Row], place: Place) -> Text:
        cells = [row.cells[place] for row in rows if place in row.cells]
        had, all_of_them = self._tally.timed(cells)
        now = self._measured is not None and self._measured in cells
        return Text(f"{had}/{all_of_them}" if cells else "", style="bold cyan" if now else "")

    def _cell(self, row: Row, place: Place) -> Text:
        cell = row.cells.get(place)
        if cell is None:
            return Text("")
        seen = self._tally.of(cell)
        if cell == self._measured:
            return Text("now", style="bold cyan")
        if seen.trouble:
            return Text(seen.trouble, style="red")
        if seen.step_s is None:
            return Text("·", style="dim")
        mark = "!" if seen.flags else ""
        return Text(f"{duration(seen.step_s)}{mark}", style="" if seen.launches == self._tally.launches else "dim")

    def _below(self) -> Iterator[RenderableType]:
        tally, spent = self._tally, self._clock() - self._began
        bar = Table.grid(padding=(0, 1))
        fresh, left = tally.done - self._before, tally.total - tally.done
        told = left and fresh >= _TELLS * tally.total
        remaining = f", about {in_words(spent / fresh * left)} left" if told else ""
        said = f"{tally.done}/{tally.total}, {int(spent) // 60}:{int(spent) % 60:02}{remaining}"
        bar.add_row(ProgressBar(total=tally.total, completed=tally.done, width=20), _short(said))
        yield bar
        yield _short(self._now)
        if flags := tally.flagged():
            yield _short(f"! flagged: {', '.join(f'{name} {count}' for name, count in flags)}")


def _table(corner: str, places: Sequence[Place], lines: Sequence[tuple[str, list[Text]]], width: int) -> Table:
    """Lines of words and a text for each place, in so many columns of the terminal."""
    longest = max((len(words) for words, _ in lines), default=0)
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    words_width = max(min(longest, width - _taken(places)), len(corner), 1)
    drawn.add_column(Text(corner), width=words_width, no_wrap=True, overflow="ellipsis")
    for place in places:
        head = Text("\n".join(one_line(part) for part in place if part))
        drawn.add_column(head, width=_place_width(place), justify="right", no_wrap=True, overflow="ellipsis")
    for words, texts in lines:
        drawn.add_row(Text(one_line(words)), *texts)
    return drawn


def _taken(places: Sequence[Place]) -> int:
    """Characters of a line that are not for words."""
    return 1 + sum(_place_width(place) + _GAP for place in places)


def _place_width(place: Place) -> int:
    return max(_COLUMN, *map(len, place))


def _short(text: str) -> Text:
    """One line, whatever the terminal's width."""
    return Text(one_line(text), no_wrap=True, overflow="ellipsis")
