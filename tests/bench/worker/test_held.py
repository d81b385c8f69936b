"""A held cell's rounds: one call each, its wait included, nothing before it or behind it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gpubench.worker.held import LEAD_S, RESTORED_AFTER, Call
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


def call(device, *, brief, traces=lambda: None):
    return Call(device.meter(), brief, traces, None)


def test_a_round_is_a_call_from_an_empty_queue_until_its_work_is_done(virtual):
    device = virtual(issue=1_000, work=5_000_000, drain=70, wait=30)
    assert call(device, brief=False).round() == pytest.approx(5_001_100e-9)
    assert device.log.count("call") == 1


def test_untimed_calls_go_before_a_brief_one_for_as_long_as_it_takes_to_remember(virtual):
    device = virtual(issue=1_000, work=9_000)
    assert call(device, brief=True).round() == pytest.approx(10_000e-9)
    assert device.log.count("call") == 1 + LEAD_S / 10_000e-9


def test_what_calls_change_is_put_back_before_it_matters_and_outside_the_clock(virtual):
    device = virtual(work=2_000_000, restoring=90_000_000)
    held = call(device, brief=False)
    times = [held.round() for _ in range(RESTORED_AFTER + 1)]
    assert set(times) == {times[0]}
    assert device.log.count("reset") == 2


def test_a_cell_is_held_until_the_next_one_and_each_round_has_a_time(service):
    held = asked(service, job().message())
    assert (held["status"], held["checked"]) == ("ok", True)
    assert held["work"]["flops"] == 64
    assert "quantities" not in held
    assert asked(service, {"kind": "round"})["seconds"] > 0
    assert asked(service, job(n=128).message())["work"]["flops"] == 128
    assert asked(service, {"kind": "round"})["status"] == "ok"


@pytest.mark.parametrize(("fault", "status"), [("wrong", "failed"), ("folded", "failed"), ("unsupported", "skipped")])
def test_what_may_not_be_timed_is_not_held_and_nor_is_what_was_before(service, fault, status):
    assert asked(service, job().message())["status"] == "ok"
    assert asked(service, job(fault).message())["status"] == status
    assert asked(service, {"kind": "round"}) == {"status": "failed", "reason": "no cell is held"}


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
    assert asked(service, {"kind": "round"})["status"] == "failed"


def test_a_round_in_which_something_was_compiled_again_has_no_time(virtual, service):
    traces = iter((1, 1, 2))
    service.holding.call = Call(virtual(work=2_000_000).meter(), False, lambda: next(traces), 1)
    assert [asked(service, {"kind": "round"})["status"] for _ in range(3)] == ["ok", "ok", "unverified"]


def test_a_step_that_fails_in_a_round_is_answered(service, virtual):
    device = virtual()

    def broken():
        raise MemoryError("a toy too large")

    service.holding.call = Call(replace(device.meter(), call=broken), False, lambda: None, None)
    assert asked(service, {"kind": "round"})["status"] == "oom"
