"""Where each cell of a run stands in a table: a row for each case, a column for each backend and device."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gpubench.analysis.case import telling
from gpubench.cli.progress_words import again
from gpubench.results.records import Cell

Place = tuple[str, str]
"""A backend and a device."""


@dataclass(frozen=True)
class Row:
    """A case that some places measure, in words. cells: one for each of those places."""

    words: str
    workload: str
    cells: Mapping[Place, Cell]


@dataclass(frozen=True)
class Grid:
    """Rows and places in plan order."""

    places: tuple[Place, ...]
    rows: tuple[Row, ...]


def grid(cells: Sequence[Cell]) -> Grid:
    """Every cell in its place.

    A row says what tells its case from others of the plan, and the mode where it isn't the backend's usual one.
    """
    told = telling((cell.workload, cell.params) for cell in cells)
    usual = _usual_modes(cells)
    several = {name: len({getattr(cell, name) for cell in cells}) > 1 for name in ("precision", "data")}
    rows: dict[tuple[str, ...], dict[Place, Cell]] = defaultdict(dict)
    for cell in cells:
        params = [str(value) for name, value in cell.params.items() if name in told[cell.workload]]
        more = [getattr(cell, name) for name, tells in several.items() if tells]
        mode = [] if cell.mode == usual[cell.backend] else [cell.mode]
        words = (cell.workload, str(cell.size), *params, *more, *mode, *again(cell))
        rows[words][cell.backend, cell.device] = cell
    places = tuple(dict.fromkeys((cell.backend, cell.device) for cell in cells))
    return Grid(places, tuple(Row(" ".join(words), words[0], found) for words, found in rows.items()))


def _usual_modes(cells: Iterable[Cell]) -> dict[str, str]:
    """The mode that each backend has in most of its cells."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for cell in cells:
        counts[cell.backend][cell.mode] += 1
    return {backend: modes.most_common(1)[0][0] for backend, modes in counts.items()}
