"""Rows for a telephone, one below the other: what each is of and its numbers, above its marks."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from gpubench_reports.canvas import NARROW, fitted, inches
from gpubench_reports.theme import Theme

SIZE = 8.5
"""Points of the letters of a picture for a telephone, but of names."""
_NAME = 9.0
_LINE, BAR, _GAP = 0.17, 0.26, 0.1
"""Inches of a line of words, of the marks below them, and to the next row."""
_ROOM = NARROW - 0.35
"""Inches of a line of words, whatever tick stands to the left of the axes."""


@dataclass(frozen=True)
class Caption:
    """The words of a row. numbers: one text a mark; none for the heading of the rows below it."""

    name: str
    numbers: tuple[str, ...] = ()

    @property
    def lines(self) -> list[str]:
        """The numbers in as few lines as they have room in."""
        return lines(self.numbers, " · ", SIZE)

    @property
    def heads(self) -> list[str]:
        """The name likewise: what it says last tells it from others. A comma stays with what it follows."""
        *parts, last = self.name.split(", ")
        return lines([*(f"{part}," for part in parts), last], " ", _NAME)

    @property
    def words(self) -> float:
        """Inches of the words."""
        return _LINE * (len(self.heads) + len(self.lines)) if self.numbers else _LINE * 1.5

    @property
    def height(self) -> float:
        """Inches of the row."""
        return self.words + BAR + _GAP if self.numbers else self.words


def lines(pieces: Sequence[str], between: str, size: float, room: float = _ROOM) -> list[str]:
    """Pieces in as few lines as they have room in. size: points, room: inches."""
    found: list[str] = []
    for piece in pieces:
        longer = f"{found[-1]}{between}{piece}" if found else piece
        if found and inches(longer, size) <= room:
            found[-1] = longer
        else:
            found.append(piece)
    return found


def height(captions: Sequence[Caption]) -> float:
    """Inches of the rows."""
    return sum(one.height for one in captions)


def places(captions: Sequence[Caption]) -> list[float]:
    """Where the marks of each row stand: inches from the top."""
    return [top + one.words + BAR / 2 for top, one in zip(_tops(captions), captions, strict=True)]


def spread(place: float, count: int, across: float) -> list[float]:
    """Where so many marks of one row stand about its place, none on another. across: what they have together."""
    apart = across / max(count, 2)
    return [place + (number - (count - 1) / 2) * apart for number in range(count)]


def write(axes: Axes, theme: Theme, captions: Sequence[Caption], at: float | None = None) -> None:
    """The words of the rows, into axes whose x axis is set and whose marks are drawn at their places.

    The lines of the axis run beside the marks alone, so that no words lie on them. at: where the strongest runs.
    """
    for top, one in zip(_tops(captions), captions, strict=True):
        shade, weight = (theme.ink, "normal") if one.numbers else (theme.quiet, "bold")
        looks = [(line, shade, _NAME, weight) for line in one.heads]
        looks += [(line, theme.quiet, SIZE, "normal") for line in one.lines]
        for place, (text, colour, size, weight) in enumerate(looks):
            axes.text(
                0, top + _LINE * (place + 0.5), fitted(text, _ROOM, size, weight), color=colour, size=size,
                weight=weight, va="center", transform=axes.get_yaxis_transform(),
            )  # fmt: skip
        if one.numbers:
            ends = (top + one.words, top + one.words + BAR)
            axes.vlines(list(axes.get_xticks()), *ends, color=theme.grid, linewidth=0.8, zorder=0.5)
            if at is not None:
                axes.vlines([at], *ends, color=theme.quiet, linewidth=1.2, zorder=1)
    axes.set_ylim(height(captions), 0)
    axes.grid(visible=False)
    axes.set_yticks([])
    axes.tick_params(labelsize=SIZE)


def _tops(captions: Sequence[Caption]) -> list[float]:
    return [0.0, *itertools.accumulate(one.height for one in captions)][: len(captions)]
