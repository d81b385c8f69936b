"""How a run ended, line by line: counts, failures with their reasons, the report."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pandas as pd

from gpubench.cli.closing import failures, last_words
from gpubench.results.records import Cell


def told(cells: list[tuple[str, str]], written: tuple[str, ...] = (), reason: str = "why") -> list[str]:
    """The last words on cells of these devices and statuses."""
    return list(last_words(*made(cells, reason), [Path(name) for name in written]))


def made(cells: list[tuple[str, str]], reason: str = "why"):
    records = [
        Cell(
            cell_id=str(number), workload="work", version=1, axis="n", size=number, params={}, backend="toy",
            device=device, precision="float32", mode="eager", data="host", variant="", threads=1, item="", reason="",
        )
        for number, (device, _) in enumerate(cells)
    ]  # fmt: skip
    rows = [(str(number), device, status, f"{reason} {number}") for number, (device, status) in enumerate(cells)]
    frame = pd.DataFrame(rows, columns=["cell_id", "device", "status", "reason"])
    return SimpleNamespace(cell_records=records), frame


def test_cells_are_counted_by_status_and_what_is_not_ok_is_told() -> None:
    said = told([("cpu", "ok"), ("cpu", "ok"), ("cuda:0", "ok"), ("cpu", "oom"), ("cuda:0", "skipped")])
    assert said == [
        "3 cells ok, 1 cell oom, 1 cell skipped",
        "  oom: work n=3 toy cpu float32 eager host: why 3",
        "  skipped: work n=4 toy cuda:0 float32 eager host: why 4",
    ]


def test_what_could_not_run_is_no_failure() -> None:
    cells = [("cpu", status) for status in ("ok", "skipped", "failed", "oom", "timeout", "crashed", "unverified")]
    assert [line.split(":")[0].strip() for line in failures(*made(cells))] == [status for _, status in cells[2:]]


def test_a_reason_of_several_lines_is_one_line() -> None:
    assert told([("cpu", "failed")], reason="first\nsecond\t\x1b[2J")[1:] == [
        "  failed: work n=0 toy cpu float32 eager host: first second \ufffd[2J 0"
    ]


def test_the_report_is_named() -> None:
    assert told([("cpu", "ok")], written=("run/plots/a.png", "run/report.html"))[1:] == ["Report: run/report.html"]
    assert len(told([("cpu", "ok")], written=("run/plots/a.png",))) == 1
