"""The whole way from `run` to `report` on a simulated device, which is a backend of a plug-in file: marked everywhere.

Real workers on the real clock: what the numbers are says nothing, where they stand and what they are called does.
"""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys

import pytest

import gpubench

pytestmark = pytest.mark.framework("torch")

_MODEL = "simulated device: no GPU, the CPU computes"
_CASE = "gpubench/analysis/case.py"


def _gpubench(*arguments: object, path: str = ""):
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": path}
    return subprocess.run(
        [sys.executable, "-m", "gpubench", *map(str, arguments)],
        capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip


@pytest.fixture(scope="module")
def done(simulated_plugin, tmp_path_factory):
    """Two sizes on the CPU and on the simulated device; the folder of the run."""
    folder = tmp_path_factory.mktemp("simulated") / "run"
    finished = _gpubench(
        "run", "matmul-simulated", "--plugin", simulated_plugin, "--backend", "torch-simulated",
        "--size", "smoke,small", "--launches", 1, "--max-time", 0.05, "--threads", 1, "--out", folder,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    return folder


@pytest.fixture(scope="module")
def cells(done):
    return gpubench.load(done).cells()


def visible(folder):
    """The text of a report, up to what the machine and the command were."""
    page = (folder / "report.html").read_text(encoding="utf-8")
    text = re.sub(r"<(style|svg)\b.*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL)
    return html.unescape(text).partition("The exact command")[0]


def called_a_gpu(text):
    """Every place where a report says GPU other than to say that there is none."""
    return re.findall(r".{,30}\bGPU\b.{,30}", text.replace(_MODEL, ""))


def test_every_cell_is_measured_and_right(cells):
    assert len(cells) == 6  # with an A/A pair a device
    assert set(cells.status) <= {"ok"}
    assert set(cells.checked) == {True}
    assert cells[["step_s", "latency_s", "dispatch_s"]].gt(0).all(axis=None)


def test_the_device_s_own_clock_tells_much_the_same_step_time_and_has_its_column(cells, done):
    on_device = cells.device != "cpu"
    assert cells[~on_device].device_s.isna().all()
    assert (cells[on_device].device_s / cells[on_device].step_s).between(0.2, 5).all()
    assert re.search(r"\bDevice time\b", visible(done))


def test_every_row_of_the_device_says_that_it_is_simulated(cells):
    rows = cells[cells.device != "cpu"]
    assert len(rows) == 3
    assert set(rows.device) == {"simulated:0"}
    assert set(rows.device_name) == {_MODEL}
    assert set(cells.backend) == {"torch-simulated"}
    assert set(cells.workload) == {"matmul-simulated"}


def test_the_report_has_speed_up_and_crossover_and_takes_the_device_for_no_gpu(done):
    text = visible(done)
    assert {"speedup.png", "crossover-matmul-simulated.png"} <= {plot.name for plot in (done / "plots").iterdir()}
    assert _MODEL in text[: text.index("What was measured")]  # in the title
    assert "simulated:0" in text
    assert called_a_gpu(text) == []


def test_a_report_that_calls_the_device_a_gpu_is_found(done, planted, tmp_path):
    root = planted(_CASE, '"cuda": "GPU"', '"cuda": "GPU", "simulated": "GPU"')
    finished = _gpubench("report", done, "--out", tmp_path / "report", path=root)
    assert finished.returncode == 0, finished.stderr
    assert called_a_gpu(visible(tmp_path / "report")) != []
