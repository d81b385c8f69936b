"""A wait that returns early is found by bringing a result to the host, and one that waits never is taken for it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gpubench.worker.meter import Meter
from gpubench.worker.owed import CLEAR, CLEAR_S, EARLY, LONG_S, MOST_BROUGHT, owed

MILLI = 1_000_000


class Element:
    """Of a tensor, which can be brought."""


class Tensor:
    """On the device: an element of it may be asked for, and is one more piece of data there."""

    def __init__(self, *shape: int) -> None:
        self.shape = shape

    def __getitem__(self, place: tuple[int, ...]) -> Element:
        assert place == (0,) * len(self.shape)
        return Element()


class Ready(Tensor):
    """That was there before the call: to bring it waits for nothing."""

    def __getitem__(self, place: tuple[int, ...]) -> Any:
        return ReadyElement()


class ReadyElement(Element):
    """Of a tensor that was there before the call."""


class Host:
    """Where results of a virtual device are brought to. costs: nanoseconds of each bringing, in turn."""

    def __init__(self, device: Any, output: Any, *costs: int) -> None:
        self.device, self.output, self.brought = device, output, 0
        self.costs = itertools.chain(costs or (20_000,), itertools.repeat((costs or (20_000,))[-1]))

    def call(self) -> Any:
        self.device.call()
        return self.output

    def fetch(self, tensor: Any) -> None:
        """Waits for the work, whatever the wait does."""
        if not isinstance(tensor, Element):
            raise TypeError(f"a {type(tensor).__name__} is none of this device's")
        ready = self.device.now if isinstance(tensor, ReadyElement) else self.device.free_at
        self.device.now = max(self.device.now, ready) + next(self.costs)
        self.brought += 1

    def said(self, complete: Callable[[], None], calls: int = 1000) -> str:
        """What is said of a wait."""
        return owed(Meter(self.call, complete, self.device.reset, self.device.clock), self.fetch, calls)


def no_wait() -> None:
    return None


@pytest.mark.parametrize("work", [20_000, MILLI, 30 * MILLI, 2_000 * MILLI])
def test_no_wait_at_all_is_found_with_what_was_seen(virtual, work: int) -> None:
    said = Host(virtual(issue=5_000, work=work), Tensor(4, 4)).said(no_wait)
    assert said.startswith("the wait returned after ")
    assert said.endswith(f" later, {EARLY} times of {EARLY}")


def test_the_words_hold_both_times(virtual) -> None:
    said = Host(virtual(issue=50_000, work=14 * MILLI), Tensor()).said(no_wait)
    assert said == f"the wait returned after 50 µs, and the result came 14 ms later, {EARLY} times of {EARLY}"


def test_a_wait_for_some_of_the_work_is_found(virtual) -> None:
    device = virtual(issue=5_000, work=10 * MILLI)

    def half() -> None:
        device.now = max(device.now, device.now + (device.free_at - device.now) // 2)

    assert "the result came 5 ms later" in Host(device, Tensor(8)).said(half)


@pytest.mark.parametrize("work", [0, 1_000, 20_000, MILLI, 30 * MILLI, 2_000 * MILLI])
def test_a_wait_that_waits_is_cleared_by_calls_for_some_milliseconds(virtual, work: int) -> None:
    device = virtual(issue=5_000, work=work, drain=40_000, wait=2_000)
    host = Host(device, Tensor(4, 4))
    assert host.said(device.complete) == ""
    looks = 1 if work >= CLEAR_S * 1e9 else CLEAR + 1  # all that are shorter take as long as one that is long enough
    assert device.log.count("call") * max(work, 5_000) <= looks * max(2 * LONG_S * 1e9, work)


def test_calls_that_wait_for_their_own_work_owe_nothing_whatever_the_wait_does(virtual) -> None:
    assert Host(virtual(issue=3 * MILLI), Tensor(4)).said(no_wait) == ""


def test_what_an_element_costs_once_is_not_taken_for_work(virtual) -> None:
    """JAX compiles for it, and TensorFlow loads the operation."""
    device = virtual(issue=5_000, work=MILLI)
    host = Host(device, Tensor(4), 60 * MILLI, 20_000)
    assert host.said(device.complete) == ""


def test_what_takes_its_time_at_every_bringing_is_not_taken_for_work(virtual) -> None:
    device = virtual(issue=5_000, work=MILLI)
    assert Host(device, Tensor(4), 60 * MILLI).said(device.complete) == ""


def test_interruptions_are_not_taken_for_work_as_long_as_some_looks_have_none(virtual) -> None:
    device = virtual(issue=5_000, work=8 * MILLI)
    noise = [cost for _ in range(EARLY - 1) for cost in (9 * MILLI, 20_000)]
    assert Host(device, Tensor(4), *noise, 20_000).said(device.complete) == ""


def test_a_host_that_is_interrupted_while_it_issues_calls_clears_no_wait(virtual) -> None:
    """The device goes on meanwhile, so nothing is owed then."""
    device = virtual(issue=5_000, work=8 * MILLI)
    issue, calls = device.call, itertools.count()

    def interrupted() -> Any:
        result = issue()
        device.now += 20 * MILLI * (next(calls) in (1, 3))
        return result

    device.call = interrupted
    assert Host(device, Tensor(4)).said(no_wait).endswith(f", {EARLY} times of {EARLY + 2}")


def test_no_more_calls_are_made_at_once_than_a_block_has(virtual) -> None:
    device = virtual(issue=1_000)
    host = Host(device, Tensor(4))
    assert host.said(device.complete, calls=3) == ""
    assert device.log.count("call") == 1 + 2 + CLEAR * 3


def test_a_device_that_takes_only_so_many_calls_at_once_owes_most_of_a_look(virtual) -> None:
    """As many as CUDA takes of a step of 30 operations, or JAX on the CPU: a whole block would owe next to nothing."""
    device = virtual(issue=5_000, work=400_000)
    issue = device.call

    def limited() -> Any:
        device.now = max(device.now, device.free_at - 32 * device.work)
        return issue()

    device.call = limited
    assert Host(device, Tensor(4)).said(no_wait, calls=4000) != ""


def test_results_are_thrown_away_as_in_a_block_but_the_last(virtual) -> None:
    device = virtual(issue=5_000, work=MILLI)

    class Result(Tensor):
        def __init__(self) -> None:
            super().__init__(4)
            self.held = device.call()

    meter = Meter(Result, device.complete, device.reset, device.clock)
    assert owed(meter, Host(device, None).fetch, 1000) == ""
    assert device.most_alive == 0
    assert device.alive == 0


def test_what_calls_change_is_put_back_before_each_look_outside_its_clock(virtual) -> None:
    device = virtual(issue=5_000, work=MILLI, restoring=50 * MILLI)
    assert Host(device, Tensor(4)).said(device.complete) == ""
    assert device.log.count("reset") > 2


@pytest.mark.parametrize(
    "output",
    [
        {"loss": 0.5, "y": (Tensor(2, 3),)},
        [None, Tensor(0, 3), Tensor(1)],
        (Tensor(1), np.ones(3), "text", np.float32(1)),
        (Tensor(1), np.zeros((0, 2))),
    ],
    ids=["in a mapping", "beside an empty one", "beside what is none", "beside an empty array"],
)
def test_a_tensor_is_found_wherever_it_lies(virtual, output: Any) -> None:
    assert Host(virtual(work=9 * MILLI), output).said(no_wait) != ""


@pytest.mark.parametrize(
    "output",
    [(Ready(2), Tensor(2)), (Tensor(2), Ready(2)), {"inputs": [Ready(1)] * 20, "result": Tensor(3)}],
    ids=["before the result", "after it", "many before it"],
)
def test_an_input_that_is_returned_too_hides_no_wait(virtual, output: Any) -> None:
    assert Host(virtual(issue=5_000, work=9 * MILLI), output).said(no_wait) != ""


def test_of_a_result_of_many_tensors_no_more_than_some_are_asked(virtual) -> None:
    device = virtual(issue=5_000, work=60 * MILLI)
    host = Host(device, [Tensor(2)] * 100)
    assert host.said(device.complete) == ""
    assert host.brought == 2 * MOST_BROUGHT


@pytest.mark.parametrize("output", [None, 1.0, "text", (), {}, Tensor(0), np.ones(2), [np.float64(1)]])
def test_of_a_call_that_returns_nothing_to_bring_nothing_is_said(virtual, output: Any) -> None:
    host = Host(virtual(work=9 * MILLI), output)
    assert host.said(no_wait) == ""
    assert host.brought == 0
    assert host.device.log.count("call") == 1
