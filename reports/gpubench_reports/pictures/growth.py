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
from matplotlib.patheffects import withStroke

from gpubench.analysis.case import device_in_words
from gpubench.analysis.crossover import Crossover
from gpubench.analysis.doubt import doubtful
from gpubench.analysis.findings import Findings
from gpubench.analysis.growth import Curve, Growth
from gpubench.analysis.measured import default_modes
from gpubench.analysis.numeral import written
from gpubench_reports.axis import log_sizes, log_time
from gpubench_reports.canvas import NARROW, Drawing, Narrow, fitted, inches, label
from gpubench_reports.colour import by_backend, colour
from gpubench_reports.pictures.forest import flagged, key, limited
from gpubench_reports.plain import stem
from gpubench_reports.theme import LINES, Theme, line, marker

_PANELS, _KEYS = 4, 6
_NOTE, _POINTS = 0.18, 72
"""Inches of a line of notes, and the points of an inch."""
_LETTERS, _TITLE = 8.5, 10.0
"""Points of a note's letters, and of those of a panel's title."""
_WIDTHS, _SIZES = (2.6, 1.4, 1.2), (8.5, 5.0, 3.5)
"""Points of lines and of marks, from the curve that is drawn first on."""
_LEAST = 0.3
"""Inches that the name of a backend needs to say anything."""
_ROOM = 8.4
"""Inches of the axes of panels that stand side by side, at least."""


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
    columns = min(2, len(shown))
    rows = math.ceil(len(shown) / columns)
    curves = {_who(curve): curve for growth in shown for curve in growth.curves}

    def draw(figure: Figure, theme: Theme) -> list[Line2D]:
        looks = _looks(theme, findings, curves.values())
        _panels(
            figure.subplots(rows, columns, squeeze=False).ravel().tolist(),
            theme,
            findings,
            shown,
            looks,
            _ROOM / columns,
        )
        return [_key(findings, curve, looks[who]) for who, curve in list(curves.items())[:_KEYS]]

    def draw_narrow(figure: Figure, theme: Theme) -> None:
        looks = _looks(theme, findings, curves.values())
        _panels(
            figure.subplots(len(shown), squeeze=False).ravel().tolist(), theme, findings, shown, looks, NARROW - 0.7
        )

    axis = found[0].example.axis
    noted = _NOTE * max(len(_notes(findings, growth)) for growth in shown)
    return Drawing(
        name=name, title=f"{workload}: time of one step against {axis}",
        subtitle="Both axes logarithmic; bars: 95 % interval over launches, often smaller than its mark"
        f"{flagged(cell for growth in shown for one in _crossed(findings, growth) for cell in one.cells)}."
        + limited(len(found), len(shown), "families"),
        alt=f"Step time of {workload} against {axis}, a line for each backend and device, both axes logarithmic.",
        source=source, height=rows * noted + (3.9 if rows == 1 else 3.0 * rows + 0.5), draw=draw,
        narrow=Narrow(len(shown) * (noted + 2.5), draw_narrow),
    )  # fmt: skip


def _panels(
    grid: Sequence[Axes], theme: Theme, findings: Findings, shown: Sequence[Growth], looks: Mapping[object, _Look],
    room: float,
) -> None:  # fmt: skip
    """room: inches that the axes of a panel are wide at least."""
    for axes in grid[len(shown) :]:
        axes.set_axis_off()
    for axes, growth in zip(grid, shown, strict=False):
        _panel(axes, theme, findings, growth, looks, room)


def _panel(
    axes: Axes, theme: Theme, findings: Findings, growth: Growth, looks: Mapping[object, _Look], room: float
) -> None:
    for curve in growth.curves:
        _curve(axes, findings, curve, looks[_who(curve)])
    points = [point for curve in growth.curves for point in curve.points]
    bounds = [bound for _, step in points for bound in (step.lo, step.value, step.hi) if bound is not None]
    notes = _notes(findings, growth)
    log_sizes(axes, [*(size for size, _ in points), *(one.at for one in notes if one.gone and one.at)], room)
    log_time(axes, bounds)
    axes.set_xlabel(label(growth.example.axis, 40))
    case = growth.example
    data = "" if case.data == "resident" else f"data from the {case.data}"
    parts = (f"Run {growth.run}" if growth.run else "", case.params_in_words, case.precision, data)
    title = fitted(", ".join(filter(None, parts)), room, _TITLE, "bold")
    axes.set_title(title, size=_TITLE, pad=8 + _NOTE * _POINTS * len(notes))
    for one in _crossed(findings, growth):
        _cross(axes, theme, findings, one)
    _write(axes, theme, findings, notes, room)


