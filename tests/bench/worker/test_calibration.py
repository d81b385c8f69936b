"""How many calls make a block, on a clock whose fixed cost is known."""

from __future__ import annotations

import pytest

from gpubench.worker.calibration import LONG_BLOCK_S, calibrate, kept
from gpubench.worker.job import Limits

CAP = 60.0

# What a block costs beyond its calls: what was issued before the device could follow, the drain and the wait.
REGIMES = [
    pytest.param({"issue": 1_000, "work": 50_000, "drain": 90_000, "wait": 5_000}, 96_000, id="compute-bound"),
    pytest.param({"issue": 40_000, "work": 10_000, "drain": 110_000, "wait": 5_000}, 125_000, id="launch-bound"),
]


@pytest.mark.parametrize(("times", "fixed_ns"), REGIMES)
def test_the_fixed_cost_is_found_within_a_percent(virtual, times, fixed_ns):
    found = calibrate(virtual(**times).meter(), 1, CAP)
    assert found.fixed_cost_s == pytest.approx(fixed_ns * 1e-9, rel=0.01)
    assert found.flags == ()


@pytest.mark.parametrize(("times", "fixed_ns"), REGIMES)
def test_the_slope_is_the_step_time_without_the_fixed_cost(virtual, times, fixed_ns):
    slope = calibrate(virtual(**times).meter(), 1, CAP).slope
    assert slope.step_s == pytest.approx(1e-9 * max(times["issue"], times["work"]), rel=1e-6)
    assert slope.error_s == pytest.approx(0, abs=1e-12)


def test_the_slope_says_how_well_it_is_known(virtual, noisy):
    """Twice the standard error over ten pairs: the slope of blocks that scatter by 2 % lies within, or nearly."""
    slope = calibrate(virtual(change=noisy(20_000, 0.02)).meter(), 1, CAP).slope
    assert 0.005 * 20e-6 < slope.error_s < 0.1 * 20e-6
    assert abs(slope.step_s - 20e-6) < 2 * slope.error_s


def test_a_large_fixed_cost_leaves_the_slope_of_the_last_pairs(virtual):
    found = calibrate(virtual(work=36_000, drain=1_800_000).meter(), 1, CAP)
    assert found.slope.step_s == pytest.approx(36e-6)


def test_one_long_call_has_no_slope(virtual):
    assert calibrate(virtual(work=60_000_000).meter(), 1, CAP).slope is None


