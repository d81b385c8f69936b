"""Mistakes in how the device's own clock is asked, planted in copies of the product or made by the clock itself."""

from __future__ import annotations

import pytest

from gpubench.worker import device_time, measure


@pytest.fixture
def timed(bench):
    """An honest bench whose device has a clock of its own."""
    bench.timer = bench.device
    return bench


@pytest.fixture
def with_device_time(timed, edited, monkeypatch):
    """The answer for a cell whose device time was measured with an edited copy."""

    def answer(old: str, new: str, calls: int = 0):
        monkeypatch.setattr(measure, "device_time", edited(device_time, old, new).device_time)
        return timed.measure(calls)

    return answer


class Clock:
    """The device's, but for what a test replaces. between, mark: in place of the device's, given the device first."""

    def __init__(self, device, between=None, mark=None) -> None:
        self._device, self._between, self._mark = device, between or type(device).between, mark or type(device).mark

    def mark(self):
        return self._mark(self._device)

    def between(self, start, stop) -> float:
        return self._between(self._device, start, stop)


@pytest.mark.parametrize("calls", [0, 100], ids=["first launch", "later launch"])
def test_nothing_is_found_where_nothing_is_planted(timed, calls: int):
    answer = timed.measure(calls)
    assert (answer["status"], answer["reason"], answer["flags"]) == ("ok", "", [])
    device, step = answer["quantities"]["device"], answer["quantities"]["step"]
    assert device["calls"] == step["calls"]
    assert len(device["seconds"]) >= 3
    assert device["seconds"] == pytest.approx([5e-6 + device["calls"] * 200e-6] * len(device["seconds"]))
    assert answer["seconds"]["device time"] > 0


def test_a_device_without_a_clock_has_no_device_time(bench):
    answer = bench.measure()
    assert set(answer["quantities"]) == {"step", "latency", "dispatch"}
    assert "device time" not in answer["seconds"]


def test_an_event_is_read_early(with_device_time):
    answer = with_device_time("    last = timer.mark()\n    complete()\n", "    last = timer.mark()\n")
    assert (answer["status"], answer["reason"]) == (
        "unverified",
        "the device's clock was read before the device had passed both marks: the device has not come so far",
    )
    assert "device" not in answer["quantities"]


def test_an_event_is_read_early_and_tells_the_time_until_then(timed, with_device_time):
    """A clock that raises nothing, and ours stopped too early with it: they agree, and a second wait tells."""
    timed.timer = Clock(timed.device, between=lambda device, start, stop: (min(stop, device.now) - start) * 1e-9)
    answer = with_device_time("    last = timer.mark()\n    complete()\n", "    last = timer.mark()\n")
    assert answer["status"] == "unverified"
    assert answer["reason"].startswith("work went on after the clock stopped: 0.01")


_LOOP = "    for _ in repeat(None, calls):\n        call()\n"
_LAST = "    last = timer.mark()\n"


def test_both_marks_are_put_before_the_work(with_device_time):
    answer = with_device_time(_LOOP + _LAST, _LAST + _LOOP)
    assert answer["status"] == "unverified"
    assert answer["reason"].startswith("the device's clock says 0 s for a block that took 0.01")


def test_marks_are_put_on_another_device(timed):
    """One that has nothing to do passes each mark at once."""
    timed.timer = Clock(timed.device, mark=lambda device: device.now)
    answer = timed.measure()
    assert answer["status"] == "unverified"
    assert answer["reason"].endswith("so its marks did not hold the work")


@pytest.mark.parametrize(("scale", "says"), [(1e3, "which can't be"), (1e-3, "did not hold the work")])
def test_milliseconds_are_taken_for_seconds_or_the_reverse(timed, scale: float, says: str):
    timed.timer = Clock(timed.device, between=lambda device, start, stop: scale * device.between(start, stop))
    answer = timed.measure()
    assert answer["status"] == "unverified"
    assert says in answer["reason"]


@pytest.mark.parametrize("made", ["calls - 1", "calls + 1"])
def test_a_block_between_marks_makes_other_calls_than_it_says(with_device_time, made: str):
    answer = with_device_time("repeat(None, calls)", f"repeat(None, {made})", calls=100)
    assert answer["status"] == "unverified"
    assert answer["reason"].endswith("its time would be divided by the wrong count")


@pytest.mark.parametrize("count", ["* 2", "// 2"])
def test_device_time_is_divided_by_a_count_that_is_not_the_blocks(with_device_time, count: str):
    told = '{"calls": self.spans[0].calls'
    assert with_device_time(told, f"{told} {count}")["flags"] == ["device-differs"]
