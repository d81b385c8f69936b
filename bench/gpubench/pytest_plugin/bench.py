"""What the fixture `gpubench` gives a test: a device, a framework opened on it, and calls that are waited for."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

import pytest

from gpubench.backend import Backend, Runtime
from gpubench.errors import Unsupported, UsageError
from gpubench.machine import processors
from gpubench.pytest_plugin.place import Marked, Place, cell_of, known
from gpubench.session import Session
from gpubench.workload import Work

T = TypeVar("T")

_RUNTIMES = pytest.StashKey[dict[tuple[str, str], Runtime]]()


class Clock(Protocol):
    """What measures a step; there is none where nothing is measured."""

    def measure(self, bench: Bench, step: Callable[[], Any], state: Sequence[Any], first_call_s: float) -> None:
        """Measure a step that was called once. Fails the test where its times are not to be believed."""
        ...


class Bench:
    """A framework on one device, for the step of one test.

    device: `cpu`, `cuda:0`. session: the framework's `gpubench.Session` there; its scope is entered, so strict float32
    holds, and TensorFlow's operations go to the device.
    """

    def __init__(
        self, place: Place, marked: Marked, session: Session[Any], runtime: Runtime, clock: Clock | None
    ) -> None:
        self.backend, self.device, self.marked = place.backend, place.device, marked
        self.session, self.runtime, self.disturbed = session, runtime, ""
        self.work = Work(0.0, 0.0, 0.0)
        self.called = False
        self._clock = clock

    def __call__(
        self,
        step: Callable[[], T],
        *,
        state: Sequence[Any] = (),
        flops: float = 0.0,
        bytes: float = 0.0,  # noqa: A002  as in `gpubench.Work`
        items: float = 0.0,
    ) -> T:
        """Call a step, wait until its work is done, and return its result; with `--gpubench-out` measure it too.

        state: tensors that the step changes in place, put back before each block. flops, bytes, items: what one call
        does, for rates and the roofline. Fails the test where the result is not on the device.
        """
        if self.called:
            pytest.fail("gpubench(step) was called twice: a test measures one step; parametrize it for several", False)
        self.called, self.work = True, Work(flops, bytes, items)
        start = time.perf_counter()
        output = step()
        self.session.complete()
        first_call_s = time.perf_counter() - start
        if strays := self.session.strays(output):
            pytest.fail(f"the step's result is not on {self.device}: {strays[0]}", False)
        if self._clock is not None:
            self._clock.measure(self, step, state, first_call_s)
        return output

    def waited(self, step: Callable[[], T]) -> Callable[[], T]:
        """The step with the wait for its work, for a clock of somebody else: `benchmark(gpubench.waited(step))`.

        Its call fails the test where another framework computed in this process: they slow each other.
        """
        complete, disturbed = self.session.complete, self.disturbed

        def call() -> T:
            output = step()
            complete()
            return output

        def refuse() -> T:
            pytest.fail(disturbed, False)

        return refuse if disturbed else call


@contextlib.contextmanager
def opened(request: pytest.FixtureRequest, clock: Clock | None) -> Iterator[Bench]:
    """The fixture's value. Skips the test where its precision or mode has no meaning on the device."""
    try:
        marked = Marked.of(request.node)
    except UsageError as error:
        pytest.fail(f"{error.message}\n{error.hint}", False)
    place = Place.of(request.param)
    backend: Backend = known(request.config).backends[place.backend].value
    if clock is None and place.device.partition(":")[2] not in ("", "0"):
        pytest.skip(f"{place.device} is seen by the launches of --gpubench-out alone")
    runtime = _runtime(request.config, backend, place)
    try:
        session = runtime.open(place.device, marked.precision, marked.mode or backend.default_mode)
    except Unsupported as reason:
        pytest.skip(str(reason))
    bench = Bench(place, marked, session, runtime, clock)
    if "benchmark" in request.fixturenames:
        bench.disturbed = _told(request, place, backend)
    with session.scope():
        yield bench
    if clock is not None and not bench.called:
        pytest.fail("nothing was measured: the test never called gpubench(step)", False)


def _runtime(config: pytest.Config, backend: Backend, place: Place) -> Runtime:
    """Started once for each device in this process."""
    started = config.stash.setdefault(_RUNTIMES, {})
    if (place.backend, place.device) not in started:
        try:
            runtime = backend.start(processors.thread_count(), place.device)
        except RuntimeError as error:
            pytest.fail(
                f"{place.backend} can't be set up: {error}. Where something computed with it in this process before, "
                "run the tests with the fixture `gpubench` by a pytest of their own", False,
            )  # fmt: skip
        started[place.backend, place.device] = runtime
    return started[place.backend, place.device]


def _told(request: pytest.FixtureRequest, place: Place, backend: Backend) -> str:
    """Tell pytest-benchmark's fixture what it measures: devices stand in one table. Why it may not, or nothing."""
    benchmark = request.getfixturevalue("benchmark")
    cell = cell_of(request.node, place, backend, processors.thread_count())
    sizes = {cell.axis: cell.size} if cell.axis else {}
    benchmark.group = " ".join(
        [cell.workload, *(f"{name}={value}" for name, value in {**sizes, **cell.params}.items()), cell.precision]
    )
    names = ("cell_id", "workload", "size", "backend", "device", "precision", "mode", "data", "variant", "threads")
    benchmark.extra_info.update({name: getattr(cell, name) for name in names})
    benchmark.extra_info["params"] = json.dumps(cell.params, sort_keys=True)
    others = {name for name, _ in request.config.stash[_RUNTIMES]} - {place.backend}
    if not others or not benchmark.enabled:
        return ""
    return (
        f"{', '.join(sorted(others))} was set up in this process before, and would slow {place.backend}: "
        f"one framework a pytest, for example with -k {place.backend}"
    )
