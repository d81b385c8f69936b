"""Time against size, one picture a workload."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.transforms import ScaledTranslation

from gpubench.analysis.case import device_in_words
from gpubench.analysis.crossover import Crossover
from gpubench.analysis.doubt import doubtful
from gpubench.analysis.findings import Findings
from gpubench.analysis.growth import Curve, Growth
from gpubench.analysis.measured import default_modes
from gpubench_reports.axis import log_sizes, log_time
from gpubench_reports.canvas import NARROW, Drawing, Narrow, fitted, label
from gpubench_reports.colour import by_backend, colour
from gpubench_reports.pictures.forest import key, limited
from gpubench_reports.pictures.notes import crossed, height, notes, write
from gpubench_reports.plain import stem
from gpubench_reports.theme import LINES, Theme, line, marker

_PANELS, _KEYS = 4, 6
_TITLE, _POINTS = 10.0, 72
"""Points of a panel's title, and of an inch."""
_ASIDE = 3.5
"""Points from the marks of one curve to those of the next at one size, at most: so no interval hides another."""
_WIDTHS, _SIZES = (2.6, 1.4, 1.2), (8.5, 5.0, 3.5)
"""Points of lines and of marks, from the curve that is drawn first on."""
_ROOM = 8.4
"""Inches of the axes of panels that stand side by side, at least."""
_BEYOND = 0.2
"""Inches more beside the last size where a mark stands at the edge: so it does not stand above that size."""
_MANY, _SPREAD, _CLEAR = 12, 0.8, 9.0
"""Sizes that may all be marked, the part of an axis that they take, and points between two marks where there are more.
"""


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
    fullest = sorted(range(len(found)), key=lambda at: -sum(len(curve.points) for curve in found[at].curves))
    shown = [found[at] for at in sorted(fullest[:_PANELS])]
    columns = min(2, len(shown))
    rows = math.ceil(len(shown) / columns)
    wide, thin = _ROOM / columns, NARROW - 0.7
    curves = {_who(curve): curve for growth in shown for curve in growth.curves}

    def draw(figure: Figure, theme: Theme) -> list[Line2D]:
        looks = _looks(theme, findings, curves.values())
        _panels(
            figure.subplots(rows, columns, squeeze=False).ravel().tolist(),
            theme,
            findings,
            shown,
            looks,
            wide,
        )
        return [_key(findings, curve, looks[who]) for who, curve in list(curves.items())[:_KEYS]]

    def draw_narrow(figure: Figure, theme: Theme) -> None:
        looks = _looks(theme, findings, curves.values())
        _panels(figure.subplots(len(shown), squeeze=False).ravel().tolist(), theme, findings, shown, looks, thin)

    axis = found[0].example.axis
    noted, thinly = (max(height(notes(findings, growth), room) for growth in shown) for room in (wide, thin))
    return Drawing(
        name=name, title=f"{workload}: time of one step against {axis}",
        subtitle=_subtitle(shown, wide) + limited(len(found), len(shown), "families"),
        alt=f"Step time of {workload} against {axis}, a line for each backend and device, both axes logarithmic.",
        source=source, height=rows * noted + (3.4 if rows == 1 else 3.0 * rows + 0.5), draw=draw,
        narrow=Narrow(
            len(shown) * (thinly + 2.5), draw_narrow,
            subtitle=_subtitle(shown, thin) + limited(len(found), len(shown), "families"),
        ),
    )  # fmt: skip


def _subtitle(shown: Sequence[Growth], room: float) -> str:
    cells = [cell for growth in shown for curve in growth.curves for cell in curve.cells]
    doubts = sum(doubtful([cell]) for cell in cells)
    doubt = f"; ⚑: {doubts} of {len(cells)} cells are doubtful" if doubts else ""
    several = any(len(growth.curves) > 1 for growth in shown)
    marks = "; marks of one size stand side by side" if several else ""
    if _thinned(shown, room):
        marks = "; each line is marked at its ends and at some of its sizes"
    return f"Both axes logarithmic; bars: 95 % interval over launches, often smaller than its mark{marks}{doubt}."


def _panels(
    grid: Sequence[Axes], theme: Theme, findings: Findings, shown: Sequence[Growth], looks: Mapping[object, _Look],
    room: float,
) -> None:  # fmt: skip
    """On the same scales: what stands as high took as long. room: inches that the axes of a panel are wide at least."""
    for axes in grid[len(shown) :]:
        axes.set_axis_off()
    points = [point for growth in shown for curve in growth.curves for point in curve.points]
    bounds = [bound for _, step in points for bound in (step.lo, step.value, step.hi) if bound is not None]
    gone = [one.at for growth in shown for one in notes(findings, growth) if one.gone and one.at]
    kept = _thinned(shown, room)
    for axes, growth in zip(grid, shown, strict=False):
        _sizes(axes, [size for size, _ in points], room, gone)
        log_time(axes, bounds)
        _panel(axes, theme, findings, growth, looks, room, kept)


def _sizes(axes: Axes, sizes: Sequence[float], room: float, gone: Sequence[float]) -> None:
    """gone: sizes for which memory did not suffice; of one that the axes don't hold the mark stands at the edge."""
    log_sizes(axes, sizes, room, gone)
    lo, hi = axes.get_xlim()
    if any(one > hi for one in gone):
        log_sizes(axes, sizes, room - _BEYOND, gone)
        axes.set_xlim(lo, lo * (hi / lo) ** (room / (room - _BEYOND)))


