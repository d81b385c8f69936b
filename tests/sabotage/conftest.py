"""Measures cells with something planted: the toy on a virtual device, or a workload that ships under its framework."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gpubench.plugins import load_target
from gpubench.worker import measure
from gpubench.worker.job import Job, Limits
from gpubench.worker.noise import Counters, Watch

_BENCH = Path(__file__).parents[1] / "bench"
_spec = importlib.util.spec_from_file_location("worker_conftest", _BENCH / "worker" / "conftest.py")
_shared = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_shared)
virtual, edited = _shared.virtual, _shared.edited  # the worker tests' device with a queue, and planted copies

THREADS = 2  # what other tests in this process start TensorFlow with: it can't be started anew with another count
QUIET = Watch(lambda: Counters(wall=0.0, own=0.0, busy=0.0, stolen=0.0, throttled=0.0, preempted=0), lambda: 0.0)


def travelled(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer as the parent reads it."""
    return json.loads(json.dumps(answer, allow_nan=False))


class VirtualBench:
    """The toy's doubling, its calls, waits and restored state on a virtual device.

    measurement: the class that measures, for a planted copy of it. settings: what the framework says of itself.
    timer: the device's own clock, none at first. peak: what the device can do by theory; floor: whether the work is
    what any implementation has to do at least.
    """

    def __init__(self, device: Any) -> None:
        self.device, self.measurement, self.settings = device, measure.Measurement, {}
        self.timer, self.peak, self.floor = None, None, False
        self._toy, self._doubling = (load_target(f"{_BENCH}/plugins/toy.py:{name}") for name in ("toy", "doubling"))

    def _open(self, *arguments: str) -> Any:
        session = self._plain(*arguments)
        session.complete = self.device.complete
        session.restore = lambda tensors, copies: self.device.reset()
        if self.timer is not None:
            session.mark, session.between = self.timer.mark, self.timer.between
        return session

    def _step(self, params: Any, inputs: Any, session: Any) -> Any:
        step = self._doubling.builders["toy"](params, inputs, session)

        def call(*feeds: Any) -> Any:
            self.device.call()
            return step.call(*feeds)

        return replace(step, call=call, state=lambda: [session.host(inputs.data["x"])])

    def measure(self, calls: int = 0) -> dict[str, Any]:
        runtime = self._toy.start(THREADS, "cpu")
        self._plain, runtime.open, runtime.settings = runtime.open, self._open, lambda: self.settings
        workload = replace(self._doubling, builders={"toy": self._step}, flops_are_floor=self.floor)
        job = Job("doubling", {"n": 64, "fault": "none"}, "float32", "eager", "resident", 0, calls, Limits(0.5))
        found = self.measurement("toy", "cpu", runtime, THREADS, self.device.clock, QUIET, peak=self.peak)
        return travelled(found.measure(job, workload))


@pytest.fixture
def bench(virtual: Callable[..., Any]) -> VirtualBench:
    """An honest one; putting the state back leaves 5 ms of work in the device's queue."""
    return VirtualBench(virtual(issue=5_000, work=200_000, drain=40_000, wait=2_000, restoring=5_000_000))


@pytest.fixture(scope="session")
def runtime() -> Callable[[str], Any]:
    """Starts a framework on the CPU, once."""
    started: dict[str, Any] = {}

    def of(backend: str) -> Any:
        if backend not in started:
            os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
            os.environ.setdefault("KERAS_BACKEND", "tensorflow")
            started[backend] = importlib.import_module(f"gpubench.backends.{backend}").backend.start(THREADS, "cpu")
        return started[backend]

    return of


@pytest.fixture
def cell(runtime: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Measures a workload's `smoke` size under a framework.

    builder: in place of the workload's. opened: makes the session, in place of the runtime's. plant: changes it.
    """

    def measured(
        workload: Any,
        backend: str,
        mode: str,
        builder: Callable[..., Any] | None = None,
        opened: Callable[..., Any] | None = None,
        plant: Callable[[Any], object] = lambda session: None,
        precision: str = "float32",
        **params: Any,
    ) -> dict[str, Any]:
        started = runtime(backend)
        plain = opened or started.open

        def open_(*arguments: str) -> Any:
            session = plain(*arguments)
            plant(session)
            return session

        monkeypatch.setattr(started, "open", open_, raising=False)
        if builder:
            workload = replace(workload, builders={backend: builder})
        identity = workload.identity(workload.params("smoke", **params))
        job = Job(workload.name, identity, precision, mode, "resident", 0, 0, Limits(0.05))
        found = measure.Measurement(backend, "cpu", started, THREADS, watch=QUIET)
        return travelled(found.measure(job, workload))

    return measured
