"""The report as one HTML page: no request, and complete without its script."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gpubench.analysis.findings import Findings

FILE_NAME = "report.html"


def render(findings: Findings, out: Path) -> list[Path]:
    """Write `report.html` into a folder; returns the file. Raises OSError."""
    from gpubench_reports.page import page

    out.mkdir(parents=True, exist_ok=True)
    path = out / FILE_NAME
    path.write_text(page(findings), encoding="utf-8")
    return [path]
