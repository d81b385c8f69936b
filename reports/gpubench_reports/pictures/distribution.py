"""The samples of the headline cells: in the order they were taken, so that drift is seen, and how they spread."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from gpubench.analysis.case import device_in_words
from gpubench.analysis.distribution import Distribution
from gpubench.analysis.doubt import doubtful
from gpubench.analysis.findings import Findings
from gpubench.analysis.quantity import seconds
from gpubench.results.dispersion import percentile
from gpubench_reports.axis import time_unit
from gpubench_reports.canvas import NARROW, Drawing, Narrow, fitted, inches
from gpubench_reports.colour import colour
from gpubench_reports.pictures.forest import names
from gpubench_reports.theme import Theme, marker

_FAR = 3.0
"""Tukey, Exploratory Data Analysis, 1977: quartile ranges beyond the quartiles from which a value is far out."""
_HEIGHT = 1.9
"""Inches of a panel."""
_SIZE = 8.5
"""Points of the letters beside the axes."""
_STRONG, _FAINT, _FEW = 0.9, 0.45, 100
"""Opacity of a strip's dots up to so many, and what it falls to for many, which lie on each other."""
_FOOT = 0.04
"""Of a panel's height, what is below 0, so that a mark there is whole."""
_STRIP = 0.55
"""Of a panel's width, the samples in order have at least so much."""


@dataclass(frozen=True)
class _Form:
    """How panels are set. room: inches of a panel, from where its titles begin. within: of what they begin at the left.

    title: points and weight of its letters. dots: of each launch at most; of more samples every so many-th in order is
    drawn, the extremes always.
    """

    columns: int
    room: float
    within: str
    title: tuple[float, str]
    dots: int


def drawing(findings: Findings, source: str) -> Drawing | None:
    """The picture, a panel a cell; None where nothing was measured."""
    shown = findings.distributions
    if not shown:
        return None
    columns = min(2, len(shown))
    wide = _Form(columns, 8.0 / columns, "axes fraction", (9.5, "bold"), 80)
    narrow = _Form(1, NARROW - 0.1, "figure fraction", (_SIZE, "normal"), 40)

    most = len(findings.headlines)
    left_out = f" Drawn: {len(shown)} of the {most} cells in figures." if len(shown) < most else ""
    signs = {"▲▼: samples": any(_beyond(one, limits(one)) for one in shown),
             "↑↓: intervals": any(_goes_on(one, limits(one)) for one in shown)}  # fmt: skip
    far = f" {', '.join(sign for sign, seen in signs.items() if seen)} beyond the edge." if any(signs.values()) else ""
    doubts = " ⚑: the cell is doubtful." if doubtful(one.cell for one in shown) else ""

    def draw(figure: Figure, theme: Theme) -> list[Line2D]:
        _panels(figure, theme, findings, wide)
        return []

    def draw_narrow(figure: Figure, theme: Theme) -> None:
        _panels(figure, theme, findings, narrow)

    return Drawing(
        name="distribution", title="How much does a step's time vary?",
        subtitle="Left: samples in order, by launch, with its median; the result (dashed) in its 95 % interval. "
        f"Right: share of samples at most that long, earlier launches fainter.{far}{doubts}{left_out}",
        alt="Samples of the headline cells: a strip of them in the order they were taken, launch by launch, with each "
        "launch's median, and beside it the empirical distribution of each launch.",
        source=source, height=math.ceil(len(shown) / columns) * _HEIGHT, draw=draw,
        narrow=Narrow(len(shown) * _HEIGHT, draw_narrow),
    )  # fmt: skip


def _panels(figure: Figure, theme: Theme, findings: Findings, form: _Form) -> None:
    """One a cell."""
    shown, columns = findings.distributions, form.columns
    grid = figure.add_gridspec(math.ceil(len(shown) / columns), 2 * columns, width_ratios=[3, 1.15] * columns)
    for place, one in enumerate(shown):
        row, column = divmod(place, columns)
        run = figure.add_subplot(grid[row, 2 * column])
        share = figure.add_subplot(grid[row, 2 * column + 1], sharey=run)
        _panel(run, share, theme, findings, one, form)
        _title(run, theme, findings, one, form)


def _panel(run: Axes, share: Axes, theme: Theme, findings: Findings, one: Distribution, form: _Form) -> None:
    lo, hi = limits(one)
    _order(run, theme, findings, one, (lo, hi), form)
    _ecdf(share, theme, findings, one)
    scale, unit = time_unit(hi)
    run.set_ylim(lo or -_FOOT * hi, hi)
    run.yaxis.set_major_locator(MaxNLocator(4))
    run.yaxis.set_major_formatter(FuncFormatter(lambda tick, _: f"{tick / scale:.6g} {unit}"))
    for axes in (run, share):
        axes.tick_params(labelsize=_SIZE)
        axes.grid(axis="x", visible=False)
    share.tick_params(axis="y", labelleft=False)


