"""Mistakes in when the clock runs and what its time is divided by, planted in copies of the product."""

from __future__ import annotations

import pytest

from gpubench.backend import THREADS
from gpubench.worker import measure, warmup
from gpubench.worker import meter as meter_module

_BEFORE = ("        complete()\n        start = clock()\n        for _", "        start = clock()\n        for _")
_AFTER = ("            call()\n        complete()\n        stop", "            call()\n        stop")


@pytest.fixture
def with_meter(bench, edited, monkeypatch):
    """The answer for a cell that was measured with an edited meter."""

    def answer(old: str, new: str, calls: int = 0):
        monkeypatch.setattr(measure, "Meter", edited(meter_module, old, new).Meter)
        return bench.measure(calls)

    return answer


@pytest.mark.parametrize("calls", [0, 100], ids=["first launch", "later launch"])
def test_nothing_is_found_where_nothing_is_planted(bench, calls: int):
    answer = bench.measure(calls)
    assert (answer["status"], answer["reason"], answer["flags"]) == ("ok", "", [])


def test_the_slope_is_the_step_time_whatever_a_block_costs_beyond_its_calls(bench):
    assert bench.measure()["slope_s"] == pytest.approx(200e-6)
    assert bench.measure(calls=100)["slope_s"] is None


def test_no_wait_before_the_clock_starts(with_meter):
    """What was put back before the block is still under way when it begins."""
    answer = with_meter(*_BEFORE)
    assert answer["flags"] == ["slope-differs"]
    step = answer["quantities"]["step"]
    assert step["seconds"][0] / step["calls"] > 1.05 * answer["slope_s"]


def test_no_wait_before_the_clock_stops(with_meter):
    answer = with_meter(*_AFTER)
    assert answer["status"] == "unverified"
    assert answer["reason"].startswith("work went on after the clock stopped: ")


@pytest.mark.framework("tensorflow")
def test_no_wait_before_the_clock_stops_on_a_device_that_is_really_asynchronous(cell, edited, monkeypatch):
    """TensorFlow on the CPU, told to return before its work is done."""
    import tensorflow as tf

    from gpubench_workloads.matmul import matmul

    monkeypatch.setattr(warmup, "MIN_WARM_UP_S", 0.05)  # by the planted clock: ten times that by the real one
    switch = tf.config.experimental.set_synchronous_execution
    switch(False)
    try:
        monkeypatch.setattr(measure, "Meter", edited(meter_module, *_AFTER).Meter)
        answer = cell(matmul, "tensorflow", "eager", n=256)
    finally:
        switch(True)
    assert answer["status"] == "unverified"
    assert answer["reason"].startswith("work went on after the clock stopped: ")


_MISCOUNTS = {
    "a call too many": ("repeat(None, calls)", "repeat(None, calls + 1)", 2, 3, 2),
    "a call too few": ("repeat(None, calls)", "repeat(None, calls - 1)", 2, 1, 2),
    "another count is told": ("Block(calls,", "Block(calls + 1,", 2, 2, 3),
}


@pytest.mark.parametrize("mistake", _MISCOUNTS)
def test_a_block_makes_other_calls_than_it_says(with_meter, mistake: str):
    old, new, asked, made, says = _MISCOUNTS[mistake]
    answer = with_meter(old, new, calls=100)
    assert answer["status"] == "unverified"
    assert answer["reason"] == (
        f"a block that was to make {asked} made {made} and says {says}: its time would be divided by the wrong count"
    )
    assert "quantities" not in answer


def test_a_first_launch_counts_its_calls_too(with_meter):
    assert "divided by the wrong count" in with_meter("repeat(None, calls)", "repeat(None, calls + 1)")["reason"]


@pytest.mark.parametrize("count", ["plan.calls * 2", "plan.calls // 2"])
def test_time_is_divided_by_a_count_that_is_not_the_blocks(bench, edited, count: str):
    bench.measurement = edited(measure, '{"calls": plan.calls,', f'{{"calls": {count},').Measurement
    assert bench.measure()["flags"] == ["slope-differs"]


def test_a_block_that_is_none_in_this_launch_is_not_kept(bench):
    """The first launch found a call a thousand times as fast: its block would take 20 s here."""
    answer = bench.measure(calls=100_000)
    assert (answer["status"], answer["flags"]) == ("ok", ["block-refitted"])
    assert max(answer["quantities"]["step"]["seconds"]) < 0.2


def test_calibration_ends_though_others_hold_up_every_block(bench):
    def held_up(device, block: int) -> None:
        device.drain = 30_000_000 + 1_000_000 * (block * 7 % 20)

    bench.device.change = held_up
    answer = bench.measure()
    assert "calibration-capped" in answer["flags"]
    assert answer["seconds"]["calibration"] < 4.5


@pytest.mark.parametrize(("said", "flags"), [(1, ["threads-differ"]), (2, []), (0, ["threads-differ"])])
def test_the_framework_computes_with_other_threads_than_it_was_told(bench, said: int, flags: list[str]):
    bench.settings = {THREADS: str(said)}
    assert bench.measure()["flags"] == flags


def test_a_process_runs_at_two_speeds(bench):
    bench.device.change = lambda device, block: setattr(device, "work", 400_000 if block % 2 else 200_000)
    assert "bimodal" in bench.measure(calls=100)["flags"]


def slow_at_first(device, block: int) -> None:
    """Caches and clocks take the first 0.3 s to settle."""
    device.work = 400_000 if device.now < 300_000_000 else 200_000


def test_warm_up_leaks_into_the_samples(bench, edited):
    bench.device.change = slow_at_first
    assert bench.measure(calls=100)["flags"] == []
    bench.device.now = bench.device.free_at = 0
    unwarmed = edited(measure, "warm_up(meter, job.limits.settling_s)", "warm_up(meter, 0.0)")
    bench.measurement = unwarmed.Measurement
    assert "drift" in bench.measure(calls=100)["flags"]


def test_first_calls_leak_into_the_samples(bench, edited):
    """The warm-up is made, and its blocks are taken for samples."""
    bench.device.change = slow_at_first
    leaking = edited(
        measure,
        "samples = sample(meter, plan.calls, job.limits, self.watch.after_block)",
        "bench.now = bench.free_at = 0\n            samples = sample(meter, plan.calls, job.limits)",
    )
    leaking.bench = bench.device
    bench.measurement = leaking.Measurement
    assert bench.measure(calls=100)["flags"] == ["drift"]
