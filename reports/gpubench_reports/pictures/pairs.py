"""Panels of ratios, one for each pair that is compared, with who is faster on which side above."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gpubench_reports.canvas import label

MOST = 3
"""Panels of a picture."""


def column(figure: Figure, heights: Sequence[float]) -> Sequence[Axes]:
    """Panels one below the other."""
    grid = figure.subplots(len(heights), 1, squeeze=False, gridspec_kw={"height_ratios": list(heights)})
    return [axes for (axes,) in grid]


def head(axes: Axes, right: str, left: str, size: float) -> None:
    """On which side of 1 which of a pair is the faster. size: points."""
    axes.set_title(" ", size=size)  # keeps the room of both
    sides = (("right", -8, f"←  {left} faster"), ("left", 8, f"{right} faster  →"))
    for side, aside, words in sides:
        axes.annotate(
            label(words, 28), (1, 1), xycoords=axes.get_xaxis_transform(), xytext=(aside, 8),
            textcoords="offset points", size=size, weight="bold", ha=side, annotation_clip=False,
        )  # fmt: skip
