"""The pictures as SVG files: text in them stays text, at any size."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gpubench_reports.plots import write

if TYPE_CHECKING:
    from gpubench.analysis.findings import Findings


def render(findings: Findings, out: Path, *, themes: Sequence[str] = ("light",)) -> list[Path]:
    """Write `plots/*.svg`, dark ones to `plots/dark/`; returns the files. Raises OSError."""
    return write(findings, out, "svg", themes, lambda drawing, theme: drawing.svg(theme).encode())
