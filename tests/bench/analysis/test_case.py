"""A piece of work in words."""

from __future__ import annotations

import pytest

from gpubench.analysis.case import Case

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
