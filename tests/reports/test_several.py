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
        ("The geometric mean of what every machine measured", 1),
    ]  # fmt: skip
    assert [column.title for column in table.columns][-4:] == ["A", "B", "A's time ÷ B's", "In words"]
    assert texts(table)[0][-4:] == ["4.000 s", "2.000 s", "2.000×", "B 2.000× faster"]
    assert [row[-4:] for row in texts(table)[1:3]] == [["4.000 s", NONE, NONE, ""], [NONE, "2.000 s", NONE, ""]]


def two_machines(invented: ModuleType, *medians: tuple[float, ...], again: float = 1.0) -> Findings:
    """Two machines of three cells each. again: how many times as long the first takes when measured again."""
    runs = []
    for name, steps in zip("ab", medians, strict=True):
        made = invented.Invented(name, host=name)
        for size in (1, 2, 3):
            made.cell(tuple(size * step for step in steps), size=size)
        made.cell(tuple(again * step for step in steps), size=1, variant="aa")
        runs.append(made.results())
    return analyse(runs)


def last(table: Table) -> list[list[tuple[str, str]]]:
    """Text and mark of the last two entries of each row."""
    return [[(entry.text, entry.mark) for entry in row[-2:]] for group in table.groups for row in group.rows]


def test_the_mean_of_a_card_is_the_last_row_from_the_same_side(invented: ModuleType) -> None:
    findings = two_machines(invented, (1.0,) * 3, (4.0,) * 3)
    (card,) = (one for one in findings.verdicts if one.subject.startswith("What both measured"))
    *rows, mean = last(side_by_side(findings))
    assert mean == [("0.2500×", ""), (f"A {card.statements[0].figure} faster", "main")]
    assert rows == [mean] * 3
    assert [row[0] for row in texts(side_by_side(findings))][-1] == "3 cells"


@pytest.mark.parametrize(("medians", "again", "words"), [
    pytest.param((3.0, 4.0, 8.0), 1.0, "no difference that 3 launches can tell", id="launches"),
    pytest.param((1.3, 1.3, 1.3), 1.5, "no difference beyond the noise floor of 50 %", id="noise"),
])  # fmt: skip
def test_a_difference_that_is_not_told_is_no_finding(
    invented: ModuleType, medians: tuple[float, ...], again: float, words: str
) -> None:
    table = side_by_side(two_machines(invented, (1.0, 9.0, 5.0) if again == 1 else (1.0,) * 3, medians, again=again))
    assert [row[1] for row in last(table)[:3]] == [(words, "")] * 3
    assert {row[0][1] for row in last(table)[:3]} == {""}


def test_without_an_interval_it_is_said_that_launches_are_too_few(invented: ModuleType) -> None:
    (*_, mean) = last(side_by_side(two_machines(invented, (1.0,) * 2, (4.0,) * 2)))
    assert mean[1] == ("A 4.00× faster (too few launches to say)", "main")


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
