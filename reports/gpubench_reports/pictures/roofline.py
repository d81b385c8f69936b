"""How fast each step computes against how many operations it has for each byte, under its device's ceilings.

The names of the cases stand slanted above their columns, moved apart, and the figures of the ceilings beside the axes.
So no text lies on a mark or on another text, however many there are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from gpubench.analysis.case import Case, device_in_words
from gpubench.analysis.ceiling import Ceiling
from gpubench.analysis.doubt import doubtful
from gpubench.analysis.estimate import Estimate
from gpubench.analysis.findings import Findings
from gpubench.analysis.measured import Measured
from gpubench.analysis.quantity import NONE, byte_rate, flop_rate
from gpubench.analysis.roofline import Placement
from gpubench_reports.apart import apart, together
from gpubench_reports.axis import log_intensity, log_rate
from gpubench_reports.canvas import FOOT, WIDTH, Drawing, fitted, inches, label
from gpubench_reports.colour import by_backend, colour, limit_colour
from gpubench_reports.pictures.columns import LONGEST, Panel, panels, why_unmarked
from gpubench_reports.pictures.forest import flagged, key, limited
from gpubench_reports.pictures.shares import shares
from gpubench_reports.theme import Theme, marker

_LEFT, _RIGHT, _BELOW = 1.15, 2.0, 0.52
"""Inches beside and below a panel's axes."""
_ALONE, _SEVERAL = 3.4, 2.6
"""Inches of the axes' height of a panel that is alone, and of one of several, which share a sheet of paper."""
_ACROSS = WIDTH - _LEFT - _RIGHT
_SIZE, _SLANT, _APART = 9, 40, 0.235
"""Points and degrees of the names, and inches from one to the next."""
_EDGE = 0.12
"""Inches from a name to the picture's right edge, at least."""
_NEAR = 0.1
"""Inches between two columns, of axes without room around, from which a line to one is clear of the other's marks."""
_KEYS, _KEY = 6, 0.2
"""Of the legend in one line, and inches of each line more."""
_FIGURES = 0.5
"""Inches from the figures of one ceiling to those of the next."""


def drawing(findings: Findings, source: str) -> Drawing | None:
    """The picture, a panel for each machine and precision; None where no ceilings were measured."""
    found = panels(findings)
    if not found:
        return None
    order = list(dict.fromkeys(one.cell.run for one in findings.placements))
    shown = sorted(found, key=lambda panel: order.index(panel.placements[0].cell.run))
    drawn = [one for panel in shown for one in panel.placements]
    plot = _ALONE if len(shown) == 1 else _SEVERAL
    keys = len({one.cell.backend for one in drawn}) + len({one.cell.device for one in drawn})
    below = _KEY * (math.ceil(keys / _KEYS) - 1)

    def draw(figure: Figure, theme: Theme) -> list[Line2D]:
        foot = FOOT
        for panel in reversed(shown):
            _draw(figure, theme, findings, panel, foot + _BELOW, plot)
            foot += _BELOW + plot + _above(panel)
        return _keys(findings, theme, drawn)

    ceilings = [one for panel in shown for one in panel.ceilings]
    cells = [*(one.cell for one in drawn), *(cell for one in ceilings for cell in (one.product, one.copy))]
    doubt = flagged(cells)
    hollow = "; hollow: not its usual mode" if any(shown[0].hollow(one.cell) for one in drawn) else ""
    many = any(len(group) > 1 for panel in shown for group in _leads(panel))
    shared = "; names of one line: highest mark first" if many else ""
    reasons = why_unmarked(one for panel in shown for found in panel.unmarked.values() for one in found)
    lacking = f"; {NONE}: mark not drawn, {reasons}" if reasons else ""
    return Drawing(
        name="roofline", title="How close does each step come to what its device can do?",
        subtitle=f"Lines: fastest product and copy measured{hollow}{doubt}{shared}{lacking}."
        + limited(len(findings.placements), len(drawn), "cells"),
        alt="Rate of arithmetic against operations for each byte of traffic, both axes logarithmic, under the measured "
        f"ceilings: {'; '.join(_in_words(findings, one) for one in ceilings)}.",
        source=source, height=sum(_BELOW + plot + _above(panel) for panel in shown) + below, draw=draw,
        narrow=shares(findings, shown), places_axes=True,
    )  # fmt: skip