def limits(one: Distribution) -> tuple[float, float]:
    """The part of the time axis that is drawn, seconds: every launch's median and whatever is not far out.

    One sample that took ten times as long, or an interval of three launches that disagree, would press all others
    onto a line; what lies beyond is told at the edge.
    """
    step = one.cell.step
    ordered = sorted(sample for _, samples in one.launches for sample in samples)
    middles = [percentile(sorted(samples), 50) for _, samples in one.launches]
    low, high = percentile(ordered, 25), percentile(ordered, 75)
    reach = max(_FAR * (high - low), 0.01 * high)
    bounds = [bound for bound in (step and step.lo, step and step.hi) if bound]
    ends = [ordered[0], ordered[-1], *bounds]
    lo = min(*middles, max(min(ends), low - reach))
    hi = max(*middles, min(max(ends), high + reach))
    margin = 0.08 * (hi - lo) or 0.01 * hi
    taken = [*ordered, *bounds]
    return max(0.0, -_clear(-lo, margin, [-value for value in taken])), _clear(hi, margin, taken)


def _clear(end: float, margin: float, taken: Sequence[float]) -> float:
    """A limit beyond an end, by one margin, or as far from all that is taken as less than two let it.

    On a sample a line would run half in the panel and half outside.
    """
    among = sorted((end, *(value for value in taken if end < value < end + 2 * margin), end + 2 * margin))
    before, after = max(itertools.pairwise(among), key=lambda gap: gap[1] - gap[0])
    return (before + after) / 2


def _order(
    axes: Axes, theme: Theme, findings: Findings, one: Distribution, shown: tuple[float, float], form: _Form
) -> None:
    """The run-order strip: launches side by side, their samples as they were taken."""
    cell, shade = one.cell, colour(theme, findings, one.cell.device, one.cell.backend)
    starts, centres, gap = _places(one)
    _result(axes, shade, one, shown, -0.5 - 1.5 * gap)
    dots = sum(min(len(samples), form.dots) for _, samples in one.launches)
    alpha = max(_FAINT, _STRONG * min(1.0, math.sqrt(_FEW / dots)))
    for start, (_, samples) in zip(starts, one.launches, strict=False):
        _launch(axes, theme, shade, marker(cell.backend, findings.backends), start, samples, shown, form.dots, alpha)
    words = "launch {}" if all(_named(other, form) for other in findings.distributions) else "{}"
    axes.set_xticks(centres, [words.format(number + 1) for number, _ in one.launches])
    axes.set_xlim(-0.5 - gap * (2 if _goes_on(one, shown) else 1), starts[-1] - 0.5)


def _result(axes: Axes, shade: str, one: Distribution, shown: tuple[float, float], free: float) -> None:
    """The result in its interval, with an arrow to each edge that this goes beyond. free: where no samples stand."""
    step = one.cell.step
    if step is None:
        return
    if step.lo is not None and step.hi is not None:
        axes.axhspan(step.lo, step.hi, color=shade, alpha=0.14, linewidth=0)
    axes.axhline(step.value, color=shade, linewidth=1, linestyle=(0, (4, 3)))
    for edge in _goes_on(one, shown):
        axes.annotate(
            "", (free, edge), (free, 0.18 if edge == 0 else 0.82), xycoords=axes.get_xaxis_transform(),
            arrowprops={"arrowstyle": "->,head_length=0.3,head_width=0.2", "color": shade, "linewidth": 1.2,
                        "shrinkA": 0, "shrinkB": 1},
        )  # fmt: skip


def _goes_on(one: Distribution, shown: tuple[float, float]) -> list[int]:
    """The edges of the axes that the interval goes beyond: 0 for the lower, 1 for the upper."""
    step = one.cell.step
    if step is None or step.lo is None or step.hi is None:
        return []
    return [edge for edge, beyond in enumerate((step.lo < shown[0], step.hi > shown[1])) if beyond]


def _places(one: Distribution) -> tuple[list[float], list[float], float]:
    """Where each launch begins, in samples, and where the last ends; the middle of each; the gap between them."""
    counts = [len(samples) for _, samples in one.launches]
    gap = 0.03 * sum(counts)
    starts = [0.0, *itertools.accumulate(count + gap for count in counts)]
    return starts, [start + (count - 1) / 2 for start, count in zip(starts, counts, strict=False)], gap


