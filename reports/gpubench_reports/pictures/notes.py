"""What is said above a panel of times against sizes: who wins from where on, and where memory did not suffice."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.transforms import ScaledTranslation

from gpubench.analysis.case import device_in_words
from gpubench.analysis.crossover import Crossover
from gpubench.analysis.doubt import doubtful
from gpubench.analysis.findings import Findings
from gpubench.analysis.growth import Growth
from gpubench.analysis.measured import default_modes
from gpubench.analysis.numeral import written
from gpubench.analysis.shortage import first_beyond, shortages
from gpubench_reports.canvas import fitted, inches
from gpubench_reports.pictures.stack import lines
from gpubench_reports.theme import Theme

_LINE = 0.18
"""Inches of a line."""
_LETTERS, _POINTS = 8.5, 72
"""Points of letters, and of an inch."""
_ARROW = 0.17
"""Inches of an arrow with the mark before it."""


@dataclass(frozen=True)
class Note:
    """Words above a panel. text: what is said, whom: of what, empty where it is of all.

    at: the size that they are about; None for the panel's left. gone: no memory from there.
    """

    text: str
    whom: str
    at: float | None
    device: str
    gone: bool = False

    def lines(self, room: float) -> list[str]:
        """All of it, in more than one line where there is no room in one. room: inches."""
        words = ", ".join(filter(None, (self.text, self.whom))).split(" ")
        return [fitted(line, room, _LETTERS) for line in lines(words, " ", _LETTERS, room)]


def height(found: Sequence[Note], room: float) -> float:
    """Inches of notes above a panel that is so wide."""
    return _LINE * sum(len(one.lines(room)) for one in found)


def notes(findings: Findings, growth: Growth) -> list[Note]:
    """Of its crossovers, then of where its curves end for want of memory, with the mark of that."""
    found, usual, alone = [], default_modes(findings.cells), len(findings.backends) == 1
    for one in crossed(findings, growth):
        cell = one.example
        whom = cell.how if cell.mode != usual[cell.backend] else "" if alone else cell.backend
        text = f"{_device(findings, cell.device)} {one.brief}{' ⚑' if doubtful(one.cells) else ''}"
        found.append(Note(text, whom, one.begins if one.told else None, cell.device))
    axis = growth.example.axis
    for (name, size), backends in _gone(findings, growth).items():
        text = f"× {_device(findings, name)} out of memory from {axis} {written(size)} on"
        whom = "" if {curve.backend for curve in growth.curves} <= set(backends) else ", ".join(dict.fromkeys(backends))
        found.append(Note(text, whom, size, name, gone=True))
    return found


def _gone(findings: Findings, growth: Growth) -> dict[tuple[str, float], list[str]]:
    """By device and size the backends whose curve ends before it, since memory did not suffice."""
    short = shortages(findings.not_ok)
    found: dict[tuple[str, float], list[str]] = defaultdict(list)
    for curve in growth.curves:
        own = short.get((growth.run, growth.example.family, curve.backend, curve.mode, curve.device), ())
        if (size := first_beyond(own, curve.points[-1][0])) is not None:
            found[curve.device, size].append(curve.backend)
    return found


def write(axes: Axes, theme: Theme, findings: Findings, found: Sequence[Note], room: float) -> None:
    """Notes above a panel, one above the other, where no curve runs. room: inches that the panel is wide.

    Each stands at its size, or at the edge that this lies beyond; where it is too long for that, at the nearer edge.
    """
    lo, hi = axes.get_xlim()
    below = 0
    for one in found:
        shade = theme.colour(one.device, findings.devices)
        share = min(1.0, math.log(one.at / lo) / math.log(hi / lo)) if one.at else 0.0
        if one.gone:
            _cross_out(axes, share, shade, beyond=one.at is not None and one.at > hi)
        free = {"left": 1 - share, "center": 2 * min(share, 1 - share), "right": share}
        side = max(free, key=lambda side: free[side])
        words = one.lines(room)
        if max(inches(line, _LETTERS) for line in words) > free[side] * room:
            side, share = ("left", 0.0) if share < 0.5 else ("right", 1.0)
        for line in reversed(words):
            note = axes.annotate(
                line, (share, 1), xycoords="axes fraction", xytext=(0, 6 + _LINE * _POINTS * below),
                textcoords="offset points", size=_LETTERS, color=shade, ha=side, va="bottom",
            )  # fmt: skip
            note.set_in_layout(False)
            below += 1


def _cross_out(axes: Axes, share: float, shade: str, *, beyond: bool) -> None:
    """The mark of a size for which memory did not suffice; with an arrow where it lies beyond the edge."""
    aside = ScaledTranslation(-_ARROW if beyond else 0, 0, axes.figure.dpi_scale_trans)
    axes.plot([share], [1], transform=axes.transAxes + aside, marker="X", markersize=7, color=shade,
              markeredgewidth=0, linestyle="", clip_on=False)  # fmt: skip
    if beyond:
        axes.annotate("→", (1, 1), xycoords="axes fraction", size=_LETTERS, color=shade, ha="right", va="center")


def _same(one: Crossover, growth: Growth) -> bool:
    return (one.example.run, one.example.case.family) == (growth.run, growth.example.family)


def crossed(findings: Findings, growth: Growth) -> list[Crossover]:
    """Those of a panel."""
    return [one for one in findings.crossovers if _same(one, growth)]


def _device(findings: Findings, device: str) -> str:
    return device_in_words(device, several=len(findings.devices) > 2)
