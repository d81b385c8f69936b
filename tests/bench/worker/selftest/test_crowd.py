"""A check that is off while others hold the processors proves nothing, unless nothing of theirs could put it off."""

from __future__ import annotations

import pytest

from gpubench.worker.noise import Counters
from gpubench.worker.selftest.check import Check, Outcome
from gpubench.worker.selftest.crowd import held, uncrowded
from gpubench.worker.selftest.timing import doubled, waits

START = Counters(wall=0.0, own=0.0, busy=0.0, stolen=0.0, throttled=0.0, preempted=0)
ALONE = Counters(wall=2.0, own=3.0, busy=3.1, stolen=0.0, throttled=0.0, preempted=9)
CROWDED = Counters(wall=2.0, own=1.0, busy=3.0, stolen=0.0, throttled=0.0, preempted=9)
STOLEN = Counters(wall=2.0, own=1.0, busy=1.0, stolen=0.6, throttled=0.0, preempted=0)
THROTTLED = Counters(wall=2.0, own=1.0, busy=1.0, stolen=0.0, throttled=1.0, preempted=0)


@pytest.mark.parametrize(("after", "processors"), [(ALONE, 0.05), (CROWDED, 1.0), (STOLEN, 0.3), (THROTTLED, 0.5)])
def test_what_others_hold_is_told_in_processors(after, processors):
    assert held(START, after) == pytest.approx(processors)


@pytest.mark.parametrize(
    ("after", "certain", "outcome"),
    [
        (ALONE, False, Outcome.FAIL), (CROWDED, False, Outcome.WARN), (CROWDED, True, Outcome.FAIL),
        (STOLEN, False, Outcome.WARN), (THROTTLED, False, Outcome.WARN),
    ],
)  # fmt: skip
def test_a_failure_among_others_is_a_warning_unless_it_is_certain(after, certain, outcome):
    readings = iter((START, after))
    check = uncrowded(lambda: next(readings), lambda: Check("c", Outcome.FAIL, "", meaning="bad"), lambda _: certain)
    assert check.outcome is outcome
    assert ("end what else runs" in check.meaning) == (outcome is Outcome.WARN)


@pytest.mark.parametrize("outcome", [Outcome.PASS, Outcome.WARN])
def test_what_did_not_fail_stays_as_it_is(outcome):
    readings, check = iter((START, CROWDED)), Check("c", outcome, "")
    assert uncrowded(lambda: next(readings), lambda: check, lambda _: False) is check


@pytest.fixture
def crowded():
    """Counters of a machine on which another program holds a processor."""
    seconds = 0.0

    def read():
        nonlocal seconds
        seconds += 1.0
        return Counters(wall=seconds, own=seconds, busy=2 * seconds, stolen=0.0, throttled=0.0, preempted=0)

    return read


def test_a_wait_that_misses_most_of_the_work_fails_however_busy_the_machine_is(virtual, load, crowded):
    device = virtual(issue=5_000, work=2_000_000)
    device.complete = lambda: None
    assert waits(load(device, counters=crowded))[0].outcome is Outcome.FAIL


def test_a_little_that_is_left_on_a_busy_machine_is_a_warning(virtual, load, crowded):
    device = virtual(issue=5_000, work=2_000_000)

    def part() -> None:
        device.now = max(device.now, round(device.now + 0.9 * (device.free_at - device.now)))

    device.complete = part
    assert waits(load(device, counters=crowded))[0].outcome is Outcome.WARN


@pytest.mark.parametrize(("asynchronous", "outcome"), [(True, Outcome.FAIL), (False, Outcome.WARN)])
def test_twice_the_calls_are_excused_by_others_on_the_cpu_alone(virtual, load, crowded, asynchronous, outcome):
    device = virtual(issue=0, work=2_000_000)
    made = load(device, asynchronous=asynchronous, counters=crowded)
    plain = device.call

    def cached():
        device.work = 2_000_000 if device.free_at <= device.now else 0
        return plain()

    object.__setattr__(made, "call", cached)
    assert doubled(made).outcome is outcome
