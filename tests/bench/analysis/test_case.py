"""A piece of work in words."""

from __future__ import annotations

from typing import Any

import pytest

from gpubench.analysis.analyse import analyse
from gpubench.analysis.case import Case, the_device

FIELDS = {"workload": "sort", "axis": "n", "size": 8, "params": (("order", "random"),), "precision": "float32"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "sort, n 8, float32"),
        ({"told": frozenset({"order"})}, "sort, order random, n 8, float32"),
        ({"data": "host"}, "sort, n 8, float32, data from the host"),
        ({"axis": "", "size": ""}, "sort, float32"),  # a test of somebody's that has no size
        ({"axis": "", "size": "", "precision": "", "data": ""}, "sort"),
    ],
)
def test_a_case_is_told_by_what_is_known_of_it(fields: dict[str, object], words: str) -> None:
    assert Case(**{"data": "resident", **FIELDS, **fields}).words == words


@pytest.mark.parametrize(
    ("device", "several", "words"),
    [
        ("cpu", True, "the CPU"),
        ("cuda:1", False, "the GPU"),
        ("cuda:1", True, "the GPU 1"),
        ("toy:0", False, "toy:0"),
        ("toy:0", True, "toy:0"),
    ],
)
def test_what_people_have_a_word_for_has_an_article(device: str, several: bool, words: str) -> None:
    assert the_device(device, several) == words


def test_a_device_of_a_plug_in_is_told_without_an_article_in_whole_reports(invented: Any) -> None:
    made = invented.Invented()
    for backend, times in (("torch", 1.0), ("toy", 2.0)):
        for size in (64, 128):
            made.cell((1.0,) * 3, size=size, backend=backend)
            made.cell((times / size,) * 3, size=size, backend=backend, device="toy:0", dispatch=1.0, flags=("drift",))
        made.cell((2.0,) * 3, size=64, backend=backend, device="toy:0", data="host")
        made.cell((1.5,) * 3, size=64, backend=backend, data="host")
    made.cell(size=256, device="toy:0", status="oom", reason="for a test")
    findings = analyse([made.results()])
    said = "\n".join([*(one.sentence for one in findings.verdicts), *(one.text for one in findings.caveats)])
    said += "\n".join(one.words for one in findings.crossovers)
    for words in (
        "toy:0 wins at",
        "and from toy:0 take",
        "toy:0 waits",
        "(torch on toy:0",
        ", on toy:0; none",
        ", on toy:0:",
    ):
        assert words in said
    assert "the toy:0" not in said
