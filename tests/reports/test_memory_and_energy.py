"""What passes beside the times measured: columns of the table of cells, and a picture."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from types import ModuleType

import pytest

from gpubench.analysis.analyse import analyse
from gpubench.analysis.findings import Findings
from gpubench.results.records import Launch
from gpubench_reports import tables
from gpubench_reports.pictures import memory
from gpubench_reports.png import render
from gpubench_reports.theme import LIGHT

BESIDE = ["Host memory", "Device memory", "Energy a call"]


def with_passes_of_one(findings: Findings, **fields: float) -> Findings:
    """The findings with a pass measured of the first cell alone."""
    first, *others = findings.cells
    return dataclasses.replace(findings, cells=(dataclasses.replace(first, **fields), *others))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {}),
        ({"peak_host_bytes": 48 * 2**20}, {"Host memory": "48.0 MiB"}),
        (
            {"peak_host_bytes": 0, "peak_device_bytes": 2**30, "energy_j": 0.25},
            {"Host memory": "0 B", "Device memory": "1.00 GiB", "Energy a call": "250 mJ"},
        ),
    ],
)
def test_memory_and_energy_have_a_column_where_they_were_measured(
    cpu_findings: Findings, fields: dict[str, float], expected: dict[str, str]
) -> None:
    table = tables.cells(with_passes_of_one(cpu_findings, **fields))
    titles = [column.title for column in table.columns]
    assert [title for title in titles if title in BESIDE] == list(expected)
    rows = [[entry.text for entry in row] for group in table.groups for row in group.rows]
    assert {len(row) for row in rows} == {len(titles)}
    for title, text in expected.items():
        assert [row[titles.index(title)] for row in rows].count(text) == 1
        assert [row[titles.index(title)] for row in rows].count("–") == len(rows) - 1


def test_what_a_run_holds_of_passes_comes_to_the_table(invented: ModuleType) -> None:
    run = invented.cpu_run()
    cell = next(launch for launch in run.launch_records if launch.status == "ok")
    amounts = {"peak_host_bytes": 2**20, "peak_device_bytes": 2**30}
    about = {"cell_id": cell.cell_id, "device": cell.device, "launch": 0, "status": "ok"}
    passes = (Launch(**about, measures="memory", **amounts), Launch(**about, measures="energy", energy_j=0.25))
    table = tables.cells(analyse([dataclasses.replace(run, pass_records=passes)]))
    assert [column.title for column in table.columns][-3:] == BESIDE
    assert ["1.00 MiB", "1.00 GiB", "250 mJ"] in [
        [entry.text for entry in row[-3:]] for group in table.groups for row in group.rows
    ]


def test_a_run_with_memory_has_its_picture(gpu_findings: Findings, tmp_path: Path) -> None:
    measured = dataclasses.replace(
        gpu_findings,
        cells=tuple(
            dataclasses.replace(cell, peak_host_bytes=2**20 * (1 + n)) for n, cell in enumerate(gpu_findings.cells)
        ),
    )
    assert "memory.png" in {path.name for path in render(measured, tmp_path)}
    assert "memory.png" not in {path.name for path in render(gpu_findings, tmp_path / "without")}


def test_the_picture_shows_a_gpus_own_memory_and_the_cpus_of_the_host(gpu_findings: Findings) -> None:
    """Of a GPU's cell the host's memory says little; where it alone is known nothing is drawn."""
    cpu, gpu = (next(cell for cell in gpu_findings.cells if cell.device == name) for name in ("cpu", "cuda:0"))
    both = {"peak_host_bytes": 100, "peak_device_bytes": 200}
    cells = (dataclasses.replace(cpu, **both), dataclasses.replace(gpu, **both))
    assert [memory.bytes_of(cell) for cell in cells] == [100, 200]
    host_only = dataclasses.replace(gpu_findings, cells=(dataclasses.replace(gpu, peak_host_bytes=100),))
    assert memory.drawing(host_only, "") is None


def test_a_row_of_the_picture_holds_one_mode_alone(invented: ModuleType, with_passes) -> None:
    """Beside the default modes, under one row, every other mode has a row of its own."""
    made = invented.Invented()
    for n in (1, 2):
        for backend in ("torch", "tensorflow"):
            made.cell((1.0,) * 3, size=n, backend=backend)
    made.cell((1.0,) * 3, mode="compile", size=2)
    drawing = memory.drawing(analyse([with_passes(made.results())]), "")
    assert drawing is not None
    names = re.findall(r">(matmul[^<]*)<", drawing.svg(LIGHT))
    assert names == ["matmul, n 1", "matmul, n 2", "matmul, n 2, compile"]


def test_memory_and_energy_have_tables_of_their_own(cpu_findings: Findings) -> None:
    measured = with_passes_of_one(cpu_findings, peak_host_bytes=2**20, energy_j=0.25)
    assert [row[-1].text for row in tables.memory(measured).groups[0].rows] == ["1.00 MiB"]
    assert [row[-1].text for row in tables.energy(measured).groups[0].rows] == ["250 mJ"]
    assert tables.memory(cpu_findings).count == tables.energy(cpu_findings).count == 0
