"""Whatever a plug-in or a framework raises becomes an answer."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gpubench.backend import Fault
from gpubench.errors import Unsupported, UsageError
from gpubench.worker.job import Job, Limits, Start
from gpubench.worker.peak import Peak
from gpubench.worker.selftest.subject import Request
from gpubench.worker.service import Service


def job(workload="doubling", fault="none"):
    return Job(workload, {"n": 64, "fault": fault}, "float32", "eager", "resident", 0, 1, Limits(0.1)).message()


@pytest.fixture
def shelf(toy, doubling):
    """What can be loaded, by target."""
    return {"toy": toy, "doubling": doubling}


@pytest.fixture
def service(shelf, ticking):
    """A started service, whose measurements take no time."""
    made = Service(shelf.__getitem__)
    assert made.answer(Start("toy", "cpu", 3).message())["status"] == "ok"
    made.measurement.clock = ticking
    return made


def answer(service, message):
    given = service.answer(message)
    json.dumps(given, allow_nan=False).encode()
    return given


def test_a_start_is_answered_with_the_facts_of_the_framework(shelf, monkeypatch):
    monkeypatch.setenv("TOY_DEVICES", "1")
    given = answer(Service(shelf.__getitem__), Start("toy", "cpu", 3).message())
    assert given["status"] == "ok"
    assert given["settings"] == {"threads": "3"}
    assert set(given["versions"]) == {"numpy"}
    assert given["devices"] == [("cpu", "", None, ""), ("toy:0", "Toy 9000", 2**30, "")]
    assert given["missing"] == ""


@pytest.mark.parametrize(("device", "looks"), [("cpu", False), ("cuda:0", True)])
def test_a_worker_on_an_nvidia_gpu_watches_it(shelf, device: str, looks: bool):
    service = Service(shelf.__getitem__)
    assert service.answer(Start("toy", device, 1).message())["status"] == "ok"
    assert (service.measurement.watch.look is not None) is looks


def test_why_there_is_no_accelerator_travels(shelf, monkeypatch):
    monkeypatch.delenv("TOY_DEVICES", raising=False)
    assert answer(Service(shelf.__getitem__), Start("toy", "cpu", 1).message())["missing"] == "no toy is plugged in"


def test_settings_that_are_no_texts_travel_as_texts(toy):
    """A third party's backend may say 4 for "4": the results file holds texts."""

    def start(threads, device):
        runtime = toy.start(threads, device)
        runtime.settings = lambda: {"threads": threads, "fused": True}
        runtime.versions = lambda: {"toy": (1, 2)}
        return runtime

    given = answer(Service(lambda target: replace(toy, start=start)), Start("toy", "cpu", 4).message())
    assert given["settings"] == {"threads": "4", "fused": "True"}
    assert given["versions"] == {"toy": "(1, 2)"}


def test_what_the_device_can_do_by_theory_is_among_the_facts_and_held_against_every_cell(shelf):
    peak = Peak("8.0", 108, 1.41e9)
    asked = []
    service = Service(shelf.__getitem__, peak=lambda device: asked.append(device) or peak)
    given = answer(service, Start("toy", "toy:0", 3).message())
    assert given["settings"] == {"threads": "3", **peak.facts()}
    assert (asked, service.measurement.peak) == (["toy:0"], peak)


@pytest.mark.parametrize("error", [ImportError("no libtoy.so"), RuntimeError("no licence"), UsageError("unplugged")])
def test_a_framework_that_cannot_be_imported_is_answered(toy, error: Exception):
    def start(threads, device):
        raise error

    given = answer(Service(lambda target: replace(toy, start=start)), Start("toy", "cpu", 1).message())
    assert given["status"] == "failed"
    assert str(error) in given["reason"]


def test_a_backend_that_is_not_there_is_answered():
    given = answer(Service(), Start("gpubench_no_such_package:backend", "cpu", 1).message())
    assert given["status"] == "failed"
    assert "No module named 'gpubench_no_such_package'" in given["reason"]


def test_a_cell_is_measured(service):
    given = answer(service, job())
    assert (given["status"], given["reason"]) == ("ok", "")
    assert set(given["quantities"]) == {"step", "latency", "dispatch"}


def test_a_worker_that_was_not_started_measures_nothing():
    assert answer(Service(), job()) == {"status": "failed", "reason": "the worker was not started"}


def test_an_unknown_workload_is_failed_with_its_reason(service):
    given = answer(service, job("gpubench_no_such_package:workload"))
    assert given["status"] == "failed"
    assert "gpubench_no_such_package" in given["reason"]


@pytest.mark.parametrize(
    ("fault", "status", "reason"),
    [
        ("raise", "failed", "RuntimeError: the toy broke <b>here</b>"),
        ("oom", "oom", "MemoryError: a toy too large"),
        ("unsupported", "skipped", "toys can't do that"),
        ("wrong", "failed", "the output is wrong: error of y"),
    ],
)
def test_each_way_to_fail_is_a_status_with_its_reason(service, fault: str, status: str, reason: str):
    given = answer(service, job(fault=fault))
    assert given["status"] == status
    assert given["reason"].startswith(reason)
    assert "restart" not in given


