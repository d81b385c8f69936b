"""The CPU that speed-ups are over: its model, and how much of it there was to compute with."""

from __future__ import annotations

from typing import Any

import pytest

from gpubench.analysis.analyse import analyse
from gpubench.analysis.processor import Processor


def of(made: Any) -> Processor:
    return analyse([made.results()]).runs[0].processor


def run(invented: Any, threads: tuple[int, ...] = (4,), **facts: str) -> Any:
    made = invented.Invented()
    made.machine |= facts
    for size, count in enumerate(threads, start=1):
        made.cell((2.0, 2.0, 2.0), size=size, threads=count)
        made.cell((1.0, 1.0, 1.0), size=size, threads=99, device="cuda:0")
    return made


@pytest.mark.parametrize(
    ("facts", "threads", "title", "words"),
    [
        (
            {"physical cores allowed": "16", "logical processors": "32"}, (16,), "Invented CPU (16 cores)",
            "CPU: Invented CPU, 16 cores, 32 logical processors, computing with 16 threads",
        ),
        (
            {"physical cores allowed": "1", "logical processors": "1"}, (1,), "Invented CPU (1 core)",
            "CPU: Invented CPU, 1 core, 1 logical processor, computing with 1 thread",
        ),
        (
            {"logical processors": "8"}, (8, 4), "Invented CPU (8 logical processors)",
            "CPU: Invented CPU, 8 logical processors, computing with 4 or 8 threads",
        ),
        ({}, (4,), "Invented CPU", "CPU: Invented CPU, computing with 4 threads"),
        (
            {"physical cores allowed": "many", "logical processors": "9" * 5000}, (4,), "Invented CPU",
            "CPU: Invented CPU, computing with 4 threads",
        ),
    ],
)  # fmt: skip
def test_what_is_known_of_it_is_told(
    invented: Any, facts: dict[str, str], threads: tuple[int, ...], title: str, words: str
) -> None:
    found = of(run(invented, threads, **facts))
    assert (found.title, found.words) == (title, words)


def test_where_no_cell_of_the_cpu_gave_a_time_there_is_nothing_to_say(invented: Any) -> None:
    made = invented.Invented()
    made.cell((1.0, 1.0, 1.0), device="cuda:0")
    made.cell(status="failed", reason="for a test")
    assert of(made).words == ""
