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


@pytest.fixture
def placed_beside(invented):
    """Whether a slow cell of little work is placed where the cheapest call is another."""

    def place(other: dict[str, object]) -> bool:
        made = invented.Invented()
        flops = 2.0 * 1024**3
        work = {"flops": flops, "bytes": 12.0 * 1024**2, "items": 1.0}
        made.cell((flops / PEAK,) * 3, size=1024, work=work, mode="graph")
        work = {"flops": 0.0, "bytes": 2.0**28, "items": 1.0}
        made.cell((2.0**28 / BANDWIDTH,) * 3, workload="copy", work=work, mode="graph")
        made.cell((1.0,) * 3, workload="little", work={"flops": 1e7, "bytes": 1e5, "items": 1.0}, mode="eager")
        cheap = {"workload": "cheap", "mode": "eager", "work": {"flops": 1.0, "bytes": 8.0, "items": 1.0}, **other}
        made.cell((cheap.pop("step", 2e-4),) * 3, **cheap)
        return "little" in {one.cell.case.workload for one in analyse([made.results()]).placements}

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
    small = {"flops": 2.0 * 256**3, "bytes": 12.0 * 256**2, "items": 1.0}
    made.cell((1e-5,) * 3, size=256, work=small, device="cuda:0", dispatch=1e-5)
    words = {one.cell.case.size: one.words for one in analyse([made.results()]).placements}
    assert words == {1024: "arithmetic", 256: "how fast Python issues calls"}


@pytest.mark.parametrize(
    ("other", "placed"),
    [
        pytest.param({}, True, id="a call is far cheaper, so the step itself is slow"),
        pytest.param({"step": 0.02}, False, id="next to nothing beside the cheapest call"),
        pytest.param({"mode": "compile"}, False, id="a cheap call of another mode tells nothing"),
        pytest.param({"backend": "tensorflow"}, False, id="nor one of another backend"),
        pytest.param({"work": {"flops": 0.0, "bytes": 0.0, "items": 1.0}}, False, id="nor a call of nothing"),
    ],
)
def test_work_is_placed_by_what_it_is_beside_the_cheapest_call_and_not_by_how_slow_it_is(placed_beside, other, placed):
    """It takes 0.1 ms at the ceilings and a second in truth."""
    assert placed_beside(other) is placed
