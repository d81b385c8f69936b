"""Progress: a bar where a line can be drawn again, plain lines elsewhere."""

from __future__ import annotations

import io
import sys
from typing import Any

import msgspec
import pytest
from rich.console import Console

from gpubench.cli.progress import Bar, Lines, cell_words, choose_progress, launch_words
from gpubench.results.records import Cell, Launch, Series
from gpubench.runner.progress import Silent

CELL = Cell(
    cell_id="c", workload="conv2d", version=1, axis="batch", size=8, params={"layer": "a[b]", "pass": "forward"},
    backend="torch", device="cuda:0", precision="tf32", mode="compile", data="resident", variant="", threads=2,
    item="image", reason="",
)  # fmt: skip
LAUNCH = Launch(
    cell_id="c", device="cuda:0", launch=0, status="ok", stopped="interval",
    quantities={"step": Series(calls=10, seconds=[0.02, 0.01, 0.09])},
)  # fmt: skip


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


def test_a_cell_is_told_by_all_that_makes_it() -> None:
    assert cell_words(CELL) == "conv2d batch=8 layer=a[b] pass=forward torch cuda:0 tf32 compile"
    partner = msgspec.structs.replace(CELL, data="host", variant="aa", params={})
    assert cell_words(partner) == "conv2d batch=8 torch cuda:0 tf32 compile host aa"


@pytest.mark.parametrize(
    ("changes", "verbose", "words"),
    [
        ({}, False, "2.00 ms"),
        ({}, True, "2.00 ms, 3 blocks of 10 calls, ended by interval"),
        ({"flags": ["a", "b"]}, False, "2.00 ms"),
        ({"flags": ["a", "b"]}, True, "2.00 ms, 3 blocks of 10 calls, ended by interval [a, b]"),
        ({"status": "unverified", "reason": "late"}, False, "2.00 ms unverified: late"),
        ({"status": "oom", "reason": "too large", "quantities": {}}, True, "oom: too large"),
    ],
)
def test_a_launch_is_told_by_its_median_or_its_reason(changes: dict[str, Any], verbose: bool, words: str) -> None:
    assert launch_words(msgspec.structs.replace(LAUNCH, **changes), verbose) == words


@pytest.mark.parametrize(
    ("kind", "quiet", "terminal", "term", "chosen"),
    [
        ("auto", False, True, "xterm", Bar),
        ("auto", False, True, "dumb", Lines),
        ("auto", False, False, "xterm", Lines),
        ("plain", False, True, "xterm", Lines),
        ("none", False, True, "xterm", Silent),
        ("auto", True, True, "xterm", Silent),
    ],
)
def test_a_bar_needs_a_terminal_that_can_redraw_a_line(
    kind: str, quiet: bool, terminal: bool, term: str, chosen: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", Screen() if terminal else io.StringIO())
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("FORCE_COLOR", "1")  # asks for colour, not for a bar in a log
    assert isinstance(choose_progress(kind, quiet, verbose=False), chosen)


def test_lines_count_on_from_what_was_measured_before(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines(verbose=False)
    lines.begin(cells=2, launches=3, done=4)
    lines.starting("torch", "cuda:0", 2)
    lines.finished(CELL, LAUNCH)
    lines.finished(CELL, LAUNCH)
    lines.end()
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [f"{number}/6 {cell_words(CELL)}: 2.00 ms" for number in (5, 6)]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"measures": "memory", "peak_host_bytes": 48 * 2**20}, "memory 48.0 MiB host"),
        (
            {"measures": "memory", "peak_host_bytes": 2**20, "peak_device_bytes": 2**30},
            "memory 1.00 MiB host, 1.00 GiB device",
        ),
        ({"measures": "energy", "energy_j": 0.0124}, "energy 12.4 mJ above idle"),
        ({"measures": "energy", "reason": "too little"}, "energy too little"),
        ({"measures": "energy", "status": "skipped", "reason": "no counter"}, "energy skipped: no counter"),
    ],
)
def test_a_pass_is_told_by_what_it_came_to(fields: dict[str, Any], words: str) -> None:
    launch = Launch(**{"cell_id": "c", "device": "cuda:0", "launch": 0, "status": "ok", **fields})
    assert launch_words(launch, verbose=False) == launch_words(launch, verbose=True) == words


def test_lines_count_passes_too(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines(verbose=False)
    lines.begin(cells=2, launches=3, done=7, passes=2)
    lines.finished(CELL, Launch(cell_id="c", device="cuda:0", launch=0, status="ok", measures="energy", energy_j=2.0))
    assert capsys.readouterr().err == f"8/8 {cell_words(CELL)}: energy 2.00 J above idle\n"


def drawn(*launches: Launch, verbose: bool = False) -> str:
    screen = Screen()
    bar = Bar(verbose, Console(file=screen, force_terminal=True, width=100, highlight=False, _environ={}))
    bar.begin(cells=1, launches=len(launches), done=0)
    for launch in launches:
        bar.starting("torch", "cuda:0", launch.launch)
        bar.finished(CELL, launch)
    bar.end()
    return screen.getvalue()


def test_the_bar_counts_and_says_only_what_is_not_ok() -> None:
    text = drawn(LAUNCH, msgspec.structs.replace(LAUNCH, launch=1, status="crashed", reason="[died]", quantities={}))
    assert "torch on cuda:0, launch 2" in text
    assert "1/2" in text
    assert "2/2" in text
    assert "layer=a[b] pass=forward torch cuda:0 tf32 compile: crashed: [died]\n" in text
    assert "2.00 ms" not in text


def test_the_bar_says_all_on_request_and_leaves_the_cursor_as_it_was() -> None:
    text = drawn(LAUNCH, verbose=True)
    assert "2.00 ms, 3 blocks of 10 calls" in text
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h") == 1