def _named(one: Distribution, form: _Form) -> bool:
    """Whether each launch has room for its name below it."""
    starts, centres, _ = _places(one)
    word = starts[-1] * inches(f"launch {len(one.launches)} ", _SIZE) / (_STRIP * form.room)
    return all(after - before > word for before, after in itertools.pairwise(centres))


def _launch(
    axes: Axes, theme: Theme, shade: str, mark: str, start: float, samples: Sequence[float],
    shown: tuple[float, float], most: int, alpha: float,
) -> None:  # fmt: skip
    places = _thinned(samples, most)
    inside = [place for place in places if shown[0] <= samples[place] <= shown[1]]
    dots: dict[str, Any] = {"linestyle": "", "color": shade, "markeredgewidth": 0, "zorder": 2.5}
    axes.plot([start + place for place in inside], [samples[place] for place in inside], marker=mark, markersize=3,
              alpha=alpha, **dots)  # fmt: skip
    inward = 0.03 * (shown[1] - shown[0])
    for beyond, edge, arrow in ((1, shown[1], "^"), (-1, shown[0], "v")):
        out = [start + place for place, sample in enumerate(samples) if beyond * (sample - edge) > 0]
        axes.plot(out, [edge - beyond * inward] * len(out), marker=arrow, markersize=5, **dots)
    middle = percentile(sorted(samples), 50)
    axes.plot(
        [start - 0.5, start + len(samples) - 0.5], [middle, middle], color=theme.ink, linewidth=1.4, zorder=1.5
    )  # fmt: skip


def _beyond(one: Distribution, shown: tuple[float, float]) -> str:
    """How many samples lie outside the axes, and how far: ` ▲ 3 to 22.9 ms ▼ 1 to 143 ms`; empty for none."""
    samples = [sample for _, found in one.launches for sample in found]
    above, below = ([one for one in samples if one > shown[1]], [one for one in samples if one < shown[0]])
    told = [f" ▲ {len(above)} to {seconds(max(above)).text}"] if above else []
    told += [f" ▼ {len(below)} to {seconds(min(below)).text}"] if below else []
    return "".join(told)


def _ecdf(axes: Axes, theme: Theme, findings: Findings, one: Distribution) -> None:
    """Of each launch the share of samples that took at most so long; earlier launches in fainter colour."""
    shade = colour(theme, findings, one.cell.device, one.cell.backend)
    for place, (_, samples) in enumerate(one.launches):
        strength = 0.4 + 0.6 * (place + 1) / len(one.launches)
        axes.ecdf(samples, orientation="horizontal", color=shade, alpha=strength, linewidth=1.4)
    axes.set_xticks([0, 0.5, 1], ["0", "50", "100 %"])
    axes.set_xlim(-0.04, 1.04)


def _title(axes: Axes, theme: Theme, findings: Findings, one: Distribution, form: _Form) -> None:
    cell = one.cell
    run = f"Run {cell.run}: " if cell.run else ""
    device = device_in_words(cell.device, several=len(findings.devices) > 2)
    flag = " ⚑" if doubtful([cell]) else ""
    named = names(cell.case for cell in findings.cells)
    ways = {(one.cell.backend, one.cell.mode) for one in findings.distributions}
    who = ", ".join(filter(None, (cell.how if len(ways) > 1 else "", device if len(findings.devices) > 1 else "")))
    lines = (
        (f"{run}{named[cell.case]}", "", *form.title, theme.ink, 21),
        (
            who,
            f"{': ' if who else ''}{seconds(cell.step).whole}{flag}{_beyond(one, limits(one))}",
            _SIZE,
            "normal",
            theme.quiet,
            9,
        ),
    )
    axes.set_title(" ", size=form.title[0], pad=23)  # keeps the room of both
    for words, kept, size, weight, shade, above in lines:
        text = axes.annotate(
            fitted(words, form.room, size, weight, kept), (0, 1), xycoords=(form.within, "axes fraction"),
            xytext=(0 if form.within == "axes fraction" else 4, above), textcoords="offset points", size=size,
            weight=weight, color=shade,
        )  # fmt: skip
        text.set_in_layout(False)


def _thinned(samples: Sequence[float], most: int) -> list[int]:
    """Places of the samples to draw."""
    if len(samples) <= most:
        return list(range(len(samples)))
    even = {round(place * (len(samples) - 1) / (most - 1)) for place in range(most)}
    extremes = {samples.index(min(samples)), samples.index(max(samples))}
    return sorted(even | extremes)
