"""The memory pass of a worker: base line, peak over three calls, and nothing of the reference in it."""

from __future__ import annotations

import weakref
from dataclasses import replace
from typing import Any

import pytest

from gpubench.worker.job import Job, Limits
from gpubench.worker.measure import Measurement
from gpubench.worker.memory import measure_memory
from gpubench.worker.prepared import Placed
from gpubench.worker.resident import Resident
from gpubench.worker.service import Service
from gpubench.workload import Step

pytestmark = pytest.mark.alone

MIB = 2**20


class Scripted:
    """A resident set and a framework's counter that hold what they are told to; keeps the order of things."""

    def __init__(self, lacking: str = "") -> None:
        self.log: list[str] = []
        self.held, self.most, self.why = 100, 100, lacking
        self.tensors, self.most_tensors = 7, 50  # the peak of what was there before

    def hold(self, amount: int) -> None:
        self.held += amount
        self.most = max(self.most, self.held)

    def lacking(self) -> str:
        return self.why

    def now(self) -> int:
        self.log.append("now")
        return self.held

    def peak(self) -> int:
        self.log.append("peak")
        return self.most

    def reset_peak(self) -> None:
        self.log.append("reset")
        self.most, self.most_tensors = self.held, self.tensors

    def peak_bytes(self) -> int | None:
        return self.most_tensors


def job(data="resident", measures="memory", workload="doubling", n=64):
    return Job(workload, {"n": n, "fault": "none"}, "float32", "eager", data, 0, 1, Limits(0.1), measures=measures)


@pytest.fixture
def passed(toy, doubling, monkeypatch):
    """Measures the memory of the toy's step on a device; `change` makes another step of it, `plant` another session."""

    def measure(
        change=lambda step: step,
        device="cpu",
        resident=None,
        counter=None,
        data="resident",
        plant=lambda session: session,
    ):
        build = doubling.builders["toy"]
        workload = replace(doubling, builders={"toy": lambda *given: change(build(*given))})
        runtime = toy.start(1, device)
        plain = runtime.open
        runtime.open = lambda *arguments: plant(plain(*arguments))
        if counter is not None:
            runtime.reset_peak, runtime.peak_bytes = counter.reset_peak, counter.peak_bytes
        worker = Measurement("toy", device, runtime, 1)
        return measure_memory(worker, job(data), workload, resident, lambda: None)

    return measure


def growing(scripted: Scripted, first: int, each: int) -> Any:
    """A step whose building takes 1000, whose first call leaves `first` behind and each call needs `each` meanwhile."""

    def change(step: Step) -> Step:
        scripted.hold(1000)
        scripted.hold(-1000)
        calls = []

        def call(*placed):
            scripted.log.append("call")
            scripted.hold(0 if calls else first)
            scripted.most_tensors = max(scripted.most_tensors, scripted.tensors + (each if calls else 500))
            scripted.hold(each if calls else 500)
            scripted.hold(-each if calls else -500)
            calls.append(1)
            return step.call(*placed)

        return replace(step, call=call)

    return change


def test_the_peak_is_that_of_three_calls_over_what_was_there_before(passed):
    scripted = Scripted()
    answer = passed(growing(scripted, first=30, each=20), resident=scripted)
    assert (answer["status"], answer["peak_host_bytes"], answer["peak_device_bytes"]) == ("ok", 50, None)
    assert answer["counters"] == {"calls": 3, "host before": 100, "host peak": 150}
    assert scripted.log == ["now", "call", "reset", "call", "call", "call", "peak"]


def test_an_accelerator_is_counted_by_its_framework_from_before_too(passed):
    scripted = Scripted()
    answer = passed(growing(scripted, first=30, each=20), "toy:0", resident=Scripted(), counter=scripted)
    assert answer["peak_device_bytes"] == 20
    assert answer["counters"]["framework before"] == 7
    assert answer["peak_host_bytes"] == 0


def test_on_the_cpu_the_frameworks_count_stands_beside(passed):
    scripted = Scripted()
    answer = passed(growing(scripted, first=0, each=20), resident=scripted, counter=scripted)
    assert answer["peak_device_bytes"] is None
    assert answer["counters"]["framework peak"] - answer["counters"]["framework before"] == 20


def test_a_backend_that_counts_no_device_says_so(passed):
    answer = passed(device="toy:0", resident=Scripted())
    assert (answer["status"], answer["peak_device_bytes"], answer["peak_host_bytes"]) == ("ok", None, 0)
    assert answer["facts"] == {"device memory": "no counter: toy counts none on toy:0"}


def test_of_a_captured_step_no_count_is_believed(passed):
    """Its replays take no new memory: what the framework counted would be next to nothing."""

    def capturing(session):
        session.capture = lambda step, hosts: Placed(session, step.call, hosts)
        return session

    scripted = Scripted()
    grown = growing(scripted, first=30, each=20)
    answer = passed(grown, "toy:0", resident=Scripted(), counter=scripted, plant=capturing)
    assert (answer["status"], answer["peak_device_bytes"]) == ("ok", None)
    assert answer["facts"] == {"device memory": "not counted: a replay takes no new memory"}


def test_a_framework_that_counts_none_there_is_no_zero(passed):
    counter = Scripted()
    counter.peak_bytes = lambda: None
    assert passed(device="toy:0", resident=Scripted(), counter=counter)["peak_device_bytes"] is None


def test_without_any_counter_the_pass_is_skipped_with_the_reason(passed):
    answer = passed(resident=Scripted("no such file"))
    assert (answer["status"], answer["reason"]) == ("skipped", "no counter: no such file")
    assert answer["peak_host_bytes"] is None


def test_without_a_hosts_counter_a_device_is_counted_all_the_same(passed):
    counter = Scripted()
    answer = passed(growing(counter, 0, 20), "toy:0", resident=Scripted("no such file"), counter=counter)
    assert (answer["status"], answer["peak_device_bytes"], answer["peak_host_bytes"]) == ("ok", 20, None)
    assert answer["facts"] == {"host memory": "no counter: no such file"}


@pytest.mark.parametrize("data", ["resident", "host"])
def test_the_reference_inputs_are_not_in_the_peak(passed, data: str):
    """In float64 they take twice what the step holds; nothing but the step's call may keep them."""
    alive = []

    def change(step: Step) -> Step:
        (x,) = step.feeds
        alive.append(weakref.ref(x))
        return replace(step, call=lambda *placed: alive.append(alive[0]() is None) or placed[0])

    passed(change, resident=Scripted(), data=data)
    assert alive[1:] == [True] * 4


def test_a_service_measures_what_the_job_says(toy, doubling):
    if lacking := Resident().lacking():
        pytest.skip(lacking)
    service = Service({"toy": toy, "doubling": doubling}.__getitem__)
    service.answer({"kind": "start", "backend": "toy", "device": "cpu", "threads": 1})
    answer = service.answer(job(n=4 * MIB).message())
    assert "quantities" not in answer
    # x, twice x in a constant, and twice x as the result; 16 MiB each, beside what NumPy loads at its first draw
    assert 47 * MIB < answer["peak_host_bytes"] < 56 * MIB


def test_a_step_that_fails_is_an_answer(toy, doubling):
    service = Service({"toy": toy, "doubling": doubling}.__getitem__)
    service.answer({"kind": "start", "backend": "toy", "device": "cpu", "threads": 1})
    message = job().message()
    message["params"]["fault"] = "oom"
    assert service.answer(message)["status"] == "oom"
