"""The timed loop on a device whose times are known to the nanosecond, in both regimes."""

from __future__ import annotations

import pytest

from gpubench.worker import meter as meter_module
from gpubench.worker.meter import NANO, Block, Meter, Single

CALLS = 50
# The device lags behind the host, or the host behind the device; restoring is long enough to be seen in both.
REGIMES = {
    "compute-bound": {"issue": 10_000, "work": 1_000_000, "drain": 7_000, "wait": 300, "restoring": 5_000_000},
    "launch-bound": {"issue": 40_000, "work": 10_000, "drain": 7_000, "wait": 300, "restoring": 5_000_000},
}
BUSY = {"compute-bound": CALLS * 1_000_000 + 10_000, "launch-bound": CALLS * 40_000 + 10_000}
"""From the first call issued until the last one's work is done, of a block from an empty queue."""


@pytest.fixture(params=REGIMES)
def regime(request):
    return request.param


@pytest.fixture
def device(virtual, regime):
    return virtual(**REGIMES[regime])


def seconds(nanoseconds: float) -> object:
    return pytest.approx(nanoseconds * NANO, rel=1e-9)


def mistakes(made, virtual, regime: str) -> list[str]:
    """What a meter gets wrong on a device of a regime, in words."""
    device = virtual(**REGIMES[regime])
    meter = device.meter(made)
    found = []
    for _ in range(2):  # the second one starts with what the first left behind
        device.log.clear()
        block = meter.block(CALLS)
        log = list(device.log)
        if block.seconds != seconds(BUSY[regime] + 7_000 + 300):
            found.append("seconds")
        if block.per_call_s != seconds((BUSY[regime] + 7_000 + 300) / CALLS):
            found.append("per call")
        if block.residual_s != seconds(300):
            found.append("residual")
        if log != ["reset", "wait", "clock", *["call"] * CALLS, "wait", "clock", "wait", "clock"]:
            found.append("order")
        device.reset()  # somebody leaves work in the queue
        single = meter.single()
        if single.dispatch_s != seconds(REGIMES[regime]["issue"]):
            found.append("dispatch")
        if single.latency_s != seconds(REGIMES[regime]["issue"] + REGIMES[regime]["work"] + 7_000 + 300):
            found.append("latency")
    if device.most_alive:
        found.append("results held")
    return found


def test_every_number_is_right_to_the_nanosecond(virtual, regime):
    assert mistakes(Meter, virtual, regime) == []


# Lines of meter.py.
_BEGIN = """        self.reset()
        call, complete, clock = self.call, self.complete, self.clock
        complete()
        start = clock()
"""
_LOOP = """        for _ in repeat(None, calls):
            call()
"""
_STOP = """        complete()
        stop = clock()
"""
_SINGLE = """        complete()
        start = clock()
        call()
        returned = clock()
        complete()
        done = clock()
"""


def without(lines: str, line: int) -> tuple[str, str]:
    """Lines, and the same without one of them."""
    kept = lines.splitlines(keepends=True)
    del kept[line]
    return lines, "".join(kept)


_PLANTED = {
    "no wait before the start of a block": without(_BEGIN, 2),
    "no wait before the stop": without(_LOOP + _STOP, 2),
    "restoring inside the clock": (_BEGIN, without(_BEGIN, 0)[1] + "        self.reset()\n"),
    "no restoring": without(_BEGIN, 0),
    "one call too many": ("repeat(None, calls)", "repeat(None, calls + 1)"),
    "a wait after every call": (_LOOP, _LOOP + "            complete()\n"),
    "results held until the end": (_LOOP, "        held = [call() for _ in repeat(None, calls)]\n"),
    "divided by the wrong count": ("self.seconds / self.calls", "self.seconds / (self.calls + 1)"),
    "microseconds for nanoseconds": ("NANO = 1e-9", "NANO = 1e-6"),
    "the residual includes the block": ("(clock() - stop) * NANO)", "(clock() - start) * NANO)"),
    "no wait before a single call": without(_SINGLE, 0),
    "a single call is not waited for": without(_SINGLE, 4),
    "dispatch includes the wait": (_SINGLE, _SINGLE.replace("call()\n", "call()\n        complete()\n")),
}


@pytest.mark.parametrize("mistake", _PLANTED)
def test_a_planted_mistake_is_seen_in_both_regimes(virtual, regime, edited, mistake: str):
    wrong = edited(meter_module, *_PLANTED[mistake])
    assert mistakes(wrong.Meter, virtual, regime) != []


def test_a_wait_that_returns_too_early_shows_in_the_residual(device, regime):
    """A completion wait that does not wait: the work that is left is what the second, real one finds."""
    waits = 0

    def lazy() -> None:
        nonlocal waits
        waits += 1
        if waits != 2:  # the one before the stop
            device.complete()

    block = Meter(device.call, lazy, device.reset, device.clock).block(CALLS)
    left = BUSY[regime] - CALLS * REGIMES[regime]["issue"]
    assert block.residual_s == seconds(left + 7_000 + 300)


def test_no_result_is_kept_while_the_next_call_runs(device):
    device.meter().block(CALLS)
    device.meter().single()
    assert (device.most_alive, device.alive) == (0, 0)


def test_a_single_call_separates_dispatch_from_latency(virtual):
    device = virtual(issue=2_000, work=50_000, drain=0, wait=100)
    assert device.meter().single() == Single(seconds(2_000), seconds(52_100))


def test_single_calls_do_not_restore(virtual):
    device = virtual(issue=1, work=1)
    device.meter().single()
    assert "reset" not in device.log


def test_the_idle_wait_is_the_median_wait_on_an_empty_queue(virtual):
    """Preempted waits do not count, nor does work that was in the queue."""
    device = virtual(wait=200, work=9_000_000)
    device.call()
    waits = 0

    def complete() -> None:
        nonlocal waits
        waits += 1
        device.complete()
        device.now += 5_000_000 if waits % 3 == 0 else 0

    assert Meter(device.call, complete, device.reset, device.clock).idle_wait() == seconds(200)


def test_a_block_says_its_time_per_call():
    assert Block(calls=8, seconds=2.0, residual_s=0.0).per_call_s == 0.25


def test_the_clock_is_the_monotonic_one_in_nanoseconds():
    block = Meter(int, lambda: None, lambda: None).block(1000)
    assert 0 < block.seconds < 60