@pytest.mark.parametrize(("times", "fixed_ns"), REGIMES)
def test_the_block_is_the_first_doubling_whose_fixed_cost_is_a_percent(virtual, times, fixed_ns):
    meter = virtual(**times).meter()
    calls = calibrate(meter, 1, CAP).calls

    def enough(count: int) -> bool:
        seconds = meter.block(count).seconds
        return seconds >= 0.01 and fixed_ns * 1e-9 <= 0.01 * seconds

    assert enough(calls)
    assert not enough(calls // 2)


def test_a_block_is_at_least_ten_milliseconds(virtual):
    found = calibrate(virtual(work=36_000).meter(), 1, CAP)
    assert found.calls == 512  # 18 ms; 256 calls are 9.2 ms
    assert found.fixed_cost_s == 0


def test_calls_that_warm_up_has_found_are_where_it_starts(virtual):
    assert calibrate(virtual(work=36_000).meter(), 300, CAP).calls == 300


def test_a_block_of_fifty_milliseconds_needs_no_calibration(virtual):
    device = virtual(work=60_000_000, drain=20_000_000)
    found = calibrate(device.meter(), 1, CAP)
    assert (found.calls, found.fixed_cost_s, found.flags) == (1, None, ())
    assert device.blocks == 3


def test_a_large_fixed_cost_ends_at_fifty_milliseconds(virtual):
    """180 µs is the largest seen on trial; ten times that is never 1 % below 50 ms."""
    device = virtual(work=36_000, drain=1_800_000)
    found = calibrate(device.meter(), 1, CAP)
    assert device.meter().block(found.calls).seconds >= LONG_BLOCK_S
    assert found.fixed_cost_s is None
    assert found.flags == ()


@pytest.mark.parametrize("seed", range(8))
def test_noise_that_hides_a_percent_makes_the_block_fifty_milliseconds_and_is_flagged(virtual, noisy, seed: int):
    device = virtual(change=noisy(20_000, 0.02, seed))
    found = calibrate(device.meter(), 1, CAP)
    assert found.flags == ("fixed-cost-unresolved",)
    assert found.fixed_cost_s is None
    assert device.meter().block(found.calls).seconds == pytest.approx(LONG_BLOCK_S, rel=0.1)


def test_a_contended_block_now_and_then_does_not_change_the_fixed_cost(virtual):
    def change(device, block: int) -> None:
        device.drain = 3_090_000 if block % 7 == 3 else 90_000

    found = calibrate(virtual(work=20_000, change=change).meter(), 1, CAP)
    assert found.fixed_cost_s == pytest.approx(90e-6, rel=0.01)
    assert found.flags == ()


def test_little_noise_is_no_reason_for_a_flag(virtual, noisy):
    found = calibrate(virtual(drain=90_000, change=noisy(20_000, 1e-4)).meter(), 1, CAP)
    assert found.flags == ()
    assert found.fixed_cost_s == pytest.approx(90e-6, rel=0.05)


@pytest.mark.parametrize("spared", [2, 3], ids=["every second block", "two of three"])
def test_contention_does_not_pass_a_single_short_call_for_a_long_block(virtual, spared: int):
    """Another process takes the processor for 60 ms, again and again: the call still takes 36 µs."""

    def change(device, block: int) -> None:
        device.drain = 0 if block % spared == 1 else 60_000_000

    found = calibrate(virtual(work=36_000, change=change).meter(), 1, CAP)
    assert found.calls * 36e-6 >= 0.01


def stalled(device, block: int) -> None:
    """Every block is held up, by 30 to 50 ms: its length says nothing of its calls."""
    device.drain = 30_000_000 + 1_000_000 * (block * 7 % 20)


@pytest.mark.parametrize("cap", [0.5, 2.0])
def test_however_slow_others_make_it_calibration_ends_and_says_so(virtual, cap: float):
    """At the latest after the three tries and the pair that it is at; what putting back takes counts."""
    device = virtual(work=36_000, restoring=20_000_000, change=stalled)
    found = calibrate(device.meter(), 100, cap)
    assert device.now * 1e-9 <= cap + 5 * (LONG_BLOCK_S + 0.07)
    assert (found.flags, found.fixed_cost_s) == (("calibration-capped",), None)


def test_a_cap_in_the_midst_of_the_doublings_still_makes_a_long_block(virtual):
    """By the fastest block seen: a call takes 10 µs, and 1 ms of each block is something else."""
    found = calibrate(virtual(work=10_000, drain=1_000_000).meter(), 1, 0.001)
    assert found.flags == ("calibration-capped",)
    assert found.calls == 50


def test_a_cap_in_the_midst_of_the_pairs_keeps_the_slope_of_the_last_whole_ones(virtual):
    device = virtual(work=1_000_000, drain=600_000)
    uncapped = calibrate(device.meter(), 10, CAP)
    assert uncapped.flags == ()
    spent = device.now * 1e-9
    again = calibrate(virtual(work=1_000_000, drain=600_000).meter(), 10, spent * 0.8)
    assert again.flags == ("calibration-capped",)
    assert again.slope.step_s == pytest.approx(1e-3)
    assert again.calls * 1e-3 == pytest.approx(LONG_BLOCK_S, rel=0.05)


@pytest.mark.parametrize(("times", "fixed_ns"), REGIMES)
def test_quiet_calls_are_calibrated_long_before_the_cap(virtual, times, fixed_ns):
    device = virtual(**times)
    assert calibrate(device.meter(), 1, 2 * Limits(0.1).settling_s).flags == ()
    assert device.now * 1e-9 < Limits(0.1).settling_s


LATER = Limits(max_time_s=1.2)


@pytest.mark.parametrize(
    ("calls", "step_s", "fitted"),
    [
        pytest.param(500, 36e-6, 500, id="as in the first launch"),
        pytest.param(500, 72e-6, 500, id="a process that runs twice as slow"),
        pytest.param(500, 399e-6, 500, id="just short enough"),
        pytest.param(500, 401e-6, 125, id="too long"),
        pytest.param(500, 36e-3, 2, id="a thousand times as slow"),
        pytest.param(500, 5.0, 1, id="no block is short enough"),
        pytest.param(1, 5.0, 1, id="a slow call"),
        pytest.param(500, 11e-6, 500, id="just long enough"),
        pytest.param(500, 9e-6, 1112, id="too short"),
    ],
)
def test_an_earlier_launchs_block_is_kept_unless_it_is_no_block_of_this_one(calls: int, step_s: float, fitted: int):
    found = kept(calls, step_s, LATER)
    assert found.calls == fitted
    assert found.flags == (() if fitted == calls else ("block-refitted",))


def test_however_short_the_sampling_a_block_of_a_tenth_of_a_second_is_kept():
    assert kept(100, 0.99e-3, Limits(max_time_s=0.05)).calls == 100
    assert kept(100, 1.01e-3, Limits(max_time_s=0.05)).calls == 50
