"""Ratios with their intervals, one row a case: the form that speed-ups and comparisons of backends share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from gpubench.analysis.case import Case
from gpubench.analysis.doubt import doubtful
from gpubench.analysis.measured import Measured
from gpubench.analysis.numeral import decimals, fixed
from gpubench.analysis.ratio import Ratio
from gpubench_reports.axis import factor, log_factor
from gpubench_reports.canvas import NARROW, label
from gpubench_reports.pictures import stack
from gpubench_reports.theme import Theme

ROW = 0.3
"""Inches a row."""
MOST = 24
LETTERS = 64
"""Of a row's name."""
_ROOM = 4.0
"""Inches that an axis has beside its names and numbers, or more."""
_ACROSS = 0.7
"""Of a row, its marks have so much of its height."""
_NAMED = 40
"""Letters of a name up to which parameters are named: more would leave no room for the bars."""


@dataclass(frozen=True)
class Mark:
    """One ratio in a row. hollow: no difference was told."""

    ratio: Ratio
    colour: str
    marker: str
    words: str

    @property
    def hollow(self) -> bool:
        """Whether no difference is told."""
        return self.ratio.untold


@dataclass(frozen=True)
class Row:
    """A case with the ratios that belong to it; without any it is the heading of the rows below it."""

    name: str
    marks: tuple[Mark, ...]


def forest(axes: Axes, theme: Theme, rows: Sequence[Row]) -> None:
    """Fill axes: rows from the top, names on the left, the numbers in words on the right."""
    axes.axvline(1, color=theme.quiet, linewidth=1.2, zorder=1)
    _bars(axes, theme, rows, range(len(rows)), _ACROSS, _ROOM)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_yticks(range(len(rows)), [label(row.name, LETTERS) for row in rows])
    for row, name in zip(rows, axes.get_yticklabels(), strict=True):
        if not row.marks:
            name.set(color=theme.quiet, weight="bold", size=9)
    axes.grid(axis="y", visible=False)
    right = axes.secondary_yaxis("right")
    right.set_yticks(range(len(rows)), [label(" · ".join(mark.words for mark in row.marks), 60) for row in rows])
    right.tick_params(labelcolor=theme.quiet, labelsize=9)
    right.spines["right"].set_visible(False)
    right.grid(visible=False)


def stacked(axes: Axes, theme: Theme, rows: Sequence[Row]) -> None:
    """The same for a telephone, `stacked_height` inches high."""
    captions = _captions(rows)
    _bars(axes, theme, rows, stack.places(captions), stack.BAR, NARROW - 0.9)
    stack.write(axes, theme, captions, at=1)


def stacked_height(rows: Sequence[Row]) -> float:
    """Inches of the rows of `stacked`."""
    return stack.height(_captions(rows))


def _captions(rows: Sequence[Row]) -> list[stack.Caption]:
    return [stack.Caption(row.name, tuple(mark.words for mark in row.marks)) for row in rows]


def _bars(axes: Axes, theme: Theme, rows: Sequence[Row], places: Iterable[float], across: float, room: float) -> None:
    """The intervals with their ratios. across: what those of one row have together. room: inches of the axis."""
    ratios = [mark.ratio for row in rows for mark in row.marks]
    lo, hi = reach(ratios)
    log_factor(axes, [min(max(bound, lo), hi) for ratio in ratios for bound in _extent(ratio)], room)
    for place, row in zip(places, rows, strict=True):
        for own, mark in zip(stack.spread(place, len(row.marks), across), row.marks, strict=True):
            _mark(axes, theme, own, mark, (lo, hi))


def _extent(ratio: Ratio) -> tuple[float, ...]:
    return tuple(bound for bound in (ratio.lo, ratio.value, ratio.hi) if bound is not None)


