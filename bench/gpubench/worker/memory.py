"""The memory of one cell: the most that three calls need, over what the worker held before anything of the cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gpubench.backend import MemoryCounter
from gpubench.session import StepCapture
from gpubench.worker.job import NO_COUNTER, Job
from gpubench.worker.measure import Measurement, parameters
from gpubench.worker.prepared import prepare
from gpubench.worker.resident import Resident, give_back
from gpubench.workload import Workload

CALLS = 3


def measure_memory(
    worker: Measurement,
    job: Job,
    workload: Workload[Any],
    resident: Resident | None = None,
    give_back: Callable[[], None] = give_back,
) -> dict[str, Any]:
    """The fields of a launch record. Ask a fresh worker: what an earlier cell left in a pool would hide this one's.

    What the framework or the workload raises comes through.
    """
    resident = resident or Resident()
    facts: dict[str, str] = {}
    if lacking := resident.lacking():
        facts["host memory"] = NO_COUNTER + lacking
    params, session = parameters(workload, job), worker.runtime.open(worker.device, job.precision, job.mode)
    counter = worker.runtime if isinstance(worker.runtime, MemoryCounter) else None
    if isinstance(session, StepCapture):
        counter = None  # a replay allocates nothing: its results lie where they were recorded
        facts["device memory"] = "not counted: a replay takes no new memory"
    give_back()
    readings: dict[str, float] = {"calls": CALLS}
    framework = _Framework(counter)
    framework.reset()
    before, framework_before = None if lacking else resident.now(), framework.peak()
    with session.scope():
        # Of what is prepared the call alone is kept: none of the reference's float64, nor what observes and restores.
        call = prepare(workload, worker.backend, params, session, job.seed).bind(job.data)
        call()  # what is traced, compiled and tuned once is not the step's
        session.complete()
        give_back()
        framework.reset()
        if not lacking:
            resident.reset_peak()
        for _ in range(CALLS):
            call()
            session.complete()
    host = _growth(before, None if lacking else resident.peak(), "host", readings)
    counted = _growth(framework_before, framework.peak(), "framework", readings)
    return {**_told(worker, host, counted, facts), "counters": readings}


def _told(worker: Measurement, host: int | None, counted: int | None, facts: dict[str, str]) -> dict[str, Any]:
    """What was counted, and why not what was not; on the CPU the framework's own count is no device's."""
    device = None if worker.device.startswith("cpu") else counted
    if device is None and not worker.device.startswith("cpu"):
        facts.setdefault("device memory", f"{NO_COUNTER}{worker.backend} counts none on {worker.device}")
    found = host is not None or device is not None
    return {
        "status": "ok" if found else "skipped", "reason": "" if found else "; ".join(facts.values()),
        "facts": facts, "peak_host_bytes": host, "peak_device_bytes": device,
    }  # fmt: skip


class _Framework:
    """The framework's own counter, or none."""

    def __init__(self, counter: MemoryCounter | None) -> None:
        self._counter = counter

    def reset(self) -> None:
        if self._counter is not None:
            self._counter.reset_peak()

    def peak(self) -> int | None:
        return None if self._counter is None else self._counter.peak_bytes()


def _growth(before: int | None, peak: int | None, name: str, readings: dict[str, float]) -> int | None:
    """Bytes; the two readings go into `readings`."""
    if before is None or peak is None:
        return None
    readings |= {f"{name} before": before, f"{name} peak": peak}
    return max(0, peak - before)
