"""The look of a picture, light and dark: devices are told apart by colour, backends by marker and line.

Where there is one device, `colour.py` gives its colours to the backends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MARKERS = ("o", "s", "^", "D", "v", "P", "X")
LINES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.4)), (0, (5, 1.5, 1, 1.5)))


@dataclass(frozen=True)
class Theme:
    """Colours as #rrggbb. palette: the CPU's first; after Okabe and Ito (2008), apart for every kind of sight."""

    name: str
    paper: str
    ink: str
    quiet: str
    grid: str
    palette: tuple[str, ...]

    def colour(self, name: str, among: Sequence[str]) -> str:
        """The colour of one of several devices or backends."""
        return self.palette[list(among).index(name) % len(self.palette)]

    @property
    def settings(self) -> Any:
        """Settings of matplotlib. Text is never read as mathematics: names come from anywhere."""
        return {
            "figure.facecolor": self.paper, "axes.facecolor": self.paper, "savefig.facecolor": self.paper,
            "text.color": self.ink, "axes.labelcolor": self.quiet, "axes.edgecolor": self.grid,
            "axes.titlecolor": self.ink, "xtick.color": self.quiet, "ytick.color": self.quiet,
            "xtick.labelcolor": self.quiet, "ytick.labelcolor": self.ink, "grid.color": self.grid,
            "axes.grid": True, "grid.linewidth": 0.8, "axes.axisbelow": True, "axes.linewidth": 0.8,
            "axes.spines.top": False, "axes.spines.right": False, "axes.spines.left": False,
            "axes.titlelocation": "left", "axes.titlesize": 11, "axes.titleweight": "bold", "axes.titlepad": 8,
            "font.family": ["DejaVu Sans"], "font.size": 10, "legend.frameon": False, "legend.fontsize": 10,
            "xtick.major.size": 0, "ytick.major.size": 0, "xtick.minor.size": 0, "ytick.minor.size": 0,
            "text.parse_math": False, "svg.fonttype": "none", "svg.hashsalt": "gpubench",
            "path.simplify": True,
        }  # fmt: skip


LIGHT = Theme(
    "light", "#ffffff", "#17202c", "#556170", "#dfe4ea", ("#0068a8", "#c94f00", "#00805c", "#a8477f", "#7a6200")
)
DARK = Theme(
    "dark", "#161c26", "#e8edf3", "#a3b0bf", "#2f3947", ("#62b8f0", "#ff9a4d", "#3fcf9f", "#eb9fcc", "#e6cc55")
)
THEMES = {theme.name: theme for theme in (LIGHT, DARK)}


def marker(backend: str, backends: Sequence[str]) -> str:
    """A backend's marker, the same in every picture of a report."""
    return MARKERS[list(backends).index(backend) % len(MARKERS)]


def line(backend: str, backends: Sequence[str]) -> Any:
    """A backend's line, as matplotlib writes dashes."""
    return LINES[list(backends).index(backend) % len(LINES)]
