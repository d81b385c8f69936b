"""Every sample of the headline cells, launch by launch."""

from __future__ import annotations

import math
import random
import statistics

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from gpubench.analysis.case import device_in_words
from gpubench.analysis.distribution import Distribution
from gpubench.analysis.findings import Findings
from gpubench_reports.canvas import Drawing, label
from gpubench_reports.quantity import seconds
from gpubench_reports.theme import Theme, marker

_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
_DOTS = 150
"""Dots a launch; of more samples every so many-th in order of size is drawn, the extremes always."""


def drawing(findings: Findings, source: str) -> Drawing | None:
    """The picture, a panel a cell; None where nothing was measured."""
    shown = findings.distributions
    if not shown:
        return None
    columns = min(2, len(shown))
    rows = math.ceil(len(shown) / columns)
    launches = max(len(one.launches) for one in shown)

    def draw(figure: Figure, theme: Theme) -> list[Line2D]:
        grid = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes in grid[len(shown) :]:
            axes.set_axis_off()
        for axes, one in zip(grid, shown, strict=False):
            _panel(axes, theme, findings, one)
        return []

    return Drawing(
        name="distribution", title="How much does a step's time vary?",
        subtitle="A dot: one sample. A bar: a launch's median. Dashed: their median, which is the result; "
        "band: its 95 % interval.",
        alt="Samples of the headline cells, one row a launch, each launch's median and the interval.",
        source=source, height=rows * (0.95 + 0.2 * launches), draw=draw,
    )  # fmt: skip


def _panel(axes: Axes, theme: Theme, findings: Findings, one: Distribution) -> None:
    step, cell = one.cell.step, one.cell
    assert step is not None
    colour = theme.colour(cell.device, findings.devices)
    if step.lo is not None and step.hi is not None:
        axes.axvspan(step.lo, step.hi, color=colour, alpha=0.14, linewidth=0)
    axes.axvline(step.value, color=colour, linewidth=1, linestyle=(0, (4, 3)))
    jitter = random.Random(0)
    for place, (_, samples) in enumerate(one.launches):
        dots = _thinned(samples)
        heights = [place + jitter.uniform(-0.22, 0.22) for _ in dots]
        axes.plot(dots, heights, linestyle="", marker=marker(cell.backend, findings.backends), markersize=3,
                  color=colour, alpha=0.35, markeredgewidth=0)  # fmt: skip
        middle = statistics.median(samples)
        axes.plot([middle, middle], [place - 0.36, place + 0.36], color=theme.ink, linewidth=2)
    _dress(axes, theme, findings, one)


def _dress(axes: Axes, theme: Theme, findings: Findings, one: Distribution) -> None:
    cell, step = one.cell, one.cell.step
    assert step is not None
    scale, unit = next(((scale, unit) for scale, unit in _UNITS if step.value >= scale), _UNITS[-1])
    axes.set_ylim(len(one.launches) - 0.45, -0.55)
    axes.set_yticks(range(len(one.launches)), [f"launch {number + 1}" for number, _ in one.launches], size=8.5)
    axes.grid(axis="y", visible=False)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda tick, _: f"{tick / scale:.6g} {unit}"))
    axes.tick_params(axis="x", labelsize=8.5)
    run = f"Run {cell.run}: " if cell.run else ""
    device = device_in_words(cell.device, several=len(findings.devices) > 2)
    axes.set_title(label(f"{run}{cell.case.words}", 58), size=9.5, pad=20)
    axes.annotate(
        label(f"{cell.how} on the {device}: {seconds(step).whole}", 70), (0, 1), xycoords="axes fraction",
        xytext=(0, 6), textcoords="offset points", size=9, color=theme.quiet,
    )  # fmt: skip


def _thinned(samples: tuple[float, ...]) -> list[float]:
    ordered = sorted(samples)
    if len(ordered) <= _DOTS:
        return ordered
    return [ordered[round(place * (len(ordered) - 1) / (_DOTS - 1))] for place in range(_DOTS)]
