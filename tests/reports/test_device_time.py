"""Device time on the page: a column and a word of explanation where some cell has it, and neither elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gpubench.analysis.quantity import NONE
from gpubench_reports.page import page
from gpubench_reports.tables.cells import cells


@pytest.fixture(scope="module")
def timed(gpu_findings):
    """The made-up run, its PyTorch cells on the GPU with a device time."""
    on_gpu = [cell.kind != "cpu" and cell.backend == "torch" for cell in gpu_findings.cells]
    assert any(on_gpu)
    assert not all(on_gpu)
    found = [
        replace(cell, device_s=0.25e-3) if told else cell for cell, told in zip(gpu_findings.cells, on_gpu, strict=True)
    ]
    return replace(gpu_findings, cells=tuple(found))


def test_it_is_a_column_of_the_cells(timed):
    table = cells(timed)
    place = [column.title for column in table.columns].index("Device time")
    shown = [row[place].text for group in table.groups for row in group.rows]
    assert sorted(set(shown)) == sorted({"250 µs", NONE})
    assert shown.count("250 µs") == sum(cell.device_s is not None for cell in timed.cells)


def test_there_is_no_column_where_nothing_has_it(cpu_findings):
    assert "Device time" not in [column.title for column in cells(cpu_findings).columns]


def test_the_page_explains_it_where_it_is(timed):
    text = page(timed)
    assert "<strong>Device time</strong> is the step time by the device's own clock" in text
    assert "a cell of which they contradict each other about one block is not verified" in text


def test_a_page_without_it_says_nothing_of_it(cpu_findings):
    text = page(cpu_findings)
    assert "Device time" not in text
    assert "events of PyTorch" not in text