@dataclass(frozen=True)
class _Kept:
    """Sizes that are far enough apart for marks, each with its place among them. apart: how many times the next is."""

    places: Mapping[float, int]
    apart: float


def _thinned(growths: Iterable[Growth], room: float) -> _Kept | None:
    """The sizes that have room for marks; None where all have it, or there are few."""
    sizes = sorted({size for growth in growths for curve in growth.curves for size, _ in curve.points})
    if len(sizes) <= _MANY:
        return None
    each = room * _SPREAD * _POINTS / math.log(sizes[-1] / sizes[0])
    kept = sizes[:1]
    for size in sizes[1:]:
        if each * math.log(size / kept[-1]) >= _CLEAR:
            kept.append(size)
    if len(kept) == len(sizes):
        return None
    return _Kept({size: place for place, size in enumerate(kept)}, math.exp(_CLEAR / each))


def _aside(axes: Axes, growth: Growth, room: float) -> float:
    """Points between the marks of two curves at one size: together a quarter of the way to the next size at most."""
    sizes = sorted({size for curve in growth.curves for size, _ in curve.points})
    lo, hi = axes.get_xlim()
    steps = [math.log(after / before) / math.log(hi / lo) for before, after in itertools.pairwise(sizes)]
    most = min(steps, default=1.0) * room * _POINTS / 4
    return min(_ASIDE, most / max(1, len(growth.curves) - 1))


def _panel(
    axes: Axes, theme: Theme, findings: Findings, growth: Growth, looks: Mapping[object, _Look], room: float,
    kept: _Kept | None,
) -> None:  # fmt: skip
    aside = _aside(axes, growth, room)
    turns = sorted({looks[_who(curve)].rank for curve in growth.curves})
    for place, curve in enumerate(growth.curves):
        look = looks[_who(curve)]
        marked = _marked(curve, kept, turns.index(look.rank), len(turns))
        _curve(axes, findings, curve, look, aside * (place - (len(growth.curves) - 1) / 2), marked)
    told = notes(findings, growth)
    axes.set_xlabel(label(growth.example.axis, 40))
    case = growth.example
    data = "" if case.data == "resident" else f"data from the {case.data}"
    parts = (f"Run {growth.run}" if growth.run else "", case.params_in_words, case.precision, data)
    title = fitted(", ".join(filter(None, parts)), room, _TITLE, "bold")
    axes.set_title(title, size=_TITLE, pad=8 + _POINTS * height(told, room))
    for one in crossed(findings, growth):
        _cross(axes, theme, findings, one)
    write(axes, theme, findings, told, room)


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


def _marked(curve: Curve, kept: _Kept | None, turn: int, turns: int) -> list[int] | None:
    """The points of a curve that are marked, None for all: its ends, and between them curves take turns.

    So none hides the marks of another.
    """
    if kept is None:
        return None
    sizes = [size for size, _ in curve.points]
    own = {size for size, place in kept.places.items() if place % turns == turn}
    lo, hi = sizes[0] * kept.apart, sizes[-1] / kept.apart
    inner = [at for at, size in enumerate(sizes) if size in own and lo <= size <= hi]
    return sorted({0, *inner, len(sizes) - 1})


def _curve(
    axes: Axes, findings: Findings, curve: Curve, look: _Look, aside: float, marked: Sequence[int] | None
) -> None:
    """aside: points to the right of its sizes. marked: its points with a mark, above all lines; None for all."""
    sizes, steps = zip(*curve.points, strict=True)
    below = [0 if step.lo is None else step.value - step.lo for step in steps]
    above = [0 if step.hi is None else step.hi - step.value for step in steps]
    width, mark = _WIDTHS[min(look.rank, len(_WIDTHS) - 1)], _SIZES[min(look.rank, len(_SIZES) - 1)]
    marks: dict[str, Any] = {
        "marker": marker(curve.backend, findings.backends), "markersize": mark, "markerfacecolor": look.face
    }  # fmt: skip
    every: dict[str, Any] = {
        "color": look.shade, "linewidth": width,
        "path_effects": [withStroke(linewidth=width + 1.4, foreground=look.paper)] if look.rank else [],
        "transform": axes.transData + ScaledTranslation(aside / _POINTS, 0, axes.figure.dpi_scale_trans),
    }  # fmt: skip
    values = [step.value for step in steps]
    axes.errorbar(
        sizes, values, yerr=(below, above), linestyle=look.dashes, elinewidth=1.4, capsize=2.5, **every,
        **(marks if marked is None else {}),
    )  # fmt: skip
    if marked is not None:
        axes.plot(sizes, values, linestyle="", markevery=marked, zorder=3, **every, **marks)


def _cross(axes: Axes, theme: Theme, findings: Findings, one: Crossover) -> None:
    """Where the device begins to win, with its interval as a band; nothing where that is not told."""
    if not one.told or one.at is None:
        return
    shade, dashes = theme.colour(one.example.device, findings.devices), line(one.example.backend, findings.backends)
    axes.axvline(one.at, color=shade, linewidth=1.1, linestyle=dashes, alpha=0.8)
    if one.interval:
        lo, hi = axes.get_xlim()
        axes.axvspan(one.lo or lo, one.hi or hi, color=shade, alpha=0.08, linewidth=0, zorder=0)


def _device(findings: Findings, device: str) -> str:
    return device_in_words(device, several=len(findings.devices) > 2)
