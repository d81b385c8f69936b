"""The energy of one cell: a counter before and after at least five seconds of calls, less what idling takes."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from gpubench.errors import Unsupported
from gpubench.worker.job import NO_COUNTER, Job
from gpubench.worker.measure import Measurement, parameters
from gpubench.worker.meter import NANO, Meter
from gpubench.worker.nvml_energy import NvmlEnergy
from gpubench.worker.prepared import prepare
from gpubench.worker.rapl import open_rapl
from gpubench.workload import Workload

WINDOW_S, IDLE_S = 5.0, 2.0
BLOCK_S = 0.25
"""State is restored between blocks, inside the window: blocks so long make that a small part of it."""


class EnergyCounter(Protocol):
    """A reading in joules that only grows. name: for the record."""

    @property
    def name(self) -> str: ...

    def read(self) -> float:
        """Joules since some moment before."""
        ...


def counter_of(device: str) -> EnergyCounter:
    """The counter of a device. Raises Unsupported where there is none."""
    kind = device.partition(":")[0]
    opening: dict[str, Callable[[], EnergyCounter]] = {"cpu": open_rapl, "cuda": NvmlEnergy}
    if kind not in opening:
        raise Unsupported(f"none is known for {kind}")
    return opening[kind]()


@dataclass
class EnergyPass:
    """Measures the cells of one worker; how much it takes idle is measured once, before the first of them.

    find: the counter of a device. rest: waits that many seconds while nothing runs.
    """

    find: Callable[[str], EnergyCounter] = counter_of
    rest: Callable[[float], None] = time.sleep
    _counter: EnergyCounter | None = None
    _idle_w: float = 0.0

    def measure(self, worker: Measurement, job: Job, workload: Workload[Any]) -> dict[str, Any]:
        """The fields of a launch record. What the framework or the workload raises comes through."""
        if self._counter is None:
            try:
                counter = self.find(worker.device)
                self._idle_w = self._idle(counter, worker)
            except Unsupported as lacking:
                reason = f"{NO_COUNTER}{lacking}"
                return {"status": "skipped", "reason": reason, "facts": {"energy": reason}}
            self._counter = counter
        params, session = parameters(workload, job), worker.runtime.open(worker.device, job.precision, job.mode)
        with session.scope():
            prepared = prepare(workload, worker.backend, params, session, job.seed)
            state = prepared.step.state()
            reset = functools.partial(session.restore, state, session.copies(state)) if state else _nothing
            meter = Meter(prepared.bind(job.data), session.complete, reset, worker.clock)
            calls = _calls(meter)
            start, before, count = worker.clock(), self._counter.read(), 0
            while (seconds := (worker.clock() - start) * NANO) < WINDOW_S:
                meter.block(calls)
                count += calls
            joules = self._counter.read() - before
        above = joules - self._idle_w * seconds
        readings = {"calls": count, "seconds": seconds, "joules": joules, "idle watts": self._idle_w}
        return {
            "status": "ok", "reason": "" if above > 0 else f"it takes no more than idling does: {joules:.3g} J",
            "facts": {"energy counter": self._counter.name}, "counters": readings,
            "energy_j": above / count if above > 0 else None,
        }  # fmt: skip

    def _idle(self, counter: EnergyCounter, worker: Measurement) -> float:
        """Watts."""
        start, before = worker.clock(), counter.read()
        self.rest(IDLE_S)
        joules, seconds = counter.read() - before, (worker.clock() - start) * NANO
        return joules / seconds


def _calls(meter: Meter) -> int:
    """Calls that make a block long enough; finding them warms up as well."""
    meter.block(1)  # what is traced, compiled and tuned once says nothing about a block
    calls = 1
    while meter.block(calls).seconds < BLOCK_S:
        calls *= 2
    return calls


def _nothing() -> None:
    return None