def _above(panel: Panel) -> float:
    """Inches that the names take."""
    longest = max(inches(_named(panel, case, math.inf), _SIZE) for case, _ in panel.columns)
    return 0.4 + longest * math.sin(math.radians(_SLANT))


def _named(panel: Panel, case: Case, room: float) -> str:
    """The name of a column with its signs. room: inches that it has."""
    return fitted(label(panel.names[case], LONGEST), room, _SIZE, kept=panel.signs(case))


def _draw(figure: Figure, theme: Theme, findings: Findings, panel: Panel, bottom: float, plot: float) -> None:
    """bottom, plot: inches from the figure's lower edge to the axes, and of their height."""
    height = figure.get_figheight()
    axes = figure.add_axes((_LEFT / WIDTH, bottom / height, _ACROSS / WIDTH, plot / height))
    _scale(axes, panel)
    for ceiling in panel.ceilings:
        _ceiling(axes, theme, findings, ceiling)
    for one in panel.placements:
        _mark(axes, theme, findings, one, hollow=panel.hollow(one.cell))
    _name(axes, theme, panel)
    _figures(axes, theme, findings, panel, plot)
    axes.grid(axis="x", visible=False)
    axes.set_xlabel("operations for each byte of traffic (FLOP/byte)", size=_SIZE)
    top = bottom + plot + _above(panel)
    figure.text(0.02, (top - 0.12) / height, label(panel.title, 40), size=11, weight="bold", va="top")


def _mark(axes: Axes, theme: Theme, findings: Findings, one: Placement, *, hollow: bool) -> None:
    """A filled one has a rim of the paper's colour, so that it stays apart from one that it lies on."""
    shade = colour(theme, findings, one.cell.device, one.cell.backend)
    face, edge = (theme.paper, shade) if hollow else (shade, theme.paper)
    axes.plot(
        [one.intensity], [one.rate], linestyle="", marker=marker(one.cell.backend, findings.backends), zorder=3,
        markersize=7.5 if hollow else 9.0, markeredgewidth=1.4 if hollow else 1.0, markeredgecolor=edge,
        markerfacecolor=face,
    )  # fmt: skip


def _across(panel: Panel) -> list[float]:
    """The intensities that the axes hold: of every mark, and on both sides of every ceiling's corner."""
    return [
        *(one.intensity for one in panel.placements),
        *(side * one.ridge for one in panel.ceilings for side in (0.5, 2.0)),
    ]


def _scale(axes: Axes, panel: Panel) -> None:
    """Both axes so that every mark has room, and every ceiling with its corner."""
    theories = [one.theory.flop_per_s for one in panel.ceilings if one.theory]
    log_intensity(axes, _across(panel), _ACROSS)
    log_rate(axes, [*(one.rate for one in panel.placements), *(one.peak for one in panel.ceilings), *theories])


def _ceiling(axes: Axes, theme: Theme, findings: Findings, one: Ceiling) -> None:
    lo, hi = axes.get_xlim()
    ends = [lo, one.ridge, hi]
    shade = limit_colour(theme, findings, one.product.device)
    axes.plot(ends, [one.attainable(at) for at in ends], color=shade, linewidth=2, scalex=False, scaley=False)
    if one.theory is not None:
        axes.axhline(one.theory.flop_per_s, color=shade, linewidth=1.2, linestyle=(0, (1, 2)))


def _leads(panel: Panel) -> list[list[int]]:
    """The columns by the line that leads to them, that of the highest mark first: near ones share a line."""
    across = _across(panel)
    near = _NEAR / _ACROSS * math.log(max(across) / min(across))
    groups = together([math.log(found[0].intensity) for _, found in panel.columns], near)
    return [sorted(group, key=lambda column: -panel.top(column)) for group in groups]