@dataclass(frozen=True)
class _Look:
    """How a curve is drawn. face: of its marks, hollow where its mode is not its backend's usual. rank: 0 is lowest.

    The lower one is, the wider, and others have an edge of the paper's colour: so one that another covers is seen on
    both sides of it.
    """

    shade: str
    dashes: Any
    face: str
    paper: str
    rank: int


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
        found[_who(curve)] = _Look(shade, LINES[place % len(LINES)], face, theme.paper, place)
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
    width, mark = _WIDTHS[min(look.rank, len(_WIDTHS) - 1)], _SIZES[min(look.rank, len(_SIZES) - 1)]
    edge = [withStroke(linewidth=width + 1.4, foreground=look.paper)] if look.rank else []
    axes.errorbar(
        sizes, [step.value for step in steps], yerr=(below, above), color=look.shade, linewidth=width,
        marker=marker(curve.backend, findings.backends), markersize=mark, linestyle=look.dashes, path_effects=edge,
        elinewidth=1.4, capsize=2.5, markerfacecolor=look.face,
    )  # fmt: skip


def _same(one: Crossover, growth: Growth) -> bool:
    return (one.example.run, one.example.case.family) == (growth.run, growth.example.family)


def _crossed(findings: Findings, growth: Growth) -> list[Crossover]:
    """Those of a panel."""
    return [one for one in findings.crossovers if _same(one, growth)]


def _cross(axes: Axes, theme: Theme, findings: Findings, one: Crossover) -> None:
    """Where the device begins to win, with its interval as a band; nothing where that is not told."""
    if not one.told or one.at is None:
        return
    shade, dashes = theme.colour(one.example.device, findings.devices), line(one.example.backend, findings.backends)
    axes.axvline(one.at, color=shade, linewidth=1.1, linestyle=dashes, alpha=0.8)
    if one.interval:
        lo, hi = axes.get_xlim()
        axes.axvspan(one.lo or lo, one.hi or hi, color=shade, alpha=0.08, linewidth=0, zorder=0)


@dataclass(frozen=True)
class _Note:
    """Words above a panel. text: what is said, whom: of what, empty where there is one backend.

    at: the size that they are about; None for the panel's left. gone: no memory from there.
    """

    text: str
    whom: str
    at: float | None
    device: str
    gone: bool = False


def _notes(findings: Findings, growth: Growth) -> list[_Note]:
    """Of its crossovers, then of where its curves end for want of memory, with the mark of that."""
    found, usual, alone = [], default_modes(findings.cells), len(findings.backends) == 1
    for one in _crossed(findings, growth):
        cell = one.example
        whom = cell.how if cell.mode != usual[cell.backend] else "" if alone else cell.backend
        text = f"{_device(findings, cell.device)} {one.brief}{' ⚑' if doubtful(one.cells) else ''}"
        found.append(_Note(text, whom, one.at if one.told else None, cell.device))
    axis = growth.example.axis
    for (name, size), backends in _gone(findings, growth).items():
        text = f"× {_device(findings, name)} out of memory from {axis} {written(size)} on"
        found.append(_Note(text, "" if alone else ", ".join(dict.fromkeys(backends)), size, name, gone=True))
    return found


def _gone(findings: Findings, growth: Growth) -> dict[tuple[str, float], list[str]]:
    """By device and size the backends whose curve ends before it, since memory did not suffice."""
    last = {_who(curve): curve.points[-1][0] for curve in growth.curves}
    first: dict[tuple[str, str, str], float] = {}
    for cell in findings.not_ok:
        size, who = cell.case.size, (cell.backend, cell.mode, cell.device)
        here = (cell.run, cell.case.family, cell.status) == (growth.run, growth.example.family, "oom")
        if here and isinstance(size, (int, float)) and size > last.get(who, math.inf):
            first[who] = min(float(size), first.get(who, math.inf))
    found: dict[tuple[str, float], list[str]] = defaultdict(list)
    for (backend, _, device), size in first.items():
        found[device, size].append(backend)
    return found


def _write(axes: Axes, theme: Theme, findings: Findings, notes: Sequence[_Note], room: float) -> None:
    """Notes above a panel, one a line, where no curve runs. room: inches that the panel is wide.

    Each stands at its size; where it is too long for that, at the nearer edge.
    """
    lo, hi = axes.get_xlim()
    for number, one in enumerate(notes):
        shade = theme.colour(one.device, findings.devices)
        share = math.log(one.at / lo) / math.log(hi / lo) if one.at else 0.0
        if one.gone:
            axes.plot([share], [1], transform=axes.transAxes, marker="X", markersize=7, color=shade,
                      markeredgewidth=0, linestyle="", clip_on=False)  # fmt: skip
        free = {"left": 1 - share, "center": 2 * min(share, 1 - share), "right": share}
        side = max(free, key=lambda side: free[side])
        text = ", ".join(filter(None, (one.text, one.whom)))
        if inches(text, _LETTERS) > free[side] * room:
            side, share = ("left", 0.0) if share < 0.5 else ("right", 1.0)
            left = room - inches(f"{one.text}, ", _LETTERS)
            text = f"{one.text}, {fitted(one.whom, left, _LETTERS)}" if one.whom and left > _LEAST else one.text
        note = axes.annotate(
            text, (share, 1), xycoords="axes fraction",
            xytext=(0, 6 + _NOTE * _POINTS * number), textcoords="offset points", size=_LETTERS, color=shade, ha=side,
            va="bottom",
        )  # fmt: skip
        note.set_in_layout(False)


def _device(findings: Findings, device: str) -> str:
    return device_in_words(device, several=len(findings.devices) > 2)
