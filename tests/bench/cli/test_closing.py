"""The last words: counts, failures, the report, and why there is no speed-up and what to type then."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from gpubench.cli.closing import failures, last_words
from gpubench.results.records import Cell


def told(
    cells: list[tuple[str, str]], absent: dict[str, str] | None = None, written: tuple[str, ...] = ()
) -> list[str]:
    """The last words on cells of these devices and statuses."""
    return list(last_words(*made(cells, absent), [Path(name) for name in written]))


def made(cells: list[tuple[str, str]], absent: dict[str, str] | None = None, flags: str = ""):
    records = [
        Cell(
            cell_id=str(number), workload="work", version=1, axis="n", size=number, params={}, backend="toy",
            device=device, precision="float32", mode="eager", data="host", variant="", threads=1, item="", reason="",
        )
        for number, (device, _) in enumerate(cells)
    ]  # fmt: skip
    rows = [(str(number), device, status, f"why {number}", flags) for number, (device, status) in enumerate(cells)]
    results = SimpleNamespace(run=SimpleNamespace(absent=absent or {}), cell_records=records)
    return results, pd.DataFrame(rows, columns=["cell_id", "device", "status", "reason", "flags"])


def test_flags_that_make_numbers_doubtful_are_told_with_their_meaning() -> None:
    cells = [("cpu", "ok"), ("cuda:0", "ok")]
    said = list(last_words(*made(cells, flags="fixed-cost-unresolved;steal"), []))
    assert said[1:] == ["Flagged steal, 2 of 2 cells: measured while a hypervisor gave the processors to others."]


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


def test_the_report_is_named() -> None:
    said = told([("cpu", "ok"), ("cuda:0", "ok")], written=("run/plots/a.png", "run/report.html"))
    assert said[1:] == ["Report: run/report.html"]


@pytest.mark.parametrize(
    ("cells", "absent", "said"),
    [
        ([("cpu", "ok"), ("cuda:0", "ok")], {}, []),
        (
            [("cpu", "ok")],
            {"cuda": "no driver"},
            [
                "Not measured: cuda: no driver.",
                "So no speed-up of a GPU over the CPU is reported. On a machine with an NVIDIA GPU, type: gpubench run",
            ],
        ),
        (
            [("cpu", "ok")],
            {},
            ["No speed-up is reported: only the CPU was measured. To measure a GPU: gpubench run --device cpu,cuda"],
        ),
        (
            [("cuda:0", "ok"), ("cuda:1", "ok")],
            {},
            ["No speed-up is reported: the CPU was not measured. To measure it too: gpubench run --device cpu,cuda"],
        ),
        (
            [("cpu", "ok"), ("cpu", "ok")],
            {"tensorflow": "tensorflow is not installed"},
            [
                "Not measured: tensorflow: tensorflow is not installed.",
                "No speed-up is reported: only the CPU was measured. To measure a GPU: gpubench run --device cpu,cuda",
            ],
        ),
    ],
)
def test_why_there_is_no_speed_up(cells: list[tuple[str, str]], absent: dict[str, str], said: list[str]) -> None:
    assert told(cells, absent)[1:] == said


def test_a_gpu_on_which_everything_failed_was_measured_in_vain() -> None:
    said = told([("cpu", "ok"), ("cuda:0", "crashed"), ("cuda:0", "oom")])
    assert said[-1] == "No speed-up is reported: no cell on cuda gave a number."


def test_where_nothing_worked_that_is_the_reason() -> None:
    assert told([("cpu", "failed"), ("cuda:0", "failed")])[-1] == "No speed-up is reported: no cell gave a number."
