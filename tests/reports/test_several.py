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
from gpubench_reports.pictures import roofline
from gpubench_reports.table import Table
from gpubench_reports.tables import elsewhere, headline, histories, latencies, machines, means, side_by_side


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


def test_common_cells_have_the_ratio_to_the_first_machine_and_the_others_none(beside: Findings) -> None:
    common, rest = side_by_side(beside), elsewhere(beside)
    assert [column.title for column in common.columns][-4:] == ["A", "B", "A's time ÷ B's", "In words"]
    assert [row[-4:] for row in texts(common)] == [["4.000 s", "2.000 s", "2.000×", "B 2.000× faster"]]
    assert [column.title for column in rest.columns][-2:] == ["A", "B"]
    assert [row[-2:] for row in texts(rest)] == [["4.000 s", NONE], [NONE, "2.000 s"]]
    assert ("above 1" in common.caption, "above 1" in rest.caption) == (True, False)


def test_what_all_cells_share_is_said_once(beside: Findings) -> None:
    titles = {column.title for column in side_by_side(beside).columns}
    assert titles.isdisjoint({"Precision", "Data", "Device", "Backend"})
    assert side_by_side(beside).alike == "precision float32, data resident, device CPU, backend torch (eager)"


def test_a_cell_of_two_machines_among_three_is_compared_apart(invented: ModuleType) -> None:
    """The second machine, which shares none with the first, has no column of ratios."""
    runs = []
    for name, sizes in (("a", (1, 2)), ("b", (1,)), ("c", (1, 2))):
        made = invented.Invented(name, host=name)
        for size in sizes:
            made.cell((4.0 if name == "a" else 1.0,) * 3, size=size)
        runs.append(made.results())
    rest = elsewhere(analyse(runs))
    assert [column.title for column in rest.columns][-5:] == ["A", "B", "C", "A's time ÷ C's", "In words"]
    assert [row[-5:] for row in texts(rest)] == [["4.000 s", NONE, "1.000 s", "4.000×", "C 4.000× faster"]]


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


def test_the_mean_of_a_card_has_a_row_from_the_same_side(invented: ModuleType) -> None:
    findings = two_machines(invented, (1.0,) * 3, (4.0,) * 3)
    (card,) = (one for one in findings.verdicts if one.subject.startswith("What both measured"))
    (mean,) = last(means(findings))
    assert mean == [("0.2500×", ""), (f"A {card.statements[0].figure} faster", "main")]
    assert last(side_by_side(findings)) == [mean] * 3
    assert [row[:2] for row in texts(means(findings))] == [["CPU", "3"]]


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
    (mean,) = last(means(two_machines(invented, (1.0,) * 2, (4.0,) * 2)))
    assert mean[1] == ("A 4.00× faster (too few launches to say)", "main")


def test_one_machine_stands_beside_nothing(cpu_findings: Findings) -> None:
    assert [table(cpu_findings).count for table in (side_by_side, elsewhere, means, machines, histories)] == [0] * 5


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


def test_a_headline_of_several_machines_is_said_to_be_the_first_one_s(beside: Findings, cpu_findings: Findings) -> None:
    assert "says most of the first machine, of those that all measured" in headline(beside).caption
    assert "says most of this machine" in headline(cpu_findings).caption


def test_several_rooflines_are_lower_so_that_a_sheet_of_paper_holds_them(invented: ModuleType) -> None:
    runs = []
    for name in "ab":
        made = invented.Invented(name, host=name)
        made.cell((0.01,) * 3, size=1024, work={"flops": 2.0**31, "bytes": 12.0 * 2**20})
        made.cell((0.01,) * 3, workload="copy", work={"flops": 0.0, "bytes": 2.0**28})
        runs.append(made.results())
    one, two = (roofline.drawing(analyse(runs[:count]), "") for count in (1, 2))
    assert one is not None
    assert two is not None
    assert one.height < two.height < 2 * one.height - 1, "inches"
