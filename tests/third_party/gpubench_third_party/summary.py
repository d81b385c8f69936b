"""A report in short: a line for each cell, as Markdown for people and as CSV for programs."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gpubench.analysis.findings import Findings
    from gpubench.analysis.measured import Measured

COLUMNS = ("cell", "backend", "version", "mode", "device", "status", "step_s", "lo_s", "hi_s", "reason")
NUMBERS = ("step_s", "lo_s", "hi_s")


def render(findings: Findings, out: Path) -> list[Path]:
    """Write `summary.md` and `summary.csv` into a folder; returns both. Raises OSError."""
    rows = [_row(cell) for cell in (*findings.cells, *findings.not_ok)]
    table, data = out / "summary.md", out / "summary.csv"
    lines = [COLUMNS, ["--:" if name in NUMBERS else "---" for name in COLUMNS], *rows]
    notes = [f"- {_plain(caveat.text)}" for caveat in findings.caveats]
    table.write_text("\n".join([*map(line, lines), "", *notes]) + "\n", encoding="utf-8")
    with data.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    return [table, data]


def _row(cell: Measured) -> list[str]:
    """Seconds a call with the bounds of their 95 % interval; empty where there is none."""
    step = (cell.step.value, cell.step.lo, cell.step.hi) if cell.step else (None,) * 3
    seconds = ["" if number is None else f"{number:.4g}" for number in step]
    who = [cell.backend, cell.backend_version, cell.mode, cell.device, cell.status]
    return [cell.case.words, *who, *seconds, cell.reason]


def line(texts: Sequence[str]) -> str:
    """A row of a table in Markdown."""
    return f"| {' | '.join(map(_plain, texts))} |"


def _plain(text: str) -> str:
    """On one line, and no border of a table."""
    return " ".join(text.replace("|", "/").split())
