"""Time against size, one picture a workload."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from gpubench.analysis.case import device_in_words
from gpubench.analysis.crossover import Crossover
from gpubench.analysis.findings import Findings
from gpubench.analysis.growth import Curve, Growth
from gpubench.analysis.measured import default_modes
from gpubench_reports.axis import log_sizes, log_time
from gpubench_reports.canvas import Drawing, label
from gpubench_reports.colour import by_backend, colour
from gpubench_reports.pictures.forest import key, limited
from gpubench_reports.plain import stem
from gpubench_reports.theme import LINES, Theme, line, marker

_PANELS, _KEYS = 4, 6


def drawings(findings: Findings, source: str) -> dict[str, Drawing]:
    """A picture for each workload that was measured at several sizes, by the workload's name."""
    by_workload: dict[str, list[Growth]] = defaultdict(list)
    for growth in findings.growths:
        by_workload[growth.example.workload].append(growth)
    names: dict[str, str] = {}
    for workload in by_workload:
        name = f"crossover-{stem(workload)}"
        while name in names.values():
            name += "-"
        names[workload] = name
    return {
        workload: _drawing(findings, workload, names[workload], found, source)
        for workload, found in by_workload.items()
    }


def _drawing(findings: Findings, workload: str, name: str, found: Sequence[Growth], source: str) -> Drawing:
    shown = sorted(found, key=lambda growth: -sum(len(curve.points) for curve in growth.curves))[:_PANELS]
    rows = math.ceil(len(shown) / 2)

    def draw(figure: Figure, theme: Theme) -> list[Line2D]:
        grid = figure.subplots(rows, min(2, len(shown)), squeeze=False).ravel()
        for axes in grid[len(shown) :]:
            axes.set_axis_off()
        for axes, growth in zip(grid, shown, strict=False):
            _panel(axes, theme, findings, growth)
        curves = {(c.backend, c.mode, c.device): c for growth in shown for c in growth.curves}
        return [_key(theme, findings, curve) for curve in list(curves.values())[:_KEYS]]

    axis = found[0].example.axis
    return Drawing(
        name=name, title=f"{workload}: time of one step against {axis}",
        subtitle="Both axes logarithmic; bars: 95 % interval over launches, often smaller than its mark."
        + limited(len(found), len(shown), "families"),
        alt=f"Step time of {workload} against {axis}, a line for each backend and device, both axes logarithmic.",
        source=source, height=3.9 if rows == 1 else 3.0 * rows + 0.5, draw=draw,
    )  # fmt: skip


def _panel(axes: Axes, theme: Theme, findings: Findings, growth: Growth) -> None:
    for curve in growth.curves:
        _curve(axes, theme, findings, curve)
    points = [point for curve in growth.curves for point in curve.points]
    bounds = [bound for _, step in points for bound in (step.lo, step.value, step.hi) if bound is not None]
    log_sizes(axes, [size for size, _ in points])
    log_time(axes, bounds)
    axes.set_xlabel(label(growth.example.axis, 40))
    case = growth.example
    data = "" if case.data == "resident" else f"data from the {case.data}"
    parts = (f"Run {growth.run}" if growth.run else "", case.params_in_words, case.precision, data)
    axes.set_title(label(", ".join(filter(None, parts)), 60))
    crossed = [one for one in findings.crossovers if one.at is not None and _same(one, growth)]
    for number, one in enumerate(crossed):
        _mark(axes, theme, findings, one, number)


def _key(theme: Theme, findings: Findings, curve: Curve) -> Line2D:
    words = f"{curve.backend} ({curve.mode}), {_device(findings, curve.device)}"
    mark, dashes = marker(curve.backend, findings.backends), _dashes(findings, curve)
    entry = key(_shade(theme, findings, curve), mark, words, dashes)
    entry.set_markerfacecolor(_face(theme, findings, curve))
    return entry


def _ways(findings: Findings) -> list[tuple[str, str]]:
    """Each backend with each of its modes, the usual ones first, so that these look as they do elsewhere."""
    usual = default_modes(findings.cells)
    found = dict.fromkeys((cell.backend, cell.mode) for cell in findings.cells)
    return sorted(found, key=lambda way: (usual[way[0]] != way[1], findings.backends.index(way[0])))


def _dashes(findings: Findings, curve: Curve) -> object:
    return LINES[_ways(findings).index((curve.backend, curve.mode)) % len(LINES)]


def _shade(theme: Theme, findings: Findings, curve: Curve) -> str:
    """Of one backend on one device, its modes have the colours."""
    if by_backend(findings) and len(findings.backends) == 1:
        return theme.colour(curve.mode, [mode for _, mode in _ways(findings)])
    return colour(theme, findings, curve.device, curve.backend)


def _face(theme: Theme, findings: Findings, curve: Curve) -> str:
    """Hollow where a mode is not its backend's usual."""
    usual = default_modes(findings.cells)[curve.backend] == curve.mode
    return _shade(theme, findings, curve) if usual else theme.paper


def _curve(axes: Axes, theme: Theme, findings: Findings, curve: Curve) -> None:
    sizes, steps = zip(*curve.points, strict=True)
    below = [0 if step.lo is None else step.value - step.lo for step in steps]
    above = [0 if step.hi is None else step.hi - step.value for step in steps]
    dashes: Any = _dashes(findings, curve)
    axes.errorbar(
        sizes, [step.value for step in steps], yerr=(below, above), color=_shade(theme, findings, curve), linewidth=1.8,
        marker=marker(curve.backend, findings.backends), markersize=6.5, linestyle=dashes,
        elinewidth=1.4, capsize=2.5, markerfacecolor=_face(theme, findings, curve),
    )  # fmt: skip


def _same(one: Crossover, growth: Growth) -> bool:
    return (one.example.run, one.example.case.family) == (growth.run, growth.example.family)


def _mark(axes: Axes, theme: Theme, findings: Findings, one: Crossover, number: int) -> None:
    assert one.at is not None
    shade = theme.colour(one.example.device, findings.devices)
    axes.axvline(one.at, color=shade, linewidth=1.1, linestyle=line(one.example.backend, findings.backends), alpha=0.8)
    text = label(f"{_device(findings, one.example.device)} wins from {one.at:,.0f} ({one.example.backend})", 40)
    axes.annotate(
        text, (one.at, 1), xycoords=axes.get_xaxis_transform(), xytext=(4, -6 - 13 * number),
        textcoords="offset points", size=8.5, color=shade, va="top",
    )  # fmt: skip


def _device(findings: Findings, device: str) -> str:
    return device_in_words(device, several=len(findings.devices) > 2)
