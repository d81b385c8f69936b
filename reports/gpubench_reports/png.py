"""The pictures as PNG files, for slides."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gpubench.analysis.findings import Findings

FOLDER = "plots"


def render(findings: Findings, out: Path) -> list[Path]:
    """Write `plots/*.png` into a folder, each picture there is data for; returns the files. Raises OSError."""
    from gpubench_reports.gallery import gallery

    folder = out / FOLDER
    written = []
    for drawing in gallery(findings):
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{drawing.name}.png"
        path.write_bytes(drawing.png())
        written.append(path)
    return written