def test_out_of_memory_says_how_much_was_free(service):
    assert "GiB of host memory were free" in answer(service, job(fault="oom"))["reason"]


def test_out_of_memory_on_a_device_asks_for_a_clean_process_and_tells_of_the_device(service):
    service.measurement.device = "toy:0"
    given = answer(service, job(fault="oom"))
    assert given["restart"] is True
    assert "(the work reads and writes 0.0 MiB at least; free device memory unknown; " in given["reason"]
    assert "GiB of host memory were free" in given["reason"]


def test_a_fault_that_sticks_to_the_process_asks_for_another(service):
    assert answer(service, job(fault="sticky")) == {
        "status": "failed", "reason": "RuntimeError: a sticky fault", "restart": True,
    }  # fmt: skip


@pytest.mark.parametrize("fault", list(Fault))
def test_every_fault_is_a_status_of_a_record(service, fault: Fault):
    from gpubench.results.records import STATUSES

    service.measurement.runtime.fault = lambda error: fault
    assert answer(service, job(fault="raise"))["status"] in STATUSES


def test_the_worker_goes_on_after_a_cell_that_failed(service):
    answer(service, job(fault="raise"))
    assert answer(service, job())["status"] == "ok"


class Broken(Exception):
    """Of a plug-in's own."""


@pytest.mark.parametrize(
    "error",
    [
        KeyError("x"),
        AssertionError(),
        RecursionError(),
        StopIteration(),
        OSError(5, "gone"),
        Broken("mine"),
        EOFError(),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("place", ["builder", "call", "observe", "inputs", "check"])
def test_whatever_a_workload_raises_wherever_becomes_a_record(service, shelf, doubling, error: Exception, place: str):
    def fail(*_):
        raise error

    build = doubling.builders["toy"]
    params = doubling.sizes["small"]
    if place in ("inputs", "check"):
        failing = type("Failing", (type(params),), {place: fail})(params.n)
        shelf["doubling"] = replace(doubling, sizes={"small": failing})
    else:
        broken = fail if place == "builder" else lambda *given: replace(build(*given), **{place: fail})
        shelf["doubling"] = replace(doubling, builders={"toy": broken})
    given = answer(service, job())
    assert given["status"] == "failed"
    assert given["reason"].startswith(type(error).__name__)


def test_a_backend_without_a_builder_is_a_failure_that_names_it(service, shelf, doubling):
    shelf["doubling"] = replace(doubling, builders={})
    assert answer(service, job()) == {"status": "failed", "reason": "KeyError: 'toy'"}


def test_a_reason_is_one_line_of_bounded_length(service, shelf, doubling):
    def fail(*_):
        raise RuntimeError("first\n\tsecond   third " + "x" * 10_000)

    shelf["doubling"] = replace(doubling, builders={"toy": fail})
    reason = answer(service, job())["reason"]
    assert reason.startswith("RuntimeError: first second third xxx")
    assert len(reason) == 2000


def test_a_reason_that_is_no_unicode_can_be_written_all_the_same(service, shelf, doubling):
    """A file name of other bytes than UTF-8 is a text with half characters in Python."""
    from gpubench.results.line import encode
    from gpubench.results.records import Launch

    def fail(*_):
        raise FileNotFoundError("caf\udce9.idx")

    shelf["doubling"] = replace(doubling, builders={"toy": fail})
    reason = answer(service, job())["reason"]
    assert encode(Launch(cell_id="", device="cpu", launch=0, status="failed", reason=reason))


def test_a_workload_is_loaded_once(service, shelf):
    loads = []
    service.load = lambda target: loads.append(target) or shelf[target]
    answer(service, job())
    answer(service, job(fault="wrong"))
    assert loads == ["doubling"]


def test_unsupported_is_no_error_of_the_framework(service, shelf, doubling):
    """The reason stands as it was written, without the exception's name."""

    def fail(*_):
        raise Unsupported("tf32 is a product of NVIDIA GPUs")

    shelf["doubling"] = replace(doubling, builders={"toy": fail})
    assert answer(service, job()) == {"status": "skipped", "reason": "tf32 is a product of NVIDIA GPUs"}


def test_a_selftest_is_answered_check_by_check(service):
    given = answer(service, Request("toy", ("doubling",), "").message())
    outcomes = {check["name"]: (check["outcome"], check["found"]) for check in given["checks"]}
    assert outcomes["answers"] == ("pass", "right: doubling")
    assert outcomes["residual-wait"] == ("not-applicable", "no workload of this backend is a product to time")


def test_a_selftest_of_what_can_t_be_loaded_or_was_not_started_is_failed(service):
    request = Request("toy", ("gpubench_no_such_package:workload",), "").message()
    assert "gpubench_no_such_package" in answer(service, request)["reason"]
    assert answer(Service(), request) == {"status": "failed", "reason": "the worker was not started"}


def test_a_start_tells_which_gpu_it_is_for_and_of_a_cpu_nothing(shelf):
    assert answer(Service(shelf.__getitem__), Start("toy", "cpu", 1).message())["identity"] == {}
