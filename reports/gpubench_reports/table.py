"""A table as values: what a template draws without knowing what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_SIDE_BY_SIDE = 11
"""Columns that 1280 pixels have room for."""

_ASIDES = 2
"""Columns of asides among them, which are the widest, that there is room for."""


@dataclass(frozen=True)
class Column:
    """number: aligned right, digits of equal width. fold: left out where all rows say the same, and said once.

    aside: the title of a second column that holds the entries' asides; None where they have none.
    named: on a narrow screen the title stands before each entry, as before numbers, since it doesn't speak for itself.
    """

    title: str
    number: bool = False
    fold: bool = False
    aside: str | None = None
    named: bool = False


@dataclass(frozen=True)
class Entry:
    """text, and an aside in smaller print. mark: a class of the style sheet, or nothing. value: what it sorts by.

    doubt: the flags that make the figure doubtful, in words; a small flag stands before it, which says them.
    """

    text: str
    aside: str = ""
    mark: str = ""
    value: float | None = None
    doubt: str = ""


@dataclass(frozen=True)
class Group:
    """Rows under a heading; without a heading where it is empty."""

    title: str
    rows: tuple[tuple[Entry, ...], ...]


@dataclass(frozen=True)
class Table:
    """caption: what it is. alike: what all rows have in common, in words."""

    caption: str
    columns: tuple[Column, ...]
    groups: tuple[Group, ...]
    alike: str = ""

    @property
    def width(self) -> int:
        """Columns with those of asides, as they are drawn where these stand beside their figures."""
        return sum(1 if column.aside is None else 2 for column in self.columns)

    @property
    def dense(self) -> bool:
        """Whether asides stand below their figures: side by side, so many columns would not fit on a usual screen."""
        return self.width > _SIDE_BY_SIDE or self.width - len(self.columns) > _ASIDES

    @property
    def doubtful(self) -> bool:
        """Whether a figure in it is marked as doubtful."""
        return any(entry.doubt for group in self.groups for row in group.rows for entry in row)

    @property
    def longest(self) -> int:
        """Rows of the longest group."""
        return max((len(group.rows) for group in self.groups), default=0)

    @property
    def count(self) -> int:
        """Rows of all groups."""
        return sum(len(group.rows) for group in self.groups)


def table(caption: str, columns: Sequence[Column], groups: Sequence[tuple[str, Sequence[Sequence[Entry]]]]) -> Table:
    """A table without its columns that say nothing; a foldable one that says one thing says it in `alike`."""
    rows = [row for _, found in groups for row in found]
    said = [{row[place].text for row in rows} for place in range(len(columns))]
    folded = [column.fold and len(said[place]) < 2 for place, column in enumerate(columns)]
    keep = [place for place, gone in enumerate(folded) if not gone]
    alike = [
        f"{columns[place].title.lower()} {text}"
        for place, gone in enumerate(folded)
        if gone
        for text in said[place]
        if text
    ]
    kept = tuple(Group(title, tuple(tuple(row[place] for place in keep) for row in found)) for title, found in groups)
    return Table(caption, tuple(columns[place] for place in keep), kept, ", ".join(alike))
