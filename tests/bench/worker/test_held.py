"""A held cell's bursts: the time of each call, its wait included, and nothing before it or behind it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gpubench.worker.held import BURST, BURST_S, Call
from gpubench.worker.job import HOLD, Job, Limits, Start
from gpubench.worker.service import Service


def job(fault="none", n=64):
    return Job("doubling", {"n": n, "fault": fault}, "float32", "eager", "resident", 0, 0, Limits(0.1), measures=HOLD)


@pytest.fixture
def service(toy, doubling, ticking):
    """A started service, whose measurements take no time."""
    made = Service({"toy": toy, "doubling": doubling}.__getitem__)
    assert made.answer(Start("toy", "cpu", 1).message())["status"] == "ok"
    made.measurement.clock = ticking
    return made


def asked(service, message):
    given = service.answer(message)
    json.dumps(given, allow_nan=False).encode()
    return given


def call(device, traces=lambda: None):
    return Call(device.meter(), traces, None)


def test_each_time_is_a_call_from_an_empty_queue_until_its_work_is_done(virtual):
    device = virtual(issue=1_000, work=5_000_000, drain=70, wait=30)
    times = call(device).burst()
    assert times == [pytest.approx(5_001_100e-9)] * len(times)
    assert len(times) == device.log.count("call") - 1 == int(BURST_S / 5_001_130e-9)


def test_a_burst_of_brief_calls_ends_by_their_number_and_one_of_a_slow_call_is_that_call(virtual):
    assert len(call(virtual(work=10_000)).burst()) == BURST - 1
    slow = virtual(work=900_000_000)
    assert call(slow).burst() == [pytest.approx(0.9)]
    assert slow.log.count("call") == 1


def test_the_call_that_woke_the_process_up_is_left_out(virtual):
    def slower_at_first(device, _):
        device.work = 70_000

    device = virtual(change=slower_at_first)
    made = Call(device.meter(), lambda: None, None)
    issue = device.call

    def once():
        result = issue()
        device.work = 10_000
        return result

    times = replace(made, meter=replace(made.meter, call=once)).burst()
    assert times == [pytest.approx(10_000e-9)] * (BURST - 1)


def test_what_calls_change_is_put_back_before_each_burst_and_outside_the_clock(virtual):
    device = virtual(work=2_000_000, restoring=30_000_000)
    held = call(device)
    times = held.burst() + held.burst()
    assert times == [pytest.approx(2_000_000e-9)] * len(times)
    assert device.log.count("reset") == 2


def test_a_cell_is_held_until_the_next_one_and_each_round_has_a_time(service):
    held = asked(service, job().message())
    assert (held["status"], held["checked"]) == ("ok", True)
    assert held["work"]["flops"] == 64
    assert "quantities" not in held
    assert min(asked(service, {"kind": "burst"})["seconds"]) > 0
    assert asked(service, job(n=128).message())["work"]["flops"] == 128
    assert asked(service, {"kind": "burst"})["status"] == "ok"


@pytest.mark.parametrize(("fault", "status"), [("wrong", "failed"), ("folded", "failed"), ("unsupported", "skipped")])
def test_what_may_not_be_timed_is_not_held_and_nor_is_what_was_before(service, fault, status):
    assert asked(service, job().message())["status"] == "ok"
    assert asked(service, job(fault).message())["status"] == status
    assert asked(service, {"kind": "burst"}) == {"status": "failed", "reason": "no cell is held"}


def test_work_that_goes_on_after_the_wait_is_not_held(service, toy, doubling, virtual, monkeypatch):
    device = virtual(issue=1_000, work=1_000_000)
    session = type(service.measurement.runtime.open("cpu", "float32", "eager"))

    def step(params, inputs, session):
        built = doubling.builders["toy"](params, inputs, session)
        return replace(built, call=lambda x: (device.call(), built.call(x))[1])

    waits = iter(range(10**9))
    monkeypatch.setattr(session, "complete", lambda _: device.complete() if next(waits) % 2 else None)
    service.measurement.clock = device.clock
    service.workloads["doubling"] = replace(doubling, builders={"toy": step})
    given = asked(service, job().message())
    assert given["status"] == "unverified"
    assert "work went on after the clock stopped" in given["reason"]
    assert asked(service, {"kind": "burst"})["status"] == "failed"


def test_a_wait_that_never_waits_is_not_held_though_a_second_one_finds_nothing(
    service, toy, doubling, virtual, monkeypatch
):
    device = virtual(issue=1_000, work=1_000_000)
    session = type(service.measurement.runtime.open("cpu", "float32", "eager"))
    fetch = session.fetch

    def step(params, inputs, session):
        built = doubling.builders["toy"](params, inputs, session)
        return replace(built, call=lambda x: (device.call(), built.call(x))[1])

    monkeypatch.setattr(session, "complete", lambda _: None)
    monkeypatch.setattr(session, "fetch", lambda self, tensor: (device.complete(), fetch(self, tensor))[1])
    service.measurement.clock = device.clock
    service.workloads["doubling"] = replace(doubling, builders={"toy": step})
    given = asked(service, job().message())
    assert given["status"] == "unverified"
    assert given["reason"].startswith("the wait returned after ")
    assert asked(service, {"kind": "burst"})["status"] == "failed"


def test_a_burst_in_which_something_was_compiled_again_has_no_time(virtual, service):
    traces = iter((1, 1, 2))
    service.holding.call = Call(virtual(work=2_000_000).meter(), lambda: next(traces), 1)
    assert [asked(service, {"kind": "burst"})["status"] for _ in range(3)] == ["ok", "ok", "unverified"]


def test_a_step_that_fails_in_a_burst_is_answered(service, virtual):
    device = virtual()

    def broken():
        raise MemoryError("a toy too large")

    service.holding.call = Call(replace(device.meter(), call=broken), lambda: None, None)
    assert asked(service, {"kind": "burst"})["status"] == "oom"