def _mark(axes: Axes, theme: Theme, place: float, mark: Mark, shown: tuple[float, float]) -> None:
    ratio = mark.ratio
    if ratio.lo is not None and ratio.hi is not None:
        ends = [min(max(bound, shown[0]), shown[1]) for bound in (ratio.lo, ratio.hi)]
        axes.plot(ends, [place, place], color=mark.colour, linewidth=2.4, solid_capstyle="round", alpha=0.6)
        for bound, end, arrow, side in ((ratio.lo, ends[0], "<", "left"), (ratio.hi, ends[1], ">", "right")):
            if bound != end:
                _goes_on(axes, theme, place, mark.colour, end, arrow, side, bound)
    face, edge = (theme.paper, mark.colour) if mark.hollow else (mark.colour, theme.paper)
    axes.plot(
        [ratio.value], [place], marker=mark.marker, markersize=7.5 if mark.hollow else 9.0, markerfacecolor=face,
        markeredgecolor=edge, markeredgewidth=1.6 if mark.hollow else 1.0, linestyle="",
    )  # fmt: skip


def _goes_on(
    axes: Axes, theme: Theme, place: float, colour: str, end: float, arrow: str, side: str, bound: float
) -> None:
    """An arrow where an interval leaves the axes, with the number it goes on to."""
    axes.plot([end], [place], marker=arrow, markersize=7, color=colour, linestyle="")
    axes.annotate(
        factor(bound), (end, place), xytext=(0, 3), textcoords="offset points", size=7.5, color=theme.quiet,
        ha=side, va="bottom",
    )  # fmt: skip


def reach(ratios: Sequence[Ratio]) -> tuple[float, float]:
    """How far intervals are drawn: as far beyond the ratios as these are apart, in logarithms, and threefold at least.

    One interval of launches that disagree would press all others onto a line.
    """
    values = [1.0, *(ratio.value for ratio in ratios)]
    lo, hi = min(values), max(values)
    beyond = max(hi / lo, 3.0)
    return lo / beyond, hi * beyond


def key(colour: str, marker: str, name: str, line: object = "") -> Line2D:
    """An entry of a legend. line: a style or, which matplotlib's types leave out, dashes in points."""
    return Line2D([], [], color=colour, marker=marker, linestyle=line, markersize=7, label=label(name, 40))  # type: ignore[arg-type]


def said(whose: str, ratio: Ratio, cells: Iterable[Measured]) -> str:
    """A mark in words: no number where no difference is told, and a small flag where a cell it rests on has one.

    Three digits at most: without their intervals, numbers of more beside others of fewer look exact.
    """
    places = min(decimals(ratio.value), decimals(ratio.value, ratio.lo, ratio.hi))
    return f"{whose}{'–' if ratio.untold else f'{fixed(ratio.value, places)}×'}{' ⚑' if doubtful(cells) else ''}"


def flagged(cells: Iterable[Measured]) -> str:
    """What the small flag means, where there is one."""
    return "; ⚑: rests on a doubtful cell" if doubtful(cells) else ""


def names(cases: Iterable[Case], letters: int = _NAMED) -> dict[Case, str]:
    """What to call each case, in few words: all that cases of its workload differ in here is told of each of them.

    A parameter is told by its name and value (`into kept`), by its value alone where a case of its workload would have
    more than so many letters.
    """
    by_workload: dict[str, list[Case]] = defaultdict(list)
    for case in dict.fromkeys(cases):
        by_workload[case.workload].append(case)
    found: dict[Case, str] = {}
    for alike in by_workload.values():
        params = [dict(case.params) for case in alike]
        told = {name for own in params for name in own if _differs(one.get(name) for one in params)}
        rest = (_differs(one.precision for one in alike), _differs(one.data for one in alike))
        whole, short = ({case: _name(case, told, rest, named=named) for case in alike} for named in (True, False))
        found |= whole if all(len(name) <= letters for name in whole.values()) else short
    return found


def _differs(values: Iterable[object]) -> bool:
    return len(set(values)) > 1


def _name(case: Case, told: Collection[str], rest: tuple[bool, bool], *, named: bool) -> str:
    params = [f"{name} {value}" if named else str(value) for name, value in case.params if name in told]
    others = [text for text, tells in zip((case.precision, f"{case.data} data"), rest, strict=True) if tells]
    return ", ".join([case.workload, *params, case.sized, *others])


def limited(count: int, shown: int, what: str) -> str:
    """A sentence where not all are drawn, which `chosen` chooses; empty where they are."""
    if shown >= count:
        return ""
    return f" {shown} of {count} {what} drawn, the smallest and largest sizes first; the report's table has all."