def _name(axes: Axes, theme: Theme, panel: Panel) -> None:
    """The names of the columns above the axes, each led to from the highest mark of its line.

    A line that several share stands on the highest mark of them all, and spans their columns where it leaves the axes.
    """
    (lo, hi), ceiling = axes.get_xlim(), axes.get_ylim()[1]
    groups = _leads(panel)
    at = [found[0].intensity for _, found in panel.columns]
    places = [math.log(at[group[0]] / lo) / math.log(hi / lo) * _ACROSS for group in groups for _ in group]
    moved = iter(zip(places, apart(places, _APART, _ACROSS), strict=True))
    slope = math.cos(math.radians(_SLANT))
    look: dict[str, Any] = {"color": theme.quiet, "linewidth": 0.6}
    for group in groups:
        foot, span = at[group[0]], (at[min(group)], at[max(group)])
        axes.plot([foot, foot, *span], [panel.top(group[0]), *[ceiling] * 3], alpha=0.5, zorder=1, clip_on=False,
                  **look)  # fmt: skip
        for column, (place, name) in zip(group, moved, strict=False):
            text = _named(panel, panel.columns[column][0], (_ACROSS + _RIGHT - _EDGE - name) / slope)
            axes.annotate(
                text, (foot, 1), xycoords=axes.get_xaxis_transform(), size=_SIZE,
                xytext=((name - place) * 72, 13), textcoords="offset points", color=theme.ink, rotation=_SLANT,
                rotation_mode="anchor", ha="left", va="center", annotation_clip=False,
                arrowprops={"arrowstyle": "-", "shrinkA": 0, "shrinkB": 0, "relpos": (0, 0), "alpha": 0.7, **look},
            )  # fmt: skip


def _figures(axes: Axes, theme: Theme, findings: Findings, panel: Panel, plot: float) -> None:
    """The figures of each ceiling beside the axes, at its height as far as the others let it. plot: inches."""
    lo, hi = axes.get_ylim()
    room = math.floor(plot / _FIGURES) + 1
    lines = sorted(line for one in panel.ceilings for line in _lines(findings, one))[-room:]
    places = [math.log(line[0] / lo) / math.log(hi / lo) * plot for line in lines]
    for (_, device, *texts), place in zip(lines, apart(places, _FIGURES, plot), strict=True):
        shades = (limit_colour(theme, findings, device), theme.quiet)
        for text, shade, shift in zip(texts, shades, (6, -6), strict=True):
            axes.annotate(
                label(text, 28), (1, place / plot), xycoords="axes fraction", xytext=(8, shift),
                textcoords="offset points", size=_SIZE, color=shade, va="center", annotation_clip=False,
            )  # fmt: skip


def _lines(findings: Findings, one: Ceiling) -> list[tuple[float, str, str, str]]:
    """Where the figures of a ceiling stand, their device, and two lines of text."""
    device = one.product.device
    who = _device(findings, device)
    peak, copied = flop_rate(one.peak, one.product.step).text, byte_rate(one.bandwidth, one.copy.step).text
    measured = f"{who} {'' if one.settled else '≥ '}{peak}{_flag(one.product)}"
    lines = [(one.peak, device, measured, f"{copied} copied{_flag(one.copy)}")]
    if one.theory is not None:
        most = flop_rate(one.theory.flop_per_s, Estimate(1.0)).text
        lines.append((one.theory.flop_per_s, device, f"{who} {most}", "by theory, not measured"))
    return lines


def _flag(cell: Measured) -> str:
    return " ⚑" if doubtful([cell]) else ""


def _keys(findings: Findings, theme: Theme, drawn: Sequence[Placement]) -> list[Line2D]:
    backends = [name for name in findings.backends if any(one.cell.backend == name for one in drawn)]
    devices = [name for name in findings.devices if any(one.cell.device == name for one in drawn)]
    return [
        *(
            key(
                theme.colour(name, findings.backends) if by_backend(findings) else theme.quiet,
                marker(name, findings.backends),
                name,
            )
            for name in backends
        ),
        *(key(limit_colour(theme, findings, name), "", _device(findings, name), "-") for name in devices),
    ]


def _in_words(findings: Findings, one: Ceiling) -> str:
    peak, copied = flop_rate(one.peak, one.product.step).text, byte_rate(one.bandwidth, one.copy.step).text
    run = f"Run {one.product.run}: " if one.product.run else ""
    return f"{run}{_device(findings, one.product.device)} in {one.product.case.precision} {peak} and {copied}"


def _device(findings: Findings, device: str) -> str:
    return device_in_words(device, several=len(findings.devices) > 2)
