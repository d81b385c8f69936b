"""Tables of several runs, and of what other programs measured."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from gpubench.analysis.analyse import analyse
from gpubench.analysis.findings import Findings
from gpubench.analysis.quantity import NONE
from gpubench.results.results import load
from gpubench_reports.html import render
from gpubench_reports.table import Table
from gpubench_reports.tables import histories, latencies, machines, side_by_side


def texts(table: Table) -> list[list[str]]:
    return [[entry.text for entry in row] for group in table.groups for row in group.rows]


@pytest.fixture(scope="module")
def beside(invented: ModuleType) -> Findings:
    """Two machines: a cell that both have, and one of each."""
    runs = []
    for name, own, step in (("first", 1, 4.0), ("second", 2, 2.0)):
        made = invented.Invented(name, host=name)
        made.machine |= {"memory": f"{own} GiB"}
        made.cell((step,) * 3, size=own)
        made.cell((step,) * 3, size=64)
        runs.append(made.results())
    return analyse(runs)


def test_machines_have_a_column_each(beside: Findings) -> None:
    table = machines(beside)
    assert [column.title for column in table.columns] == ["Fact", "A", "B"]
    assert ["memory", "1 GiB", "2 GiB"] in texts(table)


def test_common_cells_stand_first_with_the_ratio_to_the_first_machine(beside: Findings) -> None:
    table = side_by_side(beside)
    assert [(group.title, len(group.rows)) for group in table.groups] == [
        ("Measured on every machine", 1), ("Measured on some", 2),
    ]  # fmt: skip
    assert [column.title for column in table.columns][-3:] == ["A", "B", "B against A"]
    assert texts(table)[0][-3:] == ["4.000 s", "2.000 s", "2.000×"]
    assert [row[-3:] for row in texts(table)[1:]] == [["4.000 s", NONE, NONE], [NONE, "2.000 s", NONE]]


def test_one_machine_stands_beside_nothing(cpu_findings: Findings) -> None:
    assert side_by_side(cpu_findings).count == machines(cpu_findings).count == histories(cpu_findings).count == 0


def test_a_history_has_a_row_for_each_time(invented: ModuleType) -> None:
    runs = []
    for day, step in ((2, 1.0), (1, 4.0)):
        made = invented.Invented(f"day {day}")
        made.run = msgspec.structs.replace(made.run, created=f"2026-01-0{day}T00:00:00+00:00")
        made.cell((step,) * 3)
        runs.append(made.results())
    assert [row[-4:] for row in texts(histories(analyse(runs)))] == [
        ["B", "1.2.3", "4.000 s", NONE], ["A", "1.2.3", "1.000 s", "4.000×"],
    ]  # fmt: skip


@pytest.fixture
def strangers(tmp_path: Path) -> Callable[..., Findings]:
    """Findings of a file of pytest-benchmark."""

    def made(*tests: dict[str, object]) -> Findings:
        named = [{"name": "test_a", "fullname": "t.py::test_a", "stats": {"median": 2e-6}, **test} for test in tests]
        file = {"benchmarks": named, "machine_info": {}, "datetime": "2026-03-04T05:06:07+00:00", "version": "5.2.0"}
        (tmp_path / "bench.json").write_text(json.dumps(file), encoding="utf-8")
        return analyse([load(tmp_path / "bench.json")])

    return made


def test_latencies_of_strangers_say_all_that_is_known_of_them(strangers: Callable[..., Findings]) -> None:
    findings = strangers(
        {"params": {"n": 10, "how": "x"}, "group": "g"}, {"stats": {"median": 1e-3, "data": [1e-3] * 4}}
    )
    table = latencies(findings)
    assert texts(table) == [
        ["test_a", "n 10", "group g, how x", "2.00 µs", "1"], ["test_a", "", "", "1.00 ms", "4"],
    ]  # fmt: skip


def test_the_page_of_a_strangers_file_shows_them_and_claims_nothing_else(
    strangers: Callable[..., Findings], tmp_path: Path
) -> None:
    (page,) = render(strangers({}), tmp_path)
    text = " ".join(page.read_text(encoding="utf-8").split())
    assert "<h1>pytest-benchmark 5.2.0</h1>" in text
    assert "What another program measured" in text
    assert "2.00 µs" in text
    for claim in (
        "No cell was measured.",
        "its answer found right",
        "The exact command",
        "every raw sample",
        "launch each",
    ):
        assert claim not in text, claim


def test_the_page_of_several_runs_has_what_they_say_together(
    beside: Findings, invented: ModuleType, tmp_path: Path
) -> None:
    (page,) = render(beside, tmp_path)
    text = page.read_text(encoding="utf-8")
    assert '<section id="machines">' in text
    assert '<section id="history">' not in text
    assert '<a href="#machines">Machines side by side</a>' in text
    again = [invented.Invented(name) for name in "ab"]
    for made in again:
        made.cell((1.0, 1.0, 1.0))
    (page,) = render(analyse([made.results() for made in again]), tmp_path)
    assert '<section id="history">' in page.read_text(encoding="utf-8")
