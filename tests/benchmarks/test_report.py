"""What `gpubench report` takes, from its start to its end, of time and of memory: the page and the pictures."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gpubench.results.line import encode

pytestmark = pytest.mark.alone

MOST_BYTES = 10**9
_FEW = 20
"""Cells where nothing is measured, and the benchmark only has to run."""


@pytest.mark.parametrize(("cells", "rounds"), [(100, 5), (5000, 1)])
def test_report(cells: int, rounds: int, made_up: Callable[[int], Any], tmp_path: Path, benchmark: Any) -> None:
    """The target is 5 s for 100 cells, 60 s and 1 GB for 5,000, on two cores."""
    benchmark.group = "a report"
    results = made_up(_FEW if benchmark.disabled else cells)
    records = [results.run, *results.envs, *results.cell_records, *results.launch_records, results.end]
    (tmp_path / "results.jsonl").write_bytes(b"".join(encode(record) for record in records))
    command = [sys.executable, "-m", "gpubench", "report", str(tmp_path)]
    peak = benchmark.pedantic(_peak_bytes, (command,), rounds=rounds)
    benchmark.extra_info["peak bytes"] = peak
    assert (tmp_path / "plots" / "speedup.png").is_file()
    assert (tmp_path / "report.html").is_file()
    assert peak < MOST_BYTES


def _peak_bytes(command: list[str]) -> int:
    """The most memory that the process held at once."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return used.ru_maxrss * 1024
