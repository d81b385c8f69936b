"""Progress: a table where it can be drawn again, plain lines elsewhere, nothing when quiet."""

from __future__ import annotations

import io
import sys

import msgspec
import pytest

from gpubench.cli.progress import Lines, choose_progress
from gpubench.cli.progress_board import Board
from gpubench.cli.progress_words import cell_words
from gpubench.results.records import Cell, Launch, Series
from gpubench.runner.progress import Silent

CELL = Cell(
    cell_id="c", workload="conv2d", version=1, axis="batch", size=8, params={"layer": "a[b]"}, backend="torch",
    device="cuda:0", precision="tf32", mode="compile", data="resident", variant="", threads=2, item="image", reason="",
)  # fmt: skip
LAUNCH = Launch(
    cell_id="c", device="cuda:0", launch=0, status="ok", stopped="interval",
    quantities={"step": Series(calls=10, seconds=[0.02, 0.01, 0.09])},
)  # fmt: skip


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("kind", "quiet", "terminal", "term", "chosen"),
    [
        ("auto", False, True, "xterm", Board),
        ("auto", False, True, "dumb", Lines),
        ("auto", False, False, "xterm", Lines),
        ("plain", False, True, "xterm", Lines),
        ("none", False, True, "xterm", Silent),
        ("auto", True, True, "xterm", Silent),
    ],
)
def test_a_table_needs_a_terminal_that_can_redraw_it(
    kind: str, quiet: bool, terminal: bool, term: str, chosen: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", Screen() if terminal else io.StringIO())
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("FORCE_COLOR", "1")  # asks for colour, not for a table in a log
    assert isinstance(choose_progress(kind, quiet, verbose=False), chosen)


def test_lines_count_on_from_what_was_measured_before(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines(verbose=False)
    lines.begin([CELL, CELL], launches=3, done=[LAUNCH] * 4)
    lines.starting("torch", "cuda:0", 2)
    lines.measuring(CELL, "time")
    lines.finished(CELL, LAUNCH)
    lines.finished(CELL, LAUNCH)
    lines.end()
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [f"{number}/6 {cell_words(CELL)}: 2.00 ms" for number in (5, 6)]


def test_lines_count_passes_too(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines(verbose=False)
    lines.begin([CELL, CELL], launches=3, done=[LAUNCH] * 7, passes=2)
    lines.finished(CELL, Launch(cell_id="c", device="cuda:0", launch=0, status="ok", measures="energy", energy_j=2.0))
    assert capsys.readouterr().err == f"8/8 {cell_words(CELL)}: energy 2.00 J above idle\n"


def test_a_reason_of_several_lines_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines(verbose=True)
    lines.begin([CELL], launches=1, done=[])
    lines.starting("torch", "cuda:0", 0)
    lines.finished(CELL, msgspec.structs.replace(LAUNCH, status="oom", reason="out\nof\x1b[2J memory", quantities={}))
    assert capsys.readouterr().err.splitlines() == [
        "starting a torch worker on cuda:0, launch 1", f"1/1 {cell_words(CELL)}: oom: out of\ufffd[2J memory"
    ]  # fmt: skip
