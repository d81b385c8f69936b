"""The tools side by side: what each hands back is what it timed."""

from __future__ import annotations

import importlib
import time

import pytest

pytestmark = pytest.mark.alone

SECONDS = 0.02
LONGER = 0.5
"""More than pytest takes to start."""


@pytest.fixture
def tools(beside):
    return beside("tools")


def nothing():
    return None


def spinning(seconds):
    """A function that returns no sooner than so many seconds after it was called, by the clock that all tools read."""

    def spin():
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            pass

    return spin


class Counted:
    """A call of at least 0.2 ms that counts itself."""

    least_s = 2e-4

    def __init__(self):
        self.calls = 0
        self.spin = spinning(self.least_s)

    def __call__(self):
        self.calls += 1
        self.spin()


@pytest.fixture
def counted(beside):
    call = Counted()
    return beside("closures").Ready(call, nothing), call


NAMES = [
    "gpubench",
    "timeit",
    pytest.param("torch.utils.benchmark", marks=pytest.mark.framework("torch")),
    "pytest-benchmark",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_tool_hands_back_seconds_a_call_of_calls_that_were_made(tools, counted, name):
    """A call takes a known time at least, and what came before and all samples together no more than the tool took."""
    ready, call = counted
    if name == "torch.utils.benchmark":
        importlib.import_module(name)  # or its import would hide a sample that is counted twice
    start = time.perf_counter()
    found = tools.TOOLS[name](ready, 1, LONGER if name == "pytest-benchmark" else SECONDS)
    took = time.perf_counter() - start
    assert found.calls >= 1
    assert len(found.samples) >= 1
    assert found.calls * len(found.samples) <= call.calls
    assert min(found.samples) >= call.least_s
    assert found.before_s > 0
    assert found.spent_s <= took


def test_our_samples_end_with_a_wait_and_begin_with_the_state_put_back(tools, beside):
    events = []
    ready = beside("closures").Ready(
        call=lambda: events.append("call"),
        complete=lambda: events.append("wait"),
        reset=lambda: events.append("reset"),
    )
    tools.gpubench_again(ready, 1e-9, 2)
    assert events[:6] == ["reset", "wait", "call", "call", "wait", "wait"]


def test_later_rounds_take_the_block_that_they_are_given(tools, counted):
    ready, call = counted
    found = tools.gpubench_again(ready, 1e-9, 7)
    assert found.calls == 7
    assert call.calls == 7 * len(found.samples)


def timing(tools, samples, before=1.0, calls=10):
    return tools.Timing(calls, samples, before)


def test_a_tool_has_spent_what_came_before_and_its_samples(tools):
    assert timing(tools, [0.1, 0.2, 0.3]).spent_s == pytest.approx(1 + 10 * 0.6)
    assert timing(tools, [0.1, 0.2, 0.3]).median_s == 0.2


def test_one_per_cent_is_reached_at_the_sixth_of_steady_samples(tools):
    """Before, the range of the samples is no interval of 95 %, however narrow."""
    assert tools.until_s([timing(tools, [0.1] * 5)]) is None
    assert tools.until_s([timing(tools, [0.1] * 9)]) == pytest.approx(1 + 10 * 0.6)


def test_time_until_one_per_cent_goes_on_from_round_to_round(tools):
    """Six samples in two rounds, and what came before each."""
    assert tools.until_s([timing(tools, [0.1] * 3), timing(tools, [0.1] * 3)]) == pytest.approx(2 + 10 * 0.6)


def test_samples_that_scatter_by_five_per_cent_take_longer_or_never_get_there(tools):
    scattered = [0.1 * (1 + 0.05 * (-1) ** number) for number in range(40)]
    assert tools.until_s([timing(tools, scattered)]) is None


def test_a_block_costs_one_wait_beyond_its_calls(tools, beside):
    """Of those before and after it nothing is counted: some block of a thousand was not disturbed."""
    found = tools.block_cost(beside("closures").Ready(nothing, spinning(5e-5)), 1, SECONDS)
    assert found.median_s >= 4.9e-5
    assert min(found.samples) < 1e-4
