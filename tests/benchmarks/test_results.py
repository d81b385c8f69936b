"""From records to a page: what `report` makes a user wait for, at 100 cells."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gpubench.analysis.analyse import analyse
from gpubench.results.line import decode, encode
from gpubench_reports import html, png

Benchmark = Callable[..., Any]


def test_encode(hundred_cells: Any, benchmark: Benchmark) -> None:
    """500 launches to lines."""
    benchmark(lambda: [encode(record) for record in hundred_cells.launch_records])


def test_decode(hundred_cells: Any, benchmark: Benchmark) -> None:
    """And back, every checksum verified."""
    lines = [encode(record)[:-1] for record in hundred_cells.launch_records]
    benchmark(lambda: [decode(line) for line in lines])


def test_cells(hundred_cells: Any, benchmark: Benchmark) -> None:
    """The frame of cells."""
    benchmark(hundred_cells.cells)


def test_analyse(hundred_cells: Any, benchmark: Benchmark) -> None:
    """All findings."""
    benchmark(analyse, [hundred_cells])


def test_html(hundred_cells: Any, tmp_path: Path, benchmark: Benchmark) -> None:
    """The page."""
    findings = analyse([hundred_cells])
    benchmark(html.render, findings, tmp_path)


def test_png(hundred_cells: Any, tmp_path: Path, benchmark: Benchmark) -> None:
    """The pictures."""
    findings = analyse([hundred_cells])
    benchmark(png.render, findings, tmp_path)
