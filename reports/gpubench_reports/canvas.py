"""A picture drawn once, as the page's SVG or as a PNG; nothing of matplotlib's global state is left changed."""

from __future__ import annotations

import bisect
import contextlib
import functools
import io
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D

from gpubench_reports.plain import short, visible
from gpubench_reports.slim import slim
from gpubench_reports.theme import Theme

WIDTH = 10.0
"""Inches of every picture: 1500 pixels at 150 dpi, a slide's width."""
FOOT = 0.38
"""Inches of the foot, above which a drawing that places its own axes begins."""
_HEAD, _LEGEND = 0.8, 0.28
"""Inches of the title with its subtitle, and of the legend below."""
NARROW = 3.4
"""Inches of a picture for a telephone, on which its letters are as large as those of the page around it."""
_POINTS, _LONGEST = 72, 200
"""Points of an inch, and letters of the longest label."""


@dataclass(frozen=True)
class Key:
    """An entry of a legend, for a page that writes its own. marker: as matplotlib names it; empty for a line."""

    text: str
    marker: str
    colour: str


@dataclass(frozen=True)
class Narrow:
    """A picture for a telephone, of which the page around tells title and legend. height: inches.

    subtitle, alt: where they are others than those of the picture that it stands for.
    """

    height: float
    draw: Callable[[Figure, Theme], None]
    subtitle: str = ""
    alt: str = ""


@dataclass(frozen=True)
class Drawing:
    """One picture. name: of its file, without a suffix. alt: what it shows, for those who don't see it.

    draw: fills a figure and returns the entries of its legend. height: inches of what it fills.
    narrow: what it shows, for a telephone. places_axes: whether it places its axes itself, to the inch; others are
    laid out.
    """

    name: str
    title: str
    subtitle: str
    alt: str
    source: str
    height: float
    draw: Callable[[Figure, Theme], Sequence[Line2D]]
    narrow: Narrow
    places_axes: bool = False

    @property
    def inches(self) -> float:
        """Its height with title, legend and foot."""
        return self.height + _HEAD + FOOT + _LEGEND

    def png(self, theme: Theme, dpi: int) -> bytes:
        """dpi: dots an inch, of which a picture is ten wide."""
        with _drawn(self, theme) as (figure, _):
            buffer = io.BytesIO()
            figure.savefig(buffer, format="png", dpi=dpi, metadata={"Title": label(self.title, _LONGEST)})
            return buffer.getvalue()

    def svg(self, theme: Theme) -> str:
        """One SVG element. Its text is text, a tenth of the size of outlines.

        It is laid out for DejaVu Sans; Verdana is as wide, and whatever else a reader has is narrower.
        """
        return self.keyed_svg(theme)[0]

    def keyed_svg(self, theme: Theme) -> tuple[str, tuple[Key, ...]]:
        """The same, with the entries of its legend."""
        with _drawn(self, theme) as (figure, lines):
            element = _svg(figure)
        return element, tuple(Key(str(one.get_label()), str(one.get_marker()), str(one.get_color())) for one in lines)

    def narrow_svg(self, theme: Theme) -> str:
        """The picture for a telephone, without title, legend and foot."""
        with _settings(theme):
            figure = Figure(figsize=(NARROW, self.narrow.height))
            self.narrow.draw(figure, theme)
            figure.set_layout_engine(ConstrainedLayoutEngine(h_pad=0.05, w_pad=0.03))
            return _svg(figure)


def _svg(figure: Figure) -> str:
    buffer = io.StringIO()
    none: dict[str, str | None] = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(buffer, format="svg", metadata=none)
    return slim(buffer.getvalue())


@contextlib.contextmanager
def _settings(theme: Theme) -> Iterator[None]:
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(theme.settings)
        yield


@contextlib.contextmanager
def _drawn(drawing: Drawing, theme: Theme) -> Iterator[tuple[Figure, Sequence[Line2D]]]:
    """A figure, with what its legend shows."""
    with _settings(theme):
        height = drawing.inches
        figure = Figure(figsize=(WIDTH, height))
        figure.text(0.02, 1 - 0.3 / height, label(drawing.title, 88), size=14, weight="bold", va="center")
        told = textwrap.wrap(label(drawing.subtitle, 280), 140, max_lines=2, placeholder="…")
        below = 0.1 * (len(told) - 1)
        figure.text(
            0.02, 1 - (0.6 + below / 3) / height, "\n".join(told), size=9.5, color=theme.quiet, va="center",
            linespacing=1.15,
        )  # fmt: skip
        source = textwrap.wrap(label(drawing.source, 330), 165, max_lines=2, placeholder="…")
        figure.text(
            0.02, 0.17 / height, "\n".join(source), size=7.5, color=theme.quiet, va="center", linespacing=1.15
        )  # fmt: skip
        keys = drawing.draw(figure, theme)
        if keys:
            place = (0.013, 1 - (0.74 + below) / height)
            legend = figure.legend(
                handles=list(keys), loc="upper left", bbox_to_anchor=place, ncols=6, borderpad=0, handlelength=3
            )
            legend.set_in_layout(False)
        if not drawing.places_axes:
            head = _HEAD + (_LEGEND if keys else 0)
            inside = (0.012, FOOT / height, 0.976, 1 - (head + FOOT) / height)
            figure.set_layout_engine(ConstrainedLayoutEngine(rect=inside, h_pad=0.08, w_pad=0.06))
        yield figure, keys


def label(text: str, length: int) -> str:
    """Text that a picture can show: visible, of bounded length, and without letters that its font lacks."""
    known = _letters()
    return "".join(letter if ord(letter) in known else "□" for letter in short(visible(text), length))


def fitted(text: str, room: float, size: float, weight: str = "normal", kept: str = "") -> str:
    """A label of as many letters as so much room has a place for. room: inches, size: points.

    kept: what stands at its end whatever else is left out: a number without its first digits would be another.
    """
    if kept:
        return fitted(text, room - inches(kept, size, weight), size, weight) + label(kept, _LONGEST)
    if inches(text, size, weight) <= room:
        return label(text, _LONGEST)
    fits = range(1, min(len(text), _LONGEST))
    known = bisect.bisect_right(fits, room, key=lambda length: inches(label(text, length), size, weight))
    return label(text, max(1, known))


@functools.lru_cache(4096)
def inches(text: str, size: float, weight: str = "normal") -> float:
    """How wide a label is. size: points."""
    font = get_font(findfont(FontProperties(family="DejaVu Sans", weight=weight)))
    font.set_size(size, _POINTS)
    font.set_text(label(text, _LONGEST))
    return float(font.get_width_height()[0]) / 64 / _POINTS  # in 64ths of a point


@functools.cache
def _letters() -> frozenset[int]:
    return frozenset(get_font(findfont("DejaVu Sans")).get_charmap())
