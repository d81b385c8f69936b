"""Moments, durations and long tables as the page shows them."""

from __future__ import annotations

import html
from dataclasses import replace

import pytest

from gpubench.analysis.analyse import analyse
from gpubench_reports import markdown
from gpubench_reports.page import FOLD_FROM, LONGEST, about, folded, moment, page, span
from gpubench_reports.table import Column, Entry, table


def glued(findings):
    """The page, with underscores for spaces at which no line ends."""
    return html.unescape(page(findings)).replace("\N{NO-BREAK SPACE}", "_")


def test_a_duration_has_two_units_and_a_moment_its_zone():
    assert [span(wall) for wall in (12.2, 200.0, 7300.0)] == ["12 s", "3 min 20 s", "2 h 1 min"]
    assert moment("2026-01-02T03:04:05+01:00") == "2026-01-02 02:04 UTC"
    assert moment("yesterday") == "yesterday"


def test_thousands_of_cells_are_written_as_elsewhere(invented):
    made = invented.Invented()
    made.cell((1.0,) * 3)
    (run,) = analyse([made.results()]).runs
    assert any(part.startswith("2,000 cells planned") for part in about(replace(run, cells=2000)))


def test_cells_that_are_measured_again_are_counted_apart(invented):
    made = invented.Invented()
    made.cell((1.0,) * 3)
    assert "1 cell planned: 1 ok" in about(analyse([made.results()]).runs[0])
    made.cell(size=512, status="oom", reason="for a test")
    made.cell((1.0,) * 3, variant="aa")
    said = about(analyse([made.results()]).runs[0])
    assert "2 cells planned, and 1 measured again for the noise floor: 2 ok, 1 oom" in said


def test_a_run_names_its_accelerators_beside_its_processor(invented):
    made = invented.Invented()
    made.cell((1.0,) * 3)
    assert not [part for part in about(analyse([made.results()]).runs[0]) if "GPU" in part]
    made.cell((1.0,) * 3, device="cuda:0")
    assert about(analyse([made.results()]).runs[0])[1] == "GPU: Invented GPU 9000"
    made.cell((1.0,) * 3, device="cuda:1")
    made.cell((1.0,) * 3, device="cuda:2", model="Another")
    assert about(analyse([made.results()]).runs[0])[1:3] == ["GPU 0, GPU 1: Invented GPU 9000", "GPU 2: Another"]


def test_a_cell_that_was_measured_again_is_told_so_and_devices_as_elsewhere(invented):
    made = invented.Invented()
    for device in ("cpu", "cuda:0"):
        made.cell((1.0,) * 3, device=device, variant="aa", flags=("drift",), dispatch=0.1)
    made.cell(size=512, variant="aa", status="failed", reason="for a test")
    text = glued(analyse([made.results()]))
    for device in ("CPU", "GPU"):
        again = f"<li>matmul, n_256, float32, torch (eager), {device} (measured again for the noise floor)</li>"
        assert again in text
    assert ">matmul, n_512, float32 (measured again for the noise floor)</td>" in text
    assert "(aa)" not in text


def test_a_size_stays_in_one_line_with_its_name_wherever_more_is_said(invented):
    """In cards, notes, lists and cells of tables; as it is in commands, and outside of the page."""
    made = invented.Invented(command=["gpubench", "run", "--batch", "4", "-k", "batch 4", "in 5 of 9"])
    for size in (1, 4):
        made.cell(invented.scattered(float(size)), size=size, axis="batch")
        made.cell(invented.scattered(2.0), size=size, axis="batch", device="cuda:0", flags=("drift",))
    findings = analyse([made.results()])
    text = glued(findings)
    assert "from batch_≈_2.0 [" in text
    assert "<li>matmul, batch_4, float32" in text
    assert "<h2>matmul, batch_4, float32" in text
    assert ">batch 4</td>" in text, "the style sheet's to keep in one line"
    assert "-k 'batch 4'" in text.replace('</span> <span class="whole">', " ")
    assert "from batch ≈ 2.0 [" in findings.verdicts[0].sentence
    assert "matmul, batch 4" in markdown.text(findings)


@pytest.mark.parametrize(("rows", "long"), [
    pytest.param([LONGEST, LONGEST, FOLD_FROM - 2 * LONGEST], False, id="short"),
    pytest.param([LONGEST + 1, 1], True, id="a-group-that-no-sheet-has-room-for"),
    pytest.param([20, 20, FOLD_FROM - 39], True, id="many-rows"),
    pytest.param([2 * FOLD_FROM], False, id="one-group"),
])  # fmt: skip
def test_tables_are_folded_by_group_where_they_are_long(rows, long):
    groups = [(f"group {place}", [[Entry("row")]] * count) for place, count in enumerate(rows)]
    assert folded(table("", [Column("Name")], groups)) is long
