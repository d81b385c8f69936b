"""How many samples are taken, and why no more, on a virtual clock."""

from __future__ import annotations

import random

import pytest

from gpubench.worker.job import Limits
from gpubench.worker.sampling import MIN_BLOCKS, sample, singles
from gpubench.worker.spread import median_interval


def test_quiet_samples_stop_at_their_interval_after_thirty_blocks(virtual):
    found = sample(virtual(work=20_000).meter(), 1000, Limits(max_time_s=60.0))
    assert (len(found.blocks), found.stopped) == (30, "interval")


def test_noisy_samples_go_on_until_the_median_is_known(virtual, noisy):
    found = sample(virtual(change=noisy(20_000, 0.05)).meter(), 1000, Limits(max_time_s=600.0))
    assert found.stopped == "interval"
    assert len(found.blocks) > MIN_BLOCKS
    low, high = median_interval(sorted(block.seconds for block in found.blocks))
    assert (high - low) / 2 <= 0.01 * 0.02 * 1.05


@pytest.mark.parametrize("target", [0.05, 0.02, 0.01])
def test_the_target_decides_how_well_the_median_is_known(virtual, noisy, target: float):
    found = sample(virtual(change=noisy(20_000, 0.1)).meter(), 1000, Limits(600.0, target))
    *before, _ = found.blocks
    assert found.stopped == "interval"
    for blocks, enough in ((found.blocks, True), (before, False)):
        times = sorted(block.seconds for block in blocks)
        low, high = median_interval(times)
        assert ((high - low) / 2 <= target * times[len(times) // 2]) is enough or len(blocks) < MIN_BLOCKS


def test_time_ends_what_noise_would_not(virtual, noisy):
    found = sample(virtual(change=noisy(20_000, 0.3)).meter(), 1000, Limits(max_time_s=1.0))
    assert found.stopped == "time"
    spent = [block.seconds for block in found.blocks]
    assert sum(spent) >= 1.0
    assert sum(spent[:-1]) < 1.0


def test_an_interval_of_fewer_than_thirty_blocks_is_not_trusted(virtual):
    found = sample(virtual(work=20_000_000).meter(), 1, Limits(max_time_s=0.5))
    assert (len(found.blocks), found.stopped) == (25, "time")


def test_however_slow_the_call_there_are_three_samples(virtual):
    found = sample(virtual(work=60_000_000_000).meter(), 1, Limits(max_time_s=1.0))
    assert (len(found.blocks), found.stopped) == (3, "time")


def test_blocks_stay_in_the_order_they_ran(virtual):
    works = [random.Random(0).randint(10_000_000, 30_000_000) for _ in range(25)]
    random.Random(0).shuffle(works)
    device = virtual(change=lambda device, block: setattr(device, "work", works[block % len(works)]))
    found = sample(device.meter(), 1, Limits(max_time_s=0.4))
    expected = [work * 1e-9 for work in (works * 2)[: len(found.blocks)]]
    assert [block.seconds for block in found.blocks] == pytest.approx(expected)


def test_every_block_has_the_calls_it_was_given(virtual):
    found = sample(virtual(work=20_000).meter(), 777, Limits(max_time_s=60.0))
    assert {block.calls for block in found.blocks} == {777}


def test_single_calls_are_a_hundred_where_they_are_short(virtual):
    device = virtual(issue=1_000, work=36_000)
    assert len(singles(device.meter(), Limits(max_time_s=1.0))) == 100


def test_single_calls_end_after_a_quarter_of_the_sampling_time(virtual):
    found = singles(virtual(work=20_000_000).meter(), Limits(max_time_s=1.0))
    assert len(found) == 13  # 0.26 s of 0.25


def test_however_slow_the_call_there_are_three_single_ones(virtual):
    assert len(singles(virtual(work=60_000_000_000).meter(), Limits(max_time_s=1.0))) == 3


def test_single_calls_begin_from_the_restored_state(virtual):
    device = virtual(work=36_000)
    singles(device.meter(), Limits(max_time_s=1.0))
    assert (device.log[0], device.log.count("reset")) == ("reset", 1)


@pytest.mark.parametrize(("call_s", "flags"), [(1, ("few-samples",)), (0.19, ()), (0.21, ("few-samples",))])
def test_fewer_than_six_samples_are_flagged(virtual, call_s: float, flags: tuple[str, ...]):
    """Between the smallest and the largest of six lies the median with 97 %, of five with 94 %."""
    found = sample(virtual(work=round(call_s * 1e9)).meter(), 1, Limits(max_time_s=1.0))
    assert found.flags == flags
