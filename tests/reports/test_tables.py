"""The tables' own figures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gpubench_reports import tables
from gpubench_reports.quantity import NONE


@pytest.mark.parametrize(("count", "shown"), [(40, ["11.0 s", NONE, NONE]), (64, ["11.3 s", "19.0 s", NONE])])
def test_samples_are_told_with_the_percentiles_that_there_are_enough_of(gpu_findings, count: int, shown: list[str]):
    """Every launch with samples of 11 to 19 seconds, and one of 100."""
    samples = (*(11.0 + number % 9 for number in range(count - 1)), 100.0)
    found = [replace(one, launches=((0, samples),)) for one in gpu_findings.distributions]
    table = tables.distribution(replace(gpu_findings, distributions=tuple(found)))
    titles = [column.title for column in table.columns]
    assert titles[-6:] == ["Least", "10 %", "90 %", "99 %", "Most", "Outliers"]
    assert table.count == len(found) > 0
    for row in table.groups[0].rows:
        assert [entry.text for entry in row[-6:]] == ["11.0 s", *shown, "100 s", "1"]
