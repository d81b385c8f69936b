"""The pictures as PNG files, for slides."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gpubench_reports.plots import write

if TYPE_CHECKING:
    from gpubench.analysis.findings import Findings


def render(findings: Findings, out: Path, *, dpi: int = 150, themes: Sequence[str] = ("light",)) -> list[Path]:
    """Write `plots/*.png`, dark ones to `plots/dark/`, ten inches wide; returns the files. Raises OSError."""
    return write(findings, out, "png", themes, lambda drawing, theme: drawing.png(theme, dpi))
