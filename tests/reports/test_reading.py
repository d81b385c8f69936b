"""How to read a page explains what is odd in it, and only then."""

from __future__ import annotations

import re
from dataclasses import replace
from types import ModuleType

import pytest

from gpubench.analysis.analyse import analyse
from gpubench_reports.page import page


@pytest.mark.parametrize("device", ["cpu", "cuda:0"])
@pytest.mark.parametrize(
    ("latencies", "told"),
    [
        ((0.5, 0.6, 2.0), "In 2 of 3 cells it lies below the interval of the step time"),
        ((0.999, 1.0, 1.1), ""),
        ((None, 1.0, 1.0), ""),
    ],
)
def test_latencies_below_their_steps_are_counted_and_explained(
    invented: ModuleType, latencies: tuple[float | None, ...], told: str, device: str
) -> None:
    made = invented.Invented()
    for size, _ in enumerate(latencies, start=1):
        made.cell(invented.scattered(1.0), size=size, device=device)
    findings = analyse([made.results()])
    timed = tuple(replace(cell, latency_s=one) for cell, one in zip(findings.cells, latencies, strict=True))
    text = page(replace(findings, cells=timed))
    assert re.findall(r"In \d+ of \d+ cells it lies below the interval of the step time", text) == [told] * bool(told)
    assert ("prefer a quiet machine" in text) is bool(told)


def test_of_several_runs_it_is_said_whose_latencies_these_are(invented: ModuleType) -> None:
    runs = []
    for name in "ab":
        made = invented.Invented(name, host=name)
        made.cell(invented.scattered(1.0))
        runs.append(made.results())
    findings = analyse(runs)
    timed = tuple(replace(cell, latency_s=0.5 if cell.run == "B" else 1.0) for cell in findings.cells)
    assert "In 1 of 2 cells (run B) it lies below" in page(replace(findings, cells=timed))


def test_a_step_without_an_interval_contradicts_nothing(invented: ModuleType) -> None:
    made = invented.Invented()
    made.cell((1.0,))
    (cell,) = analyse([made.results()]).cells
    assert not replace(cell, latency_s=0.1).latency_contradicts
