"""Time against size, one picture a workload."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
        curves = {_who(curve): curve for growth in shown for curve in growth.curves}
        looks = _looks(theme, findings, curves.values())
        for axes, growth in zip(grid, shown, strict=False):
            _panel(axes, theme, findings, growth, looks)
        return [_key(findings, curve, looks[who]) for who, curve in list(curves.items())[:_KEYS]]

    axis = found[0].example.axis
    return Drawing(
        name=name, title=f"{workload}: time of one step against {axis}",
        subtitle="Both axes logarithmic; bars: 95 % interval over launches, often smaller than its mark."
        + limited(len(found), len(shown), "families"),
        alt=f"Step time of {workload} against {axis}, a line for each backend and device, both axes logarithmic.",
        source=source, height=3.9 if rows == 1 else 3.0 * rows + 0.5, draw=draw,
    )  # fmt: skip


def _panel(axes: Axes, theme: Theme, findings: Findings, growth: Growth, looks: Mapping[object, _Look]) -> None:
    for curve in growth.curves:
        _curve(axes, findings, curve, looks[_who(curve)])
    points = [point for curve in growth.curves for point in curve.points]
    bounds = [bound for _, step in points for bound in (step.lo, step.value, step.hi) if bound is not None]
    log_sizes(axes, [size for size, _ in points])
    log_time(axes, bounds)
    axes.set_xlabel(label(growth.example.axis, 40))
    case = growth.example
    data = "" if case.data == "resident" else f"data from the {case.data}"
    parts = (f"Run {growth.run}" if growth.run else "", case.params_in_words, case.precision, data)
    axes.set_title(label(", ".join(filter(None, parts)), 60))
    crossed = [one for one in findings.crossovers if _same(one, growth) and (one.at is not None or not one.told)]
    for number, one in enumerate(crossed):
        _mark(axes, theme, findings, one, number)


@dataclass(frozen=True)
class _Look:
    """How a curve is drawn. face: of its marks, hollow where its mode is not its backend's usual."""

    shade: str
    dashes: Any
    face: str


def _looks(theme: Theme, findings: Findings, curves: Iterable[Curve]) -> dict[object, _Look]:
    """By curve. Each backend in each of its modes has a line, the usual modes first, as elsewhere.

    Of one backend on one device, its modes have the colours.
    """
    usual = default_modes(findings.cells)
    ways = dict.fromkeys((cell.backend, cell.mode) for cell in findings.cells)
    ordered = sorted(ways, key=lambda way: (usual[way[0]] != way[1], findings.backends.index(way[0])))
    found: dict[object, _Look] = {}
    for curve in curves:
        place = ordered.index((curve.backend, curve.mode))
        shade = colour(theme, findings, curve.device, curve.backend)
        if by_backend(findings) and len(findings.backends) == 1:
            shade = theme.colour(curve.mode, [mode for _, mode in ordered])
        face = shade if usual[curve.backend] == curve.mode else theme.paper
        found[_who(curve)] = _Look(shade, LINES[place % len(LINES)], face)
    return found


def _who(curve: Curve) -> tuple[str, str, str]:
    return (curve.backend, curve.mode, curve.device)


def _key(findings: Findings, curve: Curve, look: _Look) -> Line2D:
    words = f"{curve.backend} ({curve.mode}), {_device(findings, curve.device)}"
    entry = key(look.shade, marker(curve.backend, findings.backends), words, look.dashes)
    entry.set_markerfacecolor(look.face)
    return entry


def _curve(axes: Axes, findings: Findings, curve: Curve, look: _Look) -> None:
    sizes, steps = zip(*curve.points, strict=True)
    below = [0 if step.lo is None else step.value - step.lo for step in steps]
    above = [0 if step.hi is None else step.hi - step.value for step in steps]
    axes.errorbar(
        sizes, [step.value for step in steps], yerr=(below, above), color=look.shade, linewidth=1.8,
        marker=marker(curve.backend, findings.backends), markersize=6.5, linestyle=look.dashes,
        elinewidth=1.4, capsize=2.5, markerfacecolor=look.face,
    )  # fmt: skip


def _same(one: Crossover, growth: Growth) -> bool:
    return (one.example.run, one.example.case.family) == (growth.run, growth.example.family)


def _mark(axes: Axes, theme: Theme, findings: Findings, one: Crossover, number: int) -> None:
    """Where the device begins to win, with its interval as a band; in words alone where that is not told."""
    shade, device = theme.colour(one.example.device, findings.devices), _device(findings, one.example.device)
    lo, hi = axes.get_xlim()
    text, at = f"from where the {device} wins: not told", lo
    if one.told and one.at is not None:
        text, at = f"{device} wins from {one.where}", one.at
        dashes = line(one.example.backend, findings.backends)
        axes.axvline(at, color=shade, linewidth=1.1, linestyle=dashes, alpha=0.8)
        if one.interval:
            axes.axvspan(one.lo or lo, one.hi or hi, color=shade, alpha=0.08, linewidth=0, zorder=0)
    left = at <= math.sqrt(lo * hi)
    note = axes.annotate(
        f"{label(text, 46)}\n{label(one.example.backend, 40)}", (at, 1), xycoords=axes.get_xaxis_transform(),
        xytext=(4 if left else -4, -6 - 26 * number), textcoords="offset points", size=8.5, color=shade,
        ha="left" if left else "right", va="top", linespacing=1.2,
        bbox={"facecolor": theme.paper, "edgecolor": "none", "alpha": 0.75, "pad": 0.5},
    )  # fmt: skip
    note.set_in_layout(False)


def _device(findings: Findings, device: str) -> str:
    return device_in_words(device, several=len(findings.devices) > 2)
