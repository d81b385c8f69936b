"""A cell, and what came of it, in one line."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from gpubench.cli.progress_words import cell_words, launch_words
from gpubench.results.records import Cell, Launch, Series

CELL = Cell(
    cell_id="c", workload="conv2d", version=1, axis="batch", size=8, params={"layer": "a[b]", "pass": "forward"},
    backend="torch", device="cuda:0", precision="tf32", mode="compile", data="resident", variant="", threads=2,
    item="image", reason="",
)  # fmt: skip
LAUNCH = Launch(
    cell_id="c", device="cuda:0", launch=0, status="ok", stopped="interval",
    quantities={"step": Series(calls=10, seconds=[0.02, 0.01, 0.09])},
)  # fmt: skip


def test_a_cell_is_told_by_all_that_makes_it() -> None:
    assert cell_words(CELL) == "conv2d batch=8 layer=a[b] pass=forward torch cuda:0 tf32 compile"
    partner = msgspec.structs.replace(CELL, data="host", variant="aa", params={})
    assert cell_words(partner) == "conv2d batch=8 torch cuda:0 tf32 compile host again"


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
