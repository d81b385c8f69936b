"""The pictures as files, each by itself: what PNG and SVG have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gpubench.analysis.findings import Findings
    from gpubench_reports.canvas import Drawing
    from gpubench_reports.theme import Theme

FOLDER = "plots"


def write(
    findings: Findings, out: Path, suffix: str, themes: Sequence[str], encoded: Callable[[Drawing, Theme], bytes]
) -> list[Path]:
    """Write each picture that there is data for in each theme; returns the files. Raises OSError.

    Those on white lie in `plots/`, the others in a folder there that their theme names, so that none replaces another.
    """
    from gpubench_reports.gallery import gallery
    from gpubench_reports.theme import LIGHT, THEMES

    written = []
    for drawing in gallery(findings):
        for theme in (THEMES[name] for name in themes):
            folder = out / FOLDER if theme is LIGHT else out / FOLDER / theme.name
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{drawing.name}.{suffix}"
            path.write_bytes(encoded(drawing, theme))
            written.append(path)
    return written
