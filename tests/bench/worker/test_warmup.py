"""Warm-up on a virtual clock: when it ends, and what it says where it can't."""

from __future__ import annotations

import pytest

from gpubench.worker.warmup import MIN_BLOCK_S, warm_up


@pytest.mark.parametrize("work", [9_000, 36_000, 3_000_000, 45_000_000])
def test_a_steady_call_is_warm_after_half_a_second(virtual, work: int):
    device = virtual(work=work, issue=10)
    found = warm_up(device.meter(), 10.0)
    assert found.flags == ()
    assert 0.5 <= found.seconds < 0.6


def test_a_slow_call_is_warm_after_ten_blocks(virtual):
    device = virtual(work=100_000_000)
    found = warm_up(device.meter(), 10.0)
    assert (found.calls, found.flags) == (1, ())
    assert device.blocks == 10
    assert found.seconds == pytest.approx(1.0)


@pytest.mark.parametrize("work", [9_000, 36_000, 3_000_000, 45_000_000])
def test_its_block_is_the_first_doubling_of_ten_milliseconds(virtual, work: int):
    device = virtual(work=work)
    calls = warm_up(device.meter(), 10.0).calls
    seconds = calls * work * 1e-9
    assert seconds >= MIN_BLOCK_S
    assert seconds < 2 * MIN_BLOCK_S or calls == 1


def test_the_time_it_says_is_the_time_it_took(virtual):
    device = virtual(work=7_000_000)
    assert warm_up(device.meter(), 10.0).seconds == pytest.approx(device.now * 1e-9)


def test_a_little_noise_is_steady(virtual, noisy):
    found = warm_up(virtual(change=noisy(36_000, 0.003)).meter(), 10.0)
    assert found.flags == ()
    assert found.seconds < 1.0


@pytest.mark.parametrize("growth", [1.01, 0.99], ids=["slower", "faster"])
def test_a_time_that_drifts_to_the_cap_is_no_steady_state(virtual, growth: float):
    device = virtual(change=lambda device, block: setattr(device, "work", round(20_000_000 * growth**block)))
    found = warm_up(device.meter(), 2.0)
    assert found.flags == ("no-steady-state",)
    assert 2.0 <= found.seconds < 2.1


def test_a_drift_within_a_percent_is_seen_by_its_slope(virtual):
    """Two windows that differ by less than 1 % may still be moving."""
    device = virtual(change=lambda device, block: setattr(device, "work", 20_000_000 + 20_000 * block))
    assert warm_up(device.meter(), 2.0).flags == ("no-steady-state",)


def test_it_goes_on_until_a_transient_has_passed(virtual):
    """An accelerator's clock that falls from its boost for 1.2 s, then stays."""

    def change(device, block: int) -> None:
        device.work = 20_000_000 + 400_000 * min(block, 50)

    device = virtual(change=change)
    found = warm_up(device.meter(), 10.0)
    assert found.flags == ()
    assert device.blocks >= 55
    assert found.seconds < 3.0


def test_calls_too_slow_for_the_cap_are_a_short_warm_up(virtual):
    device = virtual(work=700_000_000)
    found = warm_up(device.meter(), 2.0)
    assert found.flags == ("short-warm-up",)
    assert device.blocks == 3


def test_one_call_longer_than_the_cap_ends_it(virtual):
    device = virtual(work=60_000_000_000)
    found = warm_up(device.meter(), 2.0)
    assert (device.blocks, found.flags) == (1, ("short-warm-up",))


def test_a_call_that_takes_no_time_ends_too(virtual):
    """A clock too coarse to see a single call, or a wait that costs all there is: doubling ends at the cap."""
    found = warm_up(virtual(wait=1_000_000, issue=0, work=0, drain=0).meter(), 0.02)
    assert found.seconds >= 0.02


def test_it_says_what_a_call_took_at_the_end_by_the_fastest_block(virtual):
    """So that one contended block does not pass for a slow call."""

    def change(device, block: int) -> None:
        device.work = 20_000_000 if block < 10 else 10_000_000
        device.drain = 30_000_000 if block % 3 == 0 else 0

    assert warm_up(virtual(change=change).meter(), 2.0).step_s == pytest.approx(10e-3)
