"""The checks of time on a scripted device: each fault is found by the check that is for it, and nothing else."""

from __future__ import annotations

import pytest

from gpubench.worker.selftest.check import Outcome
from gpubench.worker.selftest.timing import doubled, events, waits

ISSUE, WORK = 5_000, 2_000_000


@pytest.fixture
def right(virtual):
    """A call takes the device 2 ms and the host 5 µs."""
    return virtual(issue=ISSUE, work=WORK, wait=3_000)


def test_an_asynchronous_device_that_is_waited_for_passes(right, load):
    residual, control = waits(load(right))
    assert (residual.outcome, control.outcome) == (Outcome.PASS, Outcome.PASS)
    assert (residual.meaning, control.meaning) == ("", "")
    assert residual.found == "0 ns left after a wait of 20 ms"
    assert control.found == "50 µs without the wait, 20 ms with it: 0%"


def test_a_wait_that_does_not_wait_fails_both_checks(right, load):
    right.complete = lambda: None
    residual, control = waits(load(right))
    assert (residual.outcome, control.outcome) == (Outcome.FAIL, Outcome.FAIL)
    assert residual.figures["left"] == pytest.approx(0.02, rel=0.01)
    assert residual.found.startswith("20 ms left after a wait of 50 µs")
    assert "no time on this device can be believed" in residual.meaning
    assert control.found.endswith("100%")


def test_a_wait_for_most_of_the_work_is_not_enough(right, load):
    def part() -> None:
        right.now = max(right.now, round(right.now + 0.9 * (right.free_at - right.now)))

    right.complete = part
    residual, control = waits(load(right))
    assert residual.outcome is Outcome.FAIL
    assert control.outcome is Outcome.PASS


def test_what_a_second_wait_finds_counts_though_the_probe_finds_nothing(right, load):
    """A second wait in a row that is not idle: the first has left something."""
    seen = 0

    def lazy() -> None:
        nonlocal seen
        seen += 1
        if seen % 2 == 0:
            right.now = max(right.now, right.free_at)

    right.complete = lazy
    assert waits(load(right))[0].outcome is Outcome.FAIL


def test_where_calls_wait_for_their_own_work_the_control_proves_nothing_and_says_so(virtual, load):
    residual, control = waits(load(virtual(issue=WORK)))
    assert (residual.outcome, control.outcome) == (Outcome.PASS, Outcome.WARN)
    assert "dispatch times are none" in control.meaning


def test_on_a_synchronous_device_there_is_nothing_to_control(virtual, load):
    residual, control = waits(load(virtual(issue=WORK), asynchronous=False))
    assert (residual.outcome, control.outcome) == (Outcome.PASS, Outcome.NOT_APPLICABLE)
    assert "no wait can be missed" in control.found


def test_a_probe_that_is_preempted_now_and_then_is_no_residual(right, load):
    made = load(right)
    plain, count = made.probe, 0

    def preempted() -> None:
        nonlocal count
        count += 1
        plain()
        right.now += 30_000_000 if count % 10 == 0 else 0

    object.__setattr__(made, "probe", preempted)
    assert waits(made)[0].outcome is Outcome.PASS


def test_the_devices_clock_agrees_with_the_walls(right, load, timed):
    check = events(load(right, session=timed(right)))
    assert check.outcome is Outcome.PASS
    assert check.figures["device"] == pytest.approx(0.02, rel=0.01)


@pytest.mark.parametrize(
    ("how", "outcome"),
    [
        ({"scale": 1000.0}, Outcome.FAIL),  # milliseconds taken for seconds
        ({"scale": 0.001}, Outcome.FAIL),
        ({"late": True}, Outcome.FAIL),  # on another stream, which has nothing to do
        ({"scale": 0.85}, Outcome.WARN),
        ({"scale": 1.04}, Outcome.WARN),
        ({"scale": 0.7}, Outcome.FAIL),
        ({"scale": 1.06}, Outcome.FAIL),
    ],
)
def test_a_clock_that_says_something_else_is_found(right, load, timed, how, outcome):
    check = events(load(right, session=timed(right, **how)))
    assert check.outcome is outcome
    assert "device times can't be believed" in check.meaning


def test_without_a_clock_of_the_device_there_is_nothing_to_compare(right, load, timed):
    assert events(load(right)).outcome is Outcome.NOT_APPLICABLE
    session = timed(right)
    session.asynchronous = False
    assert events(load(right, session=session)).outcome is Outcome.NOT_APPLICABLE


def test_twice_the_calls_take_twice_the_time(right, load):
    check = doubled(load(right))
    assert check.outcome is Outcome.PASS
    assert check.found == "20 ms for 10 calls, 40 ms for 20: 2.00 times"


def test_calls_that_are_answered_from_a_cache_are_found(right, load):
    """All but the first of a block take the device no time."""
    made, plain = load(right), right.call

    def cached() -> object:
        right.work = WORK if right.free_at <= right.now else 0
        return plain()

    object.__setattr__(made, "call", cached)
    check = doubled(made)
    assert check.outcome is Outcome.FAIL
    assert check.figures["ratio"] == pytest.approx(1, abs=0.1)
    assert "skipped, folded or cached" in check.meaning


def test_blocks_that_others_slow_now_and_then_are_no_fault(right, load):
    made, plain, count = load(right), right.call, 0

    def contended() -> object:
        nonlocal count
        count += 1
        pair, place = divmod(count - 1, 30)
        right.work = WORK * (5 if pair % 2 and place >= 10 else 1)  # the longer block of every second pair
        return plain()

    object.__setattr__(made, "call", contended)
    assert doubled(made).outcome is Outcome.PASS
