"""The suite of pytest-benchmark: what is timed, on whose clock, what stands in the file, and what is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import gpubench.results.frames  # noqa: F401  pandas can't be imported twice, and a pytest in this process is forgotten
from gpubench.benchmarks import WorkerClock
from gpubench.results.results import load

TOY = Path(__file__).parent / "plugins" / "toy.py"
QUICK = ("--benchmark-max-time=0.02", "--benchmark-min-rounds=3")

# A workload whose sizes are the ways to fail, and a backend whose work is done long after its calls have returned.
_FAULTS = '''"""Faults, in an order that goes on after each."""
import time
from dataclasses import replace
from .toy import Doubling, ToyRuntime, ToySession, doubling, toy

ORDER = ("none", "wrong", "raise", "unsupported", "kill", "folded")
broken = replace(doubling, name="broken", sizes={fault: Doubling(n, fault) for n, fault in enumerate(ORDER, 4)})


class Late(ToySession):
    asynchronous = True
    due = 0.0

    def complete(self):
        left = self.due - time.perf_counter()
        if left > 0:
            time.sleep(left)


def in_late(params, inputs, session):
    step = doubling.builders["toy"](params, inputs, session)

    def call(x):
        session.due = time.perf_counter() + 0.004
        return step.call(x)

    return replace(step, call=call)


class LateRuntime(ToyRuntime):
    def open(self, device, precision, mode, /):
        return Late(device, precision, mode)


late = replace(toy, name="late", start=LateRuntime)
waiting = replace(doubling, name="waiting", builders={"late": in_late, "toy": doubling.builders["toy"]})
'''

Suite = Callable[..., pytest.RunResult]


@pytest.fixture
def suite(pytester: pytest.Pytester) -> Suite:
    """Runs the suite on the toys, by a pytest in this process."""
    shutil.copy(TOY, pytester.path)
    (pytester.path / "faults.py").write_text(_FAULTS, encoding="utf-8")
    words = ("--pyargs", "gpubench.benchmarks", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-rs")
    return lambda *options: pytester.runpytest_inprocess(*words, "--gpubench-plugin=faults.py", *QUICK, *options)


def told(folder: Path) -> dict[str, Any]:
    """Of a file of pytest-benchmark the tests by the parts of their names."""
    text = (folder / "bench.json").read_text(encoding="utf-8")
    return {test["name"].partition("[")[2].removesuffix("]"): test for test in json.loads(text)["benchmarks"]}


def test_what_is_wrong_fails_untimed_and_the_rest_goes_on(suite: Suite, pytester: pytest.Pytester) -> None:
    done = suite(
        "--gpubench-workload=broken", "--gpubench-backend=toy", "--gpubench-device=cpu", "--benchmark-json=bench.json"
    )
    assert done.ret == 1
    assert "failed: the output is wrong: error of y is" in done.stdout.str()
    assert "failed: RuntimeError: the toy broke <b>here</b>" in done.stdout.str()
    assert "crashed: the worker was ended by SIGKILL" in done.stdout.str()
    assert "failed: the output is the same for different data in feed 0" in done.stdout.str()
    assert "toys can't do that" in done.stdout.str()
    done.assert_outcomes(failed=4, passed=1, skipped=1)
    assert list(told(pytester.path)) == ["broken-4-none-toy-cpu-eager"]


def test_the_way_to_the_worker_is_in_no_round() -> None:
    class Served:
        seconds = iter((0.25, 0.5))

        def round(self) -> float:
            return next(self.seconds)

    clock, served = WorkerClock(), Served()
    readings = [clock()]
    for _ in range(2):
        clock.round(served)
        readings.append(clock())
    assert readings == [0.0, 0.25, 0.75]


def test_backends_and_devices_stand_in_one_table_our_reader_knows_them_and_what_is_absent_is_skipped(
    suite: Suite, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_DEVICES", "1")
    chosen = ("--gpubench-workload=waiting", "--gpubench-backend=toy,late", "--gpubench-size=smoke")
    done = suite(*chosen, "--gpubench-device=cpu,toy", "--gpubench-device", "toy:7", "--benchmark-json=bench.json")
    assert done.ret == 0, done.stdout.str()
    groups: dict[str, list[str]] = {}
    for name, test in told(pytester.path).items():
        groups.setdefault(test["group"], []).append(name)
    assert groups == {
        "waiting n=4 fault=none float32 resident": [
            f"waiting-4-none-{backend}-{device}-eager" for backend in ("toy", "late") for device in ("cpu", "toy:0")
        ]
    }
    assert min(told(pytester.path)["waiting-4-none-late-cpu-eager"]["stats"]["data"]) >= 0.004, (
        "the wait is in no round"
    )
    assert told(pytester.path)["waiting-4-none-late-cpu-eager"]["options"]["timer"] == "worker_clock"
    cells = load(pytester.path / "bench.json").cells()
    assert list(cells["backend"]) == ["toy", "toy", "late", "late"]
    for column in ("cell_id", "backend_version", "threads", "max_error", "latency_s", "flops"):
        assert cells[column].notna().all(), column
    assert set(cells["device_name"]) > {"Toy 9000"}
    assert cells["checked"].all()
    assert cells["step_s"].isna().all()
    assert "SKIPPED [2] " in done.stdout.str()
    assert "there is no device 'toy:7' here: the last one is toy:0" in done.stdout.str()


def test_a_required_device_that_is_absent_fails_before_anything_is_measured(suite: Suite) -> None:
    done = suite("--gpubench-workload=waiting", "--gpubench-backend=toy", "--gpubench-require=toy:0")
    assert done.ret != 0
    assert "toy:0 is required: there is no device 'toy:0' here: no toy is plugged in" in done.stdout.str()
    assert "passed" not in done.stdout.str()


def test_a_name_that_nothing_has_is_said_in_a_line(suite: Suite) -> None:
    done = suite("--gpubench-workload=waitin", "-rE")
    summary = done.stdout.str().partition("short test summary info")[2]
    assert "ERROR  - Failed: there is no workload 'waitin'; did you mean 'waiting'?\n" in summary
    assert "another exception" not in done.stdout.str()


def test_two_tests_at_once_are_refused(suite: Suite) -> None:
    done = suite("--gpubench-workload=waiting", "-n", "2")
    assert done.ret != 0
    assert "gpubench measures one call at a time: leave pytest-xdist's -n out" in done.stdout.str()
    assert "passed" not in done.stdout.str()


def test_without_pytest_benchmark_it_says_what_to_install(pytester: pytest.Pytester) -> None:
    words = ("--pyargs", "gpubench.benchmarks", "-p", "no:benchmark", "-p", "no:hypothesispytest")
    said = pytester.runpytest_inprocess(*words).stdout.str()
    assert "pytest-benchmark is needed: pip install pytest-benchmark" in said


def test_with_benchmarks_disabled_every_answer_is_still_checked(suite: Suite) -> None:
    done = suite("--gpubench-workload=broken", "--gpubench-backend=toy", "--gpubench-device=cpu", "--benchmark-disable")
    assert "failed: the output is wrong" in done.stdout.str()
    done.assert_outcomes(failed=4, passed=1, skipped=1)
