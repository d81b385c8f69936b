"""Ratios with their intervals, one row a case: the form that speed-ups and comparisons of backends share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from gpubench.analysis.case import Case
from gpubench.analysis.ratio import Answer, Ratio
from gpubench_reports.axis import factor, log_factor
from gpubench_reports.canvas import label
from gpubench_reports.theme import Theme

ROW = 0.3
"""Inches a row."""
MOST = 24


@dataclass(frozen=True)
class Mark:
    """One ratio in a row. hollow: no difference was told."""

    ratio: Ratio
    colour: str
    marker: str
    words: str

    @property
    def hollow(self) -> bool:
        """Whether the interval holds 1."""
        return self.ratio.answer is Answer.UNDECIDED


@dataclass(frozen=True)
class Row:
    """A case with the ratios that belong to it; without any it is the heading of the rows below it."""

    name: str
    marks: tuple[Mark, ...]


def forest(axes: Axes, theme: Theme, rows: Sequence[Row]) -> None:
    """Fill axes: rows from the top, names on the left, the numbers in words on the right."""
    ratios = [mark.ratio for row in rows for mark in row.marks]
    lo, hi = reach(ratios)
    log_factor(axes, [min(max(bound, lo), hi) for ratio in ratios for bound in _extent(ratio)])
    axes.axvline(1, color=theme.quiet, linewidth=1.2)
    for place, row in enumerate(rows):
        for number, mark in enumerate(row.marks):
            _mark(axes, theme, place + (number - (len(row.marks) - 1) / 2) * 0.3, mark, (lo, hi))
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_yticks(range(len(rows)), [label(row.name, 58) for row in rows])
    for row, name in zip(rows, axes.get_yticklabels(), strict=True):
        if not row.marks:
            name.set(color=theme.quiet, weight="bold", size=9)
    axes.grid(axis="y", visible=False)
    right = axes.secondary_yaxis("right")
    right.set_yticks(range(len(rows)), [label(" · ".join(mark.words for mark in row.marks), 60) for row in rows])
    right.tick_params(labelcolor=theme.quiet, labelsize=9)
    right.spines["right"].set_visible(False)


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
    face = theme.paper if mark.hollow else mark.colour
    axes.plot(
        [ratio.value], [place], marker=mark.marker, markersize=7.5, markerfacecolor=face, markeredgecolor=mark.colour,
        markeredgewidth=1.6, linestyle="",
    )  # fmt: skip


def _goes_on(
    axes: Axes, theme: Theme, place: float, colour: str, end: float, arrow: str, side: str, bound: float
) -> None:
    """An arrow where an interval leaves the axes, with the number it goes on to."""
    axes.plot([end], [place], marker=arrow, markersize=7, color=colour, linestyle="")
    axes.annotate(
        factor(bound), (end, place), xytext=(0, 5), textcoords="offset points", size=8, color=theme.quiet,
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


_SEVERAL = 3


def names(cases: Iterable[Case]) -> dict[Case, str]:
    """What to call each case, in few words: how it differs from what is usual among its workload's cases here.

    A parameter of three values or more is always told; of others, of precision and of data what is not the usual one.
    """
    found = list(dict.fromkeys(cases))
    return {case: _name(case, [other for other in found if other.workload == case.workload]) for case in found}


def _name(case: Case, alike: Sequence[Case]) -> str:
    told = [value for name, value in case.params if _tells(value, [dict(other.params).get(name) for other in alike])]
    rest = [case.precision] if _tells(case.precision, [other.precision for other in alike]) else []
    if _tells(case.data, [other.data for other in alike]):
        rest.append(f"{case.data} data")
    return ", ".join([case.workload, *map(str, told), f"{case.axis} {case.size}", *rest])


def _tells(value: object, among: Sequence[object]) -> bool:
    """Whether a value has to be named among those of other cases."""
    counts = Counter(among)
    return len(counts) >= _SEVERAL or value != counts.most_common(1)[0][0]


def limited(count: int, shown: int, what: str) -> str:
    """A sentence where not all are drawn; empty where they are."""
    return f" {shown} of {count} {what} drawn; the table has all." if shown < count else ""
