"""`gpubench export`: the cells on standard output or in a file."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

COLUMNS = [
    "run_id", "cell_id", "workload", "size", "params", "backend", "backend_version", "device", "device_name",
    "precision", "mode", "data", "variant", "threads", "status", "reason", "launches", "samples",
    "step_s", "step_lo_s", "step_hi_s", "latency_s", "dispatch_s", "device_s", "first_call_s",
    "flops", "bytes", "items", "flop_per_s", "bytes_per_s", "items_per_s",
    "peak_host_bytes", "peak_device_bytes", "energy_j", "checked", "max_error", "flags",
]  # fmt: skip


def test_csv_is_the_default_and_has_the_columns_of_cells(cli, run: Path) -> None:
    said = cli("export", run)
    assert said.code == 0
    rows = list(csv.DictReader(io.StringIO(said.out)))
    assert list(rows[0]) == COLUMNS
    assert [(row["params"], row["variant"], row["status"]) for row in rows] == [
        ('{"fault": "raise"}', "", "failed"),
        ('{"fault": "none"}', "", "ok"),
        ('{"fault": "none"}', "aa", "ok"),
    ]
    assert rows[0]["step_s"] == ""
    assert 0 < float(rows[1]["step_s"]) < 1


def test_json_has_null_for_what_is_missing(cli, run: Path) -> None:
    said = cli("export", run, "--format", "json")
    cells = json.loads(said.out)
    assert [list(cell) for cell in cells] == [COLUMNS] * 3
    assert cells[0]["step_s"] is None
    assert cells[1]["energy_j"] is None


def test_parquet_goes_into_a_file(cli, run: Path) -> None:
    pytest.importorskip("pyarrow")
    import pandas as pd

    said = cli("export", run, "--format", "parquet", "--output", "cells.parquet")
    assert said.code == 0
    assert said.out == ""
    assert list(pd.read_parquet("cells.parquet").columns) == COLUMNS


def test_a_file_holds_what_standard_output_would(cli, run: Path) -> None:
    assert cli("export", run, "--output", "my cells.csv").out == ""
    assert Path("my cells.csv").read_text(encoding="utf-8") == cli("export", run).out


def test_latest_and_the_file_itself_are_the_run(cli, run: Path) -> None:
    shutil.copytree(run, "gpubench-results/20261124T000000-aaaa")
    expected = cli("export", run).out
    assert cli("export", "latest").out == expected
    assert cli("export", run / "results.jsonl").out == expected


@pytest.mark.parametrize(
    ("output", "code", "said"),
    [
        ("missing/cells.csv", 74, "cannot write missing/cells.csv: No such file or directory"),
        ("/dev/full", 74, "cannot write /dev/full: No space left on device"),
        (".", 2, "'.' is a directory"),
    ],
)
def test_a_file_that_cannot_be_written_is_said(cli, run: Path, output: str, code: int, said: str) -> None:
    outcome = cli("export", run, "--output", output)
    assert outcome.code == code
    assert said in outcome.err
    assert outcome.out == ""


def test_an_unknown_format_is_wrong_use(cli, run: Path) -> None:
    said = cli("export", run, "--format", "xml")
    assert said.code == 2
    assert "'xml' is not one of 'csv', 'json', 'parquet'" in said.err


@pytest.mark.parametrize("name", ["nosuch", "latest", "empty"])
def test_what_is_no_run_ends_with_6(cli, name: str) -> None:
    Path("empty").mkdir()
    said = cli("export", name)
    assert said.code == 6
    assert "gpubench" in said.err.splitlines()[1]  # what to type next
    assert said.out == ""
