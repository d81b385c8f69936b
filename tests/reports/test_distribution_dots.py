"""How strongly the dots of a strip of samples are drawn: few are seen each, and many don't merge into a bar."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from gpubench.analysis.distribution import Distribution
from gpubench.analysis.findings import Findings
from gpubench_reports.pictures import distribution
from gpubench_reports.theme import DARK, LIGHT, Theme

Colour = tuple[float, ...]


def strip(findings: Findings, theme: Theme, counts: tuple[int, ...]) -> tuple[str, float, float]:
    """The colour of the dots of launches of so many samples, their opacity, and that of the interval behind them."""
    one = findings.distributions[0]
    launches = tuple((number, (0.9, 1.1) * (count // 2)) for number, count in enumerate(counts))
    cell = replace(one.cell, step=replace(one.cell.step, value=1.0, lo=0.95, hi=1.05))
    drawing = distribution.drawing(replace(findings, distributions=(Distribution(cell, launches),)), "")
    assert drawing is not None
    figure = Figure()
    drawing.draw(figure, theme)
    axes = figure.axes[0]
    dots = {
        (line.get_color(), line.get_alpha()) for line in axes.lines if line.get_marker() == "o" and line.get_alpha()
    }
    ((shade, alpha),) = dots
    (band,) = (patch for patch in axes.patches if isinstance(patch, Rectangle))
    return shade, alpha, band.get_alpha()


def over(upper: Colour, lower: Colour, alpha: float) -> Colour:
    return tuple(alpha * one + (1 - alpha) * other for one, other in zip(upper, lower, strict=True))


def contrast(*colours: Colour) -> float:
    """As WCAG 2.2 defines it."""
    linear = [[part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in one] for one in colours]
    low, high = sorted(0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in linear)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("counts", [(10,), (8, 10, 22), (22, 12, 6), (40, 40, 20)])
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_few_dots_stand_out_from_the_interval_in_every_colour(gpu_findings, theme: Theme, counts) -> None:
    for first in range(len(theme.palette)):
        turned = replace(theme, palette=theme.palette[first:] + theme.palette[:first])
        shade, alpha, behind = strip(gpu_findings, turned, counts)
        band = over(to_rgb(shade), to_rgb(theme.paper), behind)
        assert contrast(over(to_rgb(shade), band, alpha), band) >= 3, shade


def test_the_more_there_are_the_fainter_each_is_and_nowhere_suddenly(gpu_findings) -> None:
    strengths = [strip(gpu_findings, LIGHT, (count,) * 6)[1] for count in range(2, 90, 2)]
    assert strengths == sorted(strengths, reverse=True)
    assert max(before - after for before, after in itertools.pairwise(strengths)) < 0.1
    assert strengths[-1] <= strengths[0] / 2
