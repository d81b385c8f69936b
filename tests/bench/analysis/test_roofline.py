"""Cells under ceilings of 100 GFLOP/s and 10 GB/s, which meet at 10 FLOP/byte: every share is known before."""

from __future__ import annotations

import pytest

from gpubench.analysis.analyse import analyse
from gpubench.analysis.roofline import Bound

PEAK, BANDWIDTH = 1e11, 1e10


@pytest.fixture
def placed(invented):
    """Where a cell of some intensity and rate lies."""

    def place(intensity: float, rate: float, **at):
        made = invented.Invented()
        flops = 2.0 * 1024**3
        made.cell((flops / PEAK,) * 3, size=1024, work={"flops": flops, "bytes": 12.0 * 1024**2, "items": 1.0})
        made.cell((2.0**28 / BANDWIDTH,) * 3, workload="copy", work={"flops": 0.0, "bytes": 2.0**28, "items": 1.0})
        work = {"flops": intensity * 1e6, "bytes": 1e6, "items": 1.0}
        made.cell((work["flops"] / rate,) * 3, workload="conv2d", work=work, **at)
        found = [one for one in analyse([made.results()]).placements if one.cell.case.workload == "conv2d"]
        return found[0] if found else None

    return place


@pytest.mark.parametrize(
    ("intensity", "rate", "attainable", "share", "bound"),
    [
        pytest.param(100.0, 8e10, 1e11, 0.8, Bound.COMPUTE, id="under the product"),
        pytest.param(10.0, 8e10, 1e11, 0.8, Bound.COMPUTE, id="at the corner"),
        pytest.param(2.0, 1.6e10, 2e10, 0.8, Bound.MEMORY, id="under the copy"),
        pytest.param(2.0, 1.01e10, 2e10, 0.505, Bound.MEMORY, id="just over half"),
        pytest.param(2.0, 0.99e10, 2e10, 0.495, Bound.NEITHER, id="most of the time elsewhere"),
        pytest.param(100.0, 1e9, 1e11, 0.01, Bound.NEITHER, id="far below the product"),
    ],
)
def test_a_cell_is_held_to_the_lower_ceiling_at_its_intensity(placed, intensity, rate, attainable, share, bound):
    one = placed(intensity, rate)
    assert (one.intensity, one.rate) == (pytest.approx(intensity), pytest.approx(rate))
    assert one.attainable == pytest.approx(attainable)
    assert one.share == pytest.approx(share)
    assert one.bound is bound


@pytest.mark.parametrize(
    ("intensity", "rate", "says"),
    [
        (100.0, 8e10, "arithmetic"), (2.0, 1.6e10, "memory"), (2.0, 1e9, "neither"),
        (100.0, 1.04e11, "arithmetic"), (100.0, 2e11, "Winograd"), (2.0, 4e10, "caches"),
    ],
)  # fmt: skip
def test_words_say_what_limits_a_step_and_how_it_can_exceed_its_ceiling(placed, intensity, rate, says):
    one = placed(intensity, rate)
    assert says in one.words
    assert one.share == pytest.approx(rate / min(PEAK, intensity * BANDWIDTH)), "shown as it was measured"


@pytest.mark.parametrize("at", [{"data": "host"}, {"precision": "bfloat16"}, {"device": "cuda:0"}, {"threads": 1}])
def test_a_cell_without_ceilings_of_its_own_is_not_placed(placed, at):
    assert placed(2.0, 1e9) is not None
    assert placed(2.0, 1e9, **at) is None


def test_work_without_operations_is_not_placed(invented, placed):
    findings = analyse([invented.cpu_run()])
    assert {"matmul", "conv2d", "mnist_cnn_train"} <= {one.cell.case.workload for one in findings.placements}
    assert not {"noop", "copy"} & {one.cell.case.workload for one in findings.placements}


def test_a_device_that_waits_for_python_is_said_to(invented):
    made = invented.Invented()
    at = {"device": "cuda:0", "dispatch": 1e-9}
    made.cell((2.0**31 / 1e13,) * 3, size=1024, work={"flops": 2.0**31, "bytes": 1e7, "items": 1.0}, **at)
    made.cell((2.0**28 / 1e12,) * 3, workload="copy", work={"flops": 0.0, "bytes": 2.0**28, "items": 1.0}, **at)
    small = {"flops": 2.0 * 64**3, "bytes": 12.0 * 64**2, "items": 1.0}
    made.cell((1e-5,) * 3, size=64, work=small, device="cuda:0", dispatch=1e-5)
    words = {one.cell.case.size: one.words for one in analyse([made.results()]).placements}
    assert words == {1024: "arithmetic", 64: "how fast Python issues calls"}
