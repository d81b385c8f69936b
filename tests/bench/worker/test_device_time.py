"""The span between two marks on a device whose times are known to the nanosecond, in both regimes."""

from __future__ import annotations

import pytest

from gpubench.worker.device_time import DeviceTime, ReadEarly, Span, device_time, measured
from gpubench.worker.job import Limits
from gpubench.worker.meter import Meter

CALLS = 50
REGIMES = {
    "compute-bound": {"issue": 10_000, "work": 1_000_000, "drain": 7_000, "wait": 300, "restoring": 5_000_000},
    "launch-bound": {"issue": 400_000, "work": 10_000, "drain": 7_000, "wait": 300, "restoring": 5_000_000},
}
BUSY = {"compute-bound": CALLS * 1_000_000 + 10_000, "launch-bound": CALLS * 400_000 + 10_000}
"""From the first call issued until the last one's work is done."""
regimes = pytest.mark.parametrize("regime", REGIMES)
LIMITS, IDLE = Limits(max_time_s=60.0), 300e-9


@regimes
def test_both_clocks_are_right_to_the_nanosecond(virtual, regime: str):
    """What was restored before is not in the span; what the wait costs is not in it either, and is in ours."""
    device = virtual(**REGIMES[regime])
    span = measured(device.meter(), device, CALLS)
    timed = ["reset", "wait", "clock", "mark", *["call"] * CALLS, "mark", "wait", "clock"]
    assert device.log == [*timed, "clock", "wait", "clock"]
    assert span.calls == CALLS
    assert span.device_s == pytest.approx(BUSY[regime] * 1e-9)
    assert span.seconds == pytest.approx((BUSY[regime] + 7_300) * 1e-9)
    assert span.residual_s == pytest.approx(300e-9)


@regimes
def test_ten_blocks_are_measured_and_believed(virtual, regime: str):
    device = virtual(**REGIMES[regime])
    found = device_time(device.meter(), device, CALLS, IDLE, LIMITS)
    assert found.doubt == ""
    assert found.quantities == {"device": {"calls": CALLS, "seconds": pytest.approx([BUSY[regime] * 1e-9] * 10)}}
    assert found.step_times == pytest.approx([BUSY[regime] * 1e-9 / CALLS] * 10)


def test_blocks_end_after_a_quarter_of_the_sampling_time(virtual):
    device = virtual(work=20_000_000)
    assert len(device_time(device.meter(), device, 1, IDLE, Limits(0.4)).spans) == 5


def test_however_slow_the_call_there_are_three(virtual):
    device = virtual(work=60_000_000_000)
    assert len(device_time(device.meter(), device, 1, IDLE, Limits(0.4)).spans) == 3


def test_results_are_not_held(virtual):
    device = virtual(issue=10, work=10)
    measured(device.meter(), device, CALLS)
    assert (device.most_alive, device.alive) == (0, 0)


def test_a_fixed_cost_and_a_preempted_wait_are_no_doubt(virtual):
    """180 µs a block is the most that was seen; half a second now and then is another program."""

    def change(device, block: int) -> None:
        device.drain = 500_000_000 if block % 4 == 3 else 180_000

    device = virtual(issue=10_000, work=1_000_000, change=change)
    assert device_time(device.meter(), device, 10, IDLE, LIMITS).doubt == ""


def test_a_short_block_of_which_much_is_a_fixed_cost_is_no_doubt(virtual):
    device = virtual(work=100_000, drain=180_000)
    assert device_time(device.meter(), device, 1, IDLE, LIMITS).doubt == ""


@pytest.mark.parametrize(
    ("scale", "believed"),
    [(1.005, True), (1.02, False), (0.95, True), (0.85, False)],
    ids=["two clocks' rates", "longer than the block", "a fixed cost", "some of the work"],
)
def test_a_span_is_the_block_but_for_what_is_said(virtual, scale: float, believed: bool):
    device = virtual(issue=10_000, work=1_000_000)
    exact = device.between
    device.between = lambda start, stop: scale * exact(start, stop)
    assert (device_time(device.meter(), device, CALLS, IDLE, LIMITS).doubt == "") is believed


def test_one_span_that_is_longer_than_its_block_is_enough(virtual):
    device = virtual(issue=10_000, work=1_000_000)
    exact, asked = device.between, []

    def between(start, stop):
        asked.append(start)
        return exact(start, stop) * (2 if len(asked) == 7 else 1)

    device.between = between
    doubt = device_time(device.meter(), device, CALLS, IDLE, LIMITS).doubt
    assert doubt == (
        "the device's clock says 0.1 s for a block that took 0.05 s by ours, "
        "which can't be: the one is within the other"
    )


@regimes
def test_a_clock_that_is_read_too_early_is_told(virtual, regime: str):
    device = virtual(**REGIMES[regime])
    lazy = Meter(device.call, lambda: None, lambda: None, device.clock)
    with pytest.raises(ReadEarly, match=r"^the device has not come so far$"):
        measured(lazy, device, CALLS)
    assert device_time(lazy, device, CALLS, IDLE, LIMITS) == DeviceTime(
        doubt="the device's clock was read before the device had passed both marks: the device has not come so far"
    )


def test_what_the_step_itself_raises_is_no_matter_of_clocks(virtual):
    device = virtual()

    def broken():
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        device_time(Meter(broken, device.complete, device.reset, device.clock), device, 1, IDLE, LIMITS)


def test_without_spans_there_is_no_quantity():
    assert (DeviceTime().quantities, DeviceTime().step_times) == ({}, [])
    assert DeviceTime((Span(2, 3.0, 3.1, 0.0),)).step_times == [1.5]
