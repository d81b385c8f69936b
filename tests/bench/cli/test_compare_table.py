"""The table for people: what is on its lines, in which order, and at 80 columns."""

from __future__ import annotations

import re

import click
import pytest

from gpubench.analysis.comparison import compare
from gpubench.cli.compare_table import table


def plain(text: str) -> list[str]:
    return [line.rstrip() for line in click.unstyle(text).splitlines()]


def test_the_worst_comes_first_and_a_sentence_last(compared):
    lines = plain(table(compared((1.0, 1.0, 1.0), (1 / 1.2, 1.2, 1.0)), ""))
    rows = [line.split()[0] for line in lines if re.match(r"^ ?(SLOWER|FASTER|SAME)", line)]
    assert rows == ["SLOWER", "SAME", "FASTER"]
    assert lines[0].startswith("BASE: run of 2026-01-02 03:04:05, gpubench 0.1.0, torch 1.2.3")
    last = " ".join(lines[lines.index(next(line for line in lines if "3 cells SLOWER" in line)) :])
    assert last.startswith("1 of 3 cells SLOWER, 1 SAME, 1 FASTER. NEW is 1.00× [0.98–1.02] as fast as BASE")
    assert last.endswith("in the geometric mean of 3 cells.")


def test_a_row_has_both_times_and_the_ratio_with_as_many_digits_as_its_interval_supports(compared):
    text = " ".join(" ".join(plain(table(compared((1.0,), (1.2,)), ""))).split())
    assert "SLOWER matmul, n 1, float32, 1.00 s 1.20 s 0.833× [0.815–0.852]" in text
    assert "torch (eager), cpu" in text


@pytest.mark.parametrize("runs", [2, 3])
def test_it_fits_80_columns(compared, monkeypatch, runs):
    monkeypatch.setenv("COLUMNS", "80")
    lines = plain(table(compared(*[(1.0, 0.5, 2.0)] * runs, reason="a long reason " * 10), ""))
    assert max(map(len, lines)) <= 80


def test_a_wider_terminal_is_used(compared, monkeypatch):
    lines = {}
    for width in (40, 200):
        monkeypatch.setenv("COLUMNS", str(width))
        lines[width] = plain(table(compared((1.0,), (1.0,)), ""))
    assert len(lines[200]) < len(lines[40])
    assert any("matmul, n 1, float32," in line and line.endswith("1.00× [0.98–1.02]") for line in lines[200])


def test_it_is_coloured_by_verdict(compared):
    text = table(compared((1.0, 1.0), (1.2, 1 / 1.2)), "")
    assert "\x1b[1;31mSLOWER" in text
    assert "\x1b[32mFASTER" in text


def test_margins_and_their_origin_stand_below_it(compared):
    assert "Margin: 5 % (the default)." in plain(table(compared((1.0,), (1.0,)), ""))


def test_what_an_inconclusive_cell_takes_stands_beside_it(compared):
    lines = plain(table(compared((1.0,), (1.04,)), ""))
    (head,) = (line for line in lines if line.split()[:2] == ["Verdict", "Cell"])
    (row,) = (line for line in lines if "INCONCLUSIVE" in line and "matmul" in line)
    assert head.split()[-1] == "Takes"
    assert int(row.split()[-1]) > 3
    assert any(line.startswith("Takes: how many launches a side would tell") for line in lines)


def test_an_escape_sequence_in_a_reason_does_nothing(compared):
    text = table(compared((1.0,), (1.0,), reason="\x1b[2J gone [red]x[/red]\nnext line"), "")
    assert "\x1b[2J" not in text
    assert "gone [red]x[/red] next line" in " ".join(" ".join(plain(text)).split())


def test_with_more_runs_each_has_a_column_and_the_last_row_is_the_geometric_mean(compared):
    lines = plain(table(compared((1.0, 1.0), (1.2, 1.0), (1.0, 0.5)), ""))
    (head,) = (line for line in lines if line.split() == ["Cell", "A", "B", "C"])
    assert head
    text = " ".join(" ".join(lines).split())
    assert "matmul, n 1, float32, 1.00 s SLOWER SAME" in text
    assert "geometric mean 0.91×" in text
    assert "of 2 cells" in text
    assert "C is 1.41×" in text


def test_cells_that_only_new_has_and_why_others_are_invalid_are_named(invented):
    base, new = invented.Invented("a"), invented.Invented("b")
    base.cell((1.0, 1.0, 1.0), size=64)
    base.cell((1.0, 1.0, 1.0), size=8)
    for size in (1, 2, 3, 4, 5, 64):
        new.cell((1.0, 1.0, 1.0), size=size)
    text = " ".join(" ".join(plain(table(compare([base.results(), new.results()]), ""))).split())
    assert "INVALID (missing in NEW): matmul, n 8, float32, torch (eager), cpu." in text
    named = "; ".join(f"matmul, n {size}, float32, torch (eager), cpu" for size in (1, 2, 3))
    assert f"Only in NEW, in no verdict: {named}; and 2 more." in text
